//! Runs the pipelines of `tests/corpus`: each in `fail/` must give exactly the text beside it (`NAME.stderr`), each in
//! `pass/` none at all. `UPDATE=1 cargo test -p millstream-compiler --test corpus` writes the texts anew, so that
//! `git diff` is the review.
//!
//! A comment at the top of a pipeline says what it is compiled with: `# profile: NAME`.

use millstream_compiler::problems::Problems;
use millstream_compiler::source::SourceFile;
use millstream_compiler::{CompileOptions, compile};
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn what_is_wrong_gets_its_exact_text() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut different = Vec::new();
    for path in pipelines("tests/corpus/fail") {
        let found = problems_of(&path);
        let beside = path.with_extension("stderr");
        if found == fs::read_to_string(&beside).unwrap_or_default() && !found.is_empty() {
            continue;
        }
        if update && !found.is_empty() {
            fs::write(&beside, &found).expect("the expected text can be written");
        } else {
            different.push(format!("{}:\n{found}", path.display()));
        }
    }
    assert!(different.is_empty(), "not as expected (UPDATE=1 writes them anew):\n\n{}", different.join("\n"));
}

#[test]
fn what_is_right_gets_no_text() {
    let corpus = pipelines("tests/corpus/pass");
    let shipped = pipelines("pipelines");
    assert!(!corpus.is_empty() && !shipped.is_empty());
    for path in corpus.iter().chain(&shipped) {
        assert_eq!(problems_of(path), "", "{}", path.display());
    }
}

#[test]
fn whole_pipelines_in_the_docs_are_right() {
    let page = fs::read_to_string(repository().join("docs/language.md")).expect("docs/language.md can be read");
    let blocks = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split_once("```").map(|(block, _)| block));
    let whole: Vec<&str> = blocks.filter(|block| block.starts_with("version: 1")).collect();
    assert!(!whole.is_empty());
    for pipeline in whole {
        assert_eq!(check("language.md", pipeline.as_bytes()), "");
    }
}

/// The pipelines of a folder of the repository, sorted.
fn pipelines(folder: &str) -> Vec<PathBuf> {
    let folder = repository().join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a folder can be read").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    paths
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What the compiler says about a file.
fn problems_of(path: &Path) -> String {
    let bytes = fs::read(path).expect("a pipeline of the corpus can be read");
    check(&path.file_name().unwrap_or_default().to_string_lossy(), &bytes)
}

fn check(name: &str, bytes: &[u8]) -> String {
    let mut problems = Problems::default();
    let file = SourceFile::decode(name, bytes, &mut problems);
    if !problems.has_errors() {
        let line = file.text.lines().next().unwrap_or_default();
        let environment = |name: &str| (name == "HOME").then(|| "/home/somebody".to_string());
        let profile = line.strip_prefix("# profile: ");
        let options = CompileOptions { profile, environment: &environment, embedded: false };
        let compiled = compile(&file, &options, &mut problems);
        assert_eq!(compiled.is_none(), problems.has_errors(), "{name}: a result or an error, not both");
    }
    problems.render(&file, false)
}
