//! Finds the sources of the crate `autoconfig` among what `cargo fetch` has brought.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

fn main() {
    let cargo = env::var_os("CARGO").expect("CARGO");
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .current_dir(env::var_os("CARGO_MANIFEST_DIR").expect("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata runs");
    assert!(output.status.success(), "run `cargo fetch` first: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let package = metadata["packages"]
        .as_array()
        .and_then(|all| all.iter().find(|p| p["name"] == "autoconfig"))
        .expect("the package autoconfig");
    let manifest = Path::new(package["manifest_path"].as_str().expect("a path"));
    let out = Path::new(&env::var_os("OUT_DIR").expect("OUT_DIR")).join("autoconfig.rs");
    fs::copy(manifest.parent().expect("a folder").join("src/config.rs"), out).expect("src/config.rs");
    println!("cargo:rerun-if-changed=Cargo.lock");
}
