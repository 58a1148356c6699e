//! Text.

use crate::catalogue::CallError;
use crate::catalogue::make::{self, call, literal_text};
use crate::catalogue::numeric;
use crate::catalogue::operators::CONCAT;
use crate::catalogue::signature::{
    Args, Entry, Form, Gives, Param, STRING, Take, entry, form, part_of, repeating, run,
};
use crate::types::model::{Expr, Function};
use crate::types::ty::{Base, Ty};

const TEXT: Param = Param("text", Take::Text);
const PATTERN: Param = Param("pattern", Take::Prepared("regexp::Pattern"));

const fn same(path: &'static str) -> Gives {
    Gives::First(run(path).scoped())
}

const fn string(path: &'static str) -> Gives {
    Gives::Fixed(run(path).scoped(), STRING)
}

/// A part of a text needs no memory of its own.
const fn part(path: &'static str) -> Gives {
    Gives::Part(run(path))
}

const fn part_or_null(path: &'static str) -> Gives {
    Gives::Fixed(run(path).option(), STRING)
}

const fn regexp(path: &'static str) -> Function {
    run(path).with_feature("regexp")
}

const SUBSTRING: &[Form] = &[
    form(&[TEXT, Param("from", Take::Int)], part("text::substring_from")),
    form(&[TEXT, Param("from", Take::Int), Param("length", Take::Int)], Gives::Part(run("text::substring").option())),
];

