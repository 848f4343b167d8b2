# What a person types here. `make help` lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# durable-rules does not import on Python 3.13, so only 3.11 and 3.12 will do.
PYTHON ?= $(shell for p in python3.12 python3.11 python3; do $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null && echo $$p && break; done)
PORT ?= 8000
CASES := tests/rules/court_cases
WORKERS ?= 2
# Else the C engine fetches its memory anew at each decision (docs/performance.md), which is most of the time of our tests.
KEEP_MEMORY := MALLOC_TRIM_THRESHOLD_=4294967296 MALLOC_MMAP_THRESHOLD_=1073741824

.PHONY: help demo serve test check fix lock bench soak clean

help: ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/ready: pyproject.toml $(wildcard requirements/*.txt)
	@test -n "$(PYTHON)" || { echo 'nrm needs Python 3.11 or 3.12, and this machine has neither: on Debian 12 run `apt install python3 python3-venv python3-dev`, or name one with `make PYTHON=/path/to/python3.12 …`.' >&2; exit 2; }
	@echo "making the environment in $(VENV) with $(PYTHON) …"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) --require-hashes -r requirements/build.txt
	@$(PIP) --require-hashes --no-build-isolation -r requirements/dev.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(VENV)/ready ## Decide a real case, say why, and refer him to a service that opens a sealed package
	@set -e; run() { echo; echo "\$$ nrm $$*"; $(BIN)/nrm "$$@"; }; \
	run decide $(CASES)/vcl.yaml --on 2026-03-01 --country gb; \
	run explain $(CASES)/vcl.yaml penalise --on 2026-03-01 --country gb; \
	run explain $(CASES)/vcl.yaml maternal_care --on 2026-03-01 --country gb; \
	run decide $(CASES)/vcl.yaml --on 2026-03-01 --country gb --lang ar --short; \
	run seeds coverage | tail -n 9
	@sh tests/demo/referral.sh $(CURDIR)/$(BIN)/nrm

serve: $(VENV)/ready ## Serve a demonstration over HTTP: made-up accounts, services and cases (docs/api.md)
	@$(BIN)/nrm serve --demo demonstration --port $(PORT)

test: $(VENV)/ready ## Run all tests, and measure how much of nrm/ they reach
	@$(KEEP_MEMORY) $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --cov --cov-report=term --durations=40 --durations-min=10

check: $(VENV)/ready ## Format, lint, types, layers, rules with their examples
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/nrm rules check
	@$(BIN)/nrm seeds coverage > /dev/null

fix: $(VENV)/ready ## Format, and mend what the linter can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: ## Choose the newest allowed versions again (needs uv)
	@for name in build; do uv pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate requirements/$$name.in -o requirements/$$name.txt; done
	@uv pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml -o requirements/run.txt
	@uv pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml requirements/dev.in -o requirements/dev.txt

bench: $(VENV)/ready ## Measure decisions, proofs, the vault, the audit log, referral and the API (an hour)
	@$(BIN)/python benchmarks/decide.py
	@$(BIN)/python benchmarks/prove.py
	@$(BIN)/python benchmarks/vault.py
	@$(BIN)/python benchmarks/audit.py
	@$(BIN)/python benchmarks/referral.py
	@$(BIN)/python benchmarks/api.py --seconds 5 --rounds 2 --cases 100000,1000000

soak: $(VENV)/ready ## The longest campaigns of the property tests (an hour)
	@$(KEEP_MEMORY) NRM_CRASHES=3000 $(BIN)/python -m pytest -n $(WORKERS) tests/properties tests/reliability --hypothesis-profile=soak -p no:cacheprovider

clean: ## Remove the environment and everything that was made
	@rm -rf $(VENV) demonstration build dist .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
