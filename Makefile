# Synchro's commands. Needs make and Python >= 3.11; `make test` needs more and installs it where it may.

HOST ?= 127.0.0.1
PORT ?= 8000
export HOST PORT

VENV := .venv
PY := $(VENV)/bin/python
RUN_READY := $(VENV)/requirements.stamp
DEV_READY := $(VENV)/requirements-dev.stamp
NODE_READY := node_modules/.package-lock.json
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
SOURCES := playback library rooms synchro

.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help install run test acoustic bench lint format messages clean

help:  ## list these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

install: $(RUN_READY) $(CATALOGUES)  ## set up what the site runs on, and no more

run: install  ## serve the site on http://HOST:PORT (127.0.0.1:8000), with demo music on first start
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py seed_demo
	@echo "Synchro: http://$(HOST):$(PORT)/  (Ctrl+C ends it)"
	@exec deploy/serve

test: $(DEV_READY) $(CATALOGUES)  ## install what the tests need, then check and test everything
	@tests/install-debian-packages
	@$(MAKE) --no-print-directory lint
	node --test $(sort $(wildcard tests/js/*.test.js tests/js/*/*.test.js))
	$(PY) -m pytest

acoustic: $(DEV_READY) $(CATALOGUES)  ## of the tests, those that hear two real browsers
	@tests/install-debian-packages
	$(PY) -m pytest -m acoustic -s

bench: $(DEV_READY) $(CATALOGUES)  ## measure, print the figures and write them into docs/measurements.md
	@tests/install-debian-packages
	@$(PY) -m tests.bench

lint: $(DEV_READY) $(NODE_READY)  ## style, types, and models without a migration
	$(PY) -m ruff check
	$(PY) -m mypy $(SOURCES)
	node_modules/.bin/tsc --noEmit --project .
	SYNCHRO_DATABASE=:memory: $(PY) manage.py makemigrations --check --dry-run

format: $(DEV_READY)  ## put the Python sources in the project's form
	$(PY) -m ruff check --fix --exit-zero
	$(PY) -m ruff format

messages: $(DEV_READY)  ## collect what is to be translated into locale/
	for domain in django djangojs; do $(PY) manage.py makemessages --domain $$domain --locale zh_Hans \
	    --add-location file --no-wrap --no-obsolete --ignore .venv --ignore node_modules --ignore tests --ignore media; done

clean:  ## remove what these commands installed and left behind; music, rooms and accounts stay
	rm -rf $(VENV) node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis test-results
	find $(SOURCES) tests -name __pycache__ -prune -exec rm -rf {} +
	rm -f $(CATALOGUES)

# A stamp older than the Python behind the environment is renewed too: the system's Python was replaced.
$(RUN_READY): requirements.txt $(PY)
	@echo "Installing what Synchro runs on"
	@$(PY) -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

$(DEV_READY): requirements-dev.txt $(RUN_READY)
	@echo "Installing what its tests need"
	@$(PY) -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

$(PY):
	@for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	    $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; python=; \
	done; \
	if [ -z "$$python" ]; then echo "Synchro needs Python 3.11 or newer, and none was found in PATH." >&2; exit 1; fi; \
	echo "Setting up $(VENV) with $$($$python --version)"; \
	$$python -m venv --clear $(VENV)

$(NODE_READY): package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

%.mo: %.po | $(RUN_READY)
	@$(PY) -m babel.messages.frontend --quiet compile --input-file $< --output-file $@
