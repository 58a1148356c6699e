//! What the tests of the connectors share.

use super::{ColumnInfo, Options, Row, TableInfo};
use crate::values::Value;

/// A row of given values.
pub struct Cells(pub Vec<Value<'static>>);

impl Row for Cells {
    fn value(&self, column: usize) -> Value<'_> {
        self.0[column]
    }
}

/// A table with a key.
pub const TABLE: TableInfo = TableInfo {
    name: "orders",
    columns: &[
        ColumnInfo { name: "id", sql_type: "bigint", not_null: true },
        ColumnInfo { name: "name", sql_type: "varchar", not_null: false },
        ColumnInfo { name: "price", sql_type: "decimal(10, 2)", not_null: false },
    ],
    primary_key: &[0],
};

/// The same table without a key.
pub const LOG: TableInfo = TableInfo { primary_key: &[], ..TABLE };

/// Options from pairs.
pub fn options(pairs: &[(&str, &str)]) -> Options {
    Options { pairs: pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect() }
}

/// A row of [`TABLE`].
pub fn row(id: i64, name: Option<&'static str>, cents: i128) -> Cells {
    let price = Value::Decimal { unscaled: cents, scale: 2 };
    Cells(vec![Value::Integer(id), name.map_or(Value::Null, Value::Text), price])
}
