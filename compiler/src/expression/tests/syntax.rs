//! Literals, names, calls, and the forms with a grammar of their own.

use super::{parse_input, parse_item, parse_type, show, text, tree};

#[test]
fn numbers() {
    for number in ["0", "00012", "1.5", ".5", "1.", "1e3", "1E3", "1.5e-3", ".5e1", "1e+3", "9223372036854775808"] {
        assert_eq!(tree(number), number);
    }
    assert_eq!(tree("1.*2"), "(Multiply 1. 2)");
}

#[test]
fn texts() {
    assert_eq!(tree("'it''s'"), "'it's'");
    assert_eq!(tree("''"), "''");
    assert_eq!(tree("'-- no comment'"), "'-- no comment'");
    assert_eq!(tree(r"'a\b'"), r"'a\b'");
    assert_eq!(tree(r"u&'\00e9\+01f600\\'"), r"'é😀\'");
    assert_eq!(tree(r"U&'\d83d\de00'"), "'😀'");
    assert_eq!(tree("u&'!00e9' uescape '!'"), "'é'");
    assert_eq!(tree("x'00Ff'"), "[00, ff]");
    assert_eq!(tree("x''"), "[]");
    assert_eq!(tree(r"e'a\tb\'c''d\u00e9'"), "'a\tb'c'dé'");
    assert_eq!(tree("n'a' || _utf8'b'"), "(Concat 'a' 'b')");
}

#[test]
fn constants_and_names() {
    assert_eq!(tree("TRUE"), "true");
    assert_eq!(tree("Unknown"), "unknown");
    assert_eq!(tree("`true`"), "true");
    assert_eq!(tree("t1.id"), "t1.id");
    assert_eq!(tree("`t 1` . \"the \"\"id\"\"\""), "t 1.the \"id\"");
    // Keywords of SQL that have no place of their own in the grammar are names.
    assert_eq!(tree("date + time + value + year + user"), "(Add (Add (Add (Add date time) value) year) user)");
    assert_eq!(tree("类型 = 'x'"), "(Equal 类型 'x')");
    assert_eq!(tree("`and` and `or`"), "(and and or)");
}

#[test]
fn comments_and_blanks() {
    assert_eq!(tree(" a\n + -- the first\n b /* and\n the second */ + c"), "(Add (Add a b) c)");
    assert_eq!(tree("a--b"), "a");
}

#[test]
fn typed_literals() {
    assert_eq!(tree("date '2024-02-29'"), "(date literal '2024-02-29')");
    assert_eq!(tree("TIMESTAMP '2024-02-29 12:34:56'"), "(timestamp literal '2024-02-29 12:34:56')");
    assert_eq!(tree("time '12:34'"), "(time literal '12:34')");
    assert_eq!(tree("interval '1' day"), "(interval '1' 'DAY')");
    assert_eq!(tree("interval -'1' day"), "(interval '-1' 'DAY')");
    assert_eq!(tree("interval -'-1' day"), "(interval '1' 'DAY')");
    assert_eq!(tree("interval '1:30' hour(2) to minute"), "(interval '1:30' 'HOUR' 'MINUTE')");
    assert_eq!(tree("interval '1.5' second(2, 3)"), "(interval '1.5' 'SECOND')");
    assert_eq!(tree("interval 90 second"), "(interval '90' 'SECOND')");
    assert_eq!(tree("interval + 1"), "(Add interval 1)");
}

#[test]
fn case_and_cast() {
    assert_eq!(tree("case when a then 1 when b then 2 else 3 end"), "(case [a 1] [b 2] 3)");
    assert_eq!(tree("CASE a WHEN 1 THEN 'x' END"), "(case a [1 'x'])");
    assert_eq!(tree("case a when 1, 2 then 'x' end"), "(case a [1 'x'] [2 'x'])");
    assert_eq!(tree("cast(a as decimal(18, 2))"), "(cast a decimal[18, 2])");
    assert_eq!(tree("try_cast(a as varchar)"), "(try-cast a varchar[])");
    assert_eq!(tree("cast(a + 1 as double precision)"), "(cast (Add a 1) double precision[])");
}

#[test]
fn calls() {
    assert_eq!(tree("upper(a)"), "(upper a)");
    assert_eq!(tree("now()"), "(now)");
    assert_eq!(tree("current_date"), "(current_date)");
    assert_eq!(tree("CURRENT_TIMESTAMP()"), "(CURRENT_TIMESTAMP)");
    assert_eq!(tree("left(a, 1) || right(a, 1)"), "(Concat (left a 1) (right a 1))");
    assert_eq!(tree("if(a, b, c)"), "(if a b c)");
    assert_eq!(tree("count(*)"), "(count *)");
    assert_eq!(tree("count(distinct a) filter (where b > 0)"), "(count distinct a filter (Greater b 0))");
    assert_eq!(tree("sum(a) filter(where b) + 1"), "(Add (sum a filter b) 1)");
}

