# `make demo` and `make test` do all the set-up on a fresh Debian machine with a Rust
# toolchain; each says in one line what is missing where it cannot install it.

CARGO   ?= cargo
SOHOA    = target/release/sohoa
ARCHIVE ?= demo-archive
SERVE   ?= 1
LISTEN  ?= 127.0.0.1:8080
CORPUS  ?= ../shared/corpus/dev
REAL    ?= ../shared/real

.PHONY: demo test check ci models build score bench bench-national setup browser iiif scan kill load fuzz

setup:
	@sh tools/setup.sh

# The AsterNet model, which reads doubtful lines again; the project's own ships in models/.
models: setup
	@sh tools/models.sh

build: setup
	$(CARGO) build --release --locked

# Loads the sample scans, prints the reconciliation, and serves the search page.
demo: build
	@sh tools/models.sh || echo 'going on with the model that ships with the project' >&2
	@sh tools/demo.sh $(SOHOA) $(ARCHIVE) $(LISTEN) $(SERVE)

test: setup
	$(CARGO) test --locked --quiet
	@printf 'tests are done\n'

check: setup
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --locked --no-deps --quiet

ci: check test
	$(MAKE) demo SERVE=0

score: build models
	python3 ../shared/tools/score.py --bin $(SOHOA) --corpus $(CORPUS) \
	  --letters $(REAL)/letters $(REAL)/letters_truth --lines $(REAL)/handwriting

bench: build
	$(CARGO) bench --locked
	SOHOA_SPEED=1 SOHOA_TEST_PROGRAM=$(SOHOA) $(CARGO) test --locked --test all archive_speed -- --nocapture

# Search alone at another size: `make bench-national RECORDS=10000000`.
RECORDS ?= 10000000
bench-national: setup
	SOHOA_BENCH_RECORDS=$(RECORDS) $(CARGO) bench --locked --bench search

# Kills the release build on 200 files at 500 random moments, then the debug build (which has failpoints) at every commit
# step four times; the short form is part of `make test`.
KILLS   ?= 500
kill: build
	SOHOA_KILLS=$(KILLS) SOHOA_TEST_PROGRAM=$(abspath $(SOHOA)) $(CARGO) test --locked --test all kill:: -- --nocapture
	SOHOA_KILLS=$(KILLS) $(CARGO) test --locked --test all kill_ -- --nocapture

# Drives the desk in Chromium by keyboard, opens a scan in OpenSeadragon and Mirador, and checks every main page with axe-core (all three
# fetched with npm, never shipped).
browser: build
	@sh tests/browser/run.sh $(SOHOA)

# The IIIF validator (fetched from PyPI, never shipped) on the Image API.
iiif: build
	@sh tests/iiif/run.sh $(SOHOA)

# The web scanner wapiti (fetched from PyPI, never shipped) at a desk with the samples: without log-in, as clerk, as administrator.
scan: build
	@sh tests/scanner/run.sh $(SOHOA)

# Fifty clerks at once at a desk with LOAD_RECORDS made-up records, kept in LOAD; INGEST names a folder of scans that is read beside.
LOAD         ?= /tmp/sohoa-load
LOAD_RECORDS ?= 1000000
load: build
	@sh tests/load/run.sh $(SOHOA) $(LOAD) $(LOAD_RECORDS)

# Each parser of foreign bytes for so many seconds; fuzz/README.md.
SECONDS ?= 60
fuzz:
	@sh fuzz/run.sh $(SECONDS)