/// The functions.
pub const ENTRIES: &[Entry] = &[
    entry(
        &["upper"],
        "The text in upper case.",
        ("upper('abc')", "'ABC'"),
        &[form(&[TEXT], Gives::By(|args| Ok(cased(args, "text::upper"))))],
    ),
    entry(
        &["lower"],
        "The text in lower case.",
        ("lower('ABC')", "'abc'"),
        &[form(&[TEXT], Gives::By(|args| Ok(cased(args, "text::lower"))))],
    ),
    entry(
        &["initcap"],
        "Each word with its first letter in upper case, the others in lower case.",
        ("initcap('hello WORLD')", "'Hello World'"),
        &[form(&[TEXT], same("text::initcap"))],
    ),
    Entry {
        names: &["trim"],
        doc: "The text without blanks, or without any of some characters, at both ends or one.",
        example: ("trim(both 'x' from 'xxabcxx')", "'abc'"),
        forms: &[
            form(&[TEXT], part("text::trim")),
            form(
                &[Param("side", Take::Word(&["BOTH", "LEADING", "TRAILING"])), Param("characters", Take::Text), TEXT],
                Gives::By(trim),
            ),
        ],
        syntax: Some("trim(text)\ntrim(both | leading | trailing characters from text)"),
    },
    entry(
        &["ltrim"],
        "The text without blanks, or without any of some characters, at the start.",
        ("ltrim('  a ')", "'a '"),
        &[
            form(&[TEXT], part("text::trim_start")),
            form(&[TEXT, Param("characters", Take::Text)], part("text::trim_start_of")),
        ],
    ),
    entry(
        &["rtrim"],
        "The text without blanks, or without any of some characters, at the end.",
        ("rtrim('  a ')", "'  a'"),
        &[
            form(&[TEXT], part("text::trim_end")),
            form(&[TEXT, Param("characters", Take::Text)], part("text::trim_end_of")),
        ],
    ),
    entry(
        &["btrim"],
        "The text without blanks, or without any of some characters, at both ends.",
        ("btrim('xxabcxx', 'x')", "'abc'"),
        &[form(&[TEXT], part("text::trim")), form(&[TEXT, Param("characters", Take::Text)], part("text::trim_of"))],
    ),
    entry(
        &["char_length", "character_length", "length"],
        "How many characters (Unicode code points) the text has.",
        ("char_length('日本')", "2"),
        &[form(&[TEXT], Gives::Fixed(run("text::length"), Base::Int))],
    ),
    Entry {
        names: &["substring"],
        doc: "The part of the text from a character on (from 1; a negative one counts from the end), so many \
              characters long; null for a negative length.",
        example: ("substring('abcdef' from 2 for 3)", "'bcd'"),
        forms: SUBSTRING,
        syntax: Some("substring(text, from)\nsubstring(text, from, length)\nsubstring(text from from for length)"),
    },
    entry(&["substr"], "The same as `substring`.", ("substr('abcdef', -2)", "'ef'"), SUBSTRING),
    entry(
        &["left"],
        "The first characters of the text.",
        ("left('abcdef', 2)", "'ab'"),
        &[form(&[TEXT, Param("length", Take::Int)], part("text::left"))],
    ),
    entry(
        &["right"],
        "The last characters of the text.",
        ("right('abcdef', 2)", "'ef'"),
        &[form(&[TEXT, Param("length", Take::Int)], part("text::right"))],
    ),
    Entry {
        names: &["position"],
        doc: "Where a text first stands in another, from 1; 0 if it does not.",
        example: ("position('c' in 'abc')", "3"),
        forms: &[
            form(&[Param("wanted", Take::Text), TEXT], Gives::Fixed(run("text::position"), Base::Int)),
            form(
                &[Param("wanted", Take::Text), TEXT, Param("from", Take::Int)],
                Gives::Fixed(run("text::locate"), Base::Int),
            ),
        ],
        syntax: Some("position(wanted in text)\nposition(wanted in text from from)"),
    },
    entry(
        &["locate"],
        "Where a text first stands in another, from 1, at or behind a character; 0 if it does not.",
        ("locate('b', 'abcb', 3)", "4"),
        &[
            form(&[Param("wanted", Take::Text), TEXT], Gives::Fixed(run("text::position"), Base::Int)),
            form(
                &[Param("wanted", Take::Text), TEXT, Param("from", Take::Int)],
                Gives::Fixed(run("text::locate"), Base::Int),
            ),
        ],
    ),
    entry(
        &["instr"],
        "Where a text stands in another, from 1, searched from a character on (from the end if it is negative), \
         the first or a later time; 0 if it does not.",
        ("instr('abcb', 'b', 1, 2)", "4"),
        &[
            form(&[TEXT, Param("wanted", Take::Text)], Gives::By(instr)),
            form(&[TEXT, Param("wanted", Take::Text), Param("from", Take::Int)], Gives::By(instr)),
            form(
                &[TEXT, Param("wanted", Take::Text), Param("from", Take::Int), Param("nth", Take::Int)],
                Gives::By(instr),
            ),
        ],
    ),
    entry(
        &["replace"],
        "The text with every occurrence of another text replaced.",
        ("replace('abcabc', 'b', 'x')", "'axcaxc'"),
        &[form(&[TEXT, Param("old", Take::Text), Param("new", Take::Text)], string("text::replace"))],
    ),
    entry(
        &["translate"],
        "The text with each character of `from` replaced by the one at the same place of `to`, or left out.",
        ("translate('abcab', 'abc', 'xy')", "'xyxy'"),
        &[form(&[TEXT, Param("from", Take::Text), Param("to", Take::Text)], Gives::By(translate))],
    ),
    Entry {
        names: &["overlay"],
        doc: "The text with the part from a character on, so many characters long, replaced.",
        example: ("overlay('abcdef' placing 'xyz' from 2 for 3)", "'axyzef'"),
        forms: &[
            form(&[TEXT, Param("new", Take::Text), Param("from", Take::Int)], Gives::By(overlay)),
            form(
                &[TEXT, Param("new", Take::Text), Param("from", Take::Int), Param("length", Take::Int)],
                Gives::By(overlay),
            ),
        ],
        syntax: Some("overlay(text placing new from from)\noverlay(text placing new from from for length)"),
    },
    entry(
        &["concat"],
        "Its arguments one after the other; null if one is null. The same as `||`.",
        ("concat('a', 'b', 'c')", "'abc'"),
        &[repeating(&[TEXT, Param("more", Take::Text)], Gives::By(concat))],
    ),
    entry(
        &["concat_ws"],
        "Its arguments with a separator between them; nulls are left out.",
        ("concat_ws(',', 'a', nullif('b', 'b'), 'c')", "'a,c'"),
        &[repeating(
            &[Param("separator", Take::Text), Param("text", Take::Text), Param("more", Take::Text)],
            Gives::By(concat_ws),
        )],
    ),
    entry(
        &["lpad"],
        "The text filled up at the start to so many UTF-16 units, or cut to them; null for a negative length or an \
         empty filling.",
        ("lpad('7', 3, '0')", "'007'"),
        &[form(
            &[TEXT, Param("length", Take::Int), Param("filling", Take::Text)],
            Gives::Fixed(run("text::lpad").scoped().option(), STRING),
        )],
    ),
    entry(
        &["rpad"],
        "The text filled up at the end to so many UTF-16 units, or cut to them; null for a negative length or an \
         empty filling.",
        ("rpad('7', 3, '.')", "'7..'"),
        &[form(
            &[TEXT, Param("length", Take::Int), Param("filling", Take::Text)],
            Gives::Fixed(run("text::rpad").scoped().option(), STRING),
        )],
    ),
    entry(
        &["repeat"],
        "The text so many times.",
        ("repeat('ab', 3)", "'ababab'"),
        &[form(&[TEXT, Param("times", Take::Int)], string("text::repeat"))],
    ),
    entry(
        &["reverse"],
        "The characters in reverse order.",
        ("reverse('abc')", "'cba'"),
        &[form(&[TEXT], string("text::reverse"))],
    ),
    entry(
        &["split_index"],
        "The part of that number, from 0, of the text split at a separator (a text, or the code of a character); \
         null if there is none.",
        ("split_index('a,b,c', ',', 1)", "'b'"),
        &[
            form(&[TEXT, Param("separator", Take::Text), Param("index", Take::Int)], part_or_null("text::split_index")),
            form(&[TEXT, Param("code", Take::Int), Param("index", Take::Int)], part_or_null("text::split_index_code")),
        ],
    ),
    entry(
        &["elt"],
        "The argument of that number, from 1; null if there is none.",
        ("elt(2, 'a', 'b')", "'b'"),
        &[repeating(&[Param("index", Take::BigInt), TEXT, Param("more", Take::Text)], Gives::By(elt))],
    ),
    entry(
        &["starts_with", "startswith"],
        "Whether the text begins with another.",
        ("starts_with('abc', 'ab')", "true"),
        &[
            form(&[TEXT, Param("start", Take::Text)], Gives::Fixed(run("text::starts_with"), Base::Boolean)),
            form(
                &[Param("bytes", Take::Bytes), Param("start", Take::Bytes)],
                Gives::Fixed(run("text::bytes_start_with"), Base::Boolean),
            ),
        ],
    ),
    entry(
        &["ends_with", "endswith"],
        "Whether the text ends with another.",
        ("ends_with('abc', 'bc')", "true"),
        &[
            form(&[TEXT, Param("end", Take::Text)], Gives::Fixed(run("text::ends_with"), Base::Boolean)),
            form(
                &[Param("bytes", Take::Bytes), Param("end", Take::Bytes)],
                Gives::Fixed(run("text::bytes_end_with"), Base::Boolean),
            ),
        ],
    ),
    entry(
        &["ascii"],
        "The first byte of the text in UTF-8, as a signed number; 0 for an empty text.",
        ("ascii('A')", "65"),
        &[form(&[TEXT], Gives::Fixed(run("text::ascii"), Base::Int))],
    ),
    entry(
        &["chr"],
        "The character of a code modulo 256; empty for a negative one.",
        ("chr(65)", "'A'"),
        &[form(&[Param("code", Take::BigInt)], string("text::chr"))],
    ),
    entry(
        &["is_alpha"],
        "Whether the text is letters only, and not empty; false for null.",
        ("is_alpha('abc')", "true"),
        &[form(&[TEXT], Gives::By(|args| Ok(certain(args, "text::is_alpha"))))],
    ),
    entry(
        &["is_digit"],
        "Whether the text is digits only, and not empty; false for null.",
        ("is_digit('123')", "true"),
        &[form(&[TEXT], Gives::By(|args| Ok(certain(args, "text::is_digit"))))],
    ),
    entry(
        &["is_decimal"],
        "Whether the text is a number; false for null.",
        ("is_decimal('1.5')", "true"),
        &[form(&[TEXT], Gives::By(|args| Ok(certain(args, "text::is_decimal"))))],
    ),
    entry(
        &["keyvalue"],
        "The value of a key in text such as `k1=v1;k2=v2`, with the separators of pairs and of key and value.",
        ("keyvalue('k1=v1;k2=v2', ';', '=', 'k2')", "'v2'"),
        &[form(
            &[TEXT, Param("pair_separator", Take::Text), Param("key_separator", Take::Text), Param("key", Take::Text)],
            part_or_null("text::key_value"),
        )],
    ),
    entry(
        &["regexp"],
        "Whether a regular expression (in Java's dialect) matches anywhere in the text; false for an empty or \
         malformed one.",
        ("regexp('abc', '^a')", "true"),
        &[form(&[TEXT, PATTERN], Gives::Fixed(regexp("regexp::regexp"), Base::Boolean))],
    ),
    entry(
        &["regexp_replace"],
        "The text with every match of a regular expression replaced; null for a malformed one.",
        ("regexp_replace('a1b22', '[0-9]+', '-')", "'a-b-'"),
        &[form(
            &[TEXT, PATTERN, Param("new", Take::Text)],
            Gives::Fixed(regexp("regexp::replace").scoped().option(), STRING),
        )],
    ),
    entry(
        &["regexp_extract"],
        "The first match of a regular expression, or a group of it; null if there is none.",
        ("regexp_extract('ab12', '([a-z]+)([0-9]+)', 2)", "'12'"),
        &[
            form(&[TEXT, PATTERN], Gives::Fixed(regexp("regexp::extract").option(), STRING)),
            form(
                &[TEXT, PATTERN, Param("group", Take::BigInt)],
                Gives::Fixed(regexp("regexp::extract_group").option(), STRING),
            ),
        ],
    ),
    entry(
        &["regexp_substr"],
        "The first match of a regular expression; null if there is none.",
        ("regexp_substr('ab12', '[0-9]')", "'1'"),
        &[form(&[TEXT, PATTERN], Gives::Fixed(regexp("regexp::substr").option(), STRING))],
    ),
    entry(
        &["regexp_count"],
        "How often a regular expression matches; null for a malformed one.",
        ("regexp_count('a1b2', '[0-9]')", "2"),
        &[form(&[TEXT, PATTERN], Gives::Fixed(regexp("regexp::count").option(), Base::Int))],
    ),
    entry(
        &["regexp_instr"],
        "Where a regular expression first matches, from 1; 0 if it does not, null for a malformed one.",
        ("regexp_instr('ab12', '[0-9]')", "3"),
        &[form(&[TEXT, PATTERN], Gives::Fixed(regexp("regexp::instr").option(), Base::Int))],
    ),
];

