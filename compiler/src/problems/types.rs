//! Words of types: `E04xx`.

use super::Problem;
use super::suggest::{closest, listed};
use crate::catalogue::{CallError, refusal};
use crate::expression::{Ident, Node, NodeKind, TypeName};
use crate::parse::spec::ColumnSpec;
use crate::resolve::model::Table;
use crate::resolve::{AGGREGATES, DERIVED};
use crate::source::{Span, Text};
use crate::types::ty::{Base, Ty};
use crate::types::{Meant, NAMES, Scope, TypeError, is_number, sketch};

/// A type that does not exist, or has wrong numbers behind it.
pub fn type_name(name: &TypeName, error: TypeError) -> Problem {
    let rule = match error {
        TypeError::Unknown => return unknown_type(name),
        TypeError::NoNumber => "takes no number",
        TypeError::TwoNumbers => "takes two numbers: digits in all, and behind the point",
        TypeError::Digits => "has 1 to 38 digits",
        TypeError::Scale => "cannot have more digits behind the point than in all",
        TypeError::Length => "has a length from 1 to 2147483647",
        TypeError::OneLength => "takes one number, its length",
        TypeError::Fraction => "takes one number from 0 to 9, the digits of its fraction of a second",
    };
    Problem::error("E0401", name.span, format!("`{}` {rule}", name.name))
        .help("types are written like decimal(18, 2), varchar(20), timestamp(3)")
}

fn unknown_type(name: &TypeName) -> Problem {
    let problem = Problem::error("E0401", name.span, format!("there is no type `{}`", name.name));
    let word = name.name.split(' ').next().unwrap_or_default();
    let alias = match word {
        "int4" | "int32" | "signed" => Some("int"),
        "int8" | "int64" | "long" => Some("bigint"),
        "int2" | "int16" | "short" => Some("smallint"),
        "float4" | "float32" => Some("float"),
        "float8" | "float64" | "number" => Some("double"),
        "datetime" => Some("timestamp(3)"),
        "timestamptz" => Some("timestamp_ltz(3)"),
        "blob" | "bytea" => Some("bytes"),
        "nvarchar" | "clob" | "json" | "uuid" | "enum" | "array" | "map" | "row" | "multiset" => Some("varchar"),
        _ => None,
    };
    let bare = NAMES.iter().map(|name| name.split('(').next().unwrap_or(name));
    match alias.or_else(|| closest(word, bare.chain(["string", "integer", "numeric"]))) {
        Some(close) => problem.help(format!("did you mean `{close}`?")),
        None => problem.help(format!("there are {}", listed(NAMES))),
    }
}

/// A condition that is no boolean.
pub fn no_condition(clause: &str, found: Ty, span: Span, sketch: Option<&str>) -> Problem {
    let title = format!("`{clause}` takes a condition, but this is {}", family(found.base));
    let problem = Problem::error("E0408", span, title).label(found.base.to_string());
    match sketch {
        Some(_) if found.base == Base::Null => problem.help("write cast(null as boolean)"),
        Some(sketch) if is_number(found.base) => problem.help(format!("compare it: {sketch} <> 0")),
        Some(sketch) => problem.help(format!("compare it: {sketch} = …, or {sketch} is not null")),
        None => problem.help("compare it with something"),
    }
}

/// A number that literals cannot have.
pub fn number_out_of_range(digits: &str, span: Span) -> Problem {
    let problem = Problem::error("E0415", span, format!("the number {digits} is too big for a literal"));
    if digits.contains(['e', 'E']) {
        return problem.help("the greatest double is about 1.8e308");
    }
    let plain = digits.trim_start_matches('-');
    let scale = plain.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let precision = plain.bytes().filter(u8::is_ascii_digit).count();
    if precision > 38 {
        return problem.help("no type has more than 38 digits");
    }
    problem.help(format!("write it as text: cast('{digits}' as decimal({precision}, {scale}))"))
}

/// Values that must be of one type and are not.
pub fn no_common_type(what: &str, places: [(Ty, Span); 2], sketches: &[Option<String>; 2]) -> Problem {
    let [(left, left_span), (right, right_span)] = places;
    let (left_words, right_words) = apart(left.base, right.base);
    let title = format!("the values of `{what}` have no common type: {left_words} and {right_words}");
    let problem = Problem::error("E0418", right_span, title)
        .label(right.base.to_string())
        .other(left_span, left.base.to_string());
    cast_help(
        problem,
        "make all of them text",
        (left.base, sketches[0].as_deref()),
        (right.base, sketches[1].as_deref()),
    )
}

