#!/usr/bin/env bash
# The tables of the README, in one run: the server beside a null server, pysip2 over dictionaries and a bare SQLite loop; the catalogue
# beside Zebra. Arguments go to `skranke-conform bench`, e.g. --seconds 2 --passes 1 --sessions 1000.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}

cargo build --release --quiet -p skranke -p skranke-conform
cargo build --release --quiet -p skranke-storage --example storage_bench

python=$target/clients/venv/bin/python
if [ ! -x "$python" ] || ! "$python" -c 'import pysip2' 2>/dev/null; then
    echo "bench: installing pysip2 under $target/clients"
    python3 -m venv "$target/clients/venv" && "$python" -m pip install -q pysip2==0.1.0 sip2==1.1 ||
        echo "bench: no pysip2: the rival is left out"
fi

bare=$(mktemp -d)
trap 'rm -rf "$bare"' EXIT
"$target/release/skranke-conform" bench --quiet --skranke "$target/release/skranke" --python "$python" \
    --sqlite-loop "$target/release/examples/storage_bench bare $bare/bare.db 5" "$@"

# The catalogue beside Debian's Zebra, on 200,000 invented records, all built in the same run: six to seven minutes on two busy cores.
"$target/release/skranke-conform" bench catalogue --quiet --skranke "$target/release/skranke"
