# NovaCron: `make run` to try it, `make test` to check it. `make help` lists the rest.
.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin

.PHONY: help install clouds run test check format types docs eval pictures bench lock clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

install: ## make .venv from the hashed lock, with novacron in it
	@sh requirements/install.sh runtime

clouds: ## add the SDKs of AWS, Azure, GCP, vSphere, Proxmox and Vault
	@sh requirements/install.sh clouds

run: install ## serve the web chat on the simulated fleet (and on libvirt, where it is reachable)
	@$(BIN)/novacron serve

test: ## install what the tests need and run every test
	@sh requirements/system.sh
	@sh requirements/install.sh dev
	@$(MAKE) --no-print-directory check
	@$(BIN)/pytest -n 2 --dist loadfile || { \
		echo "== What failed is tried once more, alone on the machine: what fails again is broken."; \
		$(BIN)/pytest -n 0 --last-failed --last-failed-no-failures none; }

check: ## format, lint, types and import directions
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .
	@$(BIN)/basedpyright --level error
	@$(BIN)/lint-imports --no-cache > .lint-imports.log || { cat .lint-imports.log; exit 1; }

format: ## format and mend what ruff can mend
	@$(BIN)/ruff check -q --fix .
	@$(BIN)/ruff format -q .

docs: ## write the generated pages of docs/ anew
	@$(BIN)/python -m ui.docs

eval: install ## run the cases in evals/cases on the embedded brain
	@$(BIN)/novacron eval evals/cases

pictures: ## take the pictures of docs/pictures anew, in Chromium
	@sh requirements/install.sh dev
	@NOVACRON_PICTURES=docs/pictures $(BIN)/pytest -q tests/e2e/web/test_story.py

bench: ## print every benchmark
	@sh requirements/install.sh dev
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file; done

lock: ## renew the hashed locks
	@requirements/lock.sh

clean: ## remove what was built
	@rm -rf .venv .pytest_cache .ruff_cache .hypothesis build *.egg-info
