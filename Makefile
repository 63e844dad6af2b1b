# Every command a newcomer needs. `make help` lists them.
PORT ?= 8000
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup serve test check fix eval bench

help: ## list these commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/make \1\t\2/' | expand -t 14

setup: .venv/serving .venv/assets ## make .venv with what serving needs, and the command community-copilot in it

serve: setup ## serve on 127.0.0.1:8000 (PORT=8001 make serve for another port)
	@$(BIN)/community-copilot serve --port $(PORT)

test: .venv/testing .venv/assets-for-tests ## run every default test
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

check: .venv/testing ## style, types and import contracts
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

fix: .venv/testing ## mend style where that can be done by machine
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

eval: .venv/testing ## measure quality on the public sets and the corpus, and save the table
	@for part in quality evasion similarity cloaking off_topic explain rumors targets corpus clauses precedents risk learning threads topics feeds gate drafts; do $(BIN)/python -m eval.$$part || exit 1; done

bench: .venv/testing ## measure speed, in process and over HTTP, beside a keyword scan and a BERT
	@$(BIN)/python -m eval.bench

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is %d.%d" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Could not make .venv. On Debian: apt-get install python3-venv" >&2; exit 1; }

.venv/serving: pyproject.toml | .venv/bin/python
	@echo "Installing what serving needs (once, a minute or so) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

.venv/assets: api/console/package-lock.json .venv/serving
	@echo "Fetching the console's scripts and styles (once) ..."
	@$(BIN)/python -m api.console.assets
	@touch $@

.venv/assets-for-tests: api/console/package-lock.json .venv/testing
	@$(BIN)/python -m api.console.assets --tests
	@touch $@ .venv/assets

.venv/testing: pyproject.toml | .venv/bin/python
	@echo "Installing what the tests need (once, some minutes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@ .venv/serving
