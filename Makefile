# Étincelle: everything one does with the checkout. `make help` lists it.
# Needed: Python 3.11 with venv, and make. `make test` also needs Chromium, which it installs where it may.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3)
STAGE ?= dev
SERVICE ?= all
PIP := -m pip --disable-pip-version-check --quiet install --require-hashes --no-deps
BIN := .venv/bin
RUN := $(BIN)/python -m
QUICK := tests/unit tests/property tests/contract tests/soak
WHOLE := tests/e2e
ZIPS := tests/package
PAGES := tests/browser

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | sort | awk -F'\t' '{printf "make %-16s %s\n", $$1, $$2}'

# -- running ---------------------------------------------------------------------------------------------------

.PHONY: run
run: .venv/run engine ## everything on this machine, with a sample journey (ARGS="--port 9000")
	@$(BIN)/etincelle run $(ARGS)

.PHONY: engine
engine: .engine/ready ## the AWS-compatible engine that `run` and the tests use

# -- environments: made from the locks, by hash; made again when a lock changes --------------------------------

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
		|| { echo "Python 3.11 is needed; $(PYTHON) is another one. Say: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "No venv could be made. On Debian: apt-get install python3-venv"; exit 1; }

.venv/run: requirements/run.lock pyproject.toml | .venv/bin/python
	@echo "installing what the product needs (.venv)"
	@$(BIN)/python $(PIP) -r requirements/run.lock
	@$(BIN)/python -m pip --disable-pip-version-check --quiet install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: requirements/dev.lock .venv/run
	@echo "installing what checks and tests need (.venv)"
	@$(BIN)/python $(PIP) -r requirements/dev.lock
	@touch $@

.engine/ready: WHY := the engine
.fuzz/ready: WHY := what sends the API anything
.checkov/ready: WHY := what looks for faults of security
.audit/ready: WHY := what asks for advisories
.%/ready: requirements/%.lock | .venv/bin/python
	@echo "installing $(WHY) (.$*)"
	@$(PYTHON) -m venv .$*
	@.$*/bin/python $(PIP) -r $<
	@touch $@

.PHONY: browser
browser: # what the browser tests need: Debian's two Chromiums and fonts; axe-core and lighthouse by npm
	@want=; command -v chromium >/dev/null || want="chromium"; \
	command -v chromium-headless-shell >/dev/null || want="$$want chromium-headless-shell"; \
	[ -e /usr/share/fonts/truetype/noto/NotoSans-Regular.ttf ] || want="$$want fonts-dejavu-core fonts-noto-core"; \
	command -v npm >/dev/null || [ -d tests/browser/node_modules ] || want="$$want npm"; \
	[ -n "$$want" ] || exit 0; \
	if [ "$$(id -u)" = 0 ]; then root=; elif sudo -n true 2>/dev/null; then root=sudo; else \
		echo "The browser tests need what this machine lacks. Run this, then make again:"; \
		echo "  sudo apt-get install --no-install-recommends $$want"; exit 1; fi; \
	echo "installing $$want"; \
	$$root apt-get -qq update && \
	$$root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $$want >/dev/null
	@[ ! -e tests/browser/package-lock.json ] || $(MAKE) --no-print-directory tests/browser/node_modules/ready

tests/browser/node_modules/ready: tests/browser/package-lock.json
	@cd tests/browser && npm ci --ignore-scripts --no-audit --no-fund --silent && touch node_modules/ready

.PHONY: parquet
parquet: .venv/run ## what `etincelle export --format parquet` needs: pyarrow, 55 MB to fetch and 170 MB installed
	@$(BIN)/python $(PIP) -r requirements/parquet.lock

# -- checks and tests ------------------------------------------------------------------------------------------

.PHONY: test
test: check engine browser .fuzz/ready .checkov/ready .audit/ready ## check, then every test: this is what CI runs
	@PYTHONHASHSEED=0 $(RUN) pytest --numprocesses 2 --dist loadfile $(QUICK) $(ARGS)
	@$(RUN) pytest --durations 10 --numprocesses 2 --dist loadfile $(WHOLE) $(ARGS)
	@$(RUN) pytest --durations 10 $(ZIPS) $(ARGS)
	@$(RUN) pytest --durations 10 --numprocesses 2 --dist loadfile $(PAGES) $(ARGS)
	@$(RUN) tests.bench --short

.PHONY: check
check: .venv/dev ## linters, types, layers, generated files, documents, pins
	@$(BIN)/ruff check --quiet --output-format concise .
	@$(BIN)/ruff format --check --quiet . || { echo "run make format"; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(RUN) infra.render --check
	@$(RUN) infra.checks.openapi --check
	@$(RUN) infra.checks.schemas --check
	@$(RUN) infra.checks.access_patterns --check
	@$(RUN) infra.checks.documents
	@$(RUN) infra.checks.pins

.PHONY: audit
audit: .venv/dev .audit/ready ## asks a public database for advisories on everything that any lock pins; needs the internet
	@$(RUN) infra.checks.advisories

.PHONY: format
format: .venv/dev ## lays the code out as `check` wants it
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

.PHONY: generate
generate: .venv/dev ## writes what is made from chalice.json and from the code
	@$(RUN) infra.render
	@$(RUN) infra.checks.openapi
	@$(RUN) infra.checks.schemas
	@$(RUN) infra.checks.access_patterns

.PHONY: fuzz
fuzz: .venv/dev engine .fuzz/ready ## sends the API 10,000 requests that nobody would (ARGS="--seconds 30" for fewer)
	@$(RUN) tests.fuzz.run $(ARGS)

.PHONY: bench
bench: .venv/dev engine ## speed, cost and size of everything, as one table and .local/bench.json (ARGS=--short for a minute of it)
	@$(RUN) tests.bench $(ARGS)

.PHONY: soak
soak: .venv/dev engine ## a week of 124,000 interactions with faults at every port, and 20 times a thousand at once: nothing lost, doubled or invented (ARGS="--seed 2")
	@$(RUN) tests.soak.run $(ARGS)
	@RACES=20 $(RUN) pytest tests/e2e/test_contact_races.py

.PHONY: bench-detection
bench-detection: .venv/dev ## how well friction is detected: false alarms, power, delay
	@$(RUN) tests.bench.detection $(ARGS)

.PHONY: bench-figures
bench-figures: .venv/dev ## how good causes, adjusted figures, money at risk and priorities are, in 500 seeded worlds
	@$(RUN) tests.bench.figures $(ARGS)

.PHONY: pictures
pictures: .venv/dev browser ## takes the README's pictures anew, of what `make run` shows meanwhile
	@$(RUN) tests.browser.pictures $(ARGS)

# -- deployables -----------------------------------------------------------------------------------------------

.PHONY: package
package: .venv/dev ## zips and templates under .build/ (SERVICE=collector STAGE=prod)
	@$(RUN) infra.build $(SERVICE) $(STAGE)

.PHONY: deploy
deploy: .venv/dev ## brings what `package` built into AWS, by its CLI (STAGE=prod DRY=1 prints what it would do)
	@DOMAIN="$(DOMAIN)" CERTIFICATE="$(CERTIFICATE)" OPERATOR_EMAIL="$(OPERATOR_EMAIL)" MONTHLY_BUDGET="$(MONTHLY_BUDGET)" \
		$(RUN) infra.deploy $(STAGE) $(if $(DRY),--dry)

.PHONY: security
security: .venv/dev .checkov/ready ## checkov over the templates that `package` built, beyond infra/skips.yaml (STAGE=prod)
	@$(RUN) infra.checks.security $(STAGE)

.PHONY: prove
prove: .venv/dev engine .checkov/ready .audit/ready ## runs every function from its zip, as Lambda does, within its policy; looks at its templates
	@$(RUN) pytest tests/package $(ARGS)

.PHONY: lock
lock: .venv/dev ## pins requirements anew (ARGS=--upgrade for the newest allowed)
	@$(RUN) infra.lock $(ARGS)

.PHONY: clean
clean: ## removes everything that make made; the local stack's data (.local) stays
	@rm -rf .venv .engine .fuzz .checkov .audit .build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info tests/browser/node_modules
	@find . -name __pycache__ -prune -exec rm -rf {} +