/// A value that does not become another type by itself.
pub fn no_widening(found: Ty, wanted: Base, span: Span, sketch: Option<&str>) -> Problem {
    let problem = Problem::error("E0418", span, format!("{} does not become {wanted} by itself", found.base));
    made_by_cast(problem, found.base, wanted, sketch, |cast| format!("write {cast}"))
}

/// `*`, `distinct` or `filter` in a call that is no aggregate.
pub fn no_aggregate(name: &Ident, span: Span) -> Problem {
    Problem::error("E0404", span, format!("`{}` is no aggregate", name.name))
        .help("`*`, `distinct` and `filter` belong to count, sum, avg, min, max, first_value and last_value")
}

/// A call, operator or cast that the catalogue refuses.
pub fn call(error: &CallError, node: &Node, scope: &Scope) -> Problem {
    match error {
        CallError::UnknownFunction { name, close } => unknown_function(name, close, node),
        CallError::WrongArity { name, found, forms } => {
            let count = if *found == 1 { "1 argument".to_owned() } else { format!("{found} arguments") };
            let problem = Problem::error("E0405", node.span, format!("`{name}` does not take {count}"));
            forms.iter().fold(problem, |problem, form| problem.help(format!("write {form}")))
        }
        CallError::WrongType { name, argument: _, span, expected, found, help } => {
            // Where one number is taken and another one not, "a number" would say nothing.
            let narrow = is_number(found.base) && expected.contains("int");
            let given = if narrow { found.base.to_string() } else { family(found.base).to_owned() };
            let title = format!("`{name}` takes {expected} here, not {given}");
            let problem = Problem::error("E0402", *span, title).label(found.base.to_string());
            if help.is_empty() && expected.contains("number") && is_text(found.base) {
                let written = find(node, *span).and_then(|node| sketch(node, scope));
                return problem.help(format!("write cast({} as double)", written.as_deref().unwrap_or("…")));
            }
            let written = find(node, *span).and_then(|node| sketch(node, scope));
            helped(problem, &said_of(help, written.as_deref()))
        }
        CallError::Mismatch { name, left, right, help } => {
            let written = [left.1, right.1].map(|span| find(node, span).and_then(|node| sketch(node, scope)));
            mismatch(name, *left, *right, &written, help)
        }
        CallError::WrongCast { from, to, help } => {
            let title = format!("{} cannot be cast to {to}", from.base);
            let operand = if let NodeKind::Cast { operand, .. } = &node.kind { sketch(operand, scope) } else { None };
            helped(Problem::error("E0406", node.span, title), &said_of(help, operand.as_deref()))
        }
        CallError::WrongLiteral { name: _, span, reason, help } => {
            helped(Problem::error("E0407", *span, reason.clone()), help)
        }
    }
}

/// A comparison of two nodes that do not stand side by side, such as a value and a list's item.
pub fn compared(error: &CallError, left: &Node, right: &Node, scope: &Scope) -> Problem {
    match error {
        CallError::Mismatch { name, left: (left_ty, _), right: (right_ty, _), help } => {
            let written = [sketch(left, scope), sketch(right, scope)];
            mismatch(name, (*left_ty, left.span), (*right_ty, right.span), &written, help)
        }
        CallError::UnknownFunction { .. }
        | CallError::WrongArity { .. }
        | CallError::WrongType { .. }
        | CallError::WrongCast { .. }
        | CallError::WrongLiteral { .. } => call(error, right, scope),
    }
}

