//! Words of the syntax of expressions: `E02xx`.

use super::Problem;
use crate::expression::{MAX_DEPTH, Missing, SyntaxError, SyntaxErrorKind, Unsupported};

/// The problem of a text that could not be read.
pub fn syntax(error: &SyntaxError) -> Problem {
    let problem = |code, title: String| Problem::error(code, error.span, title);
    match &error.kind {
        SyntaxErrorKind::Empty => {
            problem("E0201", "there is no expression here".to_owned()).help("write one, or leave the key out")
        }
        SyntaxErrorKind::Character(character) => {
            character_help(problem("E0202", format!("`{character}` means nothing in an expression")), *character)
        }
        SyntaxErrorKind::UnclosedText => problem("E0203", "a text begins here and does not end".to_owned())
            .help("end it with `'`; a `'` inside a text is written twice: 'it''s'"),
        SyntaxErrorKind::UnclosedName(quote) => {
            problem("E0203", "a quoted name begins here and does not end".to_owned())
                .help(format!("end it with {quote}"))
        }
        SyntaxErrorKind::UnclosedComment => {
            problem("E0203", "a comment begins here and does not end".to_owned()).help("end it with `*/`")
        }
        SyntaxErrorKind::EmptyName => {
            problem("E0202", "a quoted name is empty".to_owned()).help("an empty text is written in single quotes: ''")
        }
        SyntaxErrorKind::Number(digits) => {
            problem("E0204", format!("`{digits}` is no number")).help("numbers are written like 1000, 1.5 or 1e3")
        }
        SyntaxErrorKind::Hex => problem("E0204", "these are no bytes".to_owned())
            .help("write two hexadecimal digits for each byte: x'00ff'"),
        SyntaxErrorKind::UnicodeEscape => problem("E0204", "a Unicode escape is wrong".to_owned())
            .help(r"write \ and four hexadecimal digits, or \+ and six: u&'\00e9 \+01f600'; \ itself is \\"),
        SyntaxErrorKind::Unexpected { found, missing } => {
            unexpected(problem("E0205", format!("`{found}` cannot stand here")), found, *missing)
        }
        SyntaxErrorKind::End { missing, open } => {
            let problem = problem("E0206", format!("the expression ends too early: {} is missing", word(*missing)));
            match open {
                Some(open) => problem.other(*open, "begins here"),
                None => problem,
            }
        }
        SyntaxErrorKind::TooDeep => {
            problem("E0207", format!("the expression is nested more than {MAX_DEPTH} levels deep"))
                .help("compute a part of it in a view of its own")
        }
        SyntaxErrorKind::Unsupported(what) => unsupported(error, *what),
    }
}

/// Units behind which people expect a difference of times to be measured.
const UNITS: [&str; 6] = ["year", "month", "day", "hour", "minute", "second"];

fn unexpected(problem: Problem, found: &str, missing: Missing) -> Problem {
    let problem = problem.label(format!("expected {}", word(missing)));
    let lower = found.to_ascii_lowercase();
    match missing {
        Missing::OperatorOrEnd if lower == "as" => {
            problem.help("a name is given by the map key (`name: expression`), or with `as` in a list")
        }
        Missing::OperatorOrEnd if UNITS.contains(&lower.as_str()) => {
            problem.help(format!("the time between two moments is timestampdiff({lower}, from, to)"))
        }
        Missing::OperatorOrEnd if found.starts_with('\'') => problem.help("texts are joined with ||"),
        Missing::AliasOrEnd => problem.help("another name is given with `as`: `orders as o`"),
        Missing::Value | Missing::Name if found.chars().all(|c| c.is_ascii_alphabetic() || c == '_') => {
            problem.help(format!("a column of that name is written with back quotes: `{found}`"))
        }
        Missing::Value
        | Missing::OperatorOrEnd
        | Missing::Name
        | Missing::Type
        | Missing::Text
        | Missing::Integer
        | Missing::Unit
        | Missing::Token(_) => problem,
    }
}

fn word(missing: Missing) -> String {
    match missing {
        Missing::Value => "a value".to_owned(),
        Missing::OperatorOrEnd => "an operator or the end".to_owned(),
        Missing::Name => "a name".to_owned(),
        Missing::Type => "a type".to_owned(),
        Missing::Text => "a text in single quotes".to_owned(),
        Missing::Integer => "a whole number".to_owned(),
        Missing::Unit => "a unit of time such as day or hour".to_owned(),
        Missing::AliasOrEnd => "`as` or the end".to_owned(),
        Missing::Token(token) => format!("`{token}`"),
    }
}

fn character_help(problem: Problem, character: char) -> Problem {
    match character {
        '“' | '”' | '‘' | '’' | '´' => problem.help("texts stand in straight single quotes: 'text'"),
        '!' => problem.help("write `not` or `<>`"),
        '&' => problem.help("write `and`; texts are joined with ||"),
        '|' => problem.help("write `or`; texts are joined with ||"),
        '^' => problem.help("write `power(x, y)`"),
        ';' => problem.help("an expression ends without a sign"),
        '?' | ':' => problem.help("write `case when … then … else … end` or `if(…, …, …)`"),
        _ => problem,
    }
}

fn unsupported(error: &SyntaxError, what: Unsupported) -> Problem {
    let problem = |title: &str, help: &str| Problem::error("E0208", error.span, title).help(help);
    match what {
        Unsupported::Subquery => problem(
            "an expression holds no query",
            "write the query as a view; a row of another table is fetched with `lookup`",
        ),
        Unsupported::Over => problem("there are no `over` windows", "aggregate in a view with `group_by`"),
        Unsupported::Row => problem("there are no row values", "compare column by column: `a = 1 and b = 2`"),
        Unsupported::Array => problem(
            "there are no arrays or maps",
            "keep them as JSON text and read parts of it with json_value(text, '$.path')",
        ),
        Unsupported::NotNullInCast => {
            problem("a cast takes no `not null`", "give the value for null with coalesce(cast(x as type), …)")
        }
        Unsupported::Quantifier => {
            problem("there is no `all`, `any` or `some`", "write `in (…)`, or compare with greatest(…) or least(…)")
        }
        Unsupported::DoubleEquals => problem("`==` is no operator", "write `=`"),
        Unsupported::DoubleAmpersand => problem("`&&` is no operator", "write `and`"),
        Unsupported::DoubleColon => problem("`::` is no operator", "write cast(value as type)"),
        Unsupported::CallClause => problem(
            "a call takes no `order by`, `within group`, `ignore nulls` or `respect nulls`",
            "leave it out; first_value and last_value skip nulls and go by arrival",
        ),
    }
}
