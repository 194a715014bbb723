#!/usr/bin/env bash
# Installs what a make target needs and is not there, and says what it installs.
# Usage: scripts/setup.sh demo|test|bench
set -euo pipefail
target=${1:?demo, test or bench}

need=()
want() { # want COMMAND-OR-FILE PACKAGE
    case $1 in
        /*) compgen -G "$1" >/dev/null || need+=("$2") ;;
        *) command -v "$1" >/dev/null 2>&1 || need+=("$2") ;;
    esac
}

if ! command -v cargo >/dev/null 2>&1; then
    [ -x "$HOME/.cargo/bin/cargo" ] || { echo "setup: no Rust toolchain: install one (https://rustup.rs), then run this again" >&2; exit 1; }
    echo "setup: cargo is in ~/.cargo/bin: add it to PATH" >&2
    exit 1
fi

want cc gcc
want '/usr/include/*/bits/types.h' libc6-dev
if [ "$target" != demo ]; then
    want '/usr/lib/postgresql/*/bin/initdb' postgresql
    want python3 python3
    want xmllint libxml2-utils
    want yaz-client yaz
    want '/usr/lib/*/perl5/*/ZOOM.pm' libnet-z3950-zoom-perl
    want catmandu libcatmandu-perl
    want /usr/share/perl5/Catmandu/Importer/SRU.pm libcatmandu-sru-perl
    python3 -c 'import venv, ensurepip' 2>/dev/null || need+=(python3-venv)
fi
if [ "$target" = bench ]; then
    want zebrasrv idzebra-2.0
    want zebraidx idzebra-2.0-utils
fi

if [ ${#need[@]} -gt 0 ]; then
    echo "setup: installing Debian packages: ${need[*]}"
    command -v apt-get >/dev/null 2>&1 || { echo "setup: no apt-get here: install what corresponds to: ${need[*]}" >&2; exit 1; }
    sudo=()
    [ "$(id -u)" -eq 0 ] || sudo=(sudo)
    export DEBIAN_FRONTEND=noninteractive
    # The tests start a cluster of their own: keep the package from making one.
    if printf '%s\n' "${need[@]}" | grep -qx postgresql; then
        "${sudo[@]}" mkdir -p /etc/postgresql-common/createcluster.d
        echo 'create_main_cluster = false' | "${sudo[@]}" tee /etc/postgresql-common/createcluster.d/skranke.conf >/dev/null
    fi
    "${sudo[@]}" apt-get -q update >/dev/null
    "${sudo[@]}" apt-get -q install -y --no-install-recommends "${need[@]}" >/dev/null
    echo "setup: installed"
fi

# A client that is not in Debian. Without it its test is skipped, and says so.
if [ "$target" = test ]; then
    python=${CARGO_TARGET_DIR:-$(dirname "$0")/../target}/clients/sru
    if ! "$python/bin/python" -c 'import sruthi' 2>/dev/null; then
        echo "setup: installing PyPI's sruthi under $python"
        python3 -m venv "$python" && "$python/bin/python" -m pip install -q sruthi==2.0.0 || echo "setup: no sruthi: its test is skipped"
    fi
fi
