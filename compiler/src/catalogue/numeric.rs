//! The types of numbers: which are wider, and precision and scale of decimal results as Flink derives them.

use crate::types::ty::{Base, Ty};

/// Most digits of a decimal.
const MAX: u8 = 38;

/// Whether a type is an integer.
pub fn is_integer(base: Base) -> bool {
    integer_digits(base).is_some()
}

/// Whether a type is `float` or `double`.
pub fn is_float(base: Base) -> bool {
    matches!(base, Base::Float | Base::Double)
}

/// Whether a type is a decimal or an integer.
pub fn is_exact(base: Base) -> bool {
    as_decimal(base).is_some()
}

/// Whether a type is a number.
pub fn is_number(base: Base) -> bool {
    is_exact(base) || is_float(base)
}

/// Whether a type is text.
pub fn is_text(base: Base) -> bool {
    matches!(base, Base::Char(_) | Base::Varchar(_))
}

/// How many digits an integer type has as a decimal.
pub fn integer_digits(base: Base) -> Option<u8> {
    match base {
        Base::TinyInt => Some(3),
        Base::SmallInt => Some(5),
        Base::Int => Some(10),
        Base::BigInt => Some(19),
        Base::Boolean
        | Base::Float
        | Base::Double
        | Base::Decimal { .. }
        | Base::Char(_)
        | Base::Varchar(_)
        | Base::Bytes
        | Base::Date
        | Base::Time
        | Base::Timestamp(_)
        | Base::TimestampLtz(_)
        | Base::IntervalMonths
        | Base::IntervalMillis
        | Base::Null => None,
    }
}

/// Precision and scale of an exact number.
pub fn as_decimal(base: Base) -> Option<(u8, u8)> {
    match base {
        Base::Decimal { precision, scale } => Some((precision, scale)),
        other => integer_digits(other).map(|digits| (digits, 0)),
    }
}

/// The wider of two integer types.
fn wider_integer(left: Base, right: Base) -> Base {
    if integer_digits(left) >= integer_digits(right) { left } else { right }
}

fn decimal(precision: u8, scale: u8) -> Base {
    Base::Decimal { precision, scale }
}

/// A decimal of at most 38 digits; digits behind the point give way, down to six.
fn adjusted(precision: u8, scale: u8) -> Base {
    if precision <= MAX {
        return decimal(precision, scale);
    }
    let whole = precision - scale;
    decimal(MAX, MAX.saturating_sub(whole).max(scale.min(6)))
}

/// The type of `a + b` and `a - b`.
pub fn sum((p1, s1): (u8, u8), (p2, s2): (u8, u8)) -> Base {
    let scale = s1.max(s2);
    adjusted((p1 - s1).max(p2 - s2) + scale + 1, scale)
}

/// The type of `a * b`.
pub fn product((p1, s1): (u8, u8), (p2, s2): (u8, u8)) -> Base {
    adjusted(p1 + p2 + 1, s1 + s2)
}

/// The type of `a / b`.
pub fn quotient((p1, s1): (u8, u8), (p2, s2): (u8, u8)) -> Base {
    let scale = (s1 + p2 + 1).max(6);
    adjusted(p1 - s1 + s2 + scale, scale)
}

/// The type of `a % b`.
pub fn remainder((p1, s1): (u8, u8), (p2, s2): (u8, u8)) -> Base {
    let scale = s1.max(s2);
    adjusted((p1 - s1).min(p2 - s2) + scale, scale)
}

/// The type of `round(a, digits)` and `truncate(a, digits)`.
pub fn rounded((precision, scale): (u8, u8), digits: i64) -> Base {
    if digits >= i64::from(scale) {
        return decimal(precision, scale);
    }
    let kept = u8::try_from(digits.max(0)).unwrap_or(0);
    decimal((1 + precision - scale + kept).min(MAX), kept)
}

/// The type of `sum(a)`.
pub fn total(scale: u8) -> Base {
    decimal(MAX, scale)
}

/// The type of `avg(a)`.
pub fn average(scale: u8) -> Base {
    decimal(MAX, scale.max(6))
}

/// The decimal that holds both.
fn union((p1, s1): (u8, u8), (p2, s2): (u8, u8)) -> Base {
    let whole = (p1 - s1).max(p2 - s2);
    let scale = s1.max(s2).min(MAX - whole);
    decimal(whole + scale, scale)
}

/// Which of `float` and `double` stands for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Floats {
    /// The first one, as in `case` and in arithmetic.
    First,
    /// `double`, as in `coalesce` and `greatest`; there a float behind a decimal stays a float.
    Wider,
}

