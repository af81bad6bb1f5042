# Two commands are all the set-up there is: make demo and make test. They need Python ≥ 3.11 and make.
PYTHON ?= python3
VENV ?= .venv
PYTEST_ARGS ?=
BENCH_ARGS ?=
BIN := $(VENV)/bin
SECONDS ?= 600
CHANGE := ALTER TABLE orders ADD COLUMN status text NOT NULL
.DEFAULT_GOAL := help
.PHONY: help demo test check docs fuzz bench screenshots record record-truth newest lock clean python

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.installed ## what orders.status does to the example company: terminal, reports/orders-status.*
	@mkdir -p reports
	$(BIN)/scanner impact "$(CHANGE)" --config fixtures/shop/scanner.toml --database shop
	$(BIN)/scanner impact "$(CHANGE)" --config fixtures/shop/scanner.toml --database shop \
	    -o reports/orders-status.html -o reports/orders-status.csv -o reports/orders-status.json

test: $(VENV)/.installed-dev ## all tests, on a PostgreSQL and a MariaDB of their own, and in a Chromium
	@sh tests/engine/install.sh $$($(BIN)/python -m tests.engine.servers) $$($(BIN)/python -m tests.browser.chromium)
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(VENV)/.installed-dev ## everything static: format, lint, types, layers, generated pages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m docs.generate --check

docs: $(VENV)/.installed-dev ## writes the generated pages and passages anew
	$(BIN)/python -m docs.generate
	$(BIN)/python -m docs.notebook

fuzz: $(VENV)/.installed-dev ## scans killed 50 times, damaged logs, then generated statements on real servers, for SECONDS=600
	SCANNER_TEST_KILLS=50 $(BIN)/python -m pytest tests/test_store_killed.py tests/test_cluster.py -k whenever
	$(BIN)/python -m tests.collect.fuzz 10000
	$(BIN)/python -m tests.engine.differential.search $(SECONDS)

bench: $(VENV)/.installed-dev ## what everything costs, beside what stands beside it: the table that README quotes
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

screenshots: $(VENV)/.installed-dev ## takes the pictures of the report in docs/screenshots anew
	@sh tests/engine/install.sh $$($(BIN)/python -m tests.browser.chromium)
	$(BIN)/python -m tests.browser.screenshots

record: $(VENV)/.installed-dev ## records fixtures/shop anew from real servers
	@sh tests/engine/install.sh $$($(BIN)/python -m tests.engine.servers)
	$(BIN)/python -m fixtures.shop.record

record-truth: $(VENV)/.installed-dev ## records fixtures/engine anew from real servers, the user's by SCANNER_TEST_…
	@sh tests/engine/install.sh $$($(BIN)/python -m tests.engine.servers)
	$(BIN)/python -m tests.engine.record_truth

newest: python ## the tests with the newest releases: within the bounds, then without the upper ones
	$(PYTHON) -m venv --clear $(VENV)-newest
	$(VENV)-newest/bin/pip install --quiet --upgrade pip
	$(VENV)-newest/bin/pip install --quiet --editable . --group dev --group shop
	$(VENV)-newest/bin/python -m pytest $(PYTEST_ARGS)
	$(PYTHON) -c '$(UNBOUNDED)' > $(VENV)-newest/unbounded.txt
	$(VENV)-newest/bin/pip install --quiet --upgrade --requirement $(VENV)-newest/unbounded.txt
	$(VENV)-newest/bin/python -m pytest $(PYTEST_ARGS)

lock: python ## the locks anew: the newest releases within the bounds of pyproject.toml
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/pip install --quiet --upgrade uv
	$(PYTHON) -c '$(BUILD_REQUIRES)' | $(COMPILE) --output-file requirements.lock pyproject.toml -
	$(PYTHON) -c '$(BUILD_REQUIRES)' | $(COMPILE) --output-file requirements-dev.lock \
	    --constraint requirements.lock --group dev --group shop pyproject.toml -

clean: ## removes environments, caches and builds
	rm -rf $(VENV) $(VENV)-lock $(VENV)-newest build *.egg-info
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The project is installed without its build in isolation, for the lock holds the build's tools too.
$(VENV)/.installed: requirements.lock pyproject.toml | python
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.lock
	@touch $@

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Python ≥ 3.11 is needed and $(PYTHON) is not: give one, as in make PYTHON=python3.12 demo." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "$(PYTHON) comes without venv and pip: install them (Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 1; }

# uv resolves for every Python and platform at once; installing needs pip alone.
COMPILE = $(VENV)-lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --fork-strategy fewest \
    --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links
BUILD_REQUIRES = import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")
UNBOUNDED = import re, tomllib; project = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
    print(*(re.sub(",<[^,]*", "", requirement) for requirement in project["dependencies"]), sep="\n")
