# Every task of the project. `make setup` makes what the others need; each target is quick the second time.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: help setup run test check generate lint types emulator bench bench-emulator bench-emulator-large bench-fuzz hostile fuzz fuzz-night fuzz-defects fuzz-replay fuzz-clients docs-check docs-update oldest lock clean
help:  ## what can be done
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 16

$(STAMP): requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

setup: $(STAMP)  ## the virtual environment in .venv/, from pinned requirements

generate: setup  ## bring generated/ up to date with specs/
	$(BIN)/python -m truecopy_tools.generate

run: setup  ## the main job: generate if stale, emulator, the documented calls, a short fuzz
	$(BIN)/python -m truecopy_tools.run

check: lint types docs-check  ## everything but the tests: lint, types, generated/ up to date, facts against specs
	$(BIN)/python -m truecopy_tools.generate --check

lint: setup  ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup  ## mypy --strict on everything
	$(BIN)/mypy

docs-check: setup  ## the specs against the facts of the documentation pages
	$(BIN)/truecopy-docs check

docs-update: setup  ## PAGE=file: compare a new capture with the committed facts, and write its facts (ACCEPT=1: also lost ones)
	@test -n "$(PAGE)" || { echo "make docs-update: name the new capture: make docs-update PAGE=file" >&2; exit 2; }
	$(BIN)/truecopy-docs update $(if $(ACCEPT),--accept-removed) "$(PAGE)"

test: setup  ## the whole test suite
	$(BIN)/pytest -n auto

fuzz: setup  ## fuzz the emulator, or FUZZ_URL, against the specs (docs/fuzzing.md)
	$(BIN)/python -m truecopy_tools.fuzz run

fuzz-night: setup  ## fuzz for FUZZ_SECONDS with a new seed; SHARD=i/n for several machines
	$(BIN)/python -m truecopy_tools.fuzz night

fuzz-defects: setup  ## what the fuzzing finds of the defects that the emulator can be started with
	$(BIN)/python -m truecopy_tools.fuzz defects

fuzz-replay: setup  ## send the failing CASE=… of the last run again
	$(BIN)/python -m truecopy_tools.fuzz replay "$(CASE)"

fuzz-clients: setup  ## the clients under fuzz: FUZZ_EXAMPLES bodies (20,000), odd answers, life cycles; new ones each time
	HYPOTHESIS_PROFILE=nightly $(BIN)/pytest -n auto --timeout 7200 --durations 5 \
		$(if $(FUZZ_SEED),--hypothesis-seed $(FUZZ_SEED)) tests/overlay/test_wire.py tests/stateful

emulator: setup  ## serve the emulator on port 8080; EMULATOR="--profile flaky" for options
	$(BIN)/truecopy-emulator $(EMULATOR)

bench-emulator: setup  ## what the emulator costs, as ratios of one run (needs wrk; PRISM=path compares with prism)
	$(BIN)/python -m truecopy_tools.bench_emulator

bench-emulator-large: setup  ## the emulator with a million stored responses, and after a million requests (ten minutes)
	$(BIN)/python -m truecopy_tools.bench_emulator stored requests

bench-fuzz: setup  ## cases a second of make fuzz, beside schemathesis as it comes
	$(BIN)/python -m truecopy_tools.bench_fuzz

hostile: setup  ## 100,000 made-up hostile requests against the emulator
	HOSTILE_REQUESTS=100000 $(BIN)/pytest -q tests/emulator/test_hostile.py

build/official:  # the official SDK of Supermetrics, for `make bench` to compare with; without it that line says missing
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check --target $@ supermetrics==0.5.1

bench: setup build/official  ## measure the client against the stock one (docs/benchmarks.md); build/bench.json
	$(BIN)/python -m truecopy_tools.bench

oldest:  ## the clients' tests with the oldest dependencies that pyproject.toml allows (needs uv)
	uv venv --quiet --clear build/oldest
	uv pip install --quiet --python build/oldest --resolution lowest-direct --editable '.[dev]'
	build/oldest/bin/python -m pytest -n auto tests/overlay tests/cli

lock: setup  ## pin requirements.txt anew from pyproject.toml
	uv pip compile --universal --python-version 3.11 --no-header --no-annotate --extra dev pyproject.toml -o requirements.txt

clean:  ## remove what can be made again
	rm -rf build .mypy_cache .pytest_cache .ruff_cache .hypothesis
