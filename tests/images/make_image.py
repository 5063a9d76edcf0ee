#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a container image out of directories and tar files, the same bytes every time.

    make_image.py --format docker-legacy --tag shop:1 \\
        --layer root.tar --created-by 'ADD rootfs.tar / ' \\
        --layer build/app@/srv/app --created-by 'COPY app /srv/app' \\
        --delete etc/motd --created-by 'RUN rm /etc/motd' \\
        --empty 'CMD ["/srv/app/run"]' --output shop.tar

Order on the command line is order in the image.  --created-by speaks of the layer before it.
Each --platform after the first layers begins another image of the same archive or layout, which
is how an index with several platforms is made.
"""

import argparse
import os
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import imagelib as lib

FORMATS = ("docker-legacy", "docker-oci", "oci-dir", "oci-tar")


class Step(argparse.Action):
    """Keeps options of several names in one list, in the order in which they were given."""

    def __call__(self, parser, namespace, values, option=None):
        namespace.steps.append((option, values))


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.set_defaults(steps=[])
    parser.add_argument("--format", choices=FORMATS, required=True)
    parser.add_argument("--output", required=True, help="the archive, or the directory of oci-dir")
    parser.add_argument(
        "--compress",
        choices=("none", "gzip", "zstd"),
        help="for all layers; " "default: gzip for OCI, none for Docker",
    )
    parser.add_argument("--tag", action="append", default=[], metavar="NAME:VERSION")
    parser.add_argument(
        "--nested", action="store_true", help="index.json names an index of the images"
    )
    parser.add_argument(
        "--docker-types", action="store_true", help="Docker's media types in an OCI layout"
    )
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--user")
    parser.add_argument("--cmd", action="append", default=[])
    parser.add_argument(
        "--layer",
        action=Step,
        metavar="DIR|TAR[@/PLACE]",
        help="a tar file as it is, or a directory, put at PLACE in the image",
    )
    parser.add_argument("--delete", action=Step, metavar="PATH,...", help="a layer of whiteouts")
    parser.add_argument(
        "--created-by", action=Step, metavar="TEXT", help="history line of the last layer"
    )
    parser.add_argument("--empty", action=Step, metavar="TEXT", help="history line without a layer")
    parser.add_argument("--platform", action=Step, metavar="OS/ARCH[/VARIANT]")
    return parser.parse_args(arguments)


def make_layer(value, scratch):
    source, _, place = value.partition("@")
    if os.path.isdir(source):
        return lib.tree_layer(source, place, scratch)
    # A copy by name: compressed forms are written beside the tar, and the source is not ours.
    link = os.path.join(tempfile.mkdtemp(dir=scratch), "layer.tar")
    os.symlink(os.path.abspath(source), link)
    return lib.Layer(path=link)


def make_images(options, scratch):
    config = {"Env": options.env} if options.env else {}
    config.update({"User": options.user} if options.user else {})
    config.update({"Cmd": options.cmd} if options.cmd else {})
    images, layers = [], {}
    image = lib.Image([], history=[], tags=options.tag, config=config)
    for option, value in options.steps:
        if option == "--platform":
            if image.layers:
                images.append(image)
                image = lib.Image([], history=[], tags=options.tag, config=config)
            image.platform = value
        elif option == "--layer":
            layers[value] = layers.get(value) or make_layer(value, scratch)
            image.layers.append(layers[value])
            image.history.append(lib.History("COPY " + os.path.basename(value)))
        elif option == "--delete":
            image.layers.append(lib.Layer([lib.whiteout(path) for path in value.split(",")]))
            image.history.append(lib.History("RUN rm -r " + value))
        elif option == "--created-by":
            image.history[-1].created_by = value
        elif option == "--empty":
            image.history.append(lib.History(value, empty=True))
    return images + [image]


def main(arguments):
    options = parse_arguments(arguments)
    with tempfile.TemporaryDirectory(
        dir=os.path.dirname(os.path.abspath(options.output))
    ) as scratch:
        images = make_images(options, scratch)
        if options.format == "docker-legacy":
            for image in images:
                for layer in image.layers:
                    layer.compress = options.compress
            lib.write_docker_legacy(options.output, images)
        elif options.format == "docker-oci":
            lib.write_docker_oci(options.output, images, options.compress or "none")
        else:
            write = lib.write_oci_dir if options.format == "oci-dir" else lib.write_oci_tar
            write(
                options.output,
                images,
                options.compress or "gzip",
                options.nested,
                options.docker_types,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
