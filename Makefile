# Two commands do most: `make demo` and `make test`. `make` alone prints what there is.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 5000
DEMO := instance/demo
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset run test lint types bench clean pins

help: ## Print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: $(BIN)/coop ## Build the demonstration if there is none, and serve it with its worker
	@$(BIN)/coop demo --folder $(DEMO) --port $(PORT)

demo-reset: $(BIN)/coop ## Throw the demonstration away and build it anew
	@rm -rf $(DEMO)
	@$(MAKE) --no-print-directory demo

run: $(BIN)/coop ## Serve for real, configured by COOP_... variables (see docs/running.md)
	@$(BIN)/coop run --with-worker --port $(PORT)

test: $(BIN)/.test ## Lint, types and all tests
	@$(MAKE) --no-print-directory lint types
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(BIN)/.test ## Style, and the arrows between the parts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: $(BIN)/.test ## Types, strictly
	$(BIN)/mypy

bench: $(BIN)/.test ## Measure the hot paths against the bare operation, at a small size
	@for file in benchmarks/[a-z]*.py; do $(BIN)/python -m benchmarks.$$(basename $$file .py) || exit 1; done
	@$(BIN)/python -m benchmarks.ledger
	@$(BIN)/python -m benchmarks.governance
	@$(BIN)/python -m benchmarks.web

clean: ## Remove the environment and what tools have left behind
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info

pins: ## Write the pins anew from what pyproject.toml allows
	rm -rf build/pins && $(PYTHON) -m venv build/pins
	build/pins/bin/pip install --quiet .
	build/pins/bin/pip freeze --exclude coop > requirements/runtime.txt
	build/pins/bin/pip install --quiet '.[test]'
	build/pins/bin/pip freeze --exclude coop > requirements/test.txt
	rm -rf build/pins

# The environment: pinned dependencies, then the project itself, which stays where it is.
$(BIN)/coop: requirements/runtime.txt pyproject.toml
	@echo "Making the environment in .venv ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --requirement requirements/runtime.txt
	@$(BIN)/pip install --quiet --no-deps --editable .
	@touch $@

$(BIN)/.test: $(BIN)/coop requirements/test.txt
	@echo "Adding the tools for tests ..."
	@$(BIN)/pip install --quiet --requirement requirements/test.txt
	@touch $@
