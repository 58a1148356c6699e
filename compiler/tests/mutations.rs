//! No text may make the compiler panic: pipelines with bytes removed, doubled, swapped and put in are read like any
//! other, and every problem found in them can be shown.

use millstream_compiler::parse::spec::Spec;
use millstream_compiler::parse::{ParseOptions, parse};
use millstream_compiler::problems::Problems;
use millstream_compiler::source::{SourceFile, Text};
use millstream_compiler::{CompileOptions, compile};

const SAMPLES: [&str; 4] = [
    include_str!("../../tests/corpus/pass/all_keys.yaml"),
    include_str!("../../pipelines/hourly_premium.yaml"),
    include_str!("../../pipelines/premium_drop_alert.yaml"),
    include_str!("../../pipelines/last_page.yaml"),
];

/// What is put in: characters that mean something to YAML, SQL or `${env:…}`, and some that are hard on offsets.
const PIECES: [&str; 40] = [
    "'", "\"", "`", "{", "}", "[", "]", "(", ")", ",", ":", ": ", " #", "#", "- ", "-", "? ", "|", ">-", "&a", "*a",
    "!t", "%", "@", "\t", "\n", "\r\n", "\r", "  ", "\\", "\\n", "\\u4e2d", "${", "${env:X}", "$${", "é", "😀",
    "\u{feff}", "\u{0}", "---\n",
];

/// What words are replaced by, so that many changed pipelines get as far as types and plans.
const WORDS: [&str; 60] = [
    "sum",
    "count",
    "avg",
    "min",
    "max",
    "last_value",
    "first_value",
    "coalesce",
    "cast(id as double)",
    "id",
    "amount",
    "day",
    "user",
    "code",
    "null",
    "true",
    "1",
    "0.5",
    "1e300",
    "'x'",
    "date '2026-11-21'",
    "interval '1' day",
    "current_date",
    "now()",
    "unix_timestamp()",
    "upper(code)",
    "substring(code, 1, 2)",
    "from_unixtime(id)",
    "not",
    "and",
    "or",
    "between",
    "in (1, 2)",
    "is null",
    "like '%x'",
    "case when paid then 1 else 2 end",
    "distinct",
    "having",
    "where",
    "group_by",
    "select",
    "from",
    "int",
    "bigint",
    "varchar",
    "decimal(18, 2)",
    "double",
    "boolean",
    "timestamp(3)",
    "bytes",
    "left",
    "inner",
    "keep_latest",
    "keep_first",
    "fail",
    "orders",
    "users",
    "daily",
    "known",
    "unbounded",
];

#[test]
fn changed_pipelines_are_read_without_panic() {
    let rounds = std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(400);
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for round in 0..rounds {
        let mut text = SAMPLES[round % SAMPLES.len()].to_string();
        for _ in 0..=random.below(4) {
            change(&mut text, &mut random);
        }
        read(&text);
    }
}

fn read(text: &str) {
    let mut problems = Problems::default();
    let file = SourceFile::decode("changed.yaml", text.as_bytes(), &mut problems);
    let environment = |name: &str| (name == "HOME").then(|| "/home/somebody".to_string());
    let spec = parse(&file, &ParseOptions { profile: None, environment: &environment }, &mut problems);
    assert!(spec.is_some() || problems.has_errors(), "neither a pipeline nor a problem:\n{text}");
    for text in spec.iter().flat_map(expressions) {
        check_places(&file, text);
    }
    let _ = problems.render(&file, true);
    problems = Problems::default();
    let options = CompileOptions { profile: None, environment: &environment, embedded: false };
    let compiled = compile(&file, &options, &mut problems);
    assert_eq!(compiled.is_none(), problems.has_errors(), "a result or an error, not both:\n{text}");
    assert_eq!(problems.render(&file, false).is_empty(), problems.is_empty());
}

fn expressions(spec: &Spec) -> Vec<&Text> {
    let mut all = Vec::new();
    for view in &spec.views {
        all.extend(view.filter.iter().chain(&view.having));
        all.extend(view.group_by.iter().chain(&view.select).flatten().map(|named| &named.expr));
        all.extend(view.lookups.iter().map(|lookup| &lookup.on));
    }
    for insert in &spec.inserts {
        all.extend(&insert.filter);
        all.extend(insert.select.iter().flatten().map(|named| &named.expr));
    }
    all
}

/// Each letter of a value must stand in the file where the value says that it does, unless it comes out of an escape
/// or an environment variable.
fn check_places(file: &SourceFile, text: &Text) {
    for (offset, character) in text.value.char_indices().filter(|(_, character)| character.is_alphanumeric()) {
        let span = text.at(offset..offset + character.len_utf8());
        let written = file.text[span.start as usize..].chars().next();
        assert!(
            written == Some(character) || written == Some('\\') || written == Some('$'),
            "{character:?} at {offset} of {text:?} stands for {written:?} in\n{}",
            file.text
        );
    }
}

fn change(text: &mut String, random: &mut Random) {
    let start = boundary(text, random.below(text.len()));
    match random.below(8) {
        0 => text.insert_str(start, PIECES[random.below(PIECES.len())]),
        1 => {
            let end = boundary(text, (start + 1 + random.below(6)).min(text.len()));
            text.replace_range(start..end.max(start), PIECES[random.below(PIECES.len())]);
        }
        2 => {
            let end = boundary(text, (start + 1 + random.below(30)).min(text.len()));
            text.replace_range(start..end.max(start), "");
        }
        3..=5 => {
            let word = |c: char| c.is_alphanumeric() || c == '_';
            let from = text[..start].rfind(|c| !word(c)).map_or(0, |at| boundary(text, at + 1));
            let length = text[from..].find(|c| !word(c)).unwrap_or(text.len() - from);
            text.replace_range(from..from + length, WORDS[random.below(WORDS.len())]);
        }
        _ => {
            let end = boundary(text, (start + random.below(40)).min(text.len())).max(start);
            let copy = text[start..end].to_string();
            let place = boundary(text, random.below(text.len()));
            text.insert_str(place, &copy);
        }
    }
}

fn boundary(text: &str, mut offset: usize) -> usize {
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// A small generator with a fixed seed (splitmix64): the same changes every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }
}
