# Everything about this checkout is one word away; a bare `make` lists the words.
#
# All of it happens inside .venv, which needs Python 3.11 or newer and pip, and neither root nor a network beyond the
# package index. Extra words for a command go into ARGS:   make demo ARGS="--help"   make test ARGS="-k wallet"

PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin

# What each set-up step has done is remembered by an empty file, so that the second call starts at once.
VENV_READY := $(VENV)/.ready
RUN_READY := $(VENV)/.ready-run
DEV_READY := $(VENV)/.ready-dev

# The environment's own pip or, where Debian's python3-venv is missing, the system's pip pointed at the environment.
PIP = $$($(BIN)/python -m pip --version >/dev/null 2>&1 && echo "$(BIN)/python -m pip" \
	|| echo "$(PYTHON) -m pip --python $(BIN)/python")
INSTALL = $(PIP) --disable-pip-version-check install -qq --root-user-action=ignore

.DEFAULT_GOAL := help
.PHONY: help demo test check bench soak lint-fix lock clean
.DELETE_ON_ERROR:

help: ## Show this list.
	@echo "Guerdon, a self-hosted loyalty platform. Call one of:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(RUN_READY) ## Set everything up and show a year of a real grocery's loyalty program.
	@$(BIN)/guerdon demo $(ARGS)

test: check ## Run everything that has to pass: the checks, then the tests.
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

check: $(DEV_READY) ## Run only the checks that read the code: style, format, types, import rings.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(RUN_READY) ## Measure Guerdon against PostgreSQL's own pgbench on this machine.
	@$(BIN)/python -m bench $(ARGS)

soak: $(RUN_READY) ## Load the service for 10 minutes and see whether it stays as it was; ARGS=60 for a minute.
	@$(BIN)/python -m bench.soak $(ARGS)

lint-fix: $(DEV_READY) ## Repair what ruff can repair: the style and the format.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The lock files name versions and hashes, and no place to get them from. Pinned versions stay as they are unless
# asked:   make lock ARGS=--upgrade
LOCK = "$$(command -v uv || echo $(BIN)/uv)" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

lock: $(VENV_READY) ## Pin every dependency anew, with hashes, after pyproject.toml has changed.
	@command -v uv >/dev/null || test -x $(BIN)/uv || $(INSTALL) uv
	$(LOCK) $(ARGS) --extra dev --group build --output-file requirements/dev.lock pyproject.toml
	$(LOCK) $(ARGS) --extra demo --extra insight --extra lifetime --group build --constraint requirements/dev.lock \
		--output-file requirements/run.lock pyproject.toml

clean: ## Remove the environment, the caches and everything built.
	rm -rf $(VENV) build dist .cache .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- set-up -----------------------------------------------------------------------------------------------------------

# `--require-hashes` refuses any package whose content is not the one that was locked. The project itself is linked, not
# copied, by the builder from the same lock file.
define install-locked
	@echo "Installing the packages of $(1) ..."
	@$(INSTALL) --require-hashes --requirement $(1)
	@$(INSTALL) --no-deps --no-build-isolation --editable .
endef

$(RUN_READY): requirements/run.lock pyproject.toml $(VENV_READY)
	$(call install-locked,requirements/run.lock)
	@touch $@

# dev.lock holds all of run.lock in the same versions, so one installation serves both.
$(DEV_READY): requirements/dev.lock requirements/run.lock pyproject.toml $(VENV_READY)
	$(call install-locked,requirements/dev.lock)
	@touch $(RUN_READY) $@

# Debian ships `venv` without the pip to put inside (that is the package python3-venv); the system's pip can fill such an
# environment from outside, so only a machine that lacks both has to install something.
$(VENV_READY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Guerdon needs Python 3.11 or newer, and '$(PYTHON)' is not one."; \
		echo "Install it (Debian 12, Ubuntu 24.04 and newer: apt install python3 python3-pip python3-venv)"; \
		echo "or name another one:  make PYTHON=/path/to/python3.12"; exit 1; }
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 \
		|| { rm -rf $(VENV); $(PYTHON) -m venv --without-pip $(VENV); } \
		&& { $(PIP) --version >/dev/null 2>&1; } || { rm -rf $(VENV); \
		echo "Guerdon could not make a Python environment: neither Python's venv nor pip is complete here."; \
		echo "On Debian or Ubuntu:  apt install python3-venv   (or: apt install python3-pip)"; exit 1; }
	@touch $@
