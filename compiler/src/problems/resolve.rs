//! Words of names: `E03xx`, `W03xx`.

use super::Problem;
use super::suggest::{closest, listed};
use crate::expression::Ident;
use crate::parse::spec::{ConnectorKind, TableSpec, ViewSpec};
use crate::resolve::ScopeInput;
use crate::resolve::model::Named;
use crate::source::{Span, Text};
use crate::types::model::Input;

/// A table or view that does not exist.
pub fn unknown_input(name: &Ident, all: &[(&str, Input)]) -> Problem {
    let problem = Problem::error("E0301", name.span, format!("there is no table or view `{}`", name.name));
    match closest(&name.name, all.iter().map(|(name, _)| *name)) {
        Some(close) => problem.help(format!("did you mean `{close}`?")),
        None if all.is_empty() => problem.help("declare it below `tables` or `views`"),
        None => problem.help(format!("there are {}", listed(all.iter().map(|(name, _)| *name)))),
    }
}

/// A column that no input has.
pub fn unknown_column(name: &Ident, inputs: &[ScopeInput], keys: &[String], later: bool) -> Problem {
    let problem = Problem::error("E0302", name.span, format!("there is no column `{}`", name.name));
    let candidates = || inputs.iter().flat_map(ScopeInput::columns).chain(keys).map(String::as_str);
    if later {
        return problem.help(format!("`{}` is made by `select`, which comes last; repeat its expression", name.name));
    }
    if name.double_quoted {
        return problem.help(format!("double quotes hold a name; a text stands in single quotes: '{}'", name.name));
    }
    let text = format!("YAML takes these quotes; for a text write SQL's quotes inside them: \"'{}'\"", name.name);
    match closest(&name.name, candidates()) {
        Some(close) if name.yaml_quoted => problem.help(text).help(format!("or did you mean `{close}`?")),
        Some(close) => problem.help(format!("did you mean `{close}`?")),
        None if name.yaml_quoted => columns_help(problem.help(text), inputs),
        None => columns_help(problem, inputs),
    }
}

/// A column that an input does not have.
pub fn unknown_column_of(name: &Ident, input: &ScopeInput) -> Problem {
    let title = format!("`{}` has no column `{}`", input.name, name.name);
    let problem = Problem::error("E0302", name.span, title);
    match closest(&name.name, input.columns().iter().map(String::as_str)) {
        Some(close) => problem.help(format!("did you mean `{close}`?")),
        None => columns_help(problem, std::slice::from_ref(input)),
    }
}

fn columns_help(problem: Problem, inputs: &[ScopeInput]) -> Problem {
    /// More names than this help nobody.
    const MOST: usize = 12;

    inputs.iter().filter(|input| !input.columns().is_empty()).fold(problem, |problem, input| {
        let shown = listed(input.columns().iter().take(MOST).map(String::as_str));
        let rest = input.columns().len().saturating_sub(MOST);
        let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        problem.help(format!("the columns of `{}` are {shown}{more}", input.qualifier))
    })
}

/// A column that several inputs have.
pub fn ambiguous_column(name: &Ident, owners: &[&ScopeInput]) -> Problem {
    let title =
        format!("`{}` is a column of {}", name.name, listed(owners.iter().map(|input| input.qualifier.as_str())));
    let forms: Vec<String> = owners.iter().map(|input| format!("{}.{}", input.qualifier, name.name)).collect();
    let problem = Problem::error("E0303", name.span, title).label("which one?");
    let problem = owners.iter().fold(problem, |problem, input| problem.other(input.span, "has it"));
    problem.help(format!("write {}", forms.join(" or ")))
}

/// What stands before the point is no input.
pub fn unknown_qualifier(qualifier: &Ident, name: &Ident, inputs: &[ScopeInput]) -> Problem {
    let problem = Problem::error("E0304", qualifier.span, format!("there is no input `{}` here", qualifier.name));
    if let Some(aliased) = inputs.iter().find(|input| input.name == qualifier.name) {
        return problem
            .other(aliased.span, format!("it is called `{}` here", aliased.qualifier))
            .help(format!("write {}.{}", aliased.qualifier, name.name));
    }
    let names = || inputs.iter().map(|input| input.qualifier.as_str());
    match closest(&qualifier.name, names()) {
        Some(close) => problem.help(format!("did you mean `{close}`?")),
        None if inputs.len() == 1 => problem.help(format!("the input is called {}", listed(names()))),
        None => problem.help(format!("the inputs are called {}", listed(names()))),
    }
}

/// Two inputs of one name.
pub fn duplicate_alias(name: &str, span: Span, first: Span) -> Problem {
    Problem::error("E0305", span, format!("two inputs are called `{name}`"))
        .other(first, "the first one")
        .help("give one of them another name: `table as t2`")
}

