//! JSON in text. Documents are read where they stand: a path is followed over the text, and only strings with escapes
//! and the text of objects and arrays are made anew.

mod path;
mod scan;
mod write;

pub use path::Path;
pub use write::{array, boolean_text, double_text, float_text, object, quote, string, timestamp_text, unquote};

use bumpalo::collections::String;

use super::MaybeNull;
use crate::scope::Scope;
use crate::values::Fault;
use path::{Found, NoPath};
use scan::Node;

/// `x is json`
pub fn is_json(text: &str) -> bool {
    scan::document(text).is_some()
}

/// `x is json scalar`
pub fn is_scalar(text: &str) -> bool {
    scan::document(text).is_some_and(Node::is_scalar)
}

/// `x is json array`
pub fn is_array(text: &str) -> bool {
    scan::document(text).is_some_and(Node::is_array)
}

/// `x is json object`
pub fn is_object(text: &str) -> bool {
    scan::document(text).is_some_and(Node::is_object)
}

/// `json_exists(x, path)`: false on an error.
pub fn exists(text: &str, path: &Path) -> bool {
    exists_or_null(text, path).unwrap_or(false)
}

/// `json_exists(x, path true on error)`
pub fn exists_or_true(text: &str, path: &Path) -> bool {
    exists_or_null(text, path).unwrap_or(true)
}

/// `json_exists(x, path unknown on error)`
pub fn exists_or_null(text: &str, path: &Path) -> Option<bool> {
    path.follow(text).ok().map(|found| match found {
        Found::Nothing => false,
        Found::One(node) => !node.is_null(),
        Found::Many | Found::Number(_) => true,
    })
}

/// `json_exists(x, path error on error)`
pub fn exists_or_fault(text: &str, path: &Path) -> Result<bool, Fault> {
    exists_or_null(text, path).ok_or_else(|| failure(text, path))
}

/// Why there is no value.
enum Missing {
    /// `on empty`
    Empty,
    /// `on error`
    Error,
}

/// A scalar at a path.
enum Scalar<'a> {
    Node(Node<'a>),
    Number(usize),
}

fn scalar<'a>(text: &'a str, path: &Path) -> Result<Scalar<'a>, Missing> {
    let unlike = if path.is_lax() { Missing::Empty } else { Missing::Error };
    match path.follow(text) {
        Err(NoPath) => Err(Missing::Error),
        Ok(Found::Nothing) => Err(Missing::Empty),
        Ok(Found::Number(number)) => Ok(Scalar::Number(number)),
        Ok(Found::Many) => Err(unlike),
        // Flink takes null for no scalar.
        Ok(Found::One(node)) if node.is_null() => Err(unlike),
        Ok(Found::One(node)) if node.is_scalar() => Ok(Scalar::Node(node)),
        Ok(Found::One(_)) => Err(unlike),
    }
}

