//! `docs/functions.md`.

use std::fmt::Write;

use super::signature::Entry;
use super::table::TOPICS;

const HEAD: &str = "\
# Functions

Generated from the compiler's catalogue (`compiler/src/catalogue/`); a test fails when this page is stale.

The semantics are those of Apache Flink 2.3. Deliberate differences:

- A result outside its type (integers and decimals, also in a cast) is a row error, where Flink wraps or gives null.
- A cast that fails is a row error; `try_cast` gives null.
- Text never turns into a number by itself, also not in a comparison.
- The clock stands still within an epoch.
- `rand`, `rand_integer` and `uuid` do not exist: the same input must give the same result.
- Fields of timestamps before 1970 (`hour`, `floor … to month`, a cast to `date` or to fewer digits …) are right; Flink's
  are off by one.
- `floor` and `ceil` of dates before 15 October 1582 are right, and `ceil(time to week)` or to a longer unit minds the
  time of day; Flink reads old dates in the Julian calendar and leaves the time of day out.
- `timestampdiff` of a span that Flink counts wrongly in 32 bits is right, or a row error.
- `x in (a, b)` is `x = a or x = b`; Flink gives `a` and `b` the type of `x` first, so that `1 in (1.5)` is true there.
- Sums and averages of `float` and `double`, and variances, do not depend on the order of the rows.
- A year above 9999 is written with all its digits.

A function is null when one of its arguments is, unless its line says otherwise. Text literals are `char(n)`, numbers with
a point are decimals, numbers with an exponent are doubles. A bare `null` has no type: write `cast(null as int)`. The
examples are in UTC.
";

const OPERATORS: &str = "
## Operators

| written | takes | gives |
|---|---|---|
| `a + b`, `a - b`, `a * b`, `a / b` | numbers | the wider type; two integers divide to an integer, cut; decimals as below |
| `a % b` | integers, decimals | the remainder, with the sign of `a`; of whole numbers in the type of `b` |
| `d + interval '1' day`, `d - interval '2' month` | dates, times, timestamps | the same type |
| `a \\|\\| b` | text | text |
| `=`, `<>`, `!=`, `<`, `<=`, `>`, `>=` | two numbers, texts, booleans, dates, times or timestamps; text with a date, time or timestamp | boolean |
| `is [not] distinct from` | the same | boolean, never null |
| `like`, `similar to`, with `escape` | text | boolean |

Decimals: `decimal(p1, s1) + decimal(p2, s2)` has scale `max(s1, s2)` and one more digit in front; `*` has scale
`s1 + s2` and precision `p1 + p2 + 1`; `/` has scale `max(6, s1 + p2 + 1)`. Beyond 38 digits the scale gives way, down
to 6. Results are rounded half up. With a double on one side the result is a double.
";

/// The page.
pub fn reference() -> String {
    let mut page = HEAD.to_owned();
    page.push_str(OPERATORS);
    for topic in TOPICS {
        // Writing into a string cannot fail.
        let _ = write!(page, "\n## {}\n\n| function | | example |\n|---|---|---|\n", topic.title);
        for entry in topic.entries {
            let _ = writeln!(page, "{}", row(entry));
        }
    }
    page
}

fn row(entry: &Entry) -> String {
    let usages: Vec<String> = entry.usages().iter().map(|usage| code(usage)).collect();
    let others: Vec<String> = entry.names.iter().skip(1).map(|name| code(name)).collect();
    let mut doc = entry.doc.replace('|', "\\|");
    if !others.is_empty() {
        let _ = write!(doc, " Also {}.", others.join(", "));
    }
    let (example, result) = entry.example;
    format!("| {} | {doc} | {} → {} |", usages.join("<br>"), code(example), code(result))
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|").replace('\t', "\\t"))
}
