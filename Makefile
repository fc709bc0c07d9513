# Every target does its own set-up in $(VENV); nothing but Python (3.10 or newer) and make is needed.
#
#   make demo              the walkthrough against the sandbox, ending in a transcript
#   make demo TREE=path    the same on a real schema tree (a folder, .zip or .tar.gz)
#   make test              all tests          (ARGS="-k fqn" goes on to pytest)
#   make lint              ruff and mypy
#   make bench             speed and memory, each against its floor
#   make docs              the documents, their code blocks run
PYTHON ?= python3
VENV ?= .venv
TREE ?=
ARGS ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test lint bench docs clean
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

docs: $(VENV)/.tested
	$(BIN)/python -m pytest -q tests/test_readme.py $(ARGS)

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# One environment, made once, and brought up to date whenever what it is made from changes.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit("dynclient needs Python 3.10 or newer; this is " + sys.version.split()[0] + " (make PYTHON=python3.12 ...)" if sys.version_info < (3, 10) else 0)'
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
