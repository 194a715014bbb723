#!/usr/bin/env bash
# What a read costs in a town's library and in a country's: 10,000 patrons and 40,000 items beside 3 million and 12 million,
# on SQLite, in turns. Needs 6 GB in TMPDIR and some minutes to make the rows.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}

cargo build --release -p skranke-storage --example storage_bench
bench=$target/release/examples/storage_bench
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$bench" generate "sqlite:$folder/town.db" 10000 40000
"$bench" generate "sqlite:$folder/country.db" 3000000 12000000
for _ in 1 2; do
    "$bench" reads "sqlite:$folder/town.db" 4
    "$bench" reads "sqlite:$folder/country.db" 8
done
