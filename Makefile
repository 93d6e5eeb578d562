# The only door: everything that can be done with this repository is a target here.

PYTHON ?= python3
export Q
SETUP = $(PYTHON) packaging/setup_venv.py

.DEFAULT_GOAL := help
.PHONY: help demo believed search test test-all browser workbench cim mutations shown soak bench build package inspect lint clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | \
	  awk -F'|' '{ printf "  make %-10s %s\n", $$1, $$2 }'

demo: build ## build, collect from a stand-in into a stand-in, show what arrived
	@dev=$$($(SETUP) dev) && "$$dev" -m tests.by_hand.demo

search: ## a search over the demo's records (Q='`akamai_siem_events` action=blocked | top src')
	@test -f build/demo/records.ndjson || $(MAKE) --no-print-directory demo >/dev/null
	@search=$$($(SETUP) search) && "$$search" -m tests.by_hand.preview "$$Q"

test: package lint inspect ## prove it: every Python that Splunk brings, under ten minutes
	@dev=$$($(SETUP) dev) && "$$dev" -m tests.run

test-all: package lint inspect ## everything on every Python
	@dev=$$($(SETUP) dev) && "$$dev" -m tests.run --all

browser: build ## the pages in headless Chromium; screenshots in build/browser/
	@browser=$$($(SETUP) browser) && "$$browser" -m pytest -q -s tests/product/browser && ls build/browser

workbench: build ## both stand-ins and the pages on loopback, events flowing, until Ctrl-C
	@dev=$$($(SETUP) dev) && "$$dev" -m tests.by_hand.workbench

cim: ## how much of each data model is filled, by 20,000 events
	@search=$$($(SETUP) search) && "$$search" -m tests.measured.cim_table

mutations: ## deliberate faults in the conf files, and what finds each
	@search=$$($(SETUP) search) && "$$search" -m tests.measured.mutations

shown: build ## what is promised, at full size, in figures (WHAT=kills KILLS=200, ...)
	@dev=$$($(SETUP) dev) && "$$dev" -m tests.measured.shown $(WHAT)

believed: ## docs/believed.md, checked on a real Splunk (SPLUNK=https://host:8089 [CA=FILE] [WRITE=1])
	@$(PYTHON) -m tests.by_hand.believed $(SPLUNK) $(if $(CA),--ca $(CA)) $(if $(WRITE),--write)

soak: build ## faults, kills and restarts at random (MINUTES=20 RATE=1000 SEED=1)
	@dev=$$($(SETUP) dev) && "$$dev" -m tests.measured.soak

bench: build ## what an event costs, beside a textbook add-on and the floor (ROUNDS=5 FULL=1)
	@dev=$$($(SETUP) dev) && "$$dev" -m tests.measured.bench

build: ## build/TA_akamai_siem/: the app as Splunk installs it
	@$(PYTHON) packaging/build.py

package: build ## dist/TA_akamai_siem-<version>.tar.gz: the same bytes at every build
	@$(PYTHON) packaging/pack.py

inspect: package ## Splunk's AppInspect and slim on the package
	@$(PYTHON) packaging/inspect_package.py
	@$(PYTHON) packaging/validate_package.py

lint: ## ruff and mypy
	@dev=$$($(SETUP) dev) && "$$dev" -m ruff check . && "$$dev" -m ruff format --check . && \
	  "$$dev" -m mypy

clean: ## remove what was made, environments included
	rm -rf build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
