//! Text. Characters are counted as Unicode code points.

use bumpalo::collections::String;

use crate::scope::Scope;

/// `a || b`.
pub fn join<'a>(scope: &Scope<'a>, a: &str, b: &str) -> &'a str {
    concat(scope, &[a, b])
}

/// `concat(a, b, …)`.
pub fn concat<'a>(scope: &Scope<'a>, parts: &[&str]) -> &'a str {
    let length = parts.iter().map(|part| part.len()).sum();
    let mut out = String::with_capacity_in(length, scope.memory);
    for part in parts {
        out.push_str(part);
    }
    out.into_bump_str()
}
