//! `--fresh`: what it drops, and the question before, where there is somebody to ask.

use std::io::{self, BufRead as _, IsTerminal as _};

use crate::connectors::Failure;
use crate::epochs::newest_generation;
use crate::epochs::storage::Folder;
use crate::job::arguments::Arguments;
use crate::job::terminal::write_error;

/// Asks before state is dropped. Programs are not asked, and neither is who says `--yes`.
pub(super) fn confirm(arguments: &Arguments) -> Result<(), Failure> {
    let folder = arguments.state.display();
    let asks = !arguments.yes && io::stdin().is_terminal() && io::stderr().is_terminal();
    let has_state = newest_generation(&mut Folder::new(&arguments.state)).is_ok_and(|generation| generation > 0);
    if !asks || !has_state {
        return Ok(());
    }
    write_error(&format!(
        "--fresh drops the state of earlier runs in {folder} and reads the sources again. Go on? [y/N] "
    ));
    let mut answer = String::new();
    // A terminal that cannot be read gives no answer.
    let _ = io::stdin().lock().read_line(&mut answer);
    if ["y", "yes"].contains(&answer.trim().to_ascii_lowercase().as_str()) {
        return Ok(());
    }
    Err(Failure::pipeline(format!("nothing was done: the state in {folder} is kept")))
}
