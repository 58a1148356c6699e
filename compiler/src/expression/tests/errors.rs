//! What users read about a text that is no expression.

use super::{parse_input, read};
use crate::expression::SyntaxError;
use crate::problems::{Problems, expression::syntax};
use crate::source::{SourceFile, Span, Text};

fn render(value: &str, error: &SyntaxError) -> String {
    let file = SourceFile { name: "sql".to_owned(), text: value.to_owned() };
    let mut problems = Problems::default();
    problems.push(syntax(error));
    problems.render(&file, false).split("\n\n").next().unwrap_or_default().to_owned()
}

#[track_caller]
fn check(value: &str, expected: &[&str]) {
    let Err(error) = read(value) else { panic!("{value} was read") };
    assert_eq!(render(value, &error).lines().collect::<Vec<_>>(), expected);
}

/// Title and help alone.
#[track_caller]
fn check_words(value: &str, expected: &[&str]) {
    let Err(error) = read(value) else { panic!("{value} was read") };
    let problem = syntax(&error);
    let words: Vec<String> = std::iter::once(problem.title).chain(problem.help).collect();
    assert_eq!(words, expected);
}

#[test]
fn an_error_points_at_its_place() {
    check(
        "(i1",
        &[
            "error[E0206]: the expression ends too early: `)` is missing",
            " --> sql:1:4",
            "  |",
            "1 | (i1",
            "  | -  ^",
            "  | |",
            "  | begins here",
        ],
    );
    check(
        "a + * b",
        &["error[E0205]: `*` cannot stand here", " --> sql:1:5", "  |", "1 | a + * b", "  |     ^ expected a value"],
    );
    check(
        "case when a then 1",
        &[
            "error[E0206]: the expression ends too early: `end` is missing",
            " --> sql:1:19",
            "  |",
            "1 | case when a then 1",
            "  | ---- begins here  ^",
        ],
    );
    check(
        "a b",
        &[
            "error[E0205]: `b` cannot stand here",
            " --> sql:1:3",
            "  |",
            "1 | a b",
            "  |   ^ expected an operator or the end",
        ],
    );
    check(
        "upper(a, )",
        &[
            "error[E0205]: `)` cannot stand here",
            " --> sql:1:10",
            "  |",
            "1 | upper(a, )",
            "  |          ^ expected a value",
        ],
    );
    check(
        "a = 'it's'",
        &[
            "error[E0203]: a text begins here and does not end",
            " --> sql:1:10",
            "  |",
            "1 | a = 'it's'",
            "  |          ^",
            "  |",
            "  = help: end it with `'`; a `'` inside a text is written twice: 'it''s'",
        ],
    );
}

#[test]
fn foreign_spellings_are_understood() {
    check_words("a == b", &["`==` is no operator", "write `=`"]);
    check_words("a && b", &["`&&` is no operator", "write `and`"]);
    check_words("!a", &["`!` means nothing in an expression", "write `not` or `<>`"]);
    check_words("a::int", &["`::` is no operator", "write cast(value as type)"]);
    check_words("a = “x”", &["`“` means nothing in an expression", "texts stand in straight single quotes: 'text'"]);
    check_words(
        "a ? b : c",
        &["`?` means nothing in an expression", "write `case when … then … else … end` or `if(…, …, …)`"],
    );
    check_words(
        "a in (select b)",
        &["an expression holds no query", "write the query as a view; a row of another table is fetched with `lookup`"],
    );
    check_words(
        "exists (select 1)",
        &["an expression holds no query", "write the query as a view; a row of another table is fetched with `lookup`"],
    );
    check_words(
        "cast(a as int not null)",
        &["a cast takes no `not null`", "give the value for null with coalesce(cast(x as type), …)"],
    );
    check_words("(a, b) = (1, 2)", &["there are no row values", "compare column by column: `a = 1 and b = 2`"]);
    check_words(
        "a[1]",
        &["there are no arrays or maps", "keep them as JSON text and read parts of it with json_value(text, '$.path')"],
    );
    check_words(
        "a > all (1)",
        &["there is no `all`, `any` or `some`", "write `in (…)`, or compare with greatest(…) or least(…)"],
    );
    check_words("sum(a) over (order by b)", &["there are no `over` windows", "aggregate in a view with `group_by`"]);
    check_words(
        "last_value(a order by b)",
        &[
            "a call takes no `order by`, `within group`, `ignore nulls` or `respect nulls`",
            "leave it out; first_value and last_value skip nulls and go by arrival",
        ],
    );
    check_words(
        "(a - b) day",
        &["`day` cannot stand here", "the time between two moments is timestampdiff(day, from, to)"],
    );
    check_words("'a' 'b'", &["`'b'` cannot stand here", "texts are joined with ||"]);
    check_words(
        "abs(a) as b",
        &["`as` cannot stand here", "a name is given by the map key (`name: expression`), or with `as` in a list"],
    );
}

#[test]
fn bad_literals() {
    check_words("1_000", &["`1_000` is no number", "numbers are written like 1000, 1.5 or 1e3"]);
    check_words("0x10", &["`0x10` is no number", "numbers are written like 1000, 1.5 or 1e3"]);
    check_words("x'f'", &["these are no bytes", "write two hexadecimal digits for each byte: x'00ff'"]);
    check_words(
        r"u&'\00'",
        &[
            "a Unicode escape is wrong",
            "write \\ and four hexadecimal digits, or \\+ and six: u&'\\00e9 \\+01f600'; \\ itself is \\\\",
        ],
    );
    check_words("`a", &["a quoted name begins here and does not end", "end it with `"]);
    check_words("a /* b", &["a comment begins here and does not end", "end it with `*/`"]);
    check_words("\"\"", &["a quoted name is empty", "an empty text is written in single quotes: ''"]);
    check_words(" -- nothing", &["there is no expression here", "write one, or leave the key out"]);
    check_words("end + 1", &["`end` cannot stand here", "a column of that name is written with back quotes: `end`"]);
    check_words("a is 1", &["`1` cannot stand here"]);
    check_words("interval '1' 2", &["`2` cannot stand here"]);
    check_words("a between 1 or 2", &["`or` cannot stand here"]);
}

#[test]
fn an_input_has_one_name() {
    let text = Text::plain("orders o", Span::new(0, 8));
    let Err(error) = parse_input(&text) else { panic!("it was read") };
    assert_eq!(syntax(&error).help, ["another name is given with `as`: `orders as o`"]);
}
