# `make run` and `make test` are all that a newcomer needs; `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
MODEL ?= finslm-0.5b
VENV := .venv
BIN := $(VENV)/bin

# llama.cpp is built for this CPU. SOURCE_DATE_EPOCH would silently switch off AVX, so it is taken out of the environment.
# pip's cache is left out: a wheel that was built there for another CPU, or with other flags, must not be taken.
# GCC 12 miscompiles the AMX kernels (a crash at the first long prompt); AVX-512 VNNI serves instead.
ifeq ($(shell uname -m),x86_64)
NO_AMX := -mno-amx-tile -mno-amx-int8 -mno-amx-bf16
endif
NATIVE := env -u SOURCE_DATE_EPOCH CMAKE_BUILD_PARALLEL_LEVEL=$(shell nproc) \
	CMAKE_ARGS="-DGGML_NATIVE=ON -DCMAKE_C_FLAGS='$(NO_AMX)' -DCMAKE_CXX_FLAGS='$(NO_AMX)'"

.PHONY: help run test heavy lab lint model-small screenshots docs clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: $(VENV)/.run ## install, build the model, and show the whole product on the sample documents
	@MODEL=$(MODEL) scripts/demo.sh

test: $(VENV)/.dev model-small lint ## all checks and tests, a worker a core
	FINSLM_THREADS=1 $(BIN)/pytest -q -n auto --dist loadfile

heavy: $(VENV)/.dev model-small ## the tests that take many minutes
	$(BIN)/pytest -q -m heavy

lab: $(VENV)/.lab model-small ## the tests of the training loop, which need the extra `train`
	$(BIN)/pytest -q -m lab

lint: $(VENV)/.dev ## ruff and mypy
	$(BIN)/ruff check finslm tests scripts
	$(BIN)/ruff format --check finslm tests scripts
	$(BIN)/mypy

model-small: $(VENV)/.run ## build finslm-135m, which the tests use
	@$(BIN)/finslm model build finslm-135m

screenshots: $(VENV)/.dev ## draw docs/screenshots from the demo vault
	$(BIN)/python scripts/screenshots.py

docs: $(VENV)/.dev ## write docs/cli.md from the command itself
	$(BIN)/python -m typer finslm.cli.main utils docs --name finslm --output docs/cli.md

clean: ## remove the virtual environment and the demo vault
	rm -rf $(VENV) .demo

$(VENV)/bin/pip:
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/pip
	@echo "Installing FinSLM; llama.cpp is compiled for this CPU, which takes some minutes the first time."
	$(NATIVE) $(BIN)/pip install --quiet --no-cache-dir --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps -e .
	@touch $@

# Of the extra `ocr` what is used: rapidocr's own dependencies (OpenCV above all, 150 MB) are never imported.
$(VENV)/.dev: requirements-dev.lock requirements-ocr.lock $(VENV)/.run
	$(NATIVE) $(BIN)/pip install --quiet --no-cache-dir --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --no-cache-dir --no-deps --require-hashes -r requirements-ocr.lock
	@touch $@

$(VENV)/.lab: $(VENV)/.dev
	$(BIN)/pip install --quiet torch==2.13.0 -e '.[train]'
	@touch $@
