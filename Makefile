# Two commands need nothing but Python, Node and make: `make demo` and `make test`.
PY := .venv/bin/python
STAMP := .venv/.installed
# Two for each processor: browsers, relays and killed processes make tests wait.
WORKERS = $(shell $(PY) -c "import os; print(2 * (os.cpu_count() or 1))")

.PHONY: help demo serve test check test-postgres bench assets clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile

$(STAMP): pyproject.toml digest/web/assets/package-lock.json
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: $(STAMP)  ## Set up, then walk from a sample news site to mails in a local mailbox
	.venv/bin/digest demo

serve: $(STAMP)  ## The same, and go on with the panel at http://127.0.0.1:8000
	.venv/bin/digest demo --serve

test: $(STAMP)  ## Set up, then run all tests
	.venv/bin/pytest -n $(WORKERS) --dist worksteal

check: $(STAMP)  ## Lint, types, import contract, tests
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/pytest -n $(WORKERS) --dist worksteal

test-postgres: $(STAMP)  ## The tests on PostgreSQL (needs its server's programs)
	DIGEST_TEST_DATABASE=postgresql .venv/bin/pytest -n $(WORKERS) --dist worksteal

bench: $(STAMP)  ## Throughput of collect, summarise, group and render, side by side with others
	$(PY) -m bench

assets: $(STAMP)  ## Build style sheets and scripts again
	$(PY) -m digest._build

clean:  ## Remove what was built
	rm -rf .venv digest/web/static demo-data