/// The number type that holds both.
pub fn common_number(left: Base, right: Base, floats: Floats) -> Option<Base> {
    if !is_number(left) || !is_number(right) {
        return None;
    }
    Some(match (is_float(left), is_float(right)) {
        (true, true) if floats == Floats::First => left,
        (true, true) if left == right => left,
        (true, true) => Base::Double,
        (true, false) if is_integer(right) => left,
        (false, true) if is_integer(left) => right,
        (false, true) if floats == Floats::Wider => right,
        (true, false) | (false, true) => Base::Double,
        (false, false) if is_integer(left) && is_integer(right) => wider_integer(left, right),
        (false, false) => union(as_decimal(left)?, as_decimal(right)?),
    })
}

/// The type that holds values of both types, if SQL finds one by itself.
pub fn common(left: Base, right: Base, floats: Floats) -> Option<Base> {
    match (left, right) {
        (Base::Null, other) | (other, Base::Null) => Some(other),
        _ if left == right => Some(left),
        (Base::Char(a), Base::Char(b)) => Some(Base::Varchar(Some(a.max(b)))),
        (Base::Char(a), Base::Varchar(b)) | (Base::Varchar(b), Base::Char(a)) => {
            Some(Base::Varchar(b.map(|b| b.max(a))))
        }
        (Base::Varchar(a), Base::Varchar(b)) => Some(Base::Varchar(a.zip(b).map(|(a, b)| a.max(b)))),
        (Base::Timestamp(a), Base::Timestamp(b)) => Some(Base::Timestamp(a.max(b))),
        (Base::TimestampLtz(a), Base::TimestampLtz(b)) => Some(Base::TimestampLtz(a.max(b))),
        _ => common_number(left, right, floats),
    }
}

/// The type that holds values of all these types.
pub fn common_of(types: &[Ty], floats: Floats) -> Option<Base> {
    let mut all = Base::Null;
    for ty in types {
        all = common(all, ty.base, floats)?;
    }
    (all != Base::Null).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    const N1: (u8, u8) = (18, 2);
    const N2: (u8, u8) = (10, 4);
    const INT: (u8, u8) = (10, 0);
    const BIGINT: (u8, u8) = (19, 0);

    #[test]
    fn decimals_as_flink_derives_them() {
        assert_eq!(sum(N1, N2), decimal(21, 4));
        assert_eq!(product(N1, N2), decimal(29, 6));
        assert_eq!(quotient(N1, N2), decimal(33, 13));
        assert_eq!(remainder(N1, N2), decimal(10, 4));
        assert_eq!(quotient(N2, INT), decimal(21, 15));
        assert_eq!(quotient((3, 1), INT), decimal(14, 12));
        assert_eq!(quotient(BIGINT, (2, 1)), decimal(26, 6));
        assert_eq!(product(N1, BIGINT), decimal(38, 2));
        assert_eq!(quotient((38, 18), INT), decimal(38, 18));
        assert_eq!(product((38, 10), N2), decimal(38, 6));
        assert_eq!(sum((38, 10), (38, 18)), decimal(38, 9));
        assert_eq!(quotient((30, 0), (30, 20)), decimal(38, 6));
        assert_eq!(rounded(N1, 1), decimal(18, 1));
        assert_eq!(rounded(N1, 0), decimal(17, 0));
        assert_eq!(rounded(N1, 5), decimal(18, 2));
        assert_eq!(rounded(N1, -1), decimal(17, 0));
    }

    #[test]
    fn common_types_as_calcite_finds_them() {
        let first = |a, b| common(a, b, Floats::First);
        assert_eq!(first(Base::Int, Base::BigInt), Some(Base::BigInt));
        assert_eq!(first(decimal(18, 2), Base::BigInt), Some(decimal(21, 2)));
        assert_eq!(first(decimal(18, 2), decimal(6, 5)), Some(decimal(21, 5)));
        assert_eq!(first(Base::Float, Base::Double), Some(Base::Float));
        assert_eq!(common(Base::Float, Base::Double, Floats::Wider), Some(Base::Double));
        assert_eq!(first(Base::Float, decimal(10, 4)), Some(Base::Double));
        assert_eq!(common(decimal(10, 4), Base::Float, Floats::Wider), Some(Base::Float));
        assert_eq!(common(Base::Float, decimal(10, 4), Floats::Wider), Some(Base::Double));
        assert_eq!(first(Base::Char(3), Base::Char(4)), Some(Base::Varchar(Some(4))));
        assert_eq!(first(Base::Char(3), Base::Varchar(None)), Some(Base::Varchar(None)));
        assert_eq!(first(Base::Int, Base::Varchar(None)), None);
        assert_eq!(first(Base::Date, Base::Timestamp(3)), None);
    }
}
