//! Functions of doubles and floats.

use super::decimal::power_of_ten;
use super::java::{Digits, parse_scaled};
use crate::values::Fault;

/// `float` and `double`.
pub trait Real: Copy {
    /// The digits that Java writes for a finite number.
    fn digits(self) -> Digits;
    /// The nearest number.
    fn nearest(value: f64) -> Self;
    /// The number as a double.
    fn wide(self) -> f64;
}

impl Real for f64 {
    fn digits(self) -> Digits {
        Digits::of_double(self)
    }

    fn nearest(value: f64) -> Self {
        value
    }

    fn wide(self) -> f64 {
        self
    }
}

impl Real for f32 {
    fn digits(self) -> Digits {
        // Java makes a decimal of the float as a double.
        Digits::of_double(f64::from(self))
    }

    fn nearest(value: f64) -> Self {
        value as Self
    }

    fn wide(self) -> f64 {
        f64::from(self)
    }
}

/// `abs(x)`
pub fn abs<T: Real>(x: T) -> T {
    T::nearest(x.wide().abs())
}

/// `sign(x)`
pub fn sign<T: Real>(x: T) -> T {
    let wide = x.wide();
    if wide == 0.0 || wide.is_nan() { x } else { T::nearest(wide.signum()) }
}

/// `floor(x)`
pub fn floor<T: Real>(x: T) -> T {
    T::nearest(x.wide().floor())
}

/// `ceil(x)`
pub fn ceil<T: Real>(x: T) -> T {
    T::nearest(x.wide().ceil())
}

/// `round(x, digits)`: half up by the digits that are written for the number.
pub fn round<T: Real>(x: T, digits: i32) -> Result<T, Fault> {
    at_digit(x, digits, true)
}

/// `truncate(x, digits)`
pub fn truncate<T: Real>(x: T, digits: i32) -> Result<T, Fault> {
    at_digit(x, digits, false)
}

fn at_digit<T: Real>(x: T, places: i32, half_up: bool) -> Result<T, Fault> {
    let wide = x.wide();
    if !wide.is_finite() {
        return Err(Fault::new(format!("{wide} has no digits to round")));
    }
    let Digits { digits, exponent } = x.digits();
    let drop = exponent.saturating_add(places).saturating_neg();
    let rounded = if drop <= 0 {
        i128::from(digits)
    } else if drop > 20 {
        0
    } else {
        let step = power_of_ten(drop.unsigned_abs());
        (i128::from(digits) + if half_up { step / 2 } else { 0 }) / step
    };
    let exponent = if drop > 0 { places.saturating_neg() } else { exponent };
    let result = parse_scaled(rounded, exponent);
    // There is no negative zero among decimals.
    Ok(T::nearest(if wide < 0.0 && rounded != 0 { -result } else { result }))
}

macro_rules! functions {
    ($($name:ident, $doc:literal, |$x:ident| $value:expr;)*) => {$(
        #[doc = concat!("`", $doc, "`")]
        pub fn $name($x: f64) -> f64 {
            $value
        }
    )*};
}
functions! {
    sqrt, "sqrt(x)", |x| x.sqrt();
    exp, "exp(x)", |x| x.exp();
    ln, "ln(x)", |x| x.ln();
    log10, "log10(x)", |x| x.log10();
    log2, "log2(x)", |x| x.ln() / std::f64::consts::LN_2;
    sin, "sin(x)", |x| x.sin();
    cos, "cos(x)", |x| x.cos();
    tan, "tan(x)", |x| x.tan();
    cot, "cot(x)", |x| 1.0 / x.tan();
    asin, "asin(x)", |x| x.asin();
    acos, "acos(x)", |x| x.acos();
    atan, "atan(x)", |x| x.atan();
    sinh, "sinh(x)", |x| x.sinh();
    cosh, "cosh(x)", |x| x.cosh();
    tanh, "tanh(x)", |x| x.tanh();
    degrees, "degrees(x)", |x| x * (180.0 / std::f64::consts::PI);
    radians, "radians(x)", |x| x * (std::f64::consts::PI / 180.0);
}

/// `power(x, exponent)`
pub fn power(x: f64, exponent: f64) -> f64 {
    // In Java one to the power of an infinity or NaN is NaN.
    if exponent.is_nan() || (x.abs() - 1.0).abs() == 0.0 && exponent.is_infinite() {
        return f64::NAN;
    }
    x.powf(exponent)
}

/// `log(base, x)`
pub fn log(base: f64, x: f64) -> f64 {
    x.ln() / base.ln()
}

/// `atan2(y, x)`
pub fn atan2(y: f64, x: f64) -> f64 {
    y.atan2(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_goes_by_the_written_digits() {
        assert_eq!(round(1.005, 2), Ok(1.01));
        assert_eq!(round(2.675, 2), Ok(2.68));
        assert_eq!(round(-2.5, 0), Ok(-3.0));
        assert_eq!(round(1234.5, -2), Ok(1200.0));
        assert_eq!(round(1e100, 1), Ok(1e100));
        assert_eq!(round(1e-5, 1), Ok(0.0));
        assert_eq!(truncate(-2.99, 1), Ok(-2.9));
        assert!(round(f64::NAN, 1).is_err());
    }
}
