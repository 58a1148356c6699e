//! Constants and their types, as Flink gives them.

use super::model::Literal;
use super::ty::Base;

/// A number out of the range that literals have.
#[derive(Debug, PartialEq, Eq)]
pub struct OutOfRange;

/// The value and type of a number as written, perhaps with `-` in front: `int` or `bigint`; with a point `decimal`
/// of as many digits as are written, zeros in front included; with an exponent `double`.
pub fn number(written: &str) -> Result<(Literal, Base), OutOfRange> {
    if written.contains(['e', 'E']) {
        return match written.parse::<f64>() {
            // There is no negative zero among literals.
            Ok(value) if value.is_finite() => Ok((Literal::Double(value + 0.0), Base::Double)),
            _ => Err(OutOfRange),
        };
    }
    let (whole, fraction) = written.split_once('.').unwrap_or((written, ""));
    // Literals are limited to 64 bits, in decimals without their point.
    let unscaled: i64 = format!("{whole}{fraction}").parse().map_err(|_| OutOfRange)?;
    if fraction.is_empty() {
        let base = if i32::try_from(unscaled).is_ok() { Base::Int } else { Base::BigInt };
        return Ok((Literal::Integer(unscaled), base));
    }
    let precision = whole.trim_start_matches('-').len() + fraction.len();
    if precision > 38 {
        return Err(OutOfRange);
    }
    let base = Base::Decimal { precision: precision as u8, scale: fraction.len() as u8 };
    Ok((Literal::Decimal(i128::from(unscaled)), base))
}

/// The type of a text: `char` of its length.
pub fn text(value: &str) -> Base {
    Base::Char(value.chars().count() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(precision: u8, scale: u8) -> Base {
        Base::Decimal { precision, scale }
    }

    #[test]
    fn numbers_have_the_types_of_flink() {
        let base = |written| number(written).map(|(_, base)| base);
        assert_eq!(base("2147483647"), Ok(Base::Int));
        assert_eq!(base("-2147483648"), Ok(Base::Int));
        assert_eq!(base("2147483648"), Ok(Base::BigInt));
        assert_eq!(base("-9223372036854775808"), Ok(Base::BigInt));
        assert_eq!(base("9223372036854775808"), Err(OutOfRange));
        assert_eq!(base("1."), Ok(Base::Int));
        assert_eq!(base(".5"), Ok(decimal(1, 1)));
        assert_eq!(base("0.1"), Ok(decimal(2, 1)));
        assert_eq!(base("-1.50"), Ok(decimal(3, 2)));
        assert_eq!(base("0.00000000000000000001"), Ok(decimal(21, 20)));
        assert_eq!(base("1234567890.0987654321"), Err(OutOfRange));
        assert_eq!(base("1e3"), Ok(Base::Double));
        assert_eq!(base("1e400"), Err(OutOfRange));
        assert_eq!(number("1e-400"), Ok((Literal::Double(0.0), Base::Double)));
    }
}
