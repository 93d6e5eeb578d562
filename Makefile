# Every command of this repository is a target here; `make help` lists them.

PYTHON ?= python3
IN ?= demo
export Q
# For messages: which target lacks something.
export TARGET := $(firstword $(MAKECMDGOALS) help)
# Whatever makes temporary files makes them here. Nothing stays in the system's folder.
export TMPDIR := $(CURDIR)/build/tmp
$(shell mkdir -p "$(TMPDIR)")
SETUP = $(PYTHON) packaging/setup_venv.py

.DEFAULT_GOAL := help
.PHONY: help demo believed search one check test test-all browser browser-ten catch-up views workbench workbench-views props search-cost first-use cim dropping mutations mutants shown soak bench build package origins audit icons inspect docs release release-files settings lint update clean

help: ## list all commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## build, collect from Akamai's stand-in into Splunk's, and show the result
	@dev=$$($(SETUP) dev) && "$$dev" -m tests.by_hand.demo

search: ## search the records of the demo, or of a workbench that runs (Q='...' IN=workbench)
	@test -n "$$Q" && test "$(IN)" = demo && ! test -f build/demo/details.txt && \
	  { echo "The demo has not run yet; it runs first."; $(MAKE) --no-print-directory demo >/dev/null; } || true
	@search=$$($(SETUP) search) && "$$search" -m tests.by_hand.preview "$(IN)" "$$Q"

one: ## run one test file, folder or test on one Python (T=path[::test] PY=3.9)
	@$(PYTHON) -m tests.one "$(PY)" $(T)

check: lint ## run the linters, type checks and unit tests, in about a minute
	@dev=$$($(SETUP) dev) && HYPOTHESIS_PROFILE=brief "$$dev" -m pytest -q tests/product/unit \
	  tests/product/repository tests/oracles/tests/test_reference.py \
	  --ignore=tests/product/repository/test_package.py

test test-all: export MAKE_BEGAN := $(shell date +%s)

test: package ## lint, inspect and run the tests on every Python that Splunk ships, in under twelve minutes
	@dev=$$($(SETUP) dev) && "$$dev" -m tests.run

test-all: package ## the same, with all tests completely on every Python
	@dev=$$($(SETUP) dev) && "$$dev" -m tests.run --all

browser: build ## test the setup pages in headless Chromium; screenshots in build/browser/
	@$(PYTHON) -m tests.one "" tests/product/browser -s && ls build/browser

browser-ten: build ## run those tests ten times beside six busy processes (ROUNDS=10)
	@$(PYTHON) -m tests.measured.browser_rounds $(ROUNDS)

catch-up: build ## take pictures of a catch-up under way, two minutes apart, in build/browser/
	@browser=$$($(SETUP) browser) && "$$browser" -m tests.by_hand.catch_up

workbench: build ## serve the setup pages and both stand-ins locally, with new events, until Ctrl-C (VIEWS=1)
	@dev=$$($(SETUP) dev) && if test -n "$(VIEWS)"; then search=$$($(SETUP) search); fi && \
	  SEARCH_PYTHON="$$search" "$$dev" -m tests.by_hand.workbench

props: ## write props.conf, transforms.conf, the data model and the views from their pieces
	@$(PYTHON) packaging/search_side/make_props.py
	@$(PYTHON) packaging/views/make_views.py

search-cost: ## measure what a search costs per event, beside version 0.1.0 (EVENTS=2000)
	@search=$$($(SETUP) search) && "$$search" -m tests.measured.search_cost

first-use: ## measure how long the commands of README take in a new clone, and their disk space
	@$(PYTHON) -m tests.measured.first_use

cim: ## how many fields of each data model 20,000 events fill
	@search=$$($(SETUP) search) && "$$search" -m tests.measured.cim_table

