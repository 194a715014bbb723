#!/bin/sh
# Real clients against a SIP2 server: the PyPI packages sip2 and pysip2, and sip2-client-cli of the crate sip2.
#
#   conformance/clients/run.sh HOST PORT LOGIN PASSWORD CARD PIN ITEM BIB
#
# Installs them under target/clients on first use. A client that cannot be had is skipped, and said so; exit status 1 where
# one that ran was not content, 3 where one was skipped.
set -u
if [ $# -ne 8 ]; then sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 2; fi
host=$1 port=$2 login=$3 password=$4 card=$5 pin=$6 item=$7 bib=$8
here=$(cd "$(dirname "$0")" && pwd)
place=${CARGO_TARGET_DIR:-$here/../../target}/clients
mkdir -p "$place"
place=$(cd "$place" && pwd)
failed=0 skipped=0

skip() { echo "skipped: $1"; skipped=1; }
verdict() { if [ "$1" -eq 0 ]; then echo "-- $2: content"; else echo "-- $2: NOT content (status $1)"; failed=1; fi; }

python=$place/venv/bin/python
if [ ! -x "$python" ]; then
    python3 -m venv "$place/venv" >/dev/null 2>&1 && "$python" -m pip install -q sip2==1.1 pysip2==0.1.0 >"$place/pip.log" 2>&1
fi
if [ -x "$python" ] && "$python" -c 'import Sip2.wrapper, pysip2' 2>/dev/null; then
    echo "== PyPI sip2 1.1"
    # It leaves a sip2.log where it stands.
    (cd "$place" && "$python" "$here/python_sip2.py" "$host" "$port" "$login" "$password" "$card" "$pin" "$item")
    verdict $? "PyPI sip2"
    echo "== PyPI pysip2 0.1.0, its codec"
    "$python" "$here/pysip2_codec.py" "$host" "$port" "$login" "$password" "$card" "$pin" "$item" "$bib"
    verdict $? "PyPI pysip2"
else
    skip "PyPI sip2 and pysip2 (python3 -m venv and pip are needed; see $place/pip.log)"
fi

client=$place/bin/sip2-client-cli
if [ ! -x "$client" ]; then
    cargo install -q sip2 --version 0.3.4 --root "$place" >"$place/cargo.log" 2>&1
fi
if [ -x "$client" ]; then
    echo "== crate sip2 0.3.4, sip2-client-cli"
    said=$(RUST_BACKTRACE=0 "$client" --sip-host "$host:$port" --sip-user "$login" --sip-pass "$password" --institution DK-761500 \
        --patron-barcode "$card" --patron-password "$pin" --item-barcode "$item" --message-type item-information \
        --message-type patron-status --message-type patron-information --message-type checkout --message-type checkin 2>&1)
    status=$?
    echo "$said"
    # It says what it saw and ends with 0 whatever that was.
    for line in "Login OK" "SC Status OK" "5 messages processed"; do
        case $said in *"$line"*) ;; *) echo "missing: $line"; status=1 ;; esac
    done
    verdict $status "sip2-client-cli"
else
    skip "crate sip2 (cargo install did not work; see $place/cargo.log)"
fi

if [ $failed -ne 0 ]; then exit 1; fi
if [ $skipped -ne 0 ]; then exit 3; fi
