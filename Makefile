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
INSTALL := $(PY) deploy/install_packages.py
NODE_TESTS = node --test $(sort $(wildcard tests/js/*/*.test.js))
# What has to be alone waits for the end (tests/lanes.py). A worker may hold a server and a browser, so not too many.
# Three workers on two cores were no quicker, and pages waited for each other.
ON_ALL_CORES := --numprocesses auto --maxprocesses 8 --dist loadfile
LOCK = $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-emit-find-links --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help install run test check acoustic bench lint format messages lock clean

help:  ## list these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

install: $(RUN_READY) $(CATALOGUES)  ## set up what the site runs on, and no more

run: install  ## serve the site on http://HOST:PORT (127.0.0.1:8000), with demo music on first start
	@echo "Starting Synchro"
	@$(PY) manage.py seed_demo --migrate --skip-checks
	@exec deploy/serve

test: $(DEV_READY) $(CATALOGUES)  ## install what the tests need, then check and test everything
	@tests/install-debian-packages
	@$(MAKE) --no-print-directory lint
	$(NODE_TESTS)
	$(PY) -m pytest $(ON_ALL_CORES) --durations 10
	$(PY) -m tests.postgresql $(ON_ALL_CORES)  # what tests/lanes.py names, on the other database

check: $(DEV_READY) $(CATALOGUES)  ## the inner loop: lint, and the tests that need no server, browser or ffmpeg
	@$(MAKE) --no-print-directory lint
	$(NODE_TESTS)
	$(PY) -m pytest $(ON_ALL_CORES) -m unit

acoustic: $(DEV_READY) $(CATALOGUES)  ## of the tests, those that hear two real browsers
	@tests/install-debian-packages
	$(PY) -m pytest -m acoustic -s

bench: $(DEV_READY) $(CATALOGUES)  ## measure, print the figures and write them into docs/measurements.md
	@tests/install-debian-packages
	@$(PY) -m tests.bench

lint: $(DEV_READY) $(NODE_READY)  ## style, types, and models without a migration
	$(PY) -m ruff check
	$(PY) -m ruff format --check --quiet
	$(PY) -m mypy $(SOURCES) deploy tests
	node_modules/.bin/tsc --noEmit --project .
	node_modules/.bin/eslint
	SYNCHRO_DATABASE=:memory: $(PY) manage.py makemigrations --check --dry-run

format: $(DEV_READY) $(NODE_READY)  ## put the sources in the project's form
	$(PY) -m ruff check --fix --exit-zero
	$(PY) -m ruff format
	node_modules/.bin/eslint --fix

messages: $(DEV_READY)  ## collect what is to be translated into locale/
	for domain in django djangojs; do $(PY) manage.py makemessages --domain $$domain --locale zh_Hans \
	    --add-location file --no-wrap --no-obsolete --ignore .venv --ignore node_modules --ignore tests --ignore media; done

lock: $(DEV_READY)  ## lock what requirements*.in choose and what that needs (UPGRADE=1: the newest of the latter)
	$(LOCK) --output-file requirements.txt requirements.in
	$(LOCK) --output-file requirements-dev.txt requirements-dev.in

clean:  ## remove what these commands installed and left behind; music, rooms and accounts stay
	rm -rf $(VENV) node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis test-results
	find $(SOURCES) tests -name __pycache__ -prune -exec rm -rf {} +
	rm -f $(CATALOGUES)

# A stamp older than the Python behind the environment is renewed too: the system's Python was replaced.
$(RUN_READY): requirements.txt $(PY)
	@echo "Installing what Synchro runs on; once, for about a minute"
	@$(INSTALL) $<
	@touch $@

$(DEV_READY): requirements-dev.txt $(RUN_READY)
	@echo "Installing what its tests need"
	@$(INSTALL) $<
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
