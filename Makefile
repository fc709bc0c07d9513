# Every target does its own set-up in $(VENV); nothing but Python (3.11 or newer) and make is needed.
#
#   make demo              the walkthrough against the sandbox, ending in a transcript
#   make demo TREE=path    the same on a real schema tree (a folder, .zip or .tar.gz)
#   make test              all tests          (ARGS="-k fqn" goes on to pytest)
#   make lint              ruff and mypy
#   make bench             speed and memory, each against its floor
#   make bench-peer        the drop-in beside the official SDK, which gets an environment of its own
#                          (another one: PEER=.venv-peer-2.0 PEER_RELEASE=2.0.6.0
#                          PEER_WITH='"dbt-core<1.12"')
#   make docs              the documents, their code blocks run
#   make coverage          every entity of every release at hand, as docs/coverage.md
PYTHON ?= python3
VENV ?= .venv
PEER ?= .venv-peer
PEER_RELEASE ?= 1.6.0.0
PEER_WITH ?= "dbt-core<1.9" "setuptools<81"
TREE ?=
ARGS ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test lint bench bench-peer docs coverage clean
.DEFAULT_GOAL := test

demo: $(VENV)/.installed
	$(BIN)/dynclient demo $(if $(TREE),--tree "$(TREE)")

test: $(VENV)/.tested
	$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.linted
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(VENV)/.tested
	$(BIN)/python -m benchmarks $(ARGS)

bench-peer: $(VENV)/.tested $(PEER)/.made
	$(BIN)/python -m benchmarks.peer $(PEER)/bin/python $(ARGS)

docs: $(VENV)/.tested
	$(BIN)/python -m pytest -q tests/architecture/test_documents.py $(ARGS)

coverage: $(VENV)/.tested
	$(BIN)/python -m tests.matrix --write docs/coverage.md

clean:
	rm -rf $(VENV) $(PEER) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# One environment, made once, and brought up to date whenever what it is made from changes.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit("dynclient needs Python 3.11 or newer; this is " + sys.version.split()[0] + " (make PYTHON=python3.12 ...)" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made setup.cfg pyproject.toml
	$(PIP) install --editable ".[cli,sandbox,fast]"
	@touch $@

$(VENV)/.tested: $(VENV)/.installed
	$(PIP) install --editable ".[cli,sandbox,fast,test]"
	@touch $@

$(VENV)/.linted: $(VENV)/.tested
	$(PIP) install --editable ".[cli,sandbox,fast,test,lint]"
	@touch $@

# A release of 2024 needs what was there then: newer parts of dbt ask for another pydantic. Pip comes
# first: older ones look through so many releases for ones that fit that they take a quarter of an hour.
$(PEER)/.made:
	$(PYTHON) -m venv $(PEER)
	$(PEER)/bin/python -m pip --disable-pip-version-check --quiet install --upgrade pip
	$(PEER)/bin/python -m pip --disable-pip-version-check --quiet install \
		"openmetadata-ingestion==$(PEER_RELEASE)" $(PEER_WITH)
	@touch $@
