# Two commands: `make demo` runs a whole night, `make test` passes the tests. Both install what they need into .venv.
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null && $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
export LEADHOUSE_HOME ?= $(CURDIR)/.leadhouse
# uv trusts what this machine trusts, as pip does: a company's own certificate authority is in the system's store.
export UV_SYSTEM_CERTS ?= true
# Linked into the environment, so it takes no second copy, and goes with it. Name a folder to share it among checkouts.
export UV_CACHE_DIR ?= $(CURDIR)/.venv/cache
# Seconds between two signs of life where there is no terminal.
SAY_EVERY ?= 30

.PHONY: demo down clean test test-all test-fast prove bench compiled lint docs lock environment help

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | sort | column -t -s "$$(printf '\t')"

environment: .venv/ready ## the environment from the hashed lock

.venv/ready: requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Leadhouse needs Python 3.11 or newer with venv; none was found. Set PYTHON=/path/to/python3.11."; exit 1; }
	@echo "==> environment: $$($(PYTHON) --version) in .venv"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@# uv comes from the same lock, by hash; it then installs the rest in seconds and compiles the bytecode.
	@awk '/^uv==/{f=1} f{print} f&&!/\\$$/{exit}' requirements.txt > .venv/uv.txt
	@$(BIN)/python -m pip install --quiet --no-cache-dir --disable-pip-version-check --require-hashes -r .venv/uv.txt
	@# uv would list every package: one line says how long it takes (off a terminal one every so often), and what goes
	@# wrong is still told whole.
	@what="==> packages: $$(grep -cE '^[a-z0-9].*==' requirements.txt) pinned by hash"; echo "$$what"; \
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.txt & \
	installer=$$!; trap "kill $$installer 2>/dev/null; exit 130" INT TERM; \
	told=0; while kill -0 $$installer 2>/dev/null; do \
	  if [ -t 1 ]; then printf '\r    installing, %s s' $$SECONDS; \
	  elif [ $$SECONDS -ge $$((told + $(SAY_EVERY))) ]; then told=$$SECONDS; echo "    installing, $$told s"; fi; sleep 0.5; done; \
	wait $$installer || exit 1; if [ -t 1 ]; then printf '\r'; fi; echo "    installed in $$SECONDS s"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: environment ## run a night on the embedded default; again: the next night
	@$(BIN)/leadhouse demo night

down: ## stop everything that `make demo` started
	@if [ -x $(BIN)/leadhouse ]; then $(BIN)/leadhouse down; fi

clean: down ## remove the environment and all data of the embedded default
	@if [ -x $(BIN)/leadhouse ]; then $(BIN)/leadhouse demo remove --yes; fi
	rm -rf .venv .leadhouse

# A file's tests share what they build, so a file goes to one worker (loadgroup does nothing under pytest 9.2).
# Bytecode is kept whatever the shell says: the tests' many processes and workers would compile the same files again.
TESTS = PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder -q

test: environment ## every rule, component, endpoint and DAG file, on real parts; less than ten minutes on two cores
	$(TESTS) -m "not slow and not prove"

test-all: environment ## these and the slow ones: nights, kills, restores, rehearsals; that no database function is left out
	$(TESTS) -m "not prove" --function-calls

test-fast: environment ## the tests that need no server
	$(BIN)/pytest -q tests/extraction tests/test_network.py

prove: environment ## the long proofs: kills and races; results go to docs/proofs.md
	$(BIN)/pytest -m prove -q

bench: environment ## ratios against peers and floors; results go to docs/benchmarks.md
	$(BIN)/python -m benchmarks

compiled: environment ## extraction as machine code: a page costs a fifth less; needs a C compiler and minutes
	$(BIN)/python -m leadhouse.extraction.build_compiled

lint: environment ## style, types, import layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: environment ## write the generated pages
	$(BIN)/leadhouse docs

lock: ## compile requirements.in into the hashed lock
	$(BIN)/uv pip compile --quiet --generate-hashes --python-version 3.11 --universal requirements.in -o requirements.txt