/// Upper or lower case. A literal keeps its length, as in Flink, even where a letter becomes two.
fn cased(args: Args, path: &'static str) -> Expr {
    let (base, span) = (args.base(), args.span);
    let literal = args.list.first().is_some_and(|arg| literal_text(arg).is_some_and(|text| !text.is_ascii()));
    let text = args.call(run(path).scoped(), base);
    match base {
        Base::Char(length) if literal => {
            call(run("text::cut"), base, vec![text, make::int(i64::from(length), span)], span)
        }
        _ => text,
    }
}

/// A function that is false for null.
fn certain(args: Args, path: &'static str) -> Expr {
    make::is_true(args.call(run(path), Base::Boolean))
}

fn trim(args: Args) -> Result<Expr, CallError> {
    let span = args.span;
    let [side, characters, text] = args.take()?;
    let (blank, of) = match literal_text(&side) {
        Some("LEADING") => ("text::trim_start", "text::trim_start_of"),
        Some("TRAILING") => ("text::trim_end", "text::trim_end_of"),
        _ => ("text::trim", "text::trim_of"),
    };
    let base = part_of(text.ty.base);
    if literal_text(&characters) == Some(" ") {
        return Ok(call(run(blank), base, vec![text], span));
    }
    Ok(call(run(of), base, vec![text, characters], span))
}

