#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hostile images, trees, advisories and surroundings against the real executable (TAP).

test_hostile.py BULWARK SANITIZER ('none' where there is none) [CASE...]

Everything is made on the spot and small; what it unfolds to is not.  Whatever the input, the
program ends with an exit code of its own, within bounds, and says by name what it could not read.
"""

import sys

from harness import main

import hostile_archives  # noqa: F401
import hostile_databases  # noqa: F401
import hostile_images  # noqa: F401
import hostile_surroundings  # noqa: F401
import hostile_trees  # noqa: F401

sys.exit(main())
