# make demo [INPUT=file] [MAPPING=name]   watch topics rise: the planted scenario, or your own events
# make test [LEVEL="unit property"]       every level of tests, or the named folders under tests/
# make setup | lint | docs | site | golden | bench | bench-trends | bench-interests | bench-throughput | bench-serving | lock
# Needed beforehand: Python 3.10-3.12 with venv, and a package index for the first run.

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint docs site golden bench bench-trends bench-interests bench-throughput bench-serving lock
SHELL := /bin/sh
BIN := .venv/bin

# The first interpreter that runs, is supported and can make virtual environments. 3.11 first: most tested.
USABLE := import ensurepip, sys, venv; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))
PYTHON ?= $(shell for name in python3.11 python3.12 python3.10 python3 python; do \
	if $$name -c '$(USABLE)' >/dev/null 2>&1; then echo $$name; break; fi; done)

# Two at once: while one waits for a cluster, the other computes. More would need more memory: each may run a stack.
# By place and not by file: the latter runs one of the tests that share an id (schemathesis: one id, all operations).
WORKERS ?= 2
LEVEL ?=
LEVELS := $(if $(LEVEL),$(addprefix tests/,$(LEVEL)),tests)

help:
	@sed -n 's/^# \{0,1\}//p;/^$$/q' Makefile

setup:
	@if [ -z "$(PYTHON)" ]; then \
	  echo "setup: no Python 3.10, 3.11 or 3.12 with venv found on PATH." >&2; \
	  echo "setup: install one (Debian: python3-venv), or: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; \
	  exit 1; fi
	@$(PYTHON) groundswell/bootstrap.py

demo: setup
	@$(BIN)/groundswell demo $(if $(INPUT),--input '$(INPUT)') $(if $(MAPPING),--mapping '$(MAPPING)')

test: setup
	@HYPOTHESIS_PROFILE=$${HYPOTHESIS_PROFILE:-ci} $(BIN)/pytest -n $(WORKERS) --dist worksteal $(LEVELS)

site: setup
	@mkdir -p build
	@# Not --quiet: it would also silence what --strict counts.
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict >build/site.log 2>&1 || { cat build/site.log >&2; exit 1; }

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(MAKE) --no-print-directory site

golden: setup
	@$(BIN)/python -m tests.support.write_golden $(KIND)

# Generated code and pages, written anew.
docs: setup
	@$(BIN)/python -m schemas.generate
	@$(BIN)/python -m groundswell.reference

# Pieces alone, some minutes; nothing is started.
bench: setup
	@$(BIN)/python benchmarks/codec.py
	@$(BIN)/python benchmarks/content.py
	@$(BIN)/python benchmarks/detector.py
	@$(BIN)/python benchmarks/simulate.py

# How well trends are found, beside the baselines: tables and pictures in build/trends; about ten minutes.
bench-trends: setup
	@$(BIN)/python -m benchmarks.trends $(if $(DATA),--data '$(DATA)')

# How well interests are learned, beside the baselines: tables and pictures in build/interests; some minutes.
bench-interests: setup
	@$(BIN)/python -m benchmarks.interests $(if $(DATA),--data '$(DATA)')

# The whole path, on stacks of its own.
bench-throughput: setup
	@$(BIN)/python benchmarks/throughput.py

# The HTTP server under load, beside a bare endpoint; about three minutes.
bench-serving: setup
	@$(BIN)/python -m benchmarks.serving

# New versions on purpose: read the difference before committing it.
lock: setup
	@.venv/tools/bin/uv pip compile --universal --generate-hashes --no-header -q --upgrade -p 3.10 \
	  pyproject.toml --all-extras --group test --group lint --group docs --group bench -o locks/all.txt
	@.venv/tools/bin/uv pip compile --universal --generate-hashes --no-header -q -p 3.10 -c locks/all.txt \
	  pyproject.toml locks/flink.in --extra flink --no-emit-package apache-flink-libraries -o locks/flink.txt
	@.venv/tools/bin/uv pip compile --universal --generate-hashes --no-header -q -p 3.10 -c locks/all.txt \
	  pyproject.toml --extra serving --extra producers --extra otel -o locks/serving.txt
	@.venv/tools/bin/uv pip compile --universal --generate-hashes --no-header -q -p 3.10 -c locks/all.txt \
	  pyproject.toml locks/test.in --extra serving --extra producers --extra otel -o locks/test.txt
	@.venv/tools/bin/uv pip compile --universal --generate-hashes --no-header -q --upgrade -p 3.10 \
	  locks/setup.in -o locks/setup.txt
