//! From the text of a pipeline file to [`spec::Spec`].

pub mod spec;

use crate::problems::Problems;
use crate::source::SourceFile;
use spec::Spec;

/// What besides the file decides how it is read.
pub struct ParseOptions<'a> {
    /// The chosen profile.
    pub profile: Option<&'a str>,
    /// Values of environment variables, for `${env:NAME}`.
    pub environment: &'a dyn Fn(&str) -> Option<String>,
}

/// Reads a pipeline file. None if there is nothing to go on with; otherwise what could be read, even when problems
/// were found.
pub fn parse(file: &SourceFile, options: &ParseOptions<'_>, problems: &mut Problems) -> Option<Spec> {
    let _ = (file, options, problems);
    None
}
