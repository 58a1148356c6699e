//! The decimal digits that `Double.toString` and `Float.toString` choose in Java 17. They are not always the shortest
//! that read back to the same number (`5e-324` is `4.9E-324`), so that Flink's results can only be had by its way:
//! digits are taken off the exact quotient until what is left is within half a unit of the last binary place.

const FRACTION_BITS: i32 = 52;

/// Digits of a finite number without its sign: `digits × 10^exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digits {
    /// The digits; zeros behind them may be there.
    pub digits: u64,
    /// The power of ten.
    pub exponent: i32,
}

impl Digits {
    /// The digits of a finite double.
    pub fn of_double(value: f64) -> Self {
        let bits = value.to_bits();
        let fraction = bits & ((1 << FRACTION_BITS) - 1);
        let exponent = (bits >> FRACTION_BITS & 0x7ff) as i32;
        Self::of_parts(fraction, exponent, FRACTION_BITS, 1023)
    }

    /// The digits of a finite float.
    pub fn of_float(value: f32) -> Self {
        let bits = value.to_bits();
        let fraction = u64::from(bits & ((1 << 23) - 1));
        let exponent = (bits >> 23 & 0xff) as i32;
        Self::of_parts(fraction, exponent, 23, 127)
    }

    fn of_parts(fraction: u64, exponent: i32, fraction_bits: i32, bias: i32) -> Self {
        if exponent != 0 {
            let fraction = (fraction | 1 << fraction_bits) << (FRACTION_BITS - fraction_bits);
            return develop(fraction, exponent - bias, fraction_bits + 1);
        }
        if fraction == 0 {
            return Self { digits: 0, exponent: 0 };
        }
        let significant = 64 - fraction.leading_zeros() as i32;
        let shift = fraction_bits + 1 - significant;
        develop(fraction << (shift + FRACTION_BITS - fraction_bits), 1 - shift - bias, significant)
    }

    fn rounded_up(self) -> Self {
        let up = self.digits + 1;
        // Nines only: the number of digits stays.
        let carried = up > 1 && up.ilog10() > self.digits.max(1).ilog10();
        if carried { Self { digits: up / 10, exponent: self.exponent + 1 } } else { Self { digits: up, ..self } }
    }
}

/// The number is `fraction × 2^(exponent - 52)`, bit 52 of the fraction is set, `significant` bits of it count.
fn develop(fraction: u64, exponent: i32, significant: i32) -> Digits {
    let zeros = fraction.trailing_zeros() as i32;
    let used = FRACTION_BITS + 1 - zeros;
    // Bits behind the point.
    let tiny = (used - exponent - 1).max(0);
    if tiny == 0 && (-21..=62).contains(&exponent) && used < 64 {
        return whole(fraction, exponent, significant);
    }
    let scale = Scale::new(fraction, exponent, significant, zeros, tiny);
    if scale.value_bits() < 64 && scale.divisor_bits() < 64 {
        let narrow = scale.value_bits() < 32 && scale.divisor_bits() < 32;
        return scale.develop_short(narrow);
    }
    scale.develop_long()
}

/// A whole number below 2^63: its digits, save those below its precision.
fn whole(fraction: u64, exponent: i32, significant: i32) -> Digits {
    let mut value = if exponent >= FRACTION_BITS {
        fraction << (exponent - FRACTION_BITS)
    } else {
        fraction >> (FRACTION_BITS - exponent)
    };
    let mut power = 0;
    let spare = if exponent > significant { (exponent - significant - 1).unsigned_abs() } else { 0 };
    if spare > 1 {
        // As many decimal digits as 2^spare has, less one.
        let digits = (1u64 << spare.min(63)).ilog10();
        let step = 10u64.pow(digits);
        let rest = value % step;
        value /= step;
        power += digits as i32;
        if digits > 0 && rest >= step / 2 {
            value += 1;
        }
    }
    while value.is_multiple_of(10) && value != 0 {
        value /= 10;
        power += 1;
    }
    Digits { digits: value, exponent: power }
}

/// The number as `value / divisor × 10^decimal`, with `margin` half a unit of its last place, all as products of
/// powers of two and five.
struct Scale {
    fraction: u64,
    used: i32,
    decimal: i32,
    value_twos: i32,
    value_fives: i32,
    divisor_twos: i32,
    divisor_fives: i32,
    margin_twos: i32,
}

