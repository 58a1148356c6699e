//! Which operator binds tighter.

use super::tree;

#[test]
fn boolean_operators() {
    assert_eq!(tree("a or b and c"), "(or a (and b c))");
    assert_eq!(tree("a and b or c and d"), "(or (and a b) (and c d))");
    assert_eq!(tree("a or b or c"), "(or a b c)");
    assert_eq!(tree("a and (b and c)"), "(and a (and b c))");
    assert_eq!(tree("not a and b"), "(and (not a) b)");
    assert_eq!(tree("not a = b"), "(not (Equal a b))");
    assert_eq!(tree("not not a"), "(not (not a))");
    assert_eq!(tree("NOT a OR b"), "(or (not a) b)");
}

#[test]
fn is_binds_looser_than_comparisons() {
    assert_eq!(tree("a > 0 is true"), "(is-true (Greater a 0))");
    assert_eq!(tree("a = b is not null"), "(is-not-null (Equal a b))");
    assert_eq!(tree("not a is null"), "(not (is-null a))");
    assert_eq!(tree("a is null and b is unknown"), "(and (is-null a) (is-unknown b))");
    assert_eq!(tree("a like 'x' is not false"), "(is-not-false (like a 'x'))");
    assert_eq!(tree("a + 1 is distinct from b + 1 and c"), "(and (Distinct (Add a 1) (Add b 1)) c)");
    assert_eq!(tree("a is not distinct from null"), "(NotDistinct a null)");
}

#[test]
fn comparisons() {
    assert_eq!(tree("a + 1 > b * 2"), "(Greater (Add a 1) (Multiply b 2))");
    assert_eq!(tree("a > 0 = b"), "(Equal (Greater a 0) b)");
    assert_eq!(tree("a <> b"), "(NotEqual a b)");
    assert_eq!(tree("a != b"), "(NotEqual a b)");
    assert_eq!(tree("a<=b"), "(LessOrEqual a b)");
    assert_eq!(tree("a>=-1"), "(GreaterOrEqual a -1)");
}

#[test]
fn ranges() {
    assert_eq!(tree("a between 0 and 10 and b"), "(and (between a 0 10) b)");
    assert_eq!(tree("not a between 0 and 10"), "(not (between a 0 10))");
    assert_eq!(tree("a not between symmetric 1 + 1 and 10"), "(not-between-symmetric a (Add 1 1) 10)");
    assert_eq!(tree("a between asymmetric 0 and 10"), "(between a 0 10)");
    assert_eq!(tree("a in (1, b + 1)"), "(in a [1 (Add b 1)])");
    assert_eq!(tree("a + 1 not in (1)"), "(not-in (Add a 1) [1])");
    assert_eq!(tree("a like '%' || b || '%'"), "(like a (Concat (Concat '%' b) '%'))");
    assert_eq!(tree("a not like 'x!%' escape '!' or b"), "(or (not-like a 'x!%' '!') b)");
    assert_eq!(tree("a similar to 'x' and b not similar to 'y'"), "(and (similar a 'x') (not-similar b 'y'))");
}

#[test]
fn arithmetic() {
    assert_eq!(tree("1 + 2 * 3 - 4 / 2"), "(Subtract (Add 1 (Multiply 2 3)) (Divide 4 2))");
    assert_eq!(tree("10 - 3 - 2"), "(Subtract (Subtract 10 3) 2)");
    assert_eq!(tree("2 * 10 % 4"), "(Remainder (Multiply 2 10) 4)");
    assert_eq!(tree("(1 + 2) * 3"), "(Multiply (Add 1 2) 3)");
    assert_eq!(tree("a || b || c"), "(Concat (Concat a b) c)");
    assert_eq!(tree("a + interval '1' day"), "(Add a (interval '1' 'DAY'))");
}

#[test]
fn signs() {
    assert_eq!(tree("-5 / 2"), "(Divide -5 2)");
    assert_eq!(tree("-a * b"), "(Multiply (negate a) b)");
    assert_eq!(tree("3 - -2"), "(Subtract 3 -2)");
    assert_eq!(tree("3 - - 2"), "(Subtract 3 -2)");
    assert_eq!(tree("- - 3"), "(negate -3)");
    assert_eq!(tree("-(3)"), "(negate 3)");
    assert_eq!(tree("+a - +1"), "(Subtract (plus a) (plus 1))");
    assert_eq!(tree("3 -- 2"), "3");
}