dropping: ## compare input and preview on 20,000 events for 200 random sets of rules
	@search=$$($(SETUP) search) && LARGE_PAGE=600000 "$$search" -m pytest -q -s \
	  tests/product/search/test_dropping.py -k preview_agree \
	  --confcutdir=tests/product/search -p no:plugin -p no:splunk

mutations: ## put deliberate faults into the conf files, and show which test finds each
	@search=$$($(SETUP) search) && "$$search" -m tests.measured.mutations

mutants: ## put deliberate faults into the code, and show which test fails at each (M=record/masking)
	@dev=$$($(SETUP) dev) && "$$dev" -m tests.measured.mutants $(M)

shown: build ## test the delivery guarantees at full size, in figures (WHAT=kills KILLS=200, ...)
	@dev=$$($(SETUP) dev) && "$$dev" -m tests.measured.shown $(WHAT)

views: ## render the views with Splunk's components in Chromium, or serve them (SERVE=1, IN=workbench, DOCS=1, CHECK=1)
	@search=$$($(SETUP) search) && IN="$(IN)" "$$search" -m tests.by_hand.views

workbench-views: build ## open each view of a workbench in Chromium: rows, a filter, a click (build/views/workbench)
	@browser=$$($(SETUP) browser) && search=$$($(SETUP) search) && \
	  SEARCH_PYTHON="$$search" "$$browser" -m tests.by_hand.views.of_workbench

believed: ## check on a real Splunk what docs/believed.md lists (SPLUNK=https://host:8089 [CA=FILE] [WRITE=1])
	@$(PYTHON) -m tests.by_hand.believed $(SPLUNK) $(if $(CA),--ca $(CA)) $(if $(WRITE),--write)

soak: build ## collect under random faults, kills and restarts (MINUTES=20 RATE=1000 SEED=1)
	@dev=$$($(SETUP) dev) && "$$dev" -m tests.measured.soak

bench: build ## measure the cost per event against textbook add-ons, the minimum, another version (BEFORE=<commit> FULL=1 PARTS=costs,...)
	@dev=$$($(SETUP) dev) && "$$dev" -m tests.measured.bench

build: ## build the app as Splunk installs it: build/TA_akamai_siem/
	@$(PYTHON) packaging/build.py

package: build ## pack it, with the same bytes at every build: two packages, SBOM and checksums in dist/
	@$(PYTHON) packaging/pack.py
	@tools=$$($(SETUP) tools) && "$$tools" packaging/sbom.py
	@$(PYTHON) packaging/checksums.py

origins: build ## show which file requests, urllib3 and splunk-sdk come from, on each Python
	@$(PYTHON) packaging/origins.py

audit: ## compare the locks with the list of advisories and with the registry
	@tools=$$($(SETUP) tools) && "$$tools" packaging/audit.py

icons: ## draw the icons in static/ from packaging/*.svg
	@tools=$$($(SETUP) tools) && "$$tools" packaging/icons.py

inspect: package ## check both packages with Splunk's AppInspect and slim
	@$(PYTHON) packaging/inspect_package.py
	@$(PYTHON) packaging/validate_package.py

docs: ## make the site of the documents, with search, and check its links: build/site/
	@site=$$($(SETUP) site) && "$$site" packaging/doc_site.py

release: ## commit a version, make its files and notes, and tag it: all but the upload (VERSION=0.2.0)
	@$(PYTHON) packaging/release.py $(VERSION)

release-files: package inspect docs ## make the files and the notes of the version that is checked out
	@$(PYTHON) packaging/release.py --notes

settings: ## write the spec file, defaults, documents and form texts of the input settings
	@$(PYTHON) packaging/write_settings.py

lint: ## run ruff and mypy
	@dev=$$($(SETUP) dev) && "$$dev" -m ruff check . && "$$dev" -m ruff format --check . && \
	  "$$dev" -m mypy

update: ## update the lock files to the newest allowed versions, and show a table old → new
	@$(PYTHON) packaging/update.py

clean: ## remove everything that was built, environments included
	rm -rf build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
