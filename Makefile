# Everything that a developer does here is one of these targets; `make help` lists them.
# Nothing is installed outside .venv, and the sources of packages are the machine's own settings.

PYTHON ?= python3
UV ?= uv
ARGS ?=

BIN := .venv/bin
STAMP := .venv/.set-up
CODE := src tests docs $(wildcard bench)

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint types docs picture bench wheel lock clean

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  make %-8s %s\n", $$1, $$2 }'

setup: $(STAMP) ## Make .venv with the locked tools and the project itself (quick when nothing changed)
	@echo "ready: $(BIN)"

# The first of these that is new enough and can make an environment; a given one, or none.
ifeq ($(origin PYTHON),file)
PYTHONS := "$(PYTHON)" python3.14 python3.13 python3.12 python3.11
else
PYTHONS := "$(PYTHON)"
endif
SUITS := -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1

# When the Python behind .venv was removed or upgraded, all is done again.
GONE := $(shell test -x $(BIN)/python || rm -f $(STAMP))

$(BIN)/python:
	@for python in $(PYTHONS); do \
		if "$$python" $(SUITS); then exec "$$python" -m venv --clear .venv; fi; \
	done; \
	echo 'error: no Python 3.11 or newer with venv was found' >&2; \
	echo 'hint: install python3 and python3-venv, or: make setup PYTHON=/path/to/python3' >&2; \
	exit 2

# `.venv/bin/python` may be older than anything: only that it exists counts.
$(STAMP): requirements/dev.txt pyproject.toml src/quiesce/__init__.py | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q src
	@touch $@

demo: $(STAMP) ## Show quiesce at work on simulated systems
	@$(BIN)/quiesce demo

test: $(STAMP) ## Run all tests, side by side (ARGS="-k name" for some)
	$(BIN)/python -m pytest -n auto $(ARGS)

check: lint types docs ## Run every check but the tests: style, layers, types, docs

lint: $(STAMP) ## Check the style and which room imports which
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/lint-imports --no-logo

types: $(STAMP) ## Check the types of the code and of its tests
	$(BIN)/mypy

docs: $(STAMP) ## Build the documentation into build/docs; a warning is an error
	$(BIN)/sphinx-build -W --keep-going -q -b html docs build/docs

picture: $(STAMP) ## Draw docs/terminal.svg anew, from what the command really prints
	$(BIN)/python docs/picture.py

bench: $(STAMP) ## Measure against the budgets
	$(BIN)/python -m bench $(ARGS)

wheel: $(STAMP) ## Build the wheel and the source archive into dist
	$(BIN)/python -m build --no-isolation --outdir dist

# The locks hold for every Python and system that is supported, and name no host.
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

lock: ## Renew requirements/*.txt from pyproject.toml (needs uv; ARGS=--upgrade for newer versions)
	$(LOCK) pyproject.toml --output-file requirements/runtime.txt $(ARGS)
	$(LOCK) pyproject.toml --group dev --output-file requirements/dev.txt $(ARGS)

clean: ## Remove what was built, and .venv
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
