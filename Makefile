# Everything a newcomer needs: `make demo` and `make test`. Both stand on `make setup`, which makes .venv.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv
# Two cores and many small matrix products: one BLAS thread each, or they fight.
export OPENBLAS_NUM_THREADS ?= 1
# Tests run in so many processes.
JOBS ?= 2

CONSOLE := src/standex/edges/web/console/index.html
CONSOLE_FILES := $(shell find console/src console/public console/index.html console/*.json console/vite.config.ts -type f 2>/dev/null)

.PHONY: help setup console demo test check lint types imports requirements clean pictures

help:
	@echo "make demo    the reference site live, on people who were really recorded: console and terminal"
	@echo "make test    all tests"
	@echo "make check   lint, types and import rules"

setup: $(VENV)/.ready

$(VENV)/.ready: requirements/dev.txt requirements/build.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "STANDEX needs Python 3.11 or later; PYTHON=... make setup chooses another"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "no venv module: install python3-venv (Debian: apt install python3-venv)"; exit 1; }
	@echo "setting up $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --no-deps --require-hashes -r requirements/dev.txt -r requirements/build.txt
	@VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

console: $(CONSOLE)

# Without Node the API works and the page is missing, and says so.
$(CONSOLE): $(CONSOLE_FILES)
	@if command -v npm >/dev/null; then \
	  echo "building the console"; \
	  cd console && npm ci --silent --no-fund --no-audit && npm run --silent build >/dev/null; \
	else \
	  echo "no npm: the console is not built (Node 20 or later; Debian: apt install npm)"; \
	fi

demo: setup console
	@$(BIN)/standex demo

test: setup console
	@requirements/system.sh
	@if [ -d console/node_modules ]; then cd console && npm run --silent test; fi
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

check: lint types imports

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup
	@$(BIN)/basedpyright

imports: setup
	@$(BIN)/lint-imports

requirements: setup
	@cd requirements && ./compile.sh ../$(UV)

pictures: setup console
	@$(BIN)/python docs/make_pictures.py
	@$(BIN)/python docs/make_gallery.py

clean:
	rm -rf $(VENV) out .pytest_cache .ruff_cache
