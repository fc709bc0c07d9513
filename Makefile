# Every target sets up its own environment in $(VENV); only Python (3.11 or newer) and make are needed.
#
#   make demo              the walkthrough on a sandbox; prints a transcript
#   make demo TREE=path    the same on another schema tree (a folder, .zip or .tar.gz)
#   make test              all tests, in random order, in as many processes as there are cores, at
#                          most 8 (JOBS=0: in one; ARGS are for pytest: ARGS="-k fqn";
#                          "--randomly-seed=N" repeats an order, "-p no:randomly" sorts them)
#   make lint              ruff and mypy
#   make docs              the site in build/docs, and the code blocks of the documents
#   make site              the site alone, and whether its links and pages are whole
#                          (ARGS="-E" reads every page again)
#   make pictures          the pictures of docs/pictures, which needs Chromium
#   make reliability       writes the table of docs/reliability.md: what happens under which fault
#   make coverage          writes docs/coverage.md: every entity of every release in the cache
#   make bench             time and memory, each against its floor
#   make bench-peer        the drop-in beside the official SDK, which gets an environment of its own
#                          (another one: PEER=.venv-peer-2.0 PEER_RELEASE=2.0.6.0
#                          PEER_WITH='"dbt-core<1.12"')
#   make test-official     the tests that compare with the official SDK, installed in $(PEER)
#   make fuzz              requests that schemathesis makes of the sandbox's OpenAPI document, in an
#                          environment of its own ($(FUZZ))
#   make mutate MODULE=dynclient/model/masking.py
#                          whether the tests notice small changes of a module (ARGS="--sample 50";
#                          "tests/unit/model --starter" names the tests and leaves real trees out)
#   make dist              wheel and source distribution in dist/, checked and installed
#   make clean             removes all of it
PYTHON ?= python3
VENV ?= .venv
PEER ?= .venv-peer
PEER_RELEASE ?= 1.6.0.0
PEER_WITH ?= "dbt-core<1.9" "setuptools<81"
FUZZ ?= .venv-fuzz
SITE ?= build/docs
DIST_VENV ?= build/dist-venv
MODULE ?=
TREE ?=
ARGS ?=
JOBS ?= $(shell $(PYTHON) -c 'import os; print(min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1))')

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test lint bench bench-peer docs site pictures coverage reliability test-official fuzz mutate dist clean
.DEFAULT_GOAL := test

demo: $(VENV)/.installed
	$(BIN)/dynclient demo $(if $(TREE),--tree "$(TREE)")

test: $(VENV)/.tested
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

lint: $(VENV)/.linted
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(VENV)/.tested
	$(BIN)/python -m benchmarks $(ARGS)

bench-peer: $(VENV)/.tested $(PEER)/.created
	$(BIN)/python -m benchmarks.peer $(PEER)/bin/python $(ARGS)

docs: site
	$(BIN)/python -m pytest -q tests/architecture/test_documents.py tests/architecture/test_notebooks.py

# Sphinx reads the checkout itself, so that links between pages are those of the Markdown files. All
# pages are written again (-a), as each has the contents of the whole site beside it.
site: $(VENV)/.documented
	$(BIN)/python -m sphinx -b html -a -W --keep-going -n -q -c docs -d $(SITE).doctrees $(ARGS) . $(SITE)
	DYNCLIENT_SITE="$(abspath $(SITE))" $(BIN)/python -m pytest -q tests/architecture/test_site.py

pictures: $(VENV)/.documented
	$(BIN)/python -m tests.pictures

coverage: $(VENV)/.tested
	$(BIN)/python -m tests.matrix --write docs/coverage.md

reliability: $(VENV)/.tested
	$(BIN)/python -m tests.faults

test-official: $(VENV)/.tested $(PEER)/.created
	DYNCLIENT_OFFICIAL="$(abspath $(PEER)/bin/python)" $(BIN)/python -m pytest -m official $(ARGS)

fuzz: $(FUZZ)/.fuzzed
	$(FUZZ)/bin/python -m pytest -p no:schemathesis tests/sandbox/test_schemathesis.py $(ARGS)

mutate: $(VENV)/.mutated
	@test -n "$(MODULE)" || { echo 'name a module: make mutate MODULE=dynclient/model/masking.py' >&2; exit 2; }
	$(BIN)/python -m tests.mutate $(MODULE) $(ARGS)

# The wheel is built from the source distribution. It is installed twice into a new environment,
# outside the checkout: without extras, where the command names the extra it needs, and with them.
dist: $(VENV)/.packaged
	rm -rf dist build
	$(BIN)/python -m build --outdir dist .
	$(BIN)/python -m twine check --strict dist/*
	$(PYTHON) -m venv $(DIST_VENV)
	$(DIST_VENV)/bin/python -m pip --disable-pip-version-check --quiet install dist/*.whl
	cd $(DIST_VENV) && bin/python -c 'import dynclient; print(dynclient.release("starter"))'
	cd $(DIST_VENV) && bin/dynclient --version 2>&1 | grep -F 'dynclient[cli]'
	$(DIST_VENV)/bin/python -m pip --disable-pip-version-check --quiet install \
		"dynclient[cli,sandbox] @ file://$$(echo $(abspath dist)/*.whl)"
	cd $(DIST_VENV) && bin/dynclient --version
	cd $(DIST_VENV) && bin/dynclient demo

clean:
	rm -rf $(VENV) $(PEER) $(FUZZ) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# One environment, created once, and brought up to date whenever its requirements change.
$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit("dynclient needs Python 3.11 or newer; this is " + sys.version.split()[0] + " (make PYTHON=python3.12 ...)" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.created setup.cfg pyproject.toml
	$(PIP) install --editable ".[cli,sandbox,fast]"
	@touch $@

$(VENV)/.tested: $(VENV)/.installed
	$(PIP) install --editable ".[cli,sandbox,fast,test]"
	@touch $@

$(VENV)/.linted: $(VENV)/.tested
	$(PIP) install --editable ".[cli,sandbox,fast,test,lint]"
	@touch $@

$(VENV)/.documented: $(VENV)/.tested
	$(PIP) install --editable ".[cli,sandbox,fast,test,docs]"
	@touch $@

$(VENV)/.mutated: $(VENV)/.tested
	$(PIP) install --editable ".[cli,sandbox,fast,test,mutate]"
	@touch $@

$(VENV)/.packaged: $(VENV)/.installed
	$(PIP) install --editable ".[cli,sandbox,fast,dist]"
	@touch $@

# Schemathesis allows no jsonschema-rs as new as the one that all other tests run with.
$(FUZZ)/.fuzzed: setup.cfg pyproject.toml
	$(PYTHON) -m venv $(FUZZ)
	$(FUZZ)/bin/python -m pip --disable-pip-version-check --quiet install --editable ".[fuzz]"
	@touch $@

# A release of 2024 needs the packages of its time: newer dbt releases require another pydantic. Pip is
# upgraded first: older versions of it search through releases for a quarter of an hour.
$(PEER)/.created:
	$(PYTHON) -m venv $(PEER)
	$(PEER)/bin/python -m pip --disable-pip-version-check --quiet install --upgrade pip
	$(PEER)/bin/python -m pip --disable-pip-version-check --quiet install \
		"openmetadata-ingestion==$(PEER_RELEASE)" $(PEER_WITH)
	@touch $@
