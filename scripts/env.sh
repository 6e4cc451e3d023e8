# shellcheck shell=bash disable=SC2034
# The environment of every script: sourced, never run. Installs nothing.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

# wasm-bindgen's version is pinned in Cargo.toml as well; the two must be equal.
CARGO_LEPTOS_VERSION=0.3.10
WASM_BINDGEN_VERSION=0.2.130

WASM_TARGET=wasm32-unknown-unknown
DEBIAN_TOOLCHAIN=debian-web

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
# Sets `libraries` to cargo's arguments for every crate below crates/.
find_libraries() { mapfile -t libraries < <(find crates -mindepth 2 -maxdepth 2 -name Cargo.toml -printf '%h\n' | sort | sed 's#^crates/#-prunlens-#'); }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

has_wasm_target() { [ -n "$(compgen -G "$(rustc --print sysroot 2>/dev/null)/lib/rustlib/$WASM_TARGET/lib/libstd-*.rlib")" ]; }

# One toolchain builds server and browser. Where rustup could not add the target, setup has linked Debian's.
if [ -z "${RUSTUP_TOOLCHAIN:-}" ] && ! has_wasm_target && rustup toolchain list 2>/dev/null | grep -q "^$DEBIAN_TOOLCHAIN"; then
  export RUSTUP_TOOLCHAIN=$DEBIAN_TOOLCHAIN
fi

# wasm-opt, eslint and Playwright come from npm's lock file; nextest, cargo-fuzz and the linters from PyPI's, unless the machine has its own.
export PATH="$PWD/end2end/node_modules/.bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH:$PWD/target/python/bin"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
