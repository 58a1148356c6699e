//! Types as written in the file.

use super::ty::{Base, Ty};
use crate::expression::TypeName;

/// The names of all types, for messages.
pub const NAMES: [&str; 16] = [
    "boolean",
    "tinyint",
    "smallint",
    "int",
    "bigint",
    "float",
    "double",
    "decimal(p, s)",
    "varchar",
    "varchar(n)",
    "char(n)",
    "bytes",
    "date",
    "time",
    "timestamp(p)",
    "timestamp_ltz(p)",
];

/// What is wrong with a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeError {
    /// There is no such type.
    Unknown,
    /// It takes no number.
    NoNumber,
    /// `decimal` with three numbers.
    TwoNumbers,
    /// `decimal` with no digits or too many.
    Digits,
    /// `decimal` with more digits behind the point than in all.
    Scale,
    /// A text without room, or with too much.
    Length,
    /// A text with two numbers.
    OneLength,
    /// A time with more than nine digits behind the second.
    Fraction,
}

/// The type that a name means.
pub fn ty(name: &TypeName) -> Result<Ty, TypeError> {
    base(name).map(|base| Ty { base, nullable: !name.not_null })
}

/// The same without `not null`.
pub fn base(name: &TypeName) -> Result<Base, TypeError> {
    match name.name.as_str() {
        "boolean" | "bool" => plain(name, Base::Boolean),
        "tinyint" => plain(name, Base::TinyInt),
        "smallint" => plain(name, Base::SmallInt),
        "int" | "integer" => plain(name, Base::Int),
        "bigint" => plain(name, Base::BigInt),
        "float" | "real" => plain(name, Base::Float),
        "double" | "double precision" => plain(name, Base::Double),
        "decimal" | "dec" | "numeric" => decimal(name),
        "char" | "character" => Ok(Base::Char(length(name)?.unwrap_or(1))),
        "varchar" | "char varying" | "character varying" => Ok(Base::Varchar(length(name)?)),
        "string" | "text" => plain(name, Base::Varchar(None)),
        "bytes" => plain(name, Base::Bytes),
        "varbinary" | "binary varying" | "binary" => length(name).map(|_| Base::Bytes),
        "date" => plain(name, Base::Date),
        "time" => precision(name, 0).map(|_| Base::Time),
        "timestamp" => precision(name, 6).map(Base::Timestamp),
        "timestamp_ltz" | "timestamp with local time zone" => precision(name, 6).map(Base::TimestampLtz),
        _ => Err(TypeError::Unknown),
    }
}

/// How long the bytes of a type are: exactly so long (`binary(n)`) or at most (`varbinary(n)`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BytesLength {
    /// Cut, or filled up with zeros.
    Exactly(u32),
    /// Cut.
    AtMost(u32),
}

/// The length of bytes that a type of bytes asks for.
pub fn bytes_length(name: &TypeName) -> Option<BytesLength> {
    let length = length(name).ok()?;
    match name.name.as_str() {
        "binary" => Some(BytesLength::Exactly(length.unwrap_or(1))),
        "varbinary" | "binary varying" => length.map(BytesLength::AtMost),
        _ => None,
    }
}

fn plain(name: &TypeName, base: Base) -> Result<Base, TypeError> {
    if name.args.is_empty() { Ok(base) } else { Err(TypeError::NoNumber) }
}

fn decimal(name: &TypeName) -> Result<Base, TypeError> {
    let digits = |index: usize| name.args.get(index).map(|(value, _)| *value);
    if name.args.len() > 2 {
        return Err(TypeError::TwoNumbers);
    }
    let (precision, scale) = (digits(0).unwrap_or(10), digits(1).unwrap_or(0));
    if !(1..=38).contains(&precision) {
        return Err(TypeError::Digits);
    }
    if scale > precision {
        return Err(TypeError::Scale);
    }
    Ok(Base::Decimal { precision: precision as u8, scale: scale as u8 })
}

fn length(name: &TypeName) -> Result<Option<u32>, TypeError> {
    match name.args.as_slice() {
        [] => Ok(None),
        // Flink calls its unlimited text VARCHAR(2147483647).
        [(2_147_483_647, _)] => Ok(None),
        [(length @ 1..2_147_483_647, _)] => Ok(Some(*length as u32)),
        [_] => Err(TypeError::Length),
        _ => Err(TypeError::OneLength),
    }
}

fn precision(name: &TypeName, default: u8) -> Result<u8, TypeError> {
    match name.args.as_slice() {
        [] => Ok(default),
        [(precision @ 0..=9, _)] => Ok(*precision as u8),
        _ => Err(TypeError::Fraction),
    }
}
