# Dikkat Atölyesi. make lab: dersleri aç · make test: her şeyi denetle
PYTHON ?= python3
ARGS ?=
PY := .venv/bin/python
export PYTHONUTF8 := 1

.PHONY: lab test build gpu bench grid results

lab:
	@$(PYTHON) course_lib/setup/bootstrap.py lab
	@$(PY) -m course_lib.setup.lab $(ARGS)

test: .venv-test
	$(PY) -m course_lib.authoring.verify $(ARGS)

build: .venv-test
	$(PY) -m course_lib.authoring.build $(ARGS)

gpu: .venv-test
	$(PY) -m course_lib.authoring.gpu $(ARGS)

bench: .venv-test
	$(PY) benchmarks/channel.py
	$(PY) benchmarks/cbam.py $(ARGS)
	$(PY) benchmarks/data.py

results:
	@$(PYTHON) course_lib/setup/bootstrap.py lab
	for grid in results/*.toml; do $(PY) -m course_lib.atolye ablasyon $$grid --evet $(ARGS) || exit; done

grid: .venv-test
	$(PY) -m pytest tests/diagnosis tests/practice/test_judge.py --full-grid -q -n 2 $(ARGS)

.PHONY: .venv-test
.venv-test:
	@$(PYTHON) course_lib/setup/bootstrap.py lab test
