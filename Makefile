# Dikkat Atölyesi. make lab: dersleri aç · make test: her şeyi denetle
PYTHON ?= python3
ARGS ?=
PY := .venv/bin/python
export PYTHONUTF8 := 1

.PHONY: lab test build gpu bench grid

lab:
	@$(PYTHON) course_lib/bootstrap.py lab
	@$(PY) -m course_lib.lab $(ARGS)

test: .venv-test
	$(PY) -m course_lib.authoring.verify $(ARGS)

build: .venv-test
	$(PY) -m course_lib.authoring.build $(ARGS)

gpu: .venv-test
	$(PY) -m course_lib.authoring.gpu $(ARGS)

bench: .venv-test
	$(PY) benchmarks/channel.py
	$(PY) benchmarks/cbam.py $(ARGS)

grid: .venv-test
	$(PY) -m pytest tests/bughunt --full-grid -q $(ARGS)

.PHONY: .venv-test
.venv-test:
	@$(PYTHON) course_lib/bootstrap.py lab test
