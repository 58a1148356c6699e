//! A pipeline file of any bytes: the compiler gives Rust or problems, never a panic, and every problem can be shown. What
//! it gives does not depend on anything but the file.
//!
//! A file whose first line is `# profile: NAME` is compiled with that profile, as in `tests/corpus`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use millstream_compiler::problems::Problems;
use millstream_compiler::source::SourceFile;
use millstream_compiler::{CompileOptions, Compiled, check, compile};

fuzz_target!(|bytes: &[u8]| {
    for embedded in [false, true] {
        let first = compiled(bytes, embedded);
        if first.0.is_some() {
            let second = compiled(bytes, embedded);
            assert_eq!(code(&first.0), code(&second.0), "the same file gives other Rust");
            assert_eq!(first.1, second.1, "the same file gives other warnings");
        }
    }
});

/// The Rust, if there is any, and the problems as they are shown.
fn compiled(bytes: &[u8], embedded: bool) -> (Option<Compiled>, String) {
    let mut problems = Problems::default();
    let file = SourceFile::decode("fuzzed.yaml", bytes, &mut problems);
    let profile = file.text.lines().next().and_then(|line| line.strip_prefix("# profile: "));
    let environment = |name: &str| (name == "HOME").then(|| "/home/somebody".to_owned());
    let options = CompileOptions { profile, environment: &environment, embedded };
    let mut compiled = None;
    if !problems.has_errors() {
        compiled = compile(&file, &options, &mut problems);
        assert_eq!(compiled.is_none(), problems.has_errors(), "Rust or an error, not both");
        let mut again = Problems::default();
        let name = check(&file, &options, &mut again);
        assert_eq!(name.as_ref(), compiled.as_ref().map(|compiled| &compiled.name));
        assert_eq!(again.render_short(&file), problems.render_short(&file));
    }
    let shown = problems.render(&file, false);
    assert_eq!(shown.is_empty(), problems.is_empty());
    assert_eq!(problems.render(&file, true).is_empty(), problems.is_empty());
    (compiled, shown)
}

fn code(compiled: &Option<Compiled>) -> Option<(&str, &str)> {
    compiled.as_ref().map(|compiled| (compiled.pipeline_rs.as_str(), compiled.explain.as_str()))
}
