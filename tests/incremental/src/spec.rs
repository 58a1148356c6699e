//! What the pipeline `aggregates` computes: the columns of its events, the aggregates, the groupings. `build.rs` writes
//! the pipeline from it, [`crate::model`] computes the same plainly.

/// A column of the events: its name, its type, and the SQL constant that [`LATEST`] turns into null.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its SQL type.
    pub sql: &'static str,
    /// What `last_value` of it becomes null at, so that values come and go.
    pub null_at: &'static str,
}

const fn column(name: &'static str, sql: &'static str, null_at: &'static str) -> Column {
    Column { name, sql, null_at }
}

/// The columns of the events behind `id` and `op`.
pub const COLUMNS: &[Column] = &[
    column("kt", "varchar", "'none'"),
    column("kd", "double", "7.25e0"),
    column("i8", "tinyint", "0"),
    column("i16", "smallint", "0"),
    column("i32", "int", "0"),
    column("i64", "bigint", "0"),
    column("n", "decimal(18, 2)", "0"),
    column("d", "double", "7.25e0"),
    column("f", "float", "cast(7.25 as float)"),
    column("s", "varchar", "'none'"),
    column("t", "timestamp(3)", "timestamp '2026-11-21 00:00:00'"),
    column("day", "date", "date '2026-11-21'"),
    column("b", "boolean", "cast(null as boolean)"),
];

/// An aggregate function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `count`
    Count,
    /// `sum`
    Sum,
    /// `avg`
    Avg,
    /// `min`
    Min,
    /// `max`
    Max,
    /// `first_value`
    First,
    /// `last_value`
    Last,
}

/// A condition on rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// `i32 > 0`
    Positive,
    /// `b`
    Flag,
    /// `b is not true`
    NoFlag,
}

impl Filter {
    /// Its SQL.
    pub fn sql(self) -> &'static str {
        match self {
            Self::Positive => "i32 > 0",
            Self::Flag => "b",
            Self::NoFlag => "b is not true",
        }
    }
}

/// An aggregate: `function([distinct] column) [filter (where …)]`, `count(*)` without a column.
#[derive(Debug, Clone, Copy)]
pub struct Aggregate {
    /// The function.
    pub function: Function,
    /// Position in [`COLUMNS`].
    pub column: Option<usize>,
    /// Whether each value counts once.
    pub distinct: bool,
    /// The rows that count.
    pub filter: Option<Filter>,
}

impl Aggregate {
    /// Its SQL.
    pub fn sql(&self) -> String {
        let function = match self.function {
            Function::Count => "count",
            Function::Sum => "sum",
            Function::Avg => "avg",
            Function::Min => "min",
            Function::Max => "max",
            Function::First => "first_value",
            Function::Last => "last_value",
        };
        let distinct = if self.distinct { "distinct " } else { "" };
        let argument = self.column.map_or("*", |column| COLUMNS[column].name);
        let filter = self.filter.map(|filter| format!(" filter (where {})", filter.sql())).unwrap_or_default();
        format!("{function}({distinct}{argument}){filter}")
    }

    /// The type of its result.
    pub fn sql_type(&self) -> String {
        let column = self.column.map_or("", |column| COLUMNS[column].sql);
        match self.function {
            Function::Count => "bigint".to_owned(),
            Function::Sum if column.starts_with("decimal") => "decimal(38, 2)".to_owned(),
            Function::Avg if column.starts_with("decimal") => "decimal(38, 6)".to_owned(),
            Function::Sum | Function::Avg | Function::Min | Function::Max | Function::First | Function::Last => {
                column.to_owned()
            }
        }
    }
}

/// Positions of the columns that are numbers.
const NUMBERS: std::ops::Range<usize> = 2..9;

/// All aggregates; with those that only rows that never change can have if `ordered`.
pub fn aggregates(ordered: bool) -> Vec<Aggregate> {
    let of = |function, column, distinct, filter| Aggregate { function, column: Some(column), distinct, filter };
    let rows = |filter| Aggregate { function: Function::Count, column: None, distinct: false, filter };
    let filters = [Filter::Positive, Filter::Flag, Filter::NoFlag];
    let mut all = vec![rows(None)];
    all.extend(filters.map(|filter| rows(Some(filter))));
    for column in 2..COLUMNS.len() {
        // Each filter meets each function somewhere.
        let filter = |nth: usize| Some(filters[(column + nth) % filters.len()]);
        all.push(of(Function::Count, column, false, None));
        all.push(of(Function::Count, column, true, None));
        all.push(of(Function::Count, column, column % 2 == 0, filter(0)));
        all.push(of(Function::Min, column, false, None));
        all.push(of(Function::Max, column, false, None));
        all.push(of([Function::Min, Function::Max][column % 2], column, false, filter(1)));
        if NUMBERS.contains(&column) {
            all.push(of(Function::Sum, column, false, None));
            all.push(of(Function::Sum, column, true, None));
            all.push(of(Function::Sum, column, column % 2 == 1, filter(2)));
            all.push(of(Function::Avg, column, false, None));
            all.push(of(Function::Avg, column, false, filter(1)));
        }
        if ordered {
            all.push(of(Function::First, column, false, None));
            all.push(of(Function::Last, column, false, None));
            all.push(of(Function::First, column, false, filter(0)));
            all.push(of(Function::Last, column, false, filter(2)));
        }
    }
    all
}

/// A handful of them, for the groupings that are about their keys.
pub fn few() -> Vec<Aggregate> {
    let position = |name: &str| COLUMNS.iter().position(|column| column.name == name);
    let of = |function, name, distinct| Aggregate { function, column: position(name), distinct, filter: None };
    vec![
        of(Function::Count, "", false),
        of(Function::Sum, "i64", false),
        of(Function::Count, "d", true),
        of(Function::Min, "d", false),
        of(Function::Max, "s", false),
    ]
}

/// What a view groups by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A column, by its position in [`COLUMNS`].
    Column(usize),
    /// `i32 % 3`
    Remainder,
}

/// A view that groups the events, or the latest event of each id.
#[derive(Debug, Clone)]
pub struct Grouping {
    /// The view's name.
    pub name: &'static str,
    /// Whether it reads the view `latest`, whose rows change, instead of the events.
    pub changing: bool,
    /// Its keys.
    pub keys: Vec<Key>,
    /// Its aggregates.
    pub aggregates: Vec<Aggregate>,
    /// Whether `having: count(*) > 1 and sum(i64) > 0`.
    pub having: bool,
}

/// All groupings.
pub fn groupings() -> Vec<Grouping> {
    let names = [
        ["all", "by_text", "by_double", "by_two", "some"],
        ["latest_all", "latest_by_text", "latest_by_double", "latest_by_two", "latest_some"],
    ];
    let mut all = Vec::new();
    for (names, changing) in names.into_iter().zip([false, true]) {
        let many = aggregates(!changing);
        let keys = [vec![], vec![Key::Column(0)], vec![Key::Column(1)], vec![Key::Column(0), Key::Remainder], vec![]];
        for (number, (name, keys)) in names.into_iter().zip(keys).enumerate() {
            let keys = if number == 4 { vec![Key::Column(0)] } else { keys };
            let aggregates = if number < 2 { many.clone() } else { few() };
            all.push(Grouping { name, changing, keys, aggregates, having: number == 4 });
        }
    }
    all
}