fn unknown_function(name: &str, close: &[&'static str], node: &Node) -> Problem {
    let span = match &node.kind {
        NodeKind::Call(call) => call.name.span,
        _ => node.span,
    };
    let problem = Problem::error("E0404", span, format!("there is no function `{name}`"));
    let aggregate = AGGREGATES.iter().map(|(name, _)| *name).chain(DERIVED.iter().map(|(name, _)| *name));
    let aggregate = closest(name, aggregate);
    match close {
        [] if aggregate.is_some() => problem.help(format!("did you mean `{}`?", aggregate.unwrap_or_default())),
        [] => problem.help("the page docs/functions.md of Millstream's documentation lists all functions"),
        [one] => problem.help(format!("did you mean `{one}`?")),
        several => problem.help(format!("did you mean one of {}?", listed(several.iter().copied()))),
    }
}

fn mismatch(
    name: &str,
    left: (Ty, Span),
    right: (Ty, Span),
    written: &[Option<String>; 2],
    help: &[String],
) -> Problem {
    let ((left, left_span), (right, right_span)) = (left, right);
    let compares =
        matches!(name, "=" | "<>" | "<" | "<=" | ">" | ">=" | "in" | "is distinct from" | "is not distinct from");
    let (left_words, right_words) = apart(left.base, right.base);
    let title = if compares {
        format!("{left_words} cannot be compared with {right_words}")
    } else {
        format!("`{name}` does not go between {left_words} and {right_words}")
    };
    let problem = Problem::error("E0403", right_span, title)
        .label(right.base.to_string())
        .other(left_span, left.base.to_string());
    if is_text(left.base) == is_text(right.base) && !help.is_empty() {
        return helped(problem, help);
    }
    let purpose = if compares { "compare texts" } else { "make both text" };
    cast_help(problem, purpose, (left.base, written[0].as_deref()), (right.base, written[1].as_deref()))
}

/// Says which cast makes two values alike: text becomes what the other side is.
fn cast_help(problem: Problem, purpose: &str, left: (Base, Option<&str>), right: (Base, Option<&str>)) -> Problem {
    let ((text, text_written), (other, other_written)) = if is_text(right.0) { (right, left) } else { (left, right) };
    if !is_text(text) {
        let [left_written, right_written] = [left.1, right.1].map(|written| written.unwrap_or("…"));
        return problem.help(match (refusal(right.0, left.0), refusal(left.0, right.0)) {
            (None, None) => "write a cast on one side: cast(… as …)".to_owned(),
            (None, Some(_)) => format!("write cast({right_written} as {})", left.0),
            (Some(_), None) => format!("write cast({left_written} as {})", right.0),
            (Some(_), Some(_)) => format!(
                "there is no cast between them: write cast({left_written} as varchar) and cast({right_written} as \
                 varchar), to {purpose}"
            ),
        });
    }
    let wanted = match other {
        Base::TinyInt | Base::SmallInt | Base::Int => Base::Int,
        Base::Float | Base::Decimal { .. } => Base::Double,
        other => other,
    };
    let is_written_number = |text: &str| text.parse::<f64>().is_ok_and(f64::is_finite);
    let inside = text_written.and_then(|text| text.strip_prefix('\'')?.strip_suffix('\''));
    let problem = match inside.filter(|inside| is_number(other) && is_written_number(inside)) {
        Some(inside) => return problem.help(format!("write the number without quotes: {}", inside.trim())),
        None if refusal(text, wanted).is_some() => problem,
        None => problem.help(format!("write cast({} as {wanted})", text_written.unwrap_or("…"))),
    };
    match other_written.filter(|written| is_written_number(written)) {
        Some(number) => problem.help(format!("or '{number}', to {purpose}")),
        None => problem.help(format!("or cast({} as varchar), to {purpose}", other_written.unwrap_or("…"))),
    }
}

/// The catalogue speaks of `x`; what stands there is better known.
fn said_of(help: &[String], written: Option<&str>) -> Vec<String> {
    let said = |help: &String| written.map_or_else(|| help.clone(), |written| with_value(help, written));
    help.iter().map(said).collect()
}

/// A sentence with a value in place of each `x` that is a word.
fn with_value(help: &str, written: &str) -> String {
    let part_of_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '\'');
    let mut text = String::with_capacity(help.len());
    let mut last = None;
    let mut characters = help.chars().peekable();
    while let Some(character) = characters.next() {
        let alone = !last.is_some_and(part_of_word) && !characters.peek().copied().is_some_and(part_of_word);
        if character == 'x' && alone {
            text.push_str(written);
        } else {
            text.push(character);
        }
        last = Some(character);
    }
    text
}

/// Says by which cast a value becomes another type; if there is none, what else does it.
fn made_by_cast(
    problem: Problem,
    from: Base,
    to: Base,
    written: Option<&str>,
    words: impl FnOnce(String) -> String,
) -> Problem {
    match refusal(from, to) {
        None => problem.help(words(format!("cast({} as {to})", written.unwrap_or("…")))),
        Some(help) => {
            let problem = problem.help(format!("there is no cast from {from} to {to}"));
            helped(problem, &said_of(&help, Some(written.unwrap_or("…"))))
        }
    }
}

/// Two types that do not go together, as people call them where that tells them apart.
fn apart(left: Base, right: Base) -> (String, String) {
    if family(left) == family(right) {
        return (left.to_string(), right.to_string());
    }
    (family(left).to_owned(), family(right).to_owned())
}