#[test]
fn calls_with_a_grammar_of_their_own() {
    assert_eq!(tree("extract(year from a)"), "(extract 'YEAR' a)");
    assert_eq!(tree("floor(a to hour)"), "(floor a 'HOUR')");
    assert_eq!(tree("floor(a)"), "(floor a)");
    assert_eq!(tree("ceiling(a to day)"), "(ceil a 'DAY')");
    assert_eq!(tree("trim(a)"), "(trim a)");
    assert_eq!(tree("trim(leading from a)"), "(trim 'LEADING' ' ' a)");
    assert_eq!(tree("trim(both 'x' from a)"), "(trim 'BOTH' 'x' a)");
    assert_eq!(tree("trim('x' from a)"), "(trim 'BOTH' 'x' a)");
    assert_eq!(tree("trim(both)"), "(trim both)");
    assert_eq!(tree("substring(a from 2)"), "(substring a 2)");
    assert_eq!(tree("substring(a from 2 for 3)"), "(substring a 2 3)");
    assert_eq!(tree("substring(a, 2, 3)"), "(substring a 2 3)");
    assert_eq!(tree("position('x' in a)"), "(position 'x' a)");
    assert_eq!(tree("position('x' in a from 2)"), "(position 'x' a 2)");
    assert_eq!(tree("overlay(a placing b from 2 for 3)"), "(overlay a b 2 3)");
    assert_eq!(tree("timestampadd(day, 1, a)"), "(timestampadd 'DAY' 1 a)");
    assert_eq!(tree("timestampdiff(SQL_TSI_HOUR, a, b)"), "(timestampdiff 'HOUR' a b)");
    assert_eq!(tree("a at time zone 'UTC' + b"), "(Add (at time zone a 'UTC') b)");
}

#[test]
fn json() {
    assert_eq!(tree("json_value(a, '$.b')"), "(json_value a '$.b')");
    assert_eq!(
        tree("json_value(a, '$.b' returning int default 0 on empty error on error)"),
        "(json_value a '$.b' <int[]> 'DEFAULT' 0 'ERROR' null)"
    );
    assert_eq!(tree("json_value(a, '$.b' null on error)"), "(json_value a '$.b' <varchar[]> 'NULL' null 'NULL' null)");
    assert_eq!(tree("json_query(a, '$.b')"), "(json_query a '$.b')");
    assert_eq!(
        tree("json_query(a, '$.b' with conditional array wrapper empty array on empty)"),
        "(json_query a '$.b' 'CONDITIONAL' 'EMPTY ARRAY' 'NULL')"
    );
    assert_eq!(
        tree("json_query(a, '$.b' with wrapper empty object on error)"),
        "(json_query a '$.b' 'UNCONDITIONAL' 'NULL' 'EMPTY OBJECT')"
    );
    assert_eq!(tree("json_exists(a, '$.b' true on error)"), "(json_exists a '$.b' 'TRUE')");
    assert_eq!(tree("a is json"), "(is json a 'VALUE')");
    assert_eq!(tree("a is not json object and b"), "(and (not (is json a 'OBJECT')) b)");
    assert_eq!(tree("json_object('k' value a, key 'l' value b absent on null)"), "(json_object 'ABSENT' 'k' a 'l' b)");
    assert_eq!(tree("json_object('k': a)"), "(json_object 'NULL' 'k' a)");
    assert_eq!(tree("json_array(a, b null on null)"), "(json_array 'NULL' a b)");
    assert_eq!(tree("json_array()"), "(json_array 'ABSENT')");
}

#[test]
fn items_and_inputs() {
    let item = |value: &str| {
        let item = parse_item(&text(value)).unwrap();
        (show(&item.expr), item.alias.map(|alias| alias.name))
    };
    assert_eq!(item("id"), ("id".to_owned(), None));
    assert_eq!(item("abs(id) as `the id`"), ("(abs id)".to_owned(), Some("the id".to_owned())));
    let input = |value: &str| {
        let input = parse_input(&text(value)).unwrap();
        (input.name.name, input.alias.map(|alias| alias.name))
    };
    assert_eq!(input("update_info"), ("update_info".to_owned(), None));
    assert_eq!(input("update_info AS t1"), ("update_info".to_owned(), Some("t1".to_owned())));
}

#[test]
fn types() {
    let ty = |value: &str| {
        let ty = parse_type(&text(value)).unwrap();
        let args: Vec<u64> = ty.args.iter().map(|(value, _)| *value).collect();
        (ty.name, args, ty.not_null)
    };
    assert_eq!(ty("decimal(18, 2) NOT NULL"), ("decimal".to_owned(), vec![18, 2], true));
    assert_eq!(ty("VARCHAR null"), ("varchar".to_owned(), vec![], false));
    assert_eq!(ty("character varying (20)"), ("character varying".to_owned(), vec![20], false));
    assert_eq!(
        ty("timestamp(3) with local time zone not null"),
        ("timestamp with local time zone".to_owned(), vec![3], true)
    );
    assert_eq!(ty("timestamp(3) without time zone"), ("timestamp".to_owned(), vec![3], false));
}