fn instr(args: Args) -> Result<Expr, CallError> {
    let span = args.span;
    let mut list = args.list;
    for _ in list.len()..4 {
        list.push(make::int(1, span));
    }
    Ok(call(run("text::instr").result(), Base::Int, list, span))
}

fn overlay(args: Args) -> Result<Expr, CallError> {
    let length = |base| match base {
        Base::Char(n) => Some(n),
        Base::Varchar(n) => n,
        _ => None,
    };
    let sizes: Vec<Option<u32>> = args.list.iter().take(2).map(|arg| length(arg.ty.base)).collect();
    let size = sizes.into_iter().sum::<Option<u32>>();
    let path = if args.list.len() == 4 { "text::overlay" } else { "text::overlay_all" };
    Ok(args.call(run(path).scoped(), Base::Varchar(size)))
}

fn concat(args: Args) -> Result<Expr, CallError> {
    let slice = make::slice(args.list, STRING, args.span);
    Ok(call(CONCAT, STRING, vec![slice], args.span))
}

fn concat_ws(args: Args) -> Result<Expr, CallError> {
    let span = args.span;
    let mut list = args.list.into_iter();
    let Some(separator) = list.next() else {
        return Err(CallError::WrongArity { name: args.name.to_owned(), found: 0, forms: Vec::new() });
    };
    let texts = make::option_slice(list.collect(), STRING, span);
    Ok(call(run("text::concat_ws").scoped(), STRING, vec![separator, texts], span))
}

/// The characters to replace may be null, for an empty text; so may those to put there.
fn translate(args: Args) -> Result<Expr, CallError> {
    let span = args.span;
    let [text, from, to] = args.take()?;
    let list = vec![text, make::or_empty(from), make::or_empty(to)];
    Ok(call(run("text::translate").scoped(), STRING, list, span))
}

fn elt(args: Args) -> Result<Expr, CallError> {
    let span = args.span;
    let mut list = args.list.into_iter();
    let Some(index) = list.next() else {
        return Err(CallError::WrongArity { name: args.name.to_owned(), found: 0, forms: Vec::new() });
    };
    let list: Vec<Expr> = list.collect();
    let types: Vec<Ty> = list.iter().map(|arg| arg.ty).collect();
    let base = numeric::common_of(&types, numeric::Floats::Wider).unwrap_or(STRING);
    let texts = make::option_slice(list, STRING, span);
    Ok(call(run("text::elt").option(), base, vec![index, texts], span))
}