fn helped(problem: Problem, help: &[String]) -> Problem {
    help.iter().fold(problem, |problem, help| problem.help(help.clone()))
}

/// The node that stands at a place.
fn find(node: &Node, span: Span) -> Option<&Node> {
    if node.span == span {
        return Some(node);
    }
    let mut found = None;
    node.kind.each_child(&mut |child| found = found.or_else(|| find(child, span)));
    found
}

/// A type as people call it.
fn family(base: Base) -> &'static str {
    match base {
        Base::Boolean => "a boolean",
        Base::TinyInt
        | Base::SmallInt
        | Base::Int
        | Base::BigInt
        | Base::Float
        | Base::Double
        | Base::Decimal { .. } => "a number",
        Base::Char(_) | Base::Varchar(_) => "text",
        Base::Bytes => "bytes",
        Base::Date => "a date",
        Base::Time => "a time",
        Base::Timestamp(_) => "a timestamp",
        Base::TimestampLtz(_) => "a timestamp_ltz",
        Base::IntervalMonths | Base::IntervalMillis => "an interval",
        Base::Null => "null",
    }
}

fn is_text(base: Base) -> bool {
    matches!(base, Base::Char(_) | Base::Varchar(_))
}

/// An expression that grows too big when its forms are written out.
pub fn too_big(span: Span) -> Problem {
    Problem::error(
        "E0420",
        span,
        "the expression becomes too big when `in`, `between`, `case` and the like are written out",
    )
    .help("compute a part of it in a view of its own")
}

/// An aggregate in a clause that has none.
pub fn aggregate_refused(name: &Ident, clause: &str, span: Span) -> Problem {
    let problem = Problem::error("E0409", span, format!("`{clause}` takes no aggregate such as {}", name.name));
    match clause {
        "where" => problem.help("`where` comes before `group_by`; conditions on aggregates stand in `having`"),
        "inserts" => problem.help("aggregate in a view, and insert from that"),
        _ => problem.help("aggregates stand in `select` and `having`"),
    }
}

/// An aggregate inside another one.
pub fn nested_aggregate(name: &Ident, span: Span, outer: Span) -> Problem {
    Problem::error("E0409", span, format!("the aggregate {} stands inside another one", name.name))
        .other(outer, "the other one")
        .help("compute the inner one in a view of its own, and aggregate over that")
}

/// An aggregate with a wrong number of arguments.
pub fn aggregate_arity(name: &Ident, found: usize, star: bool, span: Span) -> Problem {
    let lower = name.name.to_ascii_lowercase();
    let title = if star {
        format!("`{lower}` does not take `*`")
    } else {
        format!("`{lower}` takes one argument, not {found}")
    };
    let problem = Problem::error("E0405", span, title);
    if lower == "count" {
        problem.help("write count(*) or count(x)")
    } else {
        problem.help(format!("write {lower}(x)"))
    }
}

/// `distinct` where it changes the meaning, but is not supported.
pub fn distinct_refused(name: &Ident, span: Span) -> Problem {
    Problem::error("E0409", span, format!("`{}` takes no `distinct`", name.name)).help("count, sum and avg do")
}

/// A column in the select of a view that groups.
pub fn column_outside_group(name: &str, span: Span, group_by: Option<Span>) -> Problem {
    let title = format!("`{name}` is neither a group key nor inside an aggregate");
    let problem = Problem::error("E0410", span, title);
    let aggregate = format!("use an aggregate such as last_value({name})");
    match group_by {
        Some(span) => problem.other(span, "the group keys").help(format!("{aggregate}, or add `{name}` to `group_by`")),
        None => problem.help(format!("{aggregate}, or add `group_by: [{name}]`; without it all rows are one group")),
    }
}

/// `having` in a view that does not group.
pub fn having_without_group(span: Span) -> Problem {
    Problem::error("E0411", span, "`having` needs `group_by` or an aggregate")
        .help("conditions on rows stand in `where`")
}

/// A bare null as a column.
pub fn null_column(name: &str, span: Span) -> Problem {
    Problem::error("E0416", span, format!("the column `{name}` has no type: null alone has none"))
        .help("write cast(null as varchar), or another type")
}

/// An interval as a column.
pub fn interval_column(name: &str, base: Base, span: Span) -> Problem {
    Problem::error("E0416", span, format!("the column `{name}` would be an {base}, which tables cannot hold"))
        .help("add it to a time, or count units with timestampdiff(unit, from, to)")
}

