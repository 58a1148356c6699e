//! Every node knows the text that it was read from.

use std::rc::Rc;

use super::{Node, parse, read};
use crate::source::{Span, Text};

/// The texts of all nodes, parents first.
fn places(value: &str) -> Vec<String> {
    fn collect(node: &Node, source: &str, all: &mut Vec<String>) {
        all.push(source[node.span.range()].to_owned());
        node.kind.each_child(&mut |child| collect(child, source, all));
    }
    let mut all = Vec::new();
    collect(&read(value).unwrap(), value, &mut all);
    all
}

#[test]
fn operators_cover_their_operands() {
    assert_eq!(places("a + b*2 "), ["a + b*2", "a", "b*2", "b", "2"]);
    assert_eq!(places(" (a  or b) is true"), ["(a  or b) is true", "(a  or b)", "a", "b"]);
    assert_eq!(places("not t.a in (1, -2)"), ["not t.a in (1, -2)", "t.a in (1, -2)", "t.a", "1", "-2"]);
    assert_eq!(places("a not between 1 and 2"), ["a not between 1 and 2", "a", "1", "2"]);
    assert_eq!(places("a like 'x' escape '!'"), ["a like 'x' escape '!'", "a", "'x'", "'!'"]);
    assert_eq!(places("case when a then 'é' end"), ["case when a then 'é' end", "a", "'é'"]);
    assert_eq!(places("cast( a as int )"), ["cast( a as int )", "a"]);
    assert_eq!(places("count(distinct a) filter (where b)"), ["count(distinct a) filter (where b)", "a", "b"]);
}

#[test]
fn parts_of_special_calls_have_places() {
    assert_eq!(places("extract(year from a)"), ["extract(year from a)", "year", "a"]);
    assert_eq!(places("interval -'1' day(2)"), ["interval -'1' day(2)", "'1'", "day"]);
    assert_eq!(places("date '2024-01-01' > a"), ["date '2024-01-01' > a", "date '2024-01-01'", "'2024-01-01'", "a"]);
    assert_eq!(places("a is not json array"), ["a is not json array", "a is not json array", "a", "array"]);
}

#[test]
fn places_are_those_of_the_file() {
    // `a +` stands at 100, `b` on the next line, four blanks deeper.
    let text = Text { value: "a + b".to_owned(), span: Span::new(100, 110), map: Rc::new([(0, 100), (4, 109)]) };
    let node = parse(&text).unwrap();
    assert_eq!(node.span, Span::new(100, 110));
    let mut children = Vec::new();
    node.kind.each_child(&mut |child| children.push(child.span));
    assert_eq!(children, [Span::new(100, 101), Span::new(109, 110)]);
}
