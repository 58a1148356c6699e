//! Puts the runtime's source and the lock file into the `millstream` command, which builds jobs with them anywhere.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_COMMAND").is_none() {
        return;
    }
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    // In a checkout the runtime stands beside the compiler. A package that is to be published carries a copy.
    let root = [here.join("carried"), here.join("..")]
        .into_iter()
        .find(|root| root.join("runtime/Cargo.toml").is_file())
        .expect("the runtime's source is neither in carried/ nor beside the compiler");
    let mut files = Vec::new();
    collect(&root.join("runtime/src"), &mut files);
    files.sort();
    let manifest = standalone(&read(&root.join("runtime/Cargo.toml")), &read(&root.join("Cargo.toml")));
    fs::write(out.join("runtime.toml"), manifest).expect("OUT_DIR can be written");
    for watched in ["runtime/Cargo.toml", "runtime/src", "Cargo.toml", "Cargo.lock"] {
        println!("cargo:rerun-if-changed={}", root.join(watched).display());
    }
    let mut list = String::from("&[\n");
    let _ = writeln!(list, "    (\"Cargo.toml\", include_str!({})),", literal(&out.join("runtime.toml")));
    for file in files {
        let name = file.strip_prefix(root.join("runtime")).expect("it was found there");
        let name: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
        let _ = writeln!(list, "    ({:?}, include_str!({})),", name.join("/"), literal(&file));
    }
    list.push_str("]\n");
    fs::write(out.join("runtime_files.rs"), list).expect("OUT_DIR can be written");
    let lock = format!("include_str!({})\n", literal(&root.join("Cargo.lock")));
    fs::write(out.join("lock_file.rs"), lock).expect("OUT_DIR can be written");
}

/// All Rust files below a folder.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the runtime's source can be read") {
        let path = entry.expect("the runtime's source can be read").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// A path as a Rust string literal.
fn literal(path: &Path) -> String {
    format!("{:?}", path.to_string_lossy())
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

/// The runtime's manifest without its workspace: what it inherits is written out; lints, tests and what only they
/// need are left away.
fn standalone(manifest: &str, workspace: &str) -> String {
    let mut out = String::new();
    let mut kept = true;
    for line in manifest.lines() {
        if line.starts_with('[') {
            let left_away = ["[lints", "[dev-dependencies", "[[test", "[[bench", "[[example"];
            kept = !left_away.iter().any(|section| line.starts_with(section));
        }
        if !kept {
            continue;
        }
        match line.strip_suffix(".workspace = true") {
            Some(key) => out.push_str(inherited(key, workspace)),
            None => out.push_str(line),
        }
        out.push('\n');
        assert!(!out.ends_with("workspace = true }\n"), "a dependency of the runtime names its version itself: {line}");
    }
    out
}

/// The line of `[workspace.package]` that sets a key.
fn inherited<'a>(key: &str, workspace: &'a str) -> &'a str {
    let package = workspace.split("[workspace.package]").nth(1).unwrap_or_default();
    package
        .lines()
        .take_while(|line| !line.starts_with('['))
        .find(|line| line.split('=').next().is_some_and(|name| name.trim() == key))
        .unwrap_or_else(|| panic!("[workspace.package] does not set {key}"))
}