impl Scale {
    fn new(fraction: u64, exponent: i32, significant: i32, zeros: i32, tiny: i32) -> Self {
        let used = FRACTION_BITS + 1 - zeros;
        let decimal = estimated_power(fraction, exponent);
        let value_fives = (-decimal).max(0);
        let divisor_fives = decimal.max(0);
        let mut value_twos = value_fives + tiny + exponent;
        let mut divisor_twos = divisor_fives + tiny;
        let mut margin_twos = value_twos - significant;
        value_twos -= used - 1;
        let common = value_twos.min(divisor_twos);
        value_twos -= common;
        divisor_twos -= common;
        margin_twos -= common;
        // Below a power of two the next number is half as far away.
        margin_twos -= i32::from(used == 1);
        if margin_twos < 0 {
            value_twos -= margin_twos;
            divisor_twos -= margin_twos;
            margin_twos = 0;
        }
        let fraction = fraction >> zeros;
        Self { fraction, used, decimal, value_twos, value_fives, divisor_twos, divisor_fives, margin_twos }
    }

    fn value_bits(&self) -> i32 {
        self.used + self.value_twos + bits_of_five(self.value_fives)
    }

    fn divisor_bits(&self) -> i32 {
        self.divisor_twos + 1 + bits_of_five(self.divisor_fives + 1)
    }

    /// With numbers of 64 bits, or of 32 bits: the margin overflows as it does in Java.
    fn develop_short(self, narrow: bool) -> Digits {
        let wrap = |number: i64| if narrow { i64::from(number as i32) } else { number };
        let five = |power: i32| 5i64.wrapping_pow(power.unsigned_abs());
        let shift = |number: i64, twos: i32| wrap(number.wrapping_shl(twos.unsigned_abs()));
        let mut value = shift((self.fraction as i64).wrapping_mul(five(self.value_fives)), self.value_twos);
        let divisor = shift(five(self.divisor_fives), self.divisor_twos).max(1);
        let mut margin = shift(five(self.value_fives), self.margin_twos);
        let tens = wrap(divisor.wrapping_mul(10));
        let mut digits = Loop::new(self.decimal);
        loop {
            let digit = value / divisor;
            value = wrap((value % divisor).wrapping_mul(10));
            margin = wrap(margin.wrapping_mul(10));
            let (low, high) = if margin > 0 || digits.first {
                (value < margin, wrap(value.wrapping_add(margin)) > tens)
            } else {
                (true, true)
            };
            if digits.push(digit as u64, low, high) {
                return digits.finish(wrap(value.wrapping_shl(1).wrapping_sub(tens)).cmp(&0));
            }
        }
    }

    fn develop_long(self) -> Digits {
        let mut value = Big::new(self.fraction);
        value.times_power_of_five(self.value_fives);
        value.shift_left(self.value_twos);
        let mut divisor = Big::new(1);
        divisor.times_power_of_five(self.divisor_fives);
        divisor.shift_left(self.divisor_twos);
        let mut margin = Big::new(1);
        margin.times_power_of_five(self.value_fives);
        margin.shift_left(self.margin_twos);
        let mut tens = divisor;
        tens.times(10);
        let mut digits = Loop::new(self.decimal);
        loop {
            let digit = value.take_quotient(&divisor);
            value.times(10);
            margin.times(10);
            let low = value < margin;
            let mut reach = value;
            reach.add(&margin);
            let high = reach >= tens;
            if digits.push(digit, low, high) {
                value.times(2);
                return digits.finish(value.cmp(&tens));
            }
        }
    }
}

/// The digits so far and the conditions under which they are enough.
struct Loop {
    first: bool,
    digits: u64,
    /// Power of ten of the next digit.
    power: i32,
    low: bool,
    high: bool,
}

impl Loop {
    fn new(decimal: i32) -> Self {
        Self { first: true, digits: 0, power: decimal, low: false, high: false }
    }

    /// Takes a digit; true if it was the last one.
    fn push(&mut self, digit: u64, low: bool, high: bool) -> bool {
        (self.low, self.high) = (low, high);
        if !self.first {
            self.digits = self.digits * 10 + digit;
            self.power -= 1;
            return low || high;
        }
        self.first = false;
        let mut decimal = self.power;
        if digit == 0 && !high {
            // The estimate was one too high.
            decimal -= 1;
        } else {
            self.digits = digit;
        }
        self.power -= 1;
        // Numbers in scientific notation have a digit behind the point in any case.
        if !(-3..8).contains(&decimal) {
            (self.low, self.high) = (false, false);
        }
        self.low || self.high
    }

