# Thin: each line runs something readable.
.PHONY: demo test lint bench bench-size fuzz conform clean

demo:            ## the demo library on SQLite, all listeners
	@scripts/setup.sh demo
	cargo run --release --bin skranke -- demo $(ARGS)

test:            ## everything that must hold
	@scripts/setup.sh test
	scripts/test.sh

lint:            ## formatting and lints
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

bench:           ## the tables of the README, in one run
	@scripts/setup.sh bench
	scripts/bench.sh $(ARGS)

bench-size:      ## reads with 10,000 patrons and with 3 million
	@scripts/setup.sh bench
	scripts/bench-size.sh

fuzz:            ## the codecs' properties, for as long as FUZZ_CASES says
	PROPTEST_CASES=$${FUZZ_CASES:-200000} cargo test --release -p skranke-wire -p skranke-sip2 -p skranke-marc -p skranke-z3950 -p skranke-sru -p skranke-core

conform:         ## the SIP2 and Z39.50 suites against the demo; the SIP2 suite against ADDRESS=host:port
	@scripts/setup.sh test
	scripts/conform.sh $(ADDRESS)
