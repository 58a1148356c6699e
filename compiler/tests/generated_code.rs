//! What stands in the code that is generated, where no result of a job shows it.

use millstream_compiler::{CompileOptions, compile, problems::Problems, source::SourceFile};

const LOOK_UPS: &str = "\
version: 1
pipeline: asks
tables:
  events:
    columns: {id: bigint, city: varchar, amount: double}
    file: {path: events.jsonl}
  accounts:
    columns: {id: bigint not null, owner: varchar}
    primary_key: [id]
    sqlite: {path: warehouse.db}
  cities:
    columns: {city: varchar not null, name: varchar}
    primary_key: [city]
    sqlite: {path: warehouse.db}
  owners:
    columns: {owner: varchar not null, name: varchar}
    primary_key: [owner]
    sqlite: {path: warehouse.db}
  log:
    columns: {id: bigint, city: varchar, owner: varchar}
    print: {}
views:
  known:
    from: events
    where: amount is not null
  joined:
    from: known as e
    lookup:
      accounts as a: {on: a.id = e.id, kind: left}
      cities as c: {on: c.city = e.city, kind: left}
      owners as o: {on: o.owner = a.owner, kind: left}
    select: {id: e.id, city: c.name, owner: o.name}
inserts:
  - {into: log, from: joined}
";

const GROUPS: &str = "\
version: 1
pipeline: groups
tables:
  events:
    columns: {city: varchar, amount: bigint}
    file: {path: events.jsonl}
  cities:
    columns: {city: varchar not null, amount: bigint}
    primary_key: [city]
    sqlite: {path: warehouse.db}
views:
  by_city:
    from: events
    where: city is not null
    group_by: [city]
    select: {amount: max(amount)}
    state: unbounded
inserts:
  - {into: cities, from: by_city}
";

fn generated(text: &str) -> String {
    let file = SourceFile { name: "test.yaml".to_owned(), text: text.to_owned() };
    let options = CompileOptions { profile: None, environment: &|_| None, embedded: false };
    let mut problems = Problems::default();
    let compiled = compile(&file, &options, &mut problems);
    let told = problems.render(&file, false);
    compiled.unwrap_or_else(|| panic!("{told}")).pipeline_rs
}

/// All keys that follow from the row itself are asked for at once: of every look-up, and behind views that only map
/// rows. The key of `owners` comes out of another look-up.
#[test]
fn a_batch_asks_for_the_keys_of_all_its_look_ups() {
    let generated = generated(LOOK_UPS);
    let code = generated.split_whitespace().collect::<Vec<_>>().join(" ");
    let asked =
        "for row in rows { if let Ok(Some(row)) = &known_row(row) { let _ = joined_want(row, cx); } } cx.fetch();";
    assert!(code.contains(asked), "{generated}");
    assert_eq!(code.matches("cx.want::<").count(), 2, "{generated}");
    assert!(code.contains("cx.want::<Accounts>(") && code.contains("cx.want::<Cities>("));
}

/// A job's crate compiles without a warning.
#[test]
fn what_is_imported_is_used() {
    for pipeline in [LOOK_UPS, GROUPS] {
        let generated = generated(pipeline);
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        // A line may be broken before a place.
        let joined: String = generated.split_whitespace().collect();
        let words: Vec<&str> = generated.split(|letter| !is_part(letter)).collect();
        let imports = generated.split("\nuse ").skip(1).filter_map(|rest| rest.split(';').next());
        let mut count = 0;
        for import in imports {
            let list = import.rsplit("::").next().unwrap_or_default();
            for name in list.split(|letter| !is_part(letter)).filter(|name| !name.is_empty()) {
                count += 1;
                // Traits are used by their methods.
                let used = match name {
                    "Accumulator" | "Retract" => true,
                    "At" => joined.contains(".at(&places::"),
                    "NotNull" => joined.contains(".not_null(&places::"),
                    _ => words.iter().filter(|word| **word == name).count() > 1,
                };
                assert!(used, "{name} is not used:\n{generated}");
            }
        }
        assert!(count > 10, "{count} imports");
    }
}

/// A thousand values in a list are nothing special; the stack of a thread must do for them.
#[test]
fn long_expressions_become_rust() {
    for (long, from) in [
        ("amount > 0".to_owned() + &" and amount > 1".repeat(2_000), "where"),
        ("amount = 0".to_owned() + &" or amount = 1".repeat(2_000), "where"),
        ("amount in (".to_owned() + &"1, ".repeat(2_000) + "2)", "where"),
        ("coalesce(".to_owned() + &"amount, ".repeat(2_000) + "2)", "key"),
        ("case".to_owned() + &" when amount = 1 then city".repeat(2_000) + " end", "key"),
    ] {
        let changed = match from {
            "where" => GROUPS.replace("city is not null", &long),
            _ => GROUPS.replace("max(amount)", &format!("\"count(distinct {long})\"")),
        };
        assert!(generated(&changed).len() > 20_000, "{}", &long[..20]);
    }
}

/// Rust takes no carriage return and no change of the writing direction in a comment, nor such a change in a text.
#[test]
fn characters_that_are_not_seen_become_escapes() {
    let hidden = "end \\r x \\0 y \\x7f \\e \\t z \\u202e bidi \\u2066 \\u200f \\u061c \\u2028 \\ufeff \\u0085\\nline";
    let pipeline = GROUPS
        .replace("pipeline: groups\n", &format!("pipeline: groups\ndescription: \"{hidden}\"\n"))
        .replace("  events:\n", &format!("  events:\n    comment: \"{hidden}\"\n"))
        .replace("amount: bigint}\n    file", &format!("amount: {{type: bigint, comment: \"{hidden}\"}}}}\n    file"))
        .replace("city is not null", &format!("\"city <> '{hidden}'\""));
    let generated = generated(&pipeline);
    assert!(syn::parse_file(&generated).is_ok(), "{generated}");
    for comment in [r"/// end \r x \u{0} y \u{7f} \u{1b}   z \u{202e} bidi \u{2066}", "/// line"] {
        assert_eq!(generated.matches(comment).count(), 3, "{comment}:\n{generated}");
    }
    let refused = |character: &char| {
        character.is_control() && *character != '\n'
            || matches!(character, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert_eq!(generated.chars().find(refused), None, "{generated}");
}
