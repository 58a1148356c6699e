//! Words of the parse pass for files that are YAML but not a pipeline: `E0110` to `E0123`.

use super::{Problem, suggest};
use crate::source::{Span, Text};
use std::fmt::Display;

/// Keys that later versions will know.
const STEPS_TO_COME: [&str; 5] = ["join", "window", "union", "top", "unnest"];
const SECTIONS_TO_COME: [&str; 3] = ["functions", "params", "imports"];

/// `E0110`
pub fn unknown_key(key: &Text, owner: &str, known: &[&str]) -> Problem {
    let name = key.value.as_str();
    let problem = Problem::error("E0110", key.span, format!("unknown key `{name}` in {owner}"));
    if STEPS_TO_COME.contains(&name) || SECTIONS_TO_COME.contains(&name) {
        return problem.label("not in this version").help(format!("this version has no `{name}` yet"));
    }
    let list = format!("the keys of {owner} are {}", suggest::listed(known.iter().copied()));
    match suggest::closest(name, known.iter().copied()) {
        Some(close) => problem.label(format!("did you mean `{close}`?")).help(list),
        None => problem.label("not a key of the language").help(list),
    }
}

/// `E0110`
pub fn unknown_table_key(key: &Text, owner: &str, keys: &[&str], connectors: &[&str]) -> Problem {
    let name = key.value.as_str();
    let problem = Problem::error("E0110", key.span, format!("unknown key `{name}` in {owner}"));
    if matches!(name, "type" | "connector" | "with" | "format" | "path") {
        return problem.label("not a key of a table").help(
            "the connector is a key of its own that holds its options, such as `file: {path: data/orders.jsonl}`",
        );
    }
    let problem = match suggest::closest(name, keys.iter().chain(connectors).copied()) {
        Some(close) => problem.label(format!("did you mean `{close}`?")),
        None => problem.label("neither a key of a table nor a connector"),
    };
    problem
        .help(format!("the keys of a table are {}", suggest::listed(keys.iter().copied())))
        .help(format!("the connectors are {}", suggest::listed(connectors.iter().copied())))
}

/// `E0110`
pub fn unknown_option(key: &Text, connector: &str, known: &[&str]) -> Problem {
    let name = key.value.as_str();
    let problem = Problem::error("E0110", key.span, format!("the connector `{connector}` has no option `{name}`"));
    let problem = match suggest::closest(name, known.iter().copied()) {
        Some(close) => problem.label(format!("did you mean `{close}`?")),
        None => problem.label("unknown option"),
    };
    if known.is_empty() {
        return problem.help(format!("`{connector}` has no options"));
    }
    problem.help(format!("the options of `{connector}` are {}", suggest::listed(known.iter().copied())))
}

/// `E0111`
pub fn missing_key(place: Span, key: &str, owner: &str) -> Problem {
    let example = match key {
        "version" => "`version: 1`, the version of the language",
        "pipeline" => "`pipeline: NAME`, the name of the job",
        "tables" => "`tables:`, what the pipeline reads and writes",
        "inserts" => "`inserts:`, what is written where: `- {into: TABLE, from: VIEW}`",
        "columns" => "`columns:`, each with its type: `id: bigint`",
        "from" => "`from: NAME`, the table or view that it reads",
        "into" => "`into: NAME`, the table that it writes",
        "on" => "`on: …`, the condition that names the table's primary key: `a.id = b.id`",
        "type" => "`type: …`, such as `bigint` or `varchar not null`",
        "mode" => "`mode: …`, one of `none`, `lru` and `all`",
        "ttl" => "`ttl: …`, such as `36h`",
        "path" => "`path: …`, where the data is",
        _ => return missing(place, key, owner).help(format!("add `{key}`")),
    };
    missing(place, key, owner).help(format!("add {example}"))
}

fn missing(place: Span, key: &str, owner: &str) -> Problem {
    Problem::error("E0111", place, format!("{owner} has no `{key}`"))
}

