//! What `deny.toml` says about licences and banned crates, for all that the workspace depends on. It is what
//! `cargo deny check licenses bans` looks at too, without that tool.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

#[test]
fn every_dependency_has_a_licence_that_is_allowed() {
    let allowed = list("licenses", "allow");
    let denied: Vec<String> = packages()
        .iter()
        // The workspace's own packages, generated ones among them, come from no registry.
        .filter(|package| !package["source"].is_null())
        .filter(|package| !is_allowed(text(package, "license"), &allowed))
        .map(|package| format!("{}: {}", text(package, "name"), text(package, "license")))
        .collect();
    assert_eq!(denied, Vec::<String>::new(), "deny.toml does not allow these licences");
}

#[test]
fn no_dependency_is_banned() {
    let banned = list("bans", "deny");
    let found: Vec<String> = packages()
        .iter()
        .map(|package| text(package, "name").to_string())
        .filter(|name| banned.contains(name.as_str()))
        .collect();
    assert_eq!(found, Vec::<String>::new(), "deny.toml bans these crates");
}

#[test]
fn crates_that_are_only_allowed_below_others_are_below_those_alone() {
    let metadata = metadata();
    let named = |id: &Value| {
        let package = metadata["packages"].as_array().into_iter().flatten().find(|package| package["id"] == *id);
        package.map_or(String::new(), |package| text(package, "name").to_string())
    };
    for (wrapped, wrappers) in wrapped() {
        let nodes = metadata["resolve"]["nodes"].as_array().into_iter().flatten();
        let above: Vec<String> = nodes
            .filter(|node| node["deps"].as_array().into_iter().flatten().any(|dep| named(&dep["pkg"]) == wrapped))
            .map(|node| named(&node["id"]))
            .filter(|name| !wrappers.contains(name))
            .collect();
        assert_eq!(above, Vec::<String>::new(), "deny.toml does not allow these to depend on {wrapped}");
    }
}

#[test]
fn alternatives_and_conjunctions_of_licences_are_understood() {
    let allowed: BTreeSet<String> = ["MIT", "Unicode-3.0"].map(str::to_string).into();
    assert!(is_allowed("MIT", &allowed));
    assert!(is_allowed("GPL-3.0 OR MIT", &allowed));
    assert!(is_allowed("Apache-2.0/MIT", &allowed));
    assert!(is_allowed("(MIT OR Apache-2.0) AND Unicode-3.0", &allowed));
    assert!(!is_allowed("(GPL-3.0 OR Apache-2.0) AND Unicode-3.0", &allowed));
    assert!(!is_allowed("MIT AND GPL-3.0", &allowed));
    assert!(!is_allowed("MIT WITH some-exception", &allowed));
    assert!(!is_allowed("", &allowed));
}

/// Whether one of the alternatives of a licence expression is allowed.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    alternatives(&mut words, allowed) && words.next().is_none()
}

fn alternatives<'a>(
    words: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>,
    allowed: &BTreeSet<String>,
) -> bool {
    let mut result = conjunction(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        result |= conjunction(words, allowed);
    }
    result
}

fn conjunction<'a>(words: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>, allowed: &BTreeSet<String>) -> bool {
    let mut result = single(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        result &= single(words, allowed);
    }
    result
}

fn single<'a>(words: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>, allowed: &BTreeSet<String>) -> bool {
    if words.next_if_eq(&"(").is_some() {
        let words: &mut dyn Iterator<Item = &'a str> = words;
        let inside: Vec<&str> = words.take_while(|word| *word != ")").collect();
        return alternatives(&mut inside.into_iter().peekable(), allowed);
    }
    let mut licence = words.next().unwrap_or_default().to_string();
    if words.next_if_eq(&"WITH").is_some() {
        licence = format!("{licence} WITH {}", words.next().unwrap_or_default());
    }
    allowed.contains(&licence)
}

/// A list of texts in `deny.toml`.
fn list(section: &str, key: &str) -> BTreeSet<String> {
    let path = repository().join("deny.toml");
    let toml = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let body = toml.split(&format!("\n[{section}]\n")).nth(1).unwrap_or_default();
    let body = body.split(&format!("\n{key} = [\n")).nth(1).or(body.split(&format!("{key} = [\n")).nth(1));
    let entries = body.unwrap_or_default().lines().take_while(|line| *line != "]");
    let texts: BTreeSet<String> =
        entries.filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\",").map(str::to_string)).collect();
    assert!(!texts.is_empty(), "deny.toml has no list {section}.{key}");
    texts
}

/// The crates of `bans.deny` that others may depend on, with those others.
fn wrapped() -> Vec<(String, Vec<String>)> {
    let path = repository().join("deny.toml");
    let toml = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let entries = toml.lines().filter_map(|line| line.trim().strip_prefix("{ crate = ")?.split_once(", wrappers = ["));
    let names = |list: &str| list.split('"').skip(1).step_by(2).map(str::to_string).collect::<Vec<_>>();
    let found: Vec<_> = entries.map(|(name, wrappers)| (name.trim_matches('"').to_string(), names(wrappers))).collect();
    assert!(!found.is_empty(), "deny.toml has no crate with wrappers");
    found
}

/// All packages that are compiled on this platform.
fn packages() -> Vec<Value> {
    metadata()["packages"].as_array().cloned().expect("cargo lists packages")
}

fn metadata() -> Value {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_string());
    let platform = format!("{}-unknown-linux-gnu", env::consts::ARCH);
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", &platform])
        .current_dir(repository())
        .output()
        .expect("cargo can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo writes JSON")
}

fn text<'a>(package: &'a Value, key: &str) -> &'a str {
    package[key].as_str().unwrap_or_default()
}

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
