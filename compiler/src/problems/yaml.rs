//! Words for files that are no YAML, or YAML that says something else than its author means: `E0101` to `E0109`.

use super::Problem;
use crate::source::{Span, Text};

const QUOTE_OR_BLOCK: &str =
    "put the whole value in quotes, or on a line of its own below `|`, where YAML leaves every character alone";

/// `E0101`
pub fn not_utf8(span: Span, utf16: bool) -> Problem {
    let problem = Problem::error("E0101", span, "the file is not UTF-8 text").label("the first byte that is not UTF-8");
    if utf16 {
        problem.help("the file looks like UTF-16; save it as UTF-8")
    } else {
        problem.help("save the file as UTF-8")
    }
}

/// `E0102`
pub fn syntax(span: Span, reason: &str) -> Problem {
    Problem::error("E0102", span, "this is not valid YAML").label(reason)
}

/// `E0102`
pub fn text_after_quote(span: Span, rewrite: Option<String>) -> Problem {
    Problem::error("E0102", span, "text follows a closing quote")
        .label("YAML ends the value at the quote before this")
        .help("YAML takes a quote at the start of a value as its own, not as SQL's; quote the whole expression")
        .help(written(rewrite))
}

/// `E0102`
pub fn colon_in_value(span: Span, rewrite: Option<String>) -> Problem {
    Problem::error("E0102", span, "a colon followed by a space stands inside a value")
        .label("YAML takes this for a key and a value")
        .help(written(rewrite))
}

/// `E0102`
pub fn key_not_expected(span: Span, without_space: Option<(Span, String)>) -> Problem {
    let problem =
        Problem::error("E0102", span, "a key is not expected here").label("YAML finds no map that this key belongs to");
    match without_space {
        Some((colon, rewrite)) => problem.other(colon, "no space follows").help(format!("write `{rewrite}`")),
        None => problem.help(
            "indent all keys of a map alike, and see that the line before ends as it should (`key:` or `key: value`)",
        ),
    }
}

/// `E0102`
pub fn starts_with(span: Span, character: char, rewrite: Option<String>) -> Problem {
    let (title, meaning) = match character {
        '*' => ("a value cannot start with `*`".to_string(), "YAML takes this for an alias".to_string()),
        '&' => ("a value cannot start with `&`".to_string(), "YAML takes this for an anchor".to_string()),
        '?' => ("a value cannot start with `? `".to_string(), "YAML takes this for a key".to_string()),
        '-' => ("a list cannot start here".to_string(), "YAML takes `- ` for an item of a list".to_string()),
        '`' => ("a back quote is not allowed here".to_string(), "YAML keeps this character to itself".to_string()),
        other => (
            format!("`{}` is not allowed here", other.escape_debug()),
            "YAML keeps this character to itself".to_string(),
        ),
    };
    let problem = Problem::error("E0102", span, title).label(meaning);
    match character {
        '-' => problem.help("write a list as `[a, b]` or on lines of its own").help(written(rewrite)),
        '*' => problem.help(written(rewrite)).help("to keep all columns, leave `select` out"),
        _ => problem.help(written(rewrite)),
    }
}

/// `E0102`
pub fn bad_escape(span: Span) -> Problem {
    Problem::error("E0102", span, "YAML does not know this escape")
        .label("in double quotes `\\` starts an escape of YAML")
        .help("write `\\\\` for `\\`, or put the value in single quotes or below `|`, where `\\` stands for itself")
}

/// `E0102`
pub fn unclosed_quote(span: Span) -> Problem {
    Problem::error("E0102", span, "a quote is not closed")
        .label("the value starts with this quote")
        .help("close the quote; lines of a quoted value must be indented deeper than its key")
        .help("if the quote belongs to SQL, quote the whole expression")
}

/// `E0102`
pub fn in_brackets(span: Span, open: Span, same_line: bool) -> Problem {
    let problem = if same_line {
        Problem::error("E0102", span, "YAML cannot read on inside `{ }` or `[ ]`")
            .other(open, "the bracket that is open")
    } else {
        Problem::error("E0102", open, "a bracket is not closed")
            .label("opened here")
            .other(span, "YAML still looks for the closing bracket here")
    };
    problem
        .help("close every bracket, and separate items with commas")
        .help("inside `{ }` and `[ ]`, quote values that hold one of `, : [ ] { }`")
}

