//! Writes the JavaScript that loads the page's program into a folder: `glue wasm.wasm FOLDER`. The tools of the
//! wasm-bindgen project (wasm-bindgen-cli, wasm-pack, trunk) do the same; this is what they share, without
//! the rest.

#![forbid(unsafe_code)]

use std::env;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> anyhow::Result<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    let [program, folder] = words.as_slice() else { anyhow::bail!("usage: glue PROGRAM FOLDER") };
    Bindgen::new().input_path(program).web(true)?.omit_default_module_path(false).generate(folder)
}
