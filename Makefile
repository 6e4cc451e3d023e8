# Each target is a script in scripts/, which says what it does.
.DEFAULT_GOAL := help
.PHONY: help serve build dist check unit test verify lint e2e schemathesis fuzz bench fmt

help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
serve: ## Builds Runlens and serves a demo platform on http://127.0.0.1:3000
	@scripts/serve
build: ## Builds target/release/runlens and target/site
	@scripts/build
dist: ## The same, optimised for a release: takes longer to build
	@scripts/build dist
check: ## Format, clippy and the tests that need no server: before a commit
	@scripts/check
unit: ## Only the Rust tests that need no server
	@scripts/test-rust
test: ## Everything that CI runs
	@scripts/test
verify: ## What takes longer: fuzzing and benchmarks
	@scripts/verify
lint: ## All linters
	@scripts/lint
e2e: ## Browser tests of the built product
	@scripts/e2e
schemathesis: ## The API against its OpenAPI document
	@scripts/schemathesis
fuzz: ## Fuzzes the log engine for a minute
	@scripts/fuzz
bench: ## Benchmarks: the API under load, and a log of ten million lines
	@scripts/bench && scripts/bench logs
fmt: ## Formats the Rust code
	@cargo fmt --all
