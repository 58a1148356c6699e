//! What `resolve` and `types` hand on: ids instead of names, every expression typed.

use crate::parse::spec::{CacheMode, ConnectorKind, LookupKind, OnConflict, OnError};
use crate::source::{Span, Text};
use crate::types::ty::{Base, Ty};

/// Index into [`Typed::tables`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableId(pub u32);

/// Index into [`Typed::views`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ViewId(pub u32);

/// Index of a column within its table or view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnId(pub u32);

/// A pipeline whose names and types are right.
#[derive(Debug, Clone)]
pub struct Typed {
    /// The pipeline's name.
    pub name: Text,
    /// Its description.
    pub description: Option<String>,
    /// An IANA name that exists; `UTC` by default.
    pub time_zone: String,
    /// In the order of the file.
    pub tables: Vec<Table>,
    /// In the order of the file. `order` says in which order they feed each other.
    pub views: Vec<View>,
    /// The views sorted so that each comes after what it reads.
    pub order: Vec<ViewId>,
    /// In the order of the file.
    pub inserts: Vec<Insert>,
}

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: Text,
    /// Its comment.
    pub comment: Option<String>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its primary key; empty if none. Key columns are `not null`.
    pub primary_key: Vec<ColumnId>,
    /// Where the columns of `primary_key` stand; the table's name if it has none.
    pub primary_key_span: Span,
    /// The connector and its options; none for a table of the typed API.
    pub connector: Option<Connector>,
    /// What happens to bad records.
    pub on_error: OnError,
    /// How look-ups are cached.
    pub cache: Cache,
}

/// A connector with its options, checked.
#[derive(Debug, Clone)]
pub struct Connector {
    /// Which.
    pub kind: ConnectorKind,
    /// Option names and values as written (environment variables replaced).
    pub options: Vec<(String, String)>,
    /// Where the connector's key stands.
    pub span: Span,
}

/// How look-ups in a table are cached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cache {
    /// The mode.
    pub mode: CacheMode,
    /// Most rows of `lru`.
    pub rows: u64,
    /// Milliseconds a row is believed.
    pub ttl: Option<u64>,
    /// Whether absent keys are remembered.
    pub missing: bool,
}

/// A column of a table or of a view's result.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name; unique in its table.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// Its comment.
    pub comment: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// What a view or an insert reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Input {
    /// A source table.
    Table(TableId),
    /// Another view.
    View(ViewId),
}

/// A view: from → look-up → where → group by → having → select.
#[derive(Debug, Clone)]
pub struct View {
    /// Its name.
    pub name: Text,
    /// What it reads.
    pub input: Input,
    /// What it looks up, in order.
    pub lookups: Vec<Lookup>,
    /// `where`: a boolean over [`Kind::Column`]s.
    pub filter: Option<Expr>,
    /// Group keys and aggregates; none if the view does not group.
    pub group: Option<Group>,
    /// `having`: a boolean over [`Kind::Key`]s and [`Kind::Aggregate`]s.
    pub having: Option<Expr>,
    /// The result's columns: for a view that groups over [`Kind::Key`]s and [`Kind::Aggregate`]s, else over
    /// [`Kind::Column`]s. Group keys that `select` does not name come first, as the language says.
    pub select: Vec<Output>,
    /// Names and types of `select`, one each.
    pub columns: Vec<Column>,
    /// What `state:` says.
    pub state: State,
    /// Where `from:` stands.
    pub from_span: Span,
    /// Where the entries of `group_by` stand; `from:` if the view does not group.
    pub key_span: Span,
}

/// `state:` of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing said.
    Unsaid,
    /// Said aloud.
    Unbounded,
    /// Dropped so many milliseconds after its last change.
    Ttl(u64),
}

/// A look-up of at most one row by the table's primary key.
#[derive(Debug, Clone)]
pub struct Lookup {
    /// The table.
    pub table: TableId,
    /// Inner or left.
    pub kind: LookupKind,
    /// The key's values in the order of the table's primary key, of exactly its columns' base types; over columns
    /// of the inputs before this one.
    pub key: Vec<Expr>,
    /// Further conditions of `on`.
    pub condition: Option<Expr>,
    /// Where it stands.
    pub span: Span,
}

/// Group keys and aggregates.
#[derive(Debug, Clone)]
pub struct Group {
    /// The keys with their names; empty: one group.
    pub keys: Vec<Output>,
    /// The distinct aggregate calls of `having` and `select`.
    pub aggregates: Vec<Aggregate>,
}

/// A named, typed expression.
#[derive(Debug, Clone)]
pub struct Output {
    /// The name.
    pub name: String,
    /// The expression.
    pub expr: Expr,
    /// Where the name stands (the map key, else the expression).
    pub span: Span,
}

/// One aggregate call.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// Which.
    pub function: AggregateFunction,
    /// `distinct` (count and sum; a no-op elsewhere, so never set there).
    pub distinct: bool,
    /// The argument; none for `count(*)`.
    pub argument: Option<Box<Expr>>,
    /// `filter (where …)`.
    pub filter: Option<Box<Expr>>,
    /// The result's type.
    pub ty: Ty,
    /// Where it stands.
    pub span: Span,
}

/// The aggregate functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AggregateFunction {
    /// `count(*)`
    CountRows,
    /// `count(x)`
    Count,
    /// `sum(x)`; the result has Flink's type
    Sum,
    /// `avg(x)`
    Avg,
    /// `min(x)`
    Min,
    /// `max(x)`
    Max,
    /// `last_value(x)`: the last that is not null
    LastValue,
    /// `first_value(x)`: the first that is not null
    FirstValue,
}

