//! Which of PostgreSQL's types a column of the pipeline is sent as, and which columns of a table can take it.

use super::super::ColumnInfo;
use super::super::sql_type::SqlType;

/// A type on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    /// `boolean`
    Bool,
    /// `smallint`
    Int2,
    /// `integer`
    Int4,
    /// `bigint`
    Int8,
    /// `real`
    Float4,
    /// `double precision`
    Float8,
    /// `numeric`
    Numeric,
    /// `text`
    Text,
    /// `bytea`
    Bytea,
    /// `date`
    Date,
    /// `time`
    Time,
    /// `timestamp`
    Timestamp,
    /// `timestamptz`
    Timestamptz,
}

impl Wire {
    /// How a type of the pipeline is sent to a column of the same type.
    pub fn of(ty: SqlType) -> Self {
        match ty {
            SqlType::Boolean => Self::Bool,
            SqlType::TinyInt | SqlType::SmallInt => Self::Int2,
            SqlType::Int => Self::Int4,
            SqlType::BigInt => Self::Int8,
            SqlType::Float => Self::Float4,
            SqlType::Double => Self::Float8,
            SqlType::Decimal { .. } => Self::Numeric,
            SqlType::Text => Self::Text,
            SqlType::Bytes => Self::Bytea,
            SqlType::Date => Self::Date,
            SqlType::Time => Self::Time,
            SqlType::Timestamp(_) => Self::Timestamp,
            SqlType::TimestampLtz(_) => Self::Timestamptz,
        }
    }

    /// The name in SQL.
    pub fn sql(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int2 => "int2",
            Self::Int4 => "int4",
            Self::Int8 => "int8",
            Self::Float4 => "float4",
            Self::Float8 => "float8",
            Self::Numeric => "numeric",
            Self::Text => "text",
            Self::Bytea => "bytea",
            Self::Date => "date",
            Self::Time => "time",
            Self::Timestamp => "timestamp",
            Self::Timestamptz => "timestamptz",
        }
    }

    /// The type's number in every PostgreSQL database.
    pub fn oid(self) -> u32 {
        match self {
            Self::Bool => 16,
            Self::Bytea => 17,
            Self::Int8 => 20,
            Self::Int2 => 21,
            Self::Int4 => 23,
            Self::Text => 25,
            Self::Float4 => 700,
            Self::Float8 => 701,
            Self::Date => 1082,
            Self::Time => 1083,
            Self::Timestamp => 1114,
            Self::Timestamptz => 1184,
            Self::Numeric => 1700,
        }
    }
}

/// How a column is sent and read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Binding {
    pub wire: Wire,
    /// The type that a sent value is cast to, where PostgreSQL does not do it by itself.
    pub cast: Option<Cast>,
    /// Whether PostgreSQL's own text of the column is read, since it has no form that is known here.
    pub read_as_text: bool,
}

/// What a text is cast to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cast {
    /// `bpchar`: its trailing blanks do not count.
    Blanks,
    /// The column's own type, such as `jsonb`.
    Own,
}

/// A column as the database has it.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub name: String,
    /// The whole type, such as `numeric(10,2)`.
    pub declared: String,
    /// Its name without anything, such as `numeric`; of a domain that of the type below it.
    pub base: String,
    /// PostgreSQL's number for what stands in the parentheses; -1 if there are none.
    pub modifier: i32,
    pub is_enum: bool,
    pub filled: Filled,
}

/// Where a column's value comes from if nobody gives one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filled {
    /// From its default, or it is null.
    BySelf,
    /// It must be given.
    ByWriter,
    /// It is generated, and may not be given.
    Always,
}

impl Found {
    /// How a type of the pipeline goes into the column; none if it has values that the column cannot take.
    pub fn binding(&self, ty: SqlType) -> Option<Binding> {
        let plain = |wire| Some(Binding { wire, cast: None, read_as_text: false });
        match self.base.as_str() {
            // Bytes are no text.
            "text" | "varchar" if ty != SqlType::Bytes => return plain(Wire::Text),
            "bpchar" if ty != SqlType::Bytes => {
                return Some(Binding { wire: Wire::Text, cast: Some(Cast::Blanks), read_as_text: false });
            }
            "json" | "jsonb" | "uuid" | "citext" | "xml" if ty == SqlType::Text => return Some(OWN),
            _ if self.is_enum && ty == SqlType::Text => return Some(OWN),
            _ => {}
        }
        let fits = match ty {
            SqlType::Boolean => self.base == "bool",
            SqlType::TinyInt => self.takes_digits(3, 0),
            SqlType::SmallInt => self.takes_digits(5, 0) || self.base == "int2",
            SqlType::Int => self.takes_digits(10, 0) || self.base == "int4",
            SqlType::BigInt => self.takes_digits(19, 0) || self.base == "int8",
            SqlType::Decimal { precision, scale } => self.takes_digits(precision.into(), scale.into()),
            SqlType::Float => matches!(self.base.as_str(), "float4" | "float8"),
            SqlType::Double => self.base == "float8",
            SqlType::Text => false,
            SqlType::Bytes => self.base == "bytea",
            SqlType::Date => self.base == "date",
            SqlType::Time => self.base == "time" && self.fraction() >= 3,
            SqlType::Timestamp(precision) => self.base == "timestamp" && self.fraction() >= precision,
            SqlType::TimestampLtz(precision) => self.base == "timestamptz" && self.fraction() >= precision,
        };
        if fits { plain(Wire::of(ty)) } else { None }
    }

