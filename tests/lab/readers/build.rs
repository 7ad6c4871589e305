//! Takes models out of the crates that `cargo fetch` has brought and that are not built.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// A crate, a file of it, and what the file is called where it is included from.
const MODELS: [(&str, &str, &str); 5] = [
    ("autoconfig", "src/config.rs", "autoconfig.rs"),
    ("email-lib", "src/autoconfig/config.rs", "email-lib.rs"),
    ("ms-autodiscover", "src/types/pox.rs", "pox.rs"),
    ("ms-autodiscover", "src/types/response.rs", "response.rs"),
    ("ms-autodiscover", "src/constants.rs", "constants.rs"),
];

fn main() {
    let target = env::var("TARGET").expect("TARGET");
    let output = Command::new(env::var_os("CARGO").expect("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--all-features"])
        .args(["--filter-platform", &target])
        .current_dir(env::var_os("CARGO_MANIFEST_DIR").expect("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata runs");
    assert!(output.status.success(), "run `cargo fetch` first: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let out = env::var_os("OUT_DIR").expect("OUT_DIR");
    for (name, file, ours) in MODELS {
        let package = packages.iter().find(|p| p["name"] == name).expect(name);
        let manifest = Path::new(package["manifest_path"].as_str().expect("a path"));
        let source = fs::read_to_string(manifest.parent().expect("a folder").join(file)).expect(file);
        // Docs of a whole file cannot be included, and the roots of their crates are a module here.
        let lines = source.lines().filter(|line| !line.starts_with("//!"));
        let included = lines.collect::<Vec<_>>().join("\n").replace("use crate::", "use super::");
        fs::write(Path::new(&out).join(ours), included).expect(ours);
    }
    println!("cargo:rerun-if-changed=Cargo.lock");
    println!("cargo:rerun-if-changed=build.rs");
}