/// `E0102`
pub fn misplaced_bracket(span: Span) -> Problem {
    Problem::error("E0102", span, "a bracket is closed that was not opened")
        .help("remove it, or put the value that it belongs to in quotes")
}

/// `E0102`
pub fn indentation(span: Span) -> Problem {
    Problem::error("E0102", span, "the indentation of this line fits nothing above it")
        .help("indent all keys of a map, and all items of a list, alike")
}

/// `E0102`
pub fn too_deep(span: Span) -> Problem {
    Problem::error("E0102", span, "maps and lists stand too deep in each other")
        .help("a pipeline needs at most seven levels; look for brackets that were not meant")
}

/// `E0103`
pub fn tab(span: Span) -> Problem {
    Problem::error("E0103", span, "a tab is used as indentation")
        .label("a tab")
        .help("YAML indents with spaces only; replace the tab by spaces")
}

/// `E0104`
pub fn empty_file() -> Problem {
    Problem::error("E0104", Span::default(), "the file holds no pipeline")
        .help("start with `version: 1` and `pipeline: NAME`; `millstream new NAME` writes an example")
}

/// `E0105`
pub fn several_documents(span: Span) -> Problem {
    Problem::error("E0105", span, "the file holds more than one YAML document")
        .label("the second document starts here")
        .help("write one pipeline in each file, and remove `---`")
}

/// `E0106`
pub fn duplicate_key(key: &Text, first: Span) -> Problem {
    Problem::error("E0106", key.span, format!("the key `{}` is given twice", key.value))
        .label("given again here")
        .other(first, "given here first")
        .help("remove or rename one of the two")
}

/// `E0107`
pub fn tag(span: Span, written: &str) -> Problem {
    Problem::error("E0107", span, format!("the tag `{written}` is not allowed"))
        .label("YAML takes `!` at the start of a value for a tag")
        .help("the language has no tags; if `!` belongs to the value, put the value in quotes")
}

/// `E0108`
pub fn anchor(span: Span, written: &str) -> Problem {
    Problem::error("E0108", span, format!("the anchor `{written}` is not allowed"))
        .label("YAML takes `&` at the start of a value for an anchor")
        .help("the language has no anchors: write the value where it is needed")
        .help("if `&` belongs to the value, put the value in quotes")
}

/// `E0108`
pub fn alias(span: Span, written: &str) -> Problem {
    Problem::error("E0108", span, format!("the alias `{written}` is not allowed"))
        .label("YAML takes `*` at the start of a value for an alias")
        .help("the language has no aliases: write the value where it is needed")
        .help("if `*` belongs to the value, put the value in quotes")
}

/// `E0108`
pub fn merge_key(span: Span) -> Problem {
    Problem::error("E0108", span, "merge keys are not allowed")
        .label("a merge key")
        .help("the language has no anchors and merge keys: write the keys where they are needed")
}

/// `E0109`
pub fn cut_by_comma(comma: Span, whole: Span, key: Option<&str>, expression: &str) -> Problem {
    let rewrite = (!expression.contains(['"', '\\', '\n'])).then(|| match key {
        Some(key) => format!("{key}: \"{expression}\""),
        None => format!("\"{expression}\""),
    });
    Problem::error("E0109", comma, "inside `{ }` and `[ ]` a comma ends a value")
        .label("YAML ends the value here")
        .other(whole, "this is cut in pieces")
        .help(written(rewrite))
}

/// `E0109`
pub fn cut_by_comment(comment: Span, value: Span) -> Problem {
    Problem::error("E0109", comment, "a `#` after a space cuts this value off")
        .label("YAML takes this for a comment")
        .other(value, "what is left of the value")
        .help(QUOTE_OR_BLOCK)
}

/// `E0112`
pub fn key_not_text(span: Span) -> Problem {
    Problem::error("E0112", span, "a key must be text, not a map or a list")
        .help("if a bracket belongs to the key, put the key in quotes")
}

fn written(rewrite: Option<String>) -> String {
    match rewrite {
        Some(rewrite) => format!("write `{rewrite}`"),
        None => QUOTE_OR_BLOCK.to_string(),
    }
}
