//! Why a row could not be read or computed, and where.

use std::fmt;

/// The reason of a row error. Small, since every fallible expression returns it; made only off the hot path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(Box<Reason>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Reason {
    sentence: Box<str>,
    place: Option<&'static Place>,
}

/// A part of a pipeline in which rows can fail, such as `view 'ratios', column 'ratio' (pipelines/orders.yaml:23)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place(&'static str);

impl Place {
    /// A place as row errors tell it.
    pub const fn new(text: &'static str) -> Self {
        Self(text)
    }
}

impl Fault {
    /// A fault with its sentence, lower case and without a full stop, such as `'abc' is no int`.
    #[cold]
    pub fn new(reason: impl Into<String>) -> Self {
        Self(Box::new(Reason { sentence: reason.into().into_boxed_str(), place: None }))
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

    /// A computed null where the column at a place has none.
    #[cold]
    pub fn null_at(place: &'static Place) -> Self {
        Self::new("null, but the column is declared not null").at(place)
    }

    /// The same fault with the column in which it happened.
    #[cold]
    pub fn in_column(mut self, column: &str) -> Self {
        self.0.sentence = format!("column '{column}': {}", self.0.sentence).into_boxed_str();
        self
    }

    /// The same fault with the part of the pipeline in which it happened. One that has a place already keeps it: it
    /// only passes through here.
    #[cold]
    #[inline(never)]
    pub fn at(mut self, place: &'static Place) -> Self {
        self.0.place.get_or_insert(place);
        self
    }
}

/// Says of a result where its fault happened.
pub trait At {
    /// The same result; a fault without a place has this one.
    fn at(self, place: &'static Place) -> Self;
}

impl<T> At for Result<T, Fault> {
    #[inline]
    fn at(self, place: &'static Place) -> Self {
        // No `map_err`: a closure for each type of value would be compiled with every job.
        match self {
            Ok(value) => Ok(value),
            Err(fault) => Err(fault.at(place)),
        }
    }
}

/// Refuses nulls.
pub trait NotNull<T> {
    /// The value; a null is a fault of the column at this place.
    fn not_null(self, place: &'static Place) -> Result<T, Fault>;
}

impl<T> NotNull<T> for Option<T> {
    #[inline]
    fn not_null(self, place: &'static Place) -> Result<T, Fault> {
        match self {
            Some(value) => Ok(value),
            None => Err(Fault::null_at(place)),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.0.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.0.sentence)
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use super::*;

    static RATIO: Place = Place::new("view 'ratios', column 'ratio' (orders.yaml:23)");
    static TOTAL: Place = Place::new("insert into 'totals', column 'total' (orders.yaml:40)");

    #[test]
    fn a_fault_tells_where_it_happened_first() {
        let failed: Result<i64, Fault> = Err(Fault::division_by_zero());
        assert_eq!(failed.clone().unwrap_err().to_string(), "division by zero");
        let placed = failed.at(&RATIO);
        let expected = "view 'ratios', column 'ratio' (orders.yaml:23): division by zero";
        assert_eq!(placed.clone().unwrap_err().to_string(), expected);
        assert_eq!(placed.at(&TOTAL).unwrap_err().to_string(), expected);
        assert_eq!(Ok::<i64, Fault>(1).at(&RATIO), Ok(1));
    }

    #[test]
    fn a_fault_of_decoding_keeps_its_column_behind_the_place() {
        let fault = Fault::cast("x", "bigint").at(&RATIO).in_column("id");
        assert_eq!(fault.to_string(), "view 'ratios', column 'ratio' (orders.yaml:23): column 'id': 'x' is no bigint");
    }

    #[test]
    fn a_null_names_the_column_that_refuses_it() {
        assert_eq!(Some(1).not_null(&TOTAL), Ok(1));
        let told = None::<i64>.not_null(&TOTAL).at(&RATIO).unwrap_err().to_string();
        let expected =
            "insert into 'totals', column 'total' (orders.yaml:40): null, but the column is declared not null";
        assert_eq!(told, expected);
    }

    #[test]
    fn a_fault_is_one_pointer() {
        assert_eq!(size_of::<Result<(), Fault>>(), size_of::<usize>());
    }
}
