//! Every code of a problem has a section in `docs/errors.md`, and a failing pipeline with its exact text in
//! `tests/corpus/fail`; and nothing else has.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_code_has_a_section_in_the_docs() {
    let page = fs::read_to_string(repository().join("docs/errors.md")).expect("docs/errors.md can be read");
    let headings = page.lines().filter_map(|line| line.strip_prefix("### "));
    assert_eq!(headings.map(str::to_string).collect::<BTreeSet<_>>(), codes());
}

#[test]
fn every_code_has_a_failing_case() {
    let mut shown = BTreeSet::new();
    for text in texts("tests/corpus/fail", "stderr") {
        shown.extend(text.split('[').filter_map(|part| code_of(part, ']')));
    }
    assert_eq!(shown, codes());
}

/// The codes of the words in `compiler/src/problems/`.
fn codes() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for text in texts("compiler/src/problems", "rs") {
        codes.extend(text.split('"').filter_map(|part| code_of(&format!("{part}\""), '"')));
    }
    assert!(codes.len() > 20, "the sources hold few codes: {codes:?}");
    codes
}

/// `E0123` if the text is that, followed by `end`.
fn code_of(text: &str, end: char) -> Option<String> {
    let (code, _) = text.split_once(end)?;
    let digits = code.strip_prefix(['E', 'W'])?;
    (digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| code.to_string())
}

fn texts(folder: &str, extension: &str) -> Vec<String> {
    let entries = fs::read_dir(repository().join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let paths = entries.map(|entry| entry.expect("a folder can be read").path());
    let paths = paths.filter(|path| path.extension().is_some_and(|found| found == extension));
    paths.map(|path| fs::read_to_string(path).expect("a file can be read")).collect()
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
