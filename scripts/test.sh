#!/usr/bin/env bash
# All tests. Formatting and lints too, where the toolchain has them.
set -euo pipefail
cd "$(dirname "$0")/.."

if cargo fmt --version >/dev/null 2>&1; then
    cargo fmt --all --check
else
    echo "test: skipped formatting: the toolchain has no rustfmt"
fi
if cargo clippy --version >/dev/null 2>&1; then
    cargo clippy --quiet --workspace --all-targets -- -D warnings
else
    echo "test: skipped lints: the toolchain has no clippy"
fi
python3 fixtures/demo/check.py
cargo test --workspace --quiet
