#!/usr/bin/env bash
# Builds the guide into book/book, with its pictures. If the compiler has the target wasm32-wasip1, the chapter
# on testing contains a race that runs in the page.
set -euo pipefail
cd "$(dirname "$0")/.."
race=target/wasm/wasm32-wasip1/release/race.wasm
if [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-wasip1" ]; then
    cargo build --locked --release --target-dir target/wasm --manifest-path examples/wasm/Cargo.toml \
        --bin race --target wasm32-wasip1
fi
cargo build --locked --target-dir target/pictures --manifest-path book/pictures/Cargo.toml
mdbook build book
if [ -f "$race" ]; then
    cp "$race" book/book
else
    echo 'the race does not run in the page: rustup target add wasm32-wasip1'
fi