/// A table and a view of one name.
pub fn duplicate_name(name: &Text, first: Input, first_span: Span) -> Problem {
    let what = match first {
        Input::Table(_) => "table",
        Input::View(_) => "view",
    };
    Problem::error("E0305", name.span, format!("the name `{}` is taken", name.value))
        .other(first_span, format!("by this {what}"))
        .help("tables and views share their names; choose another one")
}

/// Names that become the same Rust type.
pub fn similar_name(name: &Text, other: &Text) -> Problem {
    let title = format!("the names `{}` and `{}` differ only in case or underscores", name.value, other.value);
    Problem::error("E0305", name.span, title)
        .other(other.span, "the other one")
        .help("the generated Rust could not tell them apart; choose another name")
}

/// Two columns of one name in a list.
pub fn duplicate_column(name: &str, span: Span, first: Span) -> Problem {
    Problem::error("E0305", span, format!("two columns are called `{name}`"))
        .other(first, "the first one")
        .help("give one of them another name: `expression as name`")
}

/// Views that read each other.
pub fn cycle(members: &[&ViewSpec]) -> Problem {
    let mut names: Vec<&str> = members.iter().map(|view| view.name.value.as_str()).collect();
    names.extend(names.first().copied());
    let title = match members {
        [only] => format!("the view `{}` reads itself", only.name.value),
        _ => format!("views read each other in a circle: {}", names.join(" → ")),
    };
    let span = members.first().map(|view| view.from.span).unwrap_or_default();
    let problem = Problem::error("E0306", span, title);
    let problem = members.iter().skip(1).fold(problem, |problem, view| problem.other(view.from.span, "and this"));
    problem.help("one of them must read a table or another view")
}

/// A name that is no identifier.
pub fn bad_identifier(what: &str, name: &str, span: Span) -> Problem {
    Problem::error("E0307", span, format!("`{name}` cannot be the name of a {what}"))
        .help("names are letters from a to z, digits and `_`, and do not begin with a digit")
}

/// An expression in a list without a name.
pub fn unnamed(text: &Text) -> Problem {
    Problem::error("E0308", text.span, "this column has no name")
        .help("write a map instead of the list: `name: expression`; or `expression as name`")
}

/// A view without `select` whose inputs share a column name.
pub fn clashing_column(name: &str, first: &ScopeInput, second: &ScopeInput) -> Problem {
    let title = format!("both `{}` and `{}` have a column `{name}`", first.qualifier, second.qualifier);
    Problem::error("E0309", second.span, title)
        .other(first.span, "has it too")
        .help(format!("say with `select` which columns the view has, such as `{name}: {}.{name}`", first.qualifier))
}

/// A view as the target of an insert.
pub fn insert_into_view(name: &Ident, view: &Text) -> Problem {
    Problem::error("E0310", name.span, format!("`{}` is a view; rows are inserted into tables", name.name))
        .other(view.span, "the view")
        .help("declare a table with the columns of the view, and insert into that")
}

/// An alias behind the target of an insert.
pub fn alias_of_sink(alias: &Ident) -> Problem {
    Problem::error("E0310", alias.span, "the target of an insert takes no other name").help("leave `as …` out")
}

/// A look-up in a view.
pub fn lookup_of_view(table: &Text) -> Problem {
    Problem::error("E0311", table.span, "a view cannot be looked up")
        .help("insert the view into a table with a primary key, and look that up")
}

/// A look-up in a table that cannot be asked.
pub fn not_askable(table: &TableSpec, span: Span) -> Problem {
    let name = &table.name.value;
    let problem = match &table.connector {
        Some(connector) => {
            let title = format!("`{name}` cannot be looked up: `{}` cannot be asked for rows", connector.key.value);
            Problem::error("E0311", span, title).other(connector.key.span, "its connector")
        }
        None => Problem::error("E0311", span, format!("`{name}` cannot be looked up: it has no connector"))
            .other(table.name.span, "declared here"),
    };
    problem.help("tables with `sqlite`, `postgres` or `file` can be looked up")
}

/// A table that cannot be read as a stream.
pub fn not_readable(table: &TableSpec, connector: ConnectorKind, read: Span) -> Problem {
    let (key, help) = match connector {
        ConnectorKind::Sqlite => ("sqlite", "look the table up, or read a `file`"),
        ConnectorKind::Postgres => ("postgres", "look the table up, or read a `file`"),
        ConnectorKind::Print => ("print", "it can only be written; read a `file`"),
        ConnectorKind::Blackhole => ("blackhole", "it can only be written; read a `file`"),
        ConnectorKind::File => ("file", "read another table"),
    };
    let title = format!("`{}` cannot be read: `{key}` is no source of events", table.name.value);
    let problem = Problem::error("E0312", read, title).help(help);
    match &table.connector {
        Some(connector) => problem.other(connector.key.span, "its connector"),
        None => problem,
    }
}

