# Two commands: `make demo` and `make test`. Each makes .venv by itself and is quick when run again.
LISTEN ?= 127.0.0.1:8080
DATA ?= ./demo-data
BIN := .venv/bin

.PHONY: help demo test lint test-long bench docs clean

help:  ## what there is
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 12

demo:  ## four vendors on one server: make demo [LISTEN=127.0.0.1:8080] [DATA=./demo-data]
	@scripts/venv.sh server
	@$(BIN)/watchword demo --listen $(LISTEN) --data $(DATA)

test: lint  ## lint, types, import contracts and every test but the long ones
	@scripts/node.sh
	$(BIN)/pytest -n auto -m "not long"

lint:
	@scripts/venv.sh server,guard-server,dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test-long:  ## fuzzing, soak and the whole matrix
	@scripts/venv.sh server,guard-server,dev
	@scripts/node.sh
	$(BIN)/pytest -n auto -m "long"

bench:  ## the figures of docs/speed.md, as ratios measured in one run
	@scripts/venv.sh server,guard-server,dev
	@scripts/node.sh
	$(BIN)/python -m bench

docs:  ## the documentation as a site in ./site
	@scripts/venv.sh docs
	$(BIN)/zensical build --clean

clean:  ## what the other targets made, but for demo-data
	rm -rf .venv node_modules tests/node/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
