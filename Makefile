# demo and test set themselves up; TORCH_INDEX names another package index for torch, see README.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
TORCH := torch==$(shell sed -n 's/^torch==//p' constraints.txt)

# the tests start some hundred processes, each of which would compile everything anew
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test browser check fix slow clean

demo: .venv/ready
	@$(BIN)/convscope train digits-cnn
	@echo
	@$(BIN)/convscope predict bundled:mnist-cnn examples/digits
	@echo
	@$(BIN)/convscope data show digits --recipe digits-cnn
	@echo
	@echo "The run lies in runs/latest with its report.html, the pictures in pictures/digits; the command is $(BIN)/convscope"

test: .venv/ready-dev browser
	@$(BIN)/python -m pytest -n 2

# the report is tested in Chromium where there is one, or where it can be installed
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
		command -v google-chrome >/dev/null || \
		{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && echo "installing Chromium ..." && \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; } \
		>/dev/null 2>&1 || echo "no Chromium: the tests in a browser are skipped"

slow: .venv/ready-dev
	@$(BIN)/python -m pytest -m slow

check: .venv/ready-dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/pyright --pythonpath $(BIN)/python

fix: .venv/ready-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.venv/ready: pyproject.toml constraints.txt
	@echo "setting up .venv (torch is the large part) ..."
	@$(PYTHON) -m venv .venv || (rm -rf .venv && $(PYTHON) -m virtualenv -q .venv) || \
		(rm -rf .venv; echo "no environment could be made: apt install python3-venv"; exit 1)
	@$(PIP) $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) $(TORCH)
	@$(PIP) -e .
	@touch $@

.venv/ready-dev: .venv/ready
	@$(PIP) -e '.[dev]'
	@touch $@

clean:
	rm -rf .venv