    fn finish(self, rest_to_half: std::cmp::Ordering) -> Digits {
        let digits = Digits { digits: self.digits, exponent: self.power + 1 };
        let up = match (self.high, self.low) {
            (true, true) => rest_to_half.is_gt() || (rest_to_half.is_eq() && self.digits % 2 == 1),
            (high, _) => high,
        };
        if up { digits.rounded_up() } else { digits }
    }
}

/// The power of ten of the first digit, or one more.
fn estimated_power(fraction: u64, exponent: i32) -> i32 {
    let mantissa = f64::from_bits(1023 << FRACTION_BITS | fraction & ((1 << FRACTION_BITS) - 1));
    // The logarithm of 2, as far as Java writes it.
    let two = f64::from_bits(0x3fd3_4413_509f_79fb);
    let logarithm = (mantissa - 1.5) * 0.289_529_654 + 0.176_091_259 + f64::from(exponent) * two;
    logarithm.floor() as i32
}

/// About the bits of a power of five.
fn bits_of_five(power: i32) -> i32 {
    const BITS: [i32; 27] =
        [0, 3, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28, 31, 33, 35, 38, 40, 42, 45, 47, 49, 52, 54, 56, 59, 61];
    usize::try_from(power).ok().and_then(|power| BITS.get(power)).copied().unwrap_or(power * 3)
}

const LIMBS: usize = 20;

/// A natural number of at most 1,280 bits, enough for every double; the least limb is first.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Big {
    limbs: [u64; LIMBS],
    /// How many limbs may be other than zero.
    length: usize,
}

impl Big {
    fn new(value: u64) -> Self {
        let mut limbs = [0; LIMBS];
        limbs[0] = value;
        Self { limbs, length: 1 }
    }

    fn times(&mut self, factor: u64) {
        let mut carry = 0;
        for limb in self.limbs.iter_mut().take(self.length) {
            let product = u128::from(*limb) * u128::from(factor) + carry;
            *limb = product as u64;
            carry = product >> 64;
        }
        self.push(carry as u64);
    }

    fn push(&mut self, carry: u64) {
        if carry != 0
            && let Some(limb) = self.limbs.get_mut(self.length)
        {
            *limb = carry;
            self.length += 1;
        }
    }

    fn times_power_of_five(&mut self, power: i32) {
        let mut left = power.unsigned_abs();
        while left > 0 {
            let step = left.min(27);
            self.times(5u64.pow(step));
            left -= step;
        }
    }

    fn shift_left(&mut self, bits: i32) {
        let mut left = bits.unsigned_abs();
        while left > 0 {
            let step = left.min(63);
            self.times(1 << step);
            left -= step;
        }
    }

    fn add(&mut self, other: &Self) {
        self.length = self.length.max(other.length);
        let mut carry = false;
        for (limb, other) in self.limbs.iter_mut().zip(&other.limbs).take(self.length) {
            let (sum, over) = limb.overflowing_add(*other);
            let (sum, again) = sum.overflowing_add(u64::from(carry));
            (*limb, carry) = (sum, over || again);
        }
        self.push(u64::from(carry));
    }

    fn subtract(&mut self, other: &Self) {
        let mut borrow = false;
        for (limb, other) in self.limbs.iter_mut().zip(&other.limbs).take(self.length) {
            let (rest, under) = limb.overflowing_sub(*other);
            let (rest, again) = rest.overflowing_sub(u64::from(borrow));
            (*limb, borrow) = (rest, under || again);
        }
    }

    /// Takes the divisor off as often as it fits (at most nine times) and says how often that was.
    fn take_quotient(&mut self, divisor: &Self) -> u64 {
        let mut quotient = 0;
        while *self >= *divisor {
            self.subtract(divisor);
            quotient += 1;
        }
        quotient
    }
}

impl PartialOrd for Big {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Big {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let length = self.length.max(other.length).min(LIMBS);
        let (own, others) = (self.limbs.iter().take(length).rev(), other.limbs.iter().take(length).rev());
        own.cmp(others)
    }
}
