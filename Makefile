# Every target sets up what it needs in .venv; the first time takes minutes, after that nothing.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif

.PHONY: run picture test browser slow verify gpu chaos clients check bench docs setup dev lint format types imports \
	documented size editor screenshots

run: setup ## start the server and open the browser; ARGS="--port 8000 --no-open"
	@$(BIN)/python main.py serve --open $(ARGS)

picture: setup ## make a picture; ARGS='--prompt "a blue heart" --seed 7'
	@$(BIN)/python main.py run workflows/text_to_image.json $(ARGS)

test: dev ## run the tests: Python's, the editor's, those in Chromium; ARGS="-k sampler" for some of Python's
	@$(BIN)/python -m tools.tests $(ARGS)

browser: dev ## run the editor's tests in Chromium; ARGS="-k row_24"
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 -m browser tests/browser $(ARGS)

slow: dev ## run the tests that take long
	@$(BIN)/python -m pytest -m slow --ignore tests/browser $(ARGS)

verify: dev ## check models of every kind at full size, and write docs/models.md
	@$(BIN)/python -m tools.verify $(ARGS)

gpu: dev ## run the tests that need an accelerator
	@$(BIN)/python -m pytest -m gpu $(ARGS)

chaos: dev ## kill the server and its worker again and again, fail its writes; ARGS="--rounds 10"
	@$(BIN)/python -m tests.chaos $(ARGS)

clients: dev ## run other projects' clients of ComfyUI; needs pip's and npm's registries, and Node.js
	@folder=$$($(BIN)/python -m tests.clients.install) && COMFYUI_FRONTEND_WHEELS=$$folder/wheels \
	$(BIN)/python -m pytest -m slow tests/clients tests/compat/test_official_editor.py $(ARGS)

check: lint types imports documented size editor ## everything that is checked without running it

bench: dev ## measure, and print the figures
	@$(BIN)/python -m benchmarks $(ARGS)

docs: dev ## write the pages that are made from the code
	@$(BIN)/python -m tools.docs

format: dev ## put the code in order
	@$(BIN)/ruff check --fix && $(BIN)/ruff format && $(BIN)/python -m tools.frontend format

setup: ## what running needs
	@$(PYTHON) tools/setup_env.py

dev: ## what working on it needs
	@$(PYTHON) tools/setup_env.py --dev

lint: dev
	@$(BIN)/ruff check && $(BIN)/ruff format --check

types: dev
	@$(BIN)/pyright

imports: dev
	@$(BIN)/lint-imports

documented: dev
	@$(BIN)/python -m tools.docs --check

size: dev
	@$(BIN)/python -m tools.size

editor: dev ## check the editor: types, style
	@$(BIN)/python -m tools.frontend types lint

screenshots: dev ## photograph the editor for the README; ARGS="--all FOLDER" for every state
	@$(BIN)/python -m tools.screenshots $(ARGS)
