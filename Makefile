# Every repeated task has a name here, the same for people and for CI. `make help` lists them.
#
# A bare machine needs python3 (3.11 or newer) with venv, git and make; Node comes as a Python wheel into .venv.
# Set-up leaves stamp files behind and is done again only when what it was made from has changed.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: run test test-python test-web lint types bench screenshots clean help

PYTHON ?= python3
PORT ?= 8000
# More options for `genstudio serve`, such as ARGS='--collection FOLDER'.
ARGS ?=
# Address of an index with other builds of torch: the CPU build alone on an ordinary x86 machine (see CONTRIBUTING.md).
TORCH_INDEX ?=

WEB := client/web
BIN := .venv/bin
CONSTRAINTS := requirements/constraints.txt
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint $(CONSTRAINTS)
EXTRAS = $(INSTALL) --build-constraint $(CONSTRAINTS) $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) --editable

# npm and the programs it starts look for `node` here.
export PATH := $(CURDIR)/$(BIN):$(PATH)
# What numba compiles for the index is kept: without it every process would compile for most of a minute.
export NUMBA_CACHE_DIR ?= $(CURDIR)/.cache/numba

## make run          set up what is missing, then serve; PORT=8000 ARGS='--collection FOLDER' (all of `genstudio serve`)
run: .venv/.run $(WEB)/dist/.stamp
	@exec $(BIN)/genstudio serve --port $(PORT) $(ARGS)

## make test         set up what is missing, then all tests: Python, pages, several processes, real browser
test: test-web test-python

test-python: .venv/.dev $(WEB)/dist/.stamp
	@$(BIN)/python -m pytest

test-web: $(WEB)/node_modules/.stamp
	@cd $(WEB) && npm run --silent test

## make lint         style of the Python code
lint: .venv/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

## make types        mypy --strict on the four packages, tsc on the pages
types: .venv/.dev $(WEB)/node_modules/.stamp
	@$(BIN)/mypy
	@cd $(WEB) && npm run --silent typecheck

## make bench        measurements, each beside its peer in the same run
bench: .venv/.dev
	@$(BIN)/python -m bench

## make screenshots  pictures of every page in its states, in build/screenshots; ARGS='--only wall', ARGS=--readme
screenshots: .venv/.dev $(WEB)/dist/.stamp
	@$(BIN)/python -m tests.screenshots $(ARGS)

## make clean        remove everything that was installed, built or cached here
clean:
	rm -rf .venv .cache .hypothesis .pytest_cache build dist $(WEB)/dist $(WEB)/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

## make help         this list
help:
	@sed -n 's/^## //p' Makefile

# -- set-up, each step a stamp

.venv/.pip: $(CONSTRAINTS)
	@$(PYTHON) -c 'import sys; sys.exit("Gen Studio needs Python 3.11 or newer; $(PYTHON) is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv
	@$(INSTALL) pip
	@touch $@

.venv/.run: .venv/.pip pyproject.toml
	@echo 'Installing the Python packages that serving needs ...'
	@$(EXTRAS) '.[models,web]'
	@touch $@

.venv/.dev: .venv/.run
	@echo 'Installing the Python packages that testing needs ...'
	@$(EXTRAS) '.[dev]'
	@touch $@

# Node itself need not be installed again when a Python pin changes, hence the order-only prerequisite.
$(WEB)/node_modules/.stamp: $(WEB)/package.json $(WEB)/package-lock.json | .venv/.run
	@echo 'Installing the packages of the pages ...'
	@cd $(WEB) && npm ci --loglevel=error
	@touch $@

PAGES = $(shell find $(WEB) \( -name node_modules -o -name dist -o -name tests -o -name scripts \) -prune -o -type f -print)
$(WEB)/dist/.stamp: $(WEB)/node_modules/.stamp $(PAGES)
	@echo 'Building the pages ...'
	@cd $(WEB) && npm run --silent build
	@touch $@