/// An insert.
#[derive(Debug, Clone)]
pub struct Insert {
    /// The sink.
    pub into: TableId,
    /// Where `into:` stands.
    pub into_span: Span,
    /// What it reads.
    pub input: Input,
    /// `where` over the input's columns.
    pub filter: Option<Expr>,
    /// One expression for each column of the sink, in its order, of exactly its base type (a cast put in where the
    /// widening is implicit); a column that the query does not give is a null literal. May be nullable where the
    /// column is not: then the null is a row error.
    pub values: Vec<Expr>,
    /// `on_conflict`.
    pub on_conflict: Option<OnConflict>,
    /// The whole entry.
    pub span: Span,
}

/// A typed expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: Kind,
    /// Its type.
    pub ty: Ty,
    /// Where it stands.
    pub span: Span,
}

/// Equal up to the place.
impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.ty == other.ty
    }
}

/// A column of one of a view's inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ColumnRef {
    /// 0 for `from`, then the look-ups in order.
    pub input: u32,
    /// The column.
    pub column: ColumnId,
}

/// The forms of a typed expression. Operators, casts and most functions are [`Kind::Call`]s of runtime functions;
/// what is left here needs a form of its own in Rust.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A column of an input.
    Column(ColumnRef),
    /// A group key.
    Key(u32),
    /// An aggregate of the group.
    Aggregate(u32),
    /// A constant; its type is the expression's.
    Literal(Literal),
    /// A runtime function. Every argument has exactly the base type that the function takes (casts are calls too).
    Call(Call),
    /// SQL `and` over two or more booleans, evaluated from the left, stopping at false.
    And(Vec<Expr>),
    /// SQL `or`, stopping at true.
    Or(Vec<Expr>),
    /// SQL `not`.
    Not(Box<Expr>),
    /// `x is null`; never null itself.
    IsNull(Box<Expr>),
    /// `x is true` (`Some(true)`) or `x is false`; never null.
    IsTruth(Box<Expr>, bool),
    /// `case when … then … else … end`; every branch has the base type of the whole.
    Case {
        /// Condition and value.
        branches: Vec<(Expr, Expr)>,
        /// The rest.
        otherwise: Box<Expr>,
    },
    /// The first that is not null; all of the same base type. Later ones are evaluated only when needed.
    Coalesce(Vec<Expr>),
    /// An argument that is prepared once when it is a literal, such as a time pattern or a regular expression:
    /// `TYPE::new(text)`, handed to the call by reference. `value` is text and may be any expression.
    Prepared {
        /// The runtime type below `millstream_runtime::functions`, such as `time::Pattern`.
        ty: &'static str,
        /// The text.
        value: Box<Expr>,
    },
    /// Arguments of one type handed to the call as a slice (`concat`): `&[a, b, c]`, all not null.
    Slice(Vec<Expr>),
    /// The same with nulls allowed: `&[Option<T>]` (`concat_ws`).
    OptionSlice(Vec<Expr>),
}

/// A call of a runtime function.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Which.
    pub function: Function,
    /// Its arguments. If the function is strict, a null among them makes the result null without a call.
    pub args: Vec<Expr>,
}

/// How a runtime function is called.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Function {
    /// The path below `millstream_runtime::functions`, such as `text::upper`.
    pub path: &'static str,
    /// Const generic arguments put behind the path, such as precision and scale of the result: `::<21, 4>`;
    /// further generic parameters of the function are inferred and must be given as `infer` many `_`.
    pub generics: Generics,
    /// Whether `&Scope` is the first argument (functions that make text, read the clock or the time zone).
    pub scope: bool,
    /// Whether a null argument makes the result null without a call; arguments are then plain values. A function
    /// that is not strict takes `Option`s for its nullable arguments.
    pub strict: bool,
    /// What it returns for values.
    pub returns: Returns,
    /// Whether the result depends on the clock (`unix_timestamp()`, `now()`, `current_date` …).
    pub clock: bool,
    /// The runtime feature that it needs.
    pub feature: Option<&'static str>,
}

/// Const generic arguments of a runtime function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generics {
    /// Given as numbers, first.
    pub given: [u8; 2],
    /// How many of `given` count.
    pub count: u8,
    /// How many `_` follow.
    pub infer: u8,
}

/// The shape of what a runtime function returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returns {
    /// `T`
    Value,
    /// `Option<T>`
    Option,
    /// `Result<T, Fault>`
    Result,
    /// `Result<Option<T>, Fault>`
    ResultOption,
}

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `null` of the expression's type.
    Null,
    /// A boolean.
    Boolean(bool),
    /// Any integer type.
    Integer(i64),
    /// Unscaled value of a decimal; precision and scale are the type's.
    Decimal(i128),
    /// A double, or a float widened.
    Double(f64),
    /// Text of any kind.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Days since 1970-01-01.
    Date(i32),
    /// Milliseconds of the day.
    Time(i32),
    /// Milliseconds since 1970-01-01 00:00 and nanoseconds of the millisecond, local or UTC as the type says.
    Timestamp(i64, u32),
    /// Months or milliseconds, as the type says.
    Interval(i64),
}

impl Function {
    /// A strict, total function without scope: `path(args) -> T`.
    pub const fn plain(path: &'static str) -> Self {
        Self {
            path,
            generics: Generics { given: [0, 0], count: 0, infer: 0 },
            scope: false,
            strict: true,
            returns: Returns::Value,
            clock: false,
            feature: None,
        }
    }
}

impl Ty {
    /// A type that has null.
    pub const fn nullable(base: Base) -> Self {
        Self { base, nullable: true }
    }

    /// A type without null.
    pub const fn not_null(base: Base) -> Self {
        Self { base, nullable: false }
    }
}