/// A table that is a source and a sink.
pub fn read_and_written(name: &Text, read: Span, written: Span) -> Problem {
    Problem::error("E0313", written, format!("`{}` is read and written", name.value))
        .other(read, "read here")
        .help("a table that a pipeline writes can be looked up, but not read with `from`; write to another table")
}

/// A value for a column that the sink does not have.
pub fn unknown_sink_column(value: &Named, sink: &TableSpec) -> Problem {
    let title = format!("the table `{}` has no column `{}`", sink.name.value, value.name);
    let problem = Problem::error("E0314", value.span, title).other(sink.name.span, "the table");
    let columns = || sink.columns.iter().map(|column| column.name.value.as_str());
    match closest(&value.name, columns()) {
        Some(close) => problem.help(format!("did you mean `{close}`?")),
        None => problem.help(format!("its columns are {}", listed(columns()))),
    }
}

/// Columns of the input that the sink does not have, in an insert without `select`.
pub fn surplus_columns(values: &[Named], sink: &TableSpec) -> Problem {
    let names = listed(values.iter().map(|value| value.name.as_str()));
    let word = if values.len() == 1 { "column" } else { "columns" };
    let span = values.first().map(|value| value.span).unwrap_or_default();
    Problem::error("E0314", span, format!("the table `{}` has no {word} {names}", sink.name.value))
        .other(sink.name.span, "the table")
        .help("name the columns to insert with `select`, or declare the missing ones")
}

/// A primary key that names no column.
pub fn unknown_key_column(name: &Text, table: &TableSpec) -> Problem {
    let title = format!("the primary key names `{}`, which is no column of `{}`", name.value, table.name.value);
    let problem = Problem::error("E0315", name.span, title);
    match closest(&name.value, table.columns.iter().map(|column| column.name.value.as_str())) {
        Some(close) => problem.help(format!("did you mean `{close}`?")),
        None => problem.help("declare it below `columns`"),
    }
}

/// A primary key that names a column twice.
pub fn duplicate_key_column(name: &Text, first: Span) -> Problem {
    Problem::error("E0315", name.span, format!("the primary key names `{}` twice", name.value))
        .other(first, "the first one")
        .help("leave one out")
}

/// A place that is written under one name and read under another one.
pub fn read_under_another_name(reader: &Text, read: Span, writer: &Text, written: Span) -> Problem {
    let title = format!("`{}` reads the file that `{}` writes", reader.value, writer.value);
    Problem::error("E0316", written, title)
        .label("written")
        .other(read, "read")
        .help("the job would read what it writes itself; write to another file")
}

/// A place that is written under one name and looked up under another one.
pub fn looked_up_under_another_name(table: &Text, looked_up: Span, writer: &Text, written: Span) -> Problem {
    let title = format!("`{}` and `{}` are the same place, which the pipeline writes", table.value, writer.value);
    Problem::error("E0316", written, title)
        .label(format!("written as `{}`", writer.value))
        .other(looked_up, format!("looked up as `{}`", table.value))
        .help("a look-up under another name does not see what the job writes")
        .help("declare the table once: one that is written can be looked up as well")
}

/// A place that is written under two names.
pub fn written_under_two_names(first: &Text, first_span: Span, second: &Text, second_span: Span) -> Problem {
    let title = format!("`{}` and `{}` are the same place, and both are written", first.value, second.value);
    Problem::error("E0316", second_span, title)
        .label(format!("written as `{}`", second.value))
        .other(first_span, format!("written as `{}`", first.value))
        .help("each would overwrite what the other one writes")
        .help("declare the table once: several inserts can write to it")
}

/// A pattern as the path of a table that is written.
pub fn pattern_written(table: &Text, path: Span) -> Problem {
    Problem::error("E0317", path, format!("`{}` is written, but its path is a pattern", table.value))
        .label("a file of exactly this name would be made")
        .help("name one file, without `*`, `?` and `[`; only a table that is read takes a pattern")
}

/// A setting of a table that is not used in the way that the setting is for: `what` is that way.
pub fn idle_setting(setting: &str, table: &Text, what: &str, span: Span) -> Problem {
    Problem::warning("W0302", span, format!("`{setting}` does nothing: the table `{}` is not {what}", table.value))
        .help("remove it")
}

/// A table or view that nothing uses.
pub fn unused(what: &str, name: &Text) -> Problem {
    Problem::warning("W0301", name.span, format!("the {what} `{}` is not used", name.value))
        .help("remove it, or use it in a view or an insert")
}
