# A thin front to Meson; CONTRIBUTING.md tells what each target is for.

BUILD      ?= build
TEST_BUILD ?= build-test
FUZZ_BUILD ?= build-fuzz
TARGET     ?= /
ADVISORIES ?=
SCAN_FLAGS ?=
FUZZ_SECONDS ?= 20
PREFIX     ?= /usr/local
DESTDIR    ?=

export BULWARK_CASES ?= $(abspath ../shared/cases)
export BULWARK_ADVISORIES ?= $(abspath ../shared/advisories)

.PHONY: all build scan test fresh full install bench fuzz reference conformance deps clean format deb image

all: build

build: $(BUILD)/build.ninja
	@ninja -C $(BUILD) $(BUILD_QUIET) bulwark

$(BUILD)/build.ninja: meson.build
	@scripts/install-packages.sh --check build
	@meson setup $(BUILD) --buildtype=release -Db_lto=true -Dtests=false --prefix=$(PREFIX) >$(BUILD).log || \
		{ tail -n 20 $(BUILD).log; rm -rf $(BUILD) $(BUILD).log; exit 1; }
	@rm -f $(BUILD).log

deps:
	@scripts/install-packages.sh build

scan: deps
	@$(MAKE) --no-print-directory build BUILD_QUIET=--quiet
	@scripts/scan.sh $(BUILD)/bulwark '$(TARGET)' '$(ADVISORIES)' $(SCAN_FLAGS)

test:
	@scripts/install-packages.sh build test
	@scripts/test.sh $(TEST_BUILD) $(SUITE)

fresh:
	@scripts/install-packages.sh fresh
	@scripts/fresh.sh

full:
	@scripts/install-packages.sh build test full
	@scripts/full.sh

install: build
	@DESTDIR='$(DESTDIR)' meson install -C $(BUILD) --no-rebuild

deb:
	@scripts/install-packages.sh build deb
	@packaging/deb/build.sh build-packages/deb

image: deb
	@packaging/image/build.py build-packages/deb/root build-packages/image

bench: build
	@ninja -C $(BUILD) --quiet
	@bench/run.py --bulwark $(BUILD)/bulwark --floor $(BUILD)/bench/bulwark-floor

fuzz:
	@scripts/install-packages.sh build full
	@scripts/fuzz.sh $(FUZZ_BUILD) $(FUZZ_SECONDS)

conformance: build
	@tests/conformance/run.py --bulwark $(BUILD)/bulwark || [ $$? -eq 77 ]
	@tests/conformance/lint_cases.py $(BUILD)/bulwark . --markdown > docs/lint-conformance.md

reference: build
	@$(BUILD)/bulwark help --form reference > docs/reference.md
	@$(BUILD)/bulwark rules --format markdown > docs/rules.md

format:
	@git ls-files '*.[ch]' | xargs clang-format-14 -i

clean:
	@rm -rf $(BUILD) $(TEST_BUILD) $(FUZZ_BUILD) build-packages
