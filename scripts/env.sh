# The environment every script works in; sourced, never run. Nothing here installs.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

# Versions that must agree with each other: wasm-bindgen's is pinned in Cargo.toml too.
CARGO_LEPTOS_VERSION=0.3.10
WASM_BINDGEN_VERSION=0.2.130
NEXTEST_VERSION=0.9.143
CARGO_FUZZ_VERSION=0.13.2

WASM_TARGET=wasm32-unknown-unknown
DEBIAN_TOOLCHAIN=debian-web

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

has_wasm_target() { [ -n "$(compgen -G "$(rustc --print sysroot 2>/dev/null)/lib/rustlib/$WASM_TARGET/lib/libstd-*.rlib")" ]; }

# One toolchain builds server and browser. Where rustup could not add the target, setup has linked Debian's.
if [ -z "${RUSTUP_TOOLCHAIN:-}" ] && ! has_wasm_target && rustup toolchain list 2>/dev/null | grep -q "^$DEBIAN_TOOLCHAIN"; then
  export RUSTUP_TOOLCHAIN=$DEBIAN_TOOLCHAIN
fi

# wasm-opt and Playwright come from npm's lock file.
export PATH="$PWD/end2end/node_modules/.bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
