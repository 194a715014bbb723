#!/usr/bin/env bash
# The suites and the real clients of SIP2 against the demo; with an address, the SIP2 suite against that server (more arguments go
# to the suite).
# Usage: scripts/conform.sh [HOST:PORT [ARGUMENTS…]]
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}

cargo build --quiet -p skranke -p skranke-conform
if [ $# -gt 0 ]; then
    exec "$target/debug/skranke-conform" sip2 "$@"
fi

folder=$(mktemp -d)
"$target/debug/skranke" demo --data-dir "$folder/data" --sip2-port 0 --z3950-port 0 --ncip-port 0 --http-port 0 >"$folder/out" &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; rm -rf "$folder"' EXIT
for _ in $(seq 300); do
    grep -qx ready "$folder/out" && break
    kill -0 $server 2>/dev/null || { cat "$folder/out"; exit 2; }
    sleep 0.1
done
http=$(sed -n 's/^ *HTTP .*\(http:[^ ]*\)$/\1/p' "$folder/out" | head -1)
port=$(sed -n 's/^ *SIP2 .*:\([0-9]*\)$/\1/p' "$folder/out" | head -1)

"$target/debug/skranke-conform" sip2 "127.0.0.1:$port" --demo fixtures/demo --quiet --junit "$target/conformance-sip2.xml"

z3950=$(sed -n 's/^ *Z39\.50 .*:\([0-9]*\)$/\1/p' "$folder/out" | head -1)
"$target/debug/skranke-conform" z3950 "127.0.0.1:$z3950" --demo fixtures/demo --sip2 "127.0.0.1:$port" --no-skip --quiet \
    --junit "$target/conformance-z3950.xml"

# Words and number are of the demo's records.
"$target/debug/skranke-conform" sru "${http}sru" --word fjordby --word historie --isbn 9788799980192 --no-skip --quiet \
    --junit "$target/conformance-sru.xml"

read -r card pin < <(awk -F, '$1 == "ordinary" { print $2, $3 }' fixtures/demo/cards.csv | tail -1)
item=$("$target/debug/skranke-conform" sip2 --demo fixtures/demo --show item)
bib=$("$target/debug/skranke-conform" sip2 --demo fixtures/demo --show bib)
status=0
conformance/clients/run.sh 127.0.0.1 "$port" automat1 automat1 "$card" "$pin" "$item" "$bib" >"$folder/clients" || status=$?
grep -E '^(--|FAIL|skipped|missing)' "$folder/clients"
# 3: a client could not be had, which its line says.
[ "$status" -eq 3 ] || exit "$status"
