//! From the text of a pipeline file to [`spec::Spec`].

pub mod connectors;
pub use connectors::{key as connector_key, option_names as connector_options};
mod duration;
mod environment;
mod hazard;
mod inserts;
mod offsets;
mod profiles;
mod reader;
pub mod spec;
mod tables;
mod tree;
mod views;

use crate::problems::{Problems, parse as words};
use crate::source::{SourceFile, Span, Text};
use reader::{At, Fields, Reader};
use spec::Spec;
use tree::Kind;

/// What besides the file decides how it is read.
#[derive(Clone, Copy)]
pub struct ParseOptions<'a> {
    /// The chosen profile.
    pub profile: Option<&'a str>,
    /// Values of environment variables, for `${env:NAME}`.
    pub environment: &'a dyn Fn(&str) -> Option<String>,
}

const KEYS: [&str; 8] = ["version", "pipeline", "description", "time_zone", "tables", "views", "inserts", "profiles"];

/// Reads a pipeline file. None if there is nothing to go on with; otherwise what could be read, even when problems
/// were found.
pub fn parse(file: &SourceFile, options: &ParseOptions<'_>, problems: &mut Problems) -> Option<Spec> {
    let root = tree::tree(file, problems)?;
    let mut reader = Reader { file, problems, environment: options.environment };
    let found = match &root.kind {
        Kind::Map(_) => {
            let fields = reader.fields(&root, At { key: "", owner: "the file" }, "the pipeline", &KEYS)?;
            return Some(pipeline(&mut reader, fields, options.profile));
        }
        Kind::List(_) => "a list",
        Kind::Scalar(_) => "text",
        Kind::Broken => return None,
    };
    reader.report(words::not_a_pipeline(root.span, found))
}

fn pipeline(reader: &mut Reader<'_>, fields: Fields<'_>, profile: Option<&str>) -> Spec {
    let owner = "the pipeline";
    let at = |key| At { key, owner };
    let top = Span { start: fields.span.start, end: fields.span.start };
    version(reader, fields, top);
    let name = pipeline_name(reader, fields, top);
    let description = fields.get("description").and_then(|node| reader.text(node, at("description")));
    let time_zone = fields.get("time_zone").and_then(|node| reader.some_text(node, at("time_zone")));
    let names = tables::names(fields.get("tables"));
    let profiles = profiles::profiles(reader, fields.get("profiles"), &names, profile);
    let tables = match reader.required(fields, at("tables"), top) {
        Some(node) => tables::tables(reader, node, &profiles.chosen),
        None => Vec::new(),
    };
    let views = match fields.get("views") {
        Some(node) => views::views(reader, node),
        None => Vec::new(),
    };
    let inserts = match reader.required(fields, at("inserts"), top) {
        Some(node) => inserts::inserts(reader, node),
        None => Vec::new(),
    };
    Spec { pipeline: name, description, time_zone, tables, views, inserts, profiles: profiles.names }
}

fn version(reader: &mut Reader<'_>, fields: Fields<'_>, top: Span) {
    let at = At { key: "version", owner: "the pipeline" };
    let Some(node) = reader.required(fields, at, top) else { return };
    let Some(scalar) = reader.scalar(node, at, "a number") else { return };
    if scalar.text.value != "1" {
        reader.problems.push(words::wrong_version(node.span, &scalar.text.value));
    }
}

fn pipeline_name(reader: &mut Reader<'_>, fields: Fields<'_>, top: Span) -> Text {
    let at = At { key: "pipeline", owner: "the pipeline" };
    reader.required(fields, at, top).and_then(|node| reader.some_text(node, at)).unwrap_or_default()
}