/// `E0112`
pub fn wrong_kind(span: Span, at: impl Display, expected: &str, found: &str) -> Problem {
    let problem = Problem::error("E0112", span, format!("{at} must be {expected}, not {found}"))
        .label(format!("this is {found}"));
    match (expected, found) {
        ("a list", "text") => {
            problem.help("write a list as `[a, b]`, or with `- ` before each item on lines of its own")
        }
        ("a list or a map", _) => problem.help("write `[expression]`, or `{name: expression}` to name the column"),
        ("a map", _) => problem.help("write a map as `{key: value}`, or with one `key: value` on each line below"),
        _ => problem,
    }
}

/// `E0112`
pub fn map_instead_of_text(span: Span, at: impl Display, expected: &str, key: Option<&str>) -> Problem {
    let problem = wrong_kind(span, at, expected, "a map");
    match key {
        Some(key) => problem.help(format!(
            "YAML takes `{key}: ` for a key; if the colon belongs to SQL, put the whole expression in quotes"
        )),
        None => problem,
    }
}

/// `E0112`
pub fn not_a_pipeline(span: Span, found: &str) -> Problem {
    Problem::error("E0112", span, format!("the file must be a map of keys and values, not {found}"))
        .help("start with `version: 1` and `pipeline: NAME`; `millstream new NAME` writes an example")
}

/// `E0113`
pub fn no_value(span: Span, at: impl Display) -> Problem {
    Problem::error("E0113", span, format!("{at} has no value"))
        .label("nothing is given here")
        .help("give it a value, or leave the key out")
}

/// `E0113`
pub fn empty_section(span: Span, at: impl Display, found: &str) -> Problem {
    Problem::error("E0113", span, format!("{at} is empty"))
        .label(format!("there is {found} here"))
        .help("fill it, or leave the key out")
}

/// `E0114`
pub fn not_one_of(span: Span, at: impl Display, value: &str, words: &[&str]) -> Problem {
    let problem = Problem::error("E0114", span, format!("{at} cannot be `{value}`"));
    let problem = match suggest::closest(value, words.iter().copied()) {
        Some(close) => problem.label(format!("did you mean `{close}`?")),
        None => problem.label("not a value of this key"),
    };
    problem.help(format!("write one of {}", suggest::listed(words.iter().copied())))
}

/// `E0114`
pub fn not_a_number(span: Span, at: impl Display, value: &str) -> Problem {
    Problem::error("E0114", span, format!("{at} cannot be `{value}`"))
        .label("not a number that can be used here")
        .help("write a whole number of at least 1, without separators, such as `10000`")
}

/// `E0114`
pub fn not_a_duration(span: Span, at: impl Display, value: &str) -> Problem {
    let problem = Problem::error("E0114", span, format!("{at} cannot be `{value}`")).label("not a duration");
    let number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    if number {
        return problem.help(format!("say the unit: `{value}ms`, `{value}s`, `{value}m`, `{value}h` or `{value}d`"));
    }
    problem.help("write a whole number and one of the units `ms`, `s`, `m`, `h` and `d`, such as `36h`")
}

/// `E0114`
pub fn wrong_state(span: Span, view: &str, value: &str) -> Problem {
    Problem::error("E0114", span, format!("`state` of {view} cannot be `{value}`"))
        .label("neither `unbounded` nor a map")
        .help("write `state: {ttl: 36h}` to drop what has not changed for so long, or `state: unbounded` to keep all")
}

/// `E0114`
pub fn not_a_character(span: Span, at: impl Display) -> Problem {
    Problem::error("E0114", span, format!("{at} must be one ASCII character, and no quote"))
        .help("write for example `\",\"`, `\";\"` or `tab`")
}

/// `E0114`
pub fn useless_setting(span: Span, at: impl Display, because: &str) -> Problem {
    Problem::error("E0114", span, format!("{at} has no meaning here")).label(because).help("remove it")
}

/// `E0115`
pub fn reads_as_boolean(span: Span, at: impl Display, value: &str) -> Problem {
    Problem::error("E0115", span, format!("{at} is `{value}`, which many readers of YAML take for a boolean"))
        .label("text is expected here")
        .help(format!("put it in quotes: `\"{value}\"`"))
}

