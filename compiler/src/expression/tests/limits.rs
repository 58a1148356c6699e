//! Texts that are too deep or very long.

use std::time::{Duration, Instant};

use super::tree;

#[test]
fn what_is_too_deep_is_refused() {
    let brackets = |levels: usize| format!("{}a{}", "(".repeat(levels), ")".repeat(levels));
    assert_eq!(tree(&brackets(150)), "a");
    for deep in [
        brackets(10_000),
        "not ".repeat(10_000) + "a",
        "- ".repeat(10_000) + "a",
        "upper(".repeat(10_000) + "a",
        "case when ".repeat(10_000) + "a",
        "a + ".repeat(10_000) + "a",
        "a || ".repeat(10_000) + "a",
        "a = ".repeat(10_000) + "a",
        "(".repeat(10_000),
        "a".to_owned() + &" is null".repeat(10_000),
    ] {
        assert_eq!(tree(&deep), "error TooDeep", "{}", &deep[..20]);
    }
}

#[test]
fn what_is_long_is_read_in_linear_time() {
    let start = Instant::now();
    for long in [
        "a and ".repeat(50_000) + "a",
        "a in (".to_owned() + &"1, ".repeat(50_000) + "1)",
        "case".to_owned() + &" when a then 1".repeat(50_000) + " end",
        "concat(".to_owned() + &"a, ".repeat(50_000) + "a)",
        format!("'{}'", "''".repeat(100_000)),
        format!("/*{}*/ a", "*".repeat(100_000)),
    ] {
        assert!(!tree(&long).starts_with("error"), "{}", &long[..20]);
    }
    assert!(start.elapsed() < Duration::from_secs(10));
}
