# The few commands. Each is a script in scripts/, which says what it does.
.PHONY: serve build test e2e schemathesis lint bench fmt

serve: ; @scripts/serve
build: ; @scripts/build
test: ; @scripts/test
e2e: ; @scripts/e2e
schemathesis: ; @scripts/schemathesis
lint: ; @scripts/lint
bench: ; @scripts/bench && scripts/bench logs
fmt: ; @cargo fmt --all
