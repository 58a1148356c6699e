//! Upper and lower case.

use bumpalo::collections::String;

use crate::scope::Scope;

/// `upper(text)`
pub fn upper<'a>(scope: &Scope<'a>, text: &str) -> &'a str {
    let mut out = String::with_capacity_in(text.len(), scope.memory);
    for character in text.chars() {
        if character.is_ascii() {
            out.push(character.to_ascii_uppercase());
        } else {
            out.extend(character.to_uppercase());
        }
    }
    out.into_bump_str()
}

/// `lower(text)`
pub fn lower<'a>(scope: &Scope<'a>, text: &str) -> &'a str {
    // A sigma at the end of a word has a form of its own; what it is depends on the letters around it.
    if text.contains('Σ') {
        return scope.memory.alloc_str(&text.to_lowercase());
    }
    let mut out = String::with_capacity_in(text.len(), scope.memory);
    for character in text.chars() {
        if character.is_ascii() {
            out.push(character.to_ascii_lowercase());
        } else {
            out.extend(character.to_lowercase());
        }
    }
    out.into_bump_str()
}

/// `initcap(text)`: only the letters A to Z change, and everything but them and digits ends a word.
pub fn initcap<'a>(scope: &Scope<'a>, text: &str) -> &'a str {
    let mut out = String::with_capacity_in(text.len(), scope.memory);
    let mut inside = false;
    for character in text.chars() {
        out.push(if inside { character.to_ascii_lowercase() } else { character.to_ascii_uppercase() });
        inside = character.is_ascii_alphanumeric();
    }
    out.into_bump_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::with_scope;

    #[test]
    fn cases() {
        with_scope(|scope| {
            assert_eq!(upper(scope, "straße"), "STRASSE");
            assert_eq!(lower(scope, "ΟΔΟΣ"), "οδος");
            assert_eq!(lower(scope, "İ"), "i̇");
            assert_eq!(initcap(scope, "hello WORLD-a1b é"), "Hello World-A1b é");
        });
    }
}