impl<'a> Scalar<'a> {
    fn text(&self, scope: &Scope<'a>) -> &'a str {
        match self {
            Self::Node(node) => write::scalar(scope, *node),
            Self::Number(number) => {
                let mut out = String::new_in(scope.memory);
                out.push_str(itoa::Buffer::new().format(*number));
                out.into_bump_str()
            }
        }
    }
}

/// `json_value(x, path)`: null if there is no scalar.
pub fn value<'a>(scope: &Scope<'a>, text: &'a str, path: &Path) -> Option<&'a str> {
    scalar(text, path).ok().map(|scalar| scalar.text(scope))
}

fn failure(text: &str, path: &Path) -> Fault {
    Fault::new(format!("there is no value at the JSON path '{path}' of '{text}'"))
}

/// What stands in place of a value: `NULL`, `ERROR`, or `DEFAULT` and the default.
fn instead<T>(text: &str, path: &Path, word: &str, default: Option<T>) -> Result<Option<T>, Fault> {
    match word {
        "ERROR" => Err(failure(text, path)),
        "DEFAULT" => Ok(default),
        _ => Ok(None),
    }
}

macro_rules! values_or {
    ($($(#[$doc:meta])* $name:ident $ty:ty, |$scope:ident, $scalar:ident| $convert:expr;)*) => {$(
        $(#[$doc])*
        pub fn $name<'a>(
            $scope: &Scope<'a>,
            text: impl MaybeNull<Value = &'a str>,
            path: &Path,
            on_empty: &str,
            empty: impl MaybeNull<Value = $ty>,
            on_error: &str,
            error: impl MaybeNull<Value = $ty>,
        ) -> Result<Option<$ty>, Fault> {
            let Some(text) = text.value() else { return Ok(None) };
            match scalar(text, path) {
                Ok($scalar) => match $convert {
                    Some(value) => Ok(Some(value)),
                    None => Err(failure(text, path)),
                },
                Err(Missing::Empty) => instead(text, path, on_empty, empty.value()),
                Err(Missing::Error) => instead(text, path, on_error, error.value()),
            }
        }
    )*};
}
values_or! {
    /// `json_value(x, path … on empty … on error)`
    value_or &'a str, |scope, scalar| Some(scalar.text(scope));
    /// `json_value(x, path returning boolean …)`: nothing else is converted.
    boolean_or bool, |_scope, scalar| match scalar {
        Scalar::Node(node) => node.boolean(),
        Scalar::Number(_) => None,
    };
    /// `json_value(x, path returning integer …)`: nothing else is converted.
    int_or i32, |_scope, scalar| match scalar {
        Scalar::Node(node) => node.number().and_then(|number| number.parse().ok()),
        Scalar::Number(number) => i32::try_from(number).ok(),
    };
    /// `json_value(x, path returning double …)`: numbers only.
    double_or f64, |_scope, scalar| match scalar {
        Scalar::Node(node) => node.number().and_then(|number| number.parse().ok()),
        Scalar::Number(number) => Some(number as f64),
    };
}

/// `json_query(x, path wrapper … on empty … on error)`
pub fn query<'a>(
    scope: &Scope<'a>,
    text: &'a str,
    path: &Path,
    wrapper: &str,
    on_empty: &str,
    on_error: &str,
) -> Result<Option<&'a str>, Fault> {
    let instead = |word: &str| match word {
        "ERROR" => Err(failure(text, path)),
        "EMPTY ARRAY" => Ok(Some("[]")),
        "EMPTY OBJECT" => Ok(Some("{}")),
        _ => Ok(None),
    };
    let Ok(found) = path.follow(text) else { return instead(on_error) };
    let (whole, bare) = match &found {
        Found::Nothing => return instead(on_empty),
        Found::One(node) if node.is_null() => return instead(on_empty),
        Found::One(node) => (!node.is_scalar(), node.is_array()),
        Found::Many => (true, true),
        Found::Number(_) => (false, false),
    };
    let wrapped = match wrapper {
        "UNCONDITIONAL" => true,
        "CONDITIONAL" => !bare,
        _ => false,
    };
    if !whole && !wrapped {
        return instead(if path.is_lax() { on_empty } else { on_error });
    }
    let mut out = String::new_in(scope.memory);
    if wrapped {
        out.push('[');
    }
    match found {
        Found::Nothing => {}
        Found::One(node) => write::node(scope, node, &mut out),
        Found::Many => path.write_all(scope, text, &mut out),
        Found::Number(number) => out.push_str(itoa::Buffer::new().format(number)),
    }
    if wrapped {
        out.push(']');
    }
    Ok(Some(out.into_bump_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::with_scope;

    const TEXT: &str = r#"{"a":1,"b":{"c":"x"},"d":[10,20,30],"e":null,"f":true,"g":1.50,"a b":"say \"hi\""}"#;

    #[test]
    fn kinds() {
        for (text, json, scalar) in [
            ("1", true, true),
            ("[1", false, false),
            (" {} ", true, false),
            ("00012", false, false),
            ("1e3", true, true),
            ("2020-02-29", false, false),
            ("NaN", false, false),
            ("", false, false),
            ("'a'", false, false),
            ("{\"a\":}", false, false),
            ("[1,]", false, false),
            ("[1] x", true, false),
            ("true", true, true),
            ("truex", false, false),
            ("\"a\tb\"", false, false),
        ] {
            assert_eq!(is_json(text), json, "{text}");
            assert_eq!(is_scalar(text), scalar, "{text}");
        }
    }

    #[test]
    fn values() {
        with_scope(|scope| {
            let check = |path: &str| value(scope, TEXT, &Path::new(path));
            assert_eq!(check("$.a"), Some("1"));
            assert_eq!(check("$.b.c"), Some("x"));
            assert_eq!(check("$.d[1]"), Some("20"));
            assert_eq!(check("$.d[-1]"), Some("30"));
            assert_eq!(check("$.d[5]"), None);
            assert_eq!(check("$.d"), None);
            assert_eq!(check("$.e"), None);
            assert_eq!(check("$.f"), Some("true"));
            assert_eq!(check("$.g"), Some("1.50"));
            assert_eq!(check("$['a b']"), Some("say \"hi\""));
            assert_eq!(check("$.a b"), None);
            assert_eq!(check("a"), Some("1"));
            assert_eq!(check("lax $.zz"), None);
            assert_eq!(check("$.d.length()"), Some("3"));
            assert_eq!(check("$..c"), None);
            assert_eq!(check("$["), None);
            assert_eq!(value(scope, "1e3", &Path::new("$")), Some("1E+3"));
        });
    }

    #[test]
    fn defaults() {
        with_scope(|scope| {
            let check = |text: &'static str, path: &str| {
                value_or(scope, text, &Path::new(path), "DEFAULT", "empty", "DEFAULT", Some("error"))
            };
            assert_eq!(check("{\"a\":1}", "$.a"), Ok(Some("1")));
            assert_eq!(check("{\"a\":1}", "lax $.b"), Ok(Some("empty")));
            assert_eq!(check("{\"a\":1}", "$.b"), Ok(Some("error")));
            assert_eq!(check("{", "$.b"), Ok(Some("error")));
            assert_eq!(check("{", "lax $.b"), Ok(Some("empty")));
            let path = Path::new("$.a");
            assert_eq!(int_or(scope, "{\"a\":7}", &path, "NULL", None, "NULL", None), Ok(Some(7)));
            assert!(int_or(scope, "{\"a\":\"7\"}", &path, "NULL", None, "NULL", None).is_err());
            assert!(int_or(scope, "{}", &path, "NULL", None, "ERROR", None).is_err());
        });
    }

    #[test]
    fn queries() {
        with_scope(|scope| {
            let check =
                |path: &str, wrapper: &str| query(scope, TEXT, &Path::new(path), wrapper, "NULL", "EMPTY OBJECT");
            assert_eq!(check("$.d", "WITHOUT"), Ok(Some("[10,20,30]")));
            assert_eq!(check("$.a", "WITHOUT"), Ok(Some("{}")));
            assert_eq!(check("$.a", "UNCONDITIONAL"), Ok(Some("[1]")));
            assert_eq!(check("$.d", "CONDITIONAL"), Ok(Some("[10,20,30]")));
            assert_eq!(check("lax $.a", "WITHOUT"), Ok(None));
            assert_eq!(check("$.d[*]", "WITHOUT"), Ok(Some("[10,20,30]")));
            assert_eq!(check("$.d[0,2]", "WITHOUT"), Ok(Some("[10,30]")));
            assert_eq!(check("$.d[1:]", "WITHOUT"), Ok(Some("[20,30]")));
            assert_eq!(check("$..c", "WITHOUT"), Ok(Some("[\"x\"]")));
            let text = "{\"b\": 1, \"a\" : {\"z\":[ ], \"y\": \"\\u00e9\\n\"}}";
            let whole = query(scope, text, &Path::new("$"), "WITHOUT", "NULL", "NULL");
            assert_eq!(whole, Ok(Some("{\"a\":{\"y\":\"é\\n\",\"z\":[]},\"b\":1}")));
        });
    }
}
