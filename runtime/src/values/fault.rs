//! Why a row could not be read or computed.

use std::fmt;

/// The reason of a row error. Small, since every fallible expression returns it; made only off the hot path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(Box<str>);

impl Fault {
    /// A fault with its sentence, lower case and without a full stop, such as `'abc' is no int`.
    #[cold]
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into().into_boxed_str())
    }

    /// A result that its type cannot hold.
    #[cold]
    pub fn overflow(ty: impl fmt::Display) -> Self {
        Self::new(format!("the result is outside the range of {ty}"))
    }

    /// A division by zero.
    #[cold]
    pub fn division_by_zero() -> Self {
        Self::new("division by zero")
    }

    /// A text that is no value of a type.
    #[cold]
    pub fn cast(value: impl fmt::Display, ty: impl fmt::Display) -> Self {
        Self::new(format!("'{value}' is no {ty}"))
    }

    /// A null where the column has none.
    #[cold]
    pub fn null(column: &str) -> Self {
        Self::new(format!("column '{column}' is null but declared not null"))
    }

    /// The same fault with the column in which it happened.
    #[cold]
    pub fn in_column(self, column: &str) -> Self {
        Self::new(format!("column '{column}': {}", self.0))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}
