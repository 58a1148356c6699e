//! From the text of a pipeline file to [`spec::Spec`].

pub mod spec;