    /// Whether every number of so many digits, and so many of them behind the point, fits.
    fn takes_digits(&self, precision: i32, scale: i32) -> bool {
        let whole = precision - scale;
        match self.base.as_str() {
            "int2" => scale == 0 && whole <= 4,
            "int4" => scale == 0 && whole <= 9,
            "int8" => scale == 0 && whole <= 18,
            "float4" => precision <= 6,
            "float8" => precision <= 15,
            "numeric" if self.modifier < 4 => true,
            "numeric" => {
                let (digits, behind) = ((self.modifier - 4) >> 16 & 0xffff, (self.modifier - 4) & 0x7ff);
                // Eleven bits with a sign.
                let behind = if behind >= 1024 { behind - 2048 } else { behind };
                behind >= scale && digits - behind >= whole
            }
            _ => false,
        }
    }

    /// Digits of a second.
    fn fraction(&self) -> u8 {
        if self.modifier < 0 { 6 } else { self.modifier.clamp(0, 6) as u8 }
    }
}

impl Binding {
    /// Of a column that is read and never written.
    pub fn read_only(found: &Found, ty: SqlType) -> Self {
        Self { wire: Wire::of(ty), cast: None, read_as_text: !READABLE.contains(&found.base.as_str()) }
    }
}

/// The types whose binary form can be read.
const READABLE: [&str; 14] = [
    "bool",
    "int2",
    "int4",
    "int8",
    "float4",
    "float8",
    "numeric",
    "text",
    "varchar",
    "bytea",
    "date",
    "time",
    "timestamp",
    "timestamptz",
];

const OWN: Binding = Binding { wire: Wire::Text, cast: Some(Cast::Own), read_as_text: true };

/// The type of a column that is created; an error is a type that PostgreSQL does not have.
pub(super) fn declaration(column: &ColumnInfo) -> Result<String, String> {
    let ty = SqlType::of(column);
    Ok(match ty {
        SqlType::Boolean => "boolean".to_owned(),
        SqlType::TinyInt | SqlType::SmallInt => "smallint".to_owned(),
        SqlType::Int => "integer".to_owned(),
        SqlType::BigInt => "bigint".to_owned(),
        SqlType::Float => "real".to_owned(),
        SqlType::Double => "double precision".to_owned(),
        SqlType::Decimal { precision, scale } => format!("numeric({precision}, {scale})"),
        SqlType::Text => match column.sql_type.split_once('(') {
            // What `char` pads with blanks the pipeline has padded already; PostgreSQL would take them off.
            Some((_, length)) => format!("varchar({}", length.split_inclusive(')').next().unwrap_or(length)),
            None => "text".to_owned(),
        },
        SqlType::Bytes => "bytea".to_owned(),
        SqlType::Date => "date".to_owned(),
        SqlType::Time => "time(3)".to_owned(),
        SqlType::Timestamp(precision @ 0..=6) => format!("timestamp({precision})"),
        SqlType::TimestampLtz(precision @ 0..=6) => format!("timestamptz({precision})"),
        SqlType::Timestamp(_) | SqlType::TimestampLtz(_) => {
            return Err(format!(
                "column {} is {}, but PostgreSQL keeps six digits of a second: declare six or fewer, or create the \
                 table with a column of type text",
                column.name, column.sql_type
            ));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(base: &str, modifier: i32) -> Found {
        Found {
            name: "c".to_owned(),
            declared: base.to_owned(),
            base: base.to_owned(),
            modifier,
            is_enum: false,
            filled: Filled::BySelf,
        }
    }

    #[test]
    fn a_column_takes_a_type_whose_every_value_it_can_hold() {
        let numeric = |precision: i32, scale: i32| found("numeric", (precision << 16 | (scale & 0x7ff)) + 4);
        let decimal = SqlType::Decimal { precision: 10, scale: 2 };
        assert!(numeric(10, 2).binding(decimal).is_some());
        assert!(numeric(12, 3).binding(decimal).is_some());
        assert!(numeric(10, 3).binding(decimal).is_none());
        assert!(numeric(20, 1).binding(decimal).is_none());
        assert!(found("numeric", -1).binding(decimal).is_some());
        assert!(found("float8", -1).binding(decimal).is_some());
        assert!(found("float8", -1).binding(SqlType::BigInt).is_none());
        assert!(found("int4", -1).binding(SqlType::BigInt).is_none());
        assert!(found("int8", -1).binding(SqlType::Int).is_some());
        assert!(numeric(19, 0).binding(SqlType::BigInt).is_some());
        assert!(numeric(18, 0).binding(SqlType::BigInt).is_none());
        assert!(found("text", -1).binding(SqlType::Timestamp(9)).is_some());
        assert!(found("timestamp", -1).binding(SqlType::Timestamp(9)).is_none());
        assert!(found("timestamp", 3).binding(SqlType::Timestamp(3)).is_some());
        assert!(found("jsonb", -1).binding(SqlType::Text).is_some());
        assert!(found("jsonb", -1).binding(SqlType::Int).is_none());
        assert!(found("bytea", -1).binding(SqlType::Text).is_none());
    }

    #[test]
    fn types_of_created_columns() {
        let of = |sql_type| declaration(&ColumnInfo::nullable("c", sql_type));
        assert_eq!(of("varchar(20)").unwrap(), "varchar(20)");
        assert_eq!(of("char(2)").unwrap(), "varchar(2)");
        assert_eq!(of("varchar").unwrap(), "text");
        assert_eq!(of("decimal(18, 2)").unwrap(), "numeric(18, 2)");
        assert_eq!(of("timestamp_ltz(3)").unwrap(), "timestamptz(3)");
        assert!(of("timestamp(9)").unwrap_err().contains("six digits"));
    }
}