/// `select` gives another value under the name of a key.
pub fn key_renamed(name: &str, span: Span, key: Span) -> Problem {
    Problem::error("E0419", span, format!("`{name}` is a group key, but `select` gives it another value"))
        .other(key, "the group key")
        .help("give the column another name")
}

/// A look-up in a table without a primary key.
pub fn lookup_without_key(table: &Text, span: Span) -> Problem {
    Problem::error("E0412", span, format!("`{}` cannot be looked up: it has no primary key", table.value))
        .other(table.span, "declared here")
        .help("add `primary_key: […]` to the table")
}

/// A look-up that does not give the whole key.
pub fn incomplete_lookup(names: &[String], table: &Table, span: Span) -> Problem {
    let missing = listed(names.iter().map(String::as_str));
    let examples: Vec<String> = names.iter().map(|name| format!("{name} = …")).collect();
    let word = if names.len() == 1 { "key column" } else { "key columns" };
    Problem::error("E0412", span, format!("the look-up gives no value for the {word} {missing}"))
        .other(table.name.span, "a row is found by the whole primary key of this table")
        .help(format!("add `{}`, with a value that is known before the look-up", examples.join(" and ")))
}

/// A value whose type is not that of the key column.
pub fn lookup_key_type(column: &ColumnSpec, wanted: Base, found: Ty, span: Span, sketch: Option<&str>) -> Problem {
    let title = format!(
        "the key column `{}` is {wanted}, and {} does not become that by itself",
        column.name.value, found.base
    );
    let problem =
        Problem::error("E0412", span, title).label(found.base.to_string()).other(column.ty.span, "the column's type");
    made_by_cast(problem, found.base, wanted, sketch, |cast| format!("write {cast}"))
}

/// A value whose type is not that of the sink's column.
pub fn insert_type(column: &ColumnSpec, wanted: Base, found: Ty, span: Span, sketch: Option<&str>) -> Problem {
    let title =
        format!("the column `{}` is {wanted}, and {} does not become that by itself", column.name.value, found.base);
    let problem = Problem::error("E0413", span, title)
        .label(format!("`{}` is {}", sketch.unwrap_or("…"), found.base))
        .other(column.ty.span, "the column's type");
    made_by_cast(problem, found.base, wanted, sketch, |cast| {
        format!("write `{}: {cast}` in `select`", column.name.value)
    })
}

/// Columns that must have a value and get none.
pub fn missing_columns(missing: &[&ColumnSpec], table: &Table, span: Span) -> Problem {
    let names = listed(missing.iter().map(|column| column.name.value.as_str()));
    let title = match missing {
        [_] => format!("the column {names} of `{}` gets no value", table.name.value),
        _ => format!("the columns {names} of `{}` get no value", table.name.value),
    };
    let problem = Problem::error("E0414", span, title);
    let problem = missing.iter().fold(problem, |problem, column| problem.other(column.name.span, "must not be null"));
    problem.help("give it with `select`, or declare the column without `not null`; key columns are never null")
}

/// A time zone that does not exist.
pub fn unknown_time_zone(written: &Text, names: &[String], meant: Option<&Meant>) -> Problem {
    let problem = Problem::error("E0417", written.span, format!("there is no time zone `{}`", written.value));
    if let Some(Meant { region, fixed }) = meant {
        let problem = match region {
            Some(region) => problem.help(format!("write the name of a region, such as `{region}`")),
            None => problem.help("write the name of a region; they look like Asia/Shanghai and Europe/Berlin"),
        };
        return match fixed {
            Some((name, hours)) => {
                let way = if *hours < 0 { "behind" } else { "ahead of" };
                let hours = hours.unsigned_abs();
                let unit = if hours == 1 { "hour" } else { "hours" };
                problem.help(format!(
                    "or `{name}`, which is {hours} {unit} {way} UTC: the sign in its name is turned around"
                ))
            }
            None => problem,
        };
    }
    // People know the city, not the region.
    let city = |name: &str| name.rsplit('/').next().unwrap_or_default().to_lowercase();
    let same_city = names.iter().find(|name| city(name) == city(&written.value));
    match same_city.map(String::as_str).or_else(|| closest(&written.value, names.iter().map(String::as_str))) {
        Some(close) => problem.help(format!("did you mean `{close}`?")),
        None => problem.help("time zones are written like Asia/Shanghai, Europe/Berlin or UTC"),
    }
}
