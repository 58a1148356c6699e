//! `docs/functions.md` is what the catalogue says. When it is not, the test writes it and fails, so that the difference
//! can be looked at.

use std::fs;
use std::path::Path;

use millstream_compiler::catalogue::reference;

#[test]
fn the_reference_of_functions_is_current() -> std::io::Result<()> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/functions.md");
    let current = reference();
    if fs::read_to_string(&page).unwrap_or_default() == current {
        return Ok(());
    }
    fs::write(&page, current)?;
    panic!("docs/functions.md was stale; it has been written anew");
}