/// `E0116`
pub fn wrong_version(span: Span, value: &str) -> Problem {
    Problem::error("E0116", span, format!("version `{value}` of the language is not known"))
        .label("this program knows version 1")
        .help("write `version: 1`; a newer version needs a newer program")
}

/// `E0117`
pub fn several_connectors(table: &str, first: &Text, second: &Text) -> Problem {
    let title = format!("the table `{table}` has two connectors, `{}` and `{}`", first.value, second.value);
    Problem::error("E0117", second.span, title)
        .label("the second connector")
        .other(first.span, "the first connector")
        .help("keep one; another environment's connector goes into `profiles:`")
}

/// `E0118`
pub fn connector_to_come(key: &Text, table: &str, built: &[&str]) -> Problem {
    let title = format!("this version has no connector `{}`, which the table `{table}` uses", key.value);
    Problem::error("E0118", key.span, title)
        .label("not in this version")
        .help(format!("the connectors of this version are {}", suggest::listed(built.iter().copied())))
        .help("it may stay in a profile that is not chosen")
}

/// `E0119`
pub fn unset_variable(span: Span, name: &str) -> Problem {
    Problem::error("E0119", span, format!("the environment variable `{name}` is not set"))
        .label("needed here")
        .help(format!("set it, or give a default: `${{env:{name}:-default}}`"))
}

/// `E0120`
pub fn unknown_substitution(span: Span, inside: &str) -> Problem {
    Problem::error("E0120", span, format!("`${{{inside}}}` is not known"))
        .label("neither `${env:NAME}` nor `${env:NAME:-default}`")
        .help("write `$${` for a plain `${`")
}

/// `E0120`
pub fn open_substitution(span: Span) -> Problem {
    Problem::error("E0120", span, "a `${` is not closed")
        .label("no `}` follows in this value")
        .help("write `${env:NAME}`, or `$${` for a plain `${`")
}

/// `E0121`
pub fn unknown_profile(span: Span, name: &str, known: &[&str]) -> Problem {
    let problem = Problem::error("E0121", span, format!("the pipeline has no profile `{name}`"));
    if known.is_empty() {
        return problem.help("it has no profiles; leave `--profile` out");
    }
    let problem = match suggest::closest(name, known.iter().copied()) {
        Some(close) => problem.label(format!("did you mean `{close}`?")),
        None => problem.label("its profiles begin here"),
    };
    problem.help(format!("its profiles are {}", suggest::listed(known.iter().copied())))
}

/// `E0122`
pub fn profile_changes_more(key: &Text, profile: &str) -> Problem {
    Problem::error("E0122", key.span, format!("{profile} cannot change `{}`", key.value))
        .label("not `tables`")
        .help("a profile replaces the connectors of tables and nothing else: `tables: {NAME: {CONNECTOR: {…}}}`")
}

/// `E0122`
pub fn profile_changes_table(key: &Text, profile: &str, table: &str, connectors: &[&str]) -> Problem {
    let title = format!("{profile} cannot change `{}` of the table `{table}`", key.value);
    let problem = Problem::error("E0122", key.span, title);
    let problem = match suggest::closest(&key.value, connectors.iter().copied()) {
        Some(close) => problem.label(format!("did you mean `{close}`?")),
        None => problem.label("not a connector"),
    };
    problem.help(format!(
        "a profile replaces the connector of a table and nothing else; the connectors are {}",
        suggest::listed(connectors.iter().copied())
    ))
}

/// `E0123`
pub fn profile_without_table(key: &Text, profile: &str, tables: &[&str]) -> Problem {
    let title = format!("the profile `{profile}` names a table `{}` that is not there", key.value);
    let problem = Problem::error("E0123", key.span, title);
    let problem = match suggest::closest(&key.value, tables.iter().copied()) {
        Some(close) => problem.label(format!("did you mean `{close}`?")),
        None => problem.label("not one of `tables`"),
    };
    problem.help(format!("the tables are {}", suggest::listed(tables.iter().copied())))
}
