//! From a typed pipeline to what each step needs: who reads whom, which columns are needed, which rows can change and
//! by what key, how each insert writes, and when the rows of a view are given out. The proofs of the language stand
//! here too.

mod batches;
mod changes;
mod columns;
mod explain;
mod routes;
mod turns;
mod writes;

pub use explain::explain;
pub use routes::Route;
pub use writes::wants_changelog;

use crate::parse::spec::ConnectorKind;
use crate::problems::{Problems, plan as words};
use crate::types::model::{Call, ColumnId, Expr, Input, Insert, Kind, Table, TableId, Typed, View, ViewId};

/// A pipeline that can be generated.
#[derive(Debug)]
pub struct Plan<'t> {
    /// The typed pipeline.
    pub typed: &'t Typed,
    /// For each table.
    pub tables: Vec<TablePlan>,
    /// For each view.
    pub views: Vec<ViewPlan>,
    /// For each insert.
    pub inserts: Vec<InsertPlan>,
}

/// A table that is read as a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name.
    pub table: String,
    /// The options that say what is read; `follow` only says for how long.
    pub options: Vec<(String, String)>,
    /// Whether it can be read again from its beginning.
    pub lasting: bool,
}

/// The sources of a pipeline.
pub fn sources(plan: &Plan<'_>) -> Vec<Source> {
    let read = plan.typed.tables.iter().zip(&plan.tables).filter(|(_, planned)| !planned.readers.is_empty());
    read.map(|(table, _)| {
        let options = table.connector.as_ref().map_or(&[][..], |connector| &connector.options);
        let lasting = table.connector.as_ref().is_some_and(|connector| match connector.kind {
            ConnectorKind::File => !options.iter().any(|(name, value)| name == "path" && value == "-"),
            ConnectorKind::Sqlite | ConnectorKind::Postgres | ConnectorKind::Print | ConnectorKind::Blackhole => false,
        });
        let options = options.iter().filter(|(name, _)| name != "follow").cloned().collect();
        Source { table: table.name.value.clone(), options, lasting }
    })
    .collect()
}

/// A table that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its name.
    pub table: String,
    /// Whether its rows have keys.
    pub keyed: bool,
    /// Whether it is looked up too.
    pub looked_up: bool,
}

/// The tables that a pipeline writes.
pub fn written(plan: &Plan<'_>) -> Vec<Written> {
    let written = plan.typed.tables.iter().zip(&plan.tables).filter(|(_, planned)| planned.sink);
    written
        .map(|(table, planned)| Written {
            table: table.name.value.clone(),
            keyed: !table.primary_key.is_empty(),
            looked_up: planned.lookup,
        })
        .collect()
}

/// Whether the rows of some source are spread over workers.
pub fn spreads(plan: &Plan<'_>) -> bool {
    plan.tables.iter().any(|table| !table.readers.is_empty() && table.route != Route::One)
}

/// What the pipeline does with a table.
#[derive(Debug, Clone, Default)]
pub struct TablePlan {
    /// The steps that read it as a source, in the order of the file.
    pub readers: Vec<Reader>,
    /// Whether something is inserted into it.
    pub sink: bool,
    /// Whether it is looked up.
    pub lookup: bool,
    /// The columns of its row struct, in the order of the file.
    pub columns: Vec<ColumnId>,
    /// What happens to rows with the same primary key, where that needs state.
    pub conflicts: Option<crate::parse::spec::OnConflict>,
    /// Whether the writes of an event wait until all are known, to be done in the order of the inserts.
    pub deferred: bool,
    /// Where its rows go, if it is a source.
    pub route: Route,
}

/// A step that reads a table or a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A view.
    View(ViewId),
    /// An insert, by its position.
    Insert(usize),
}

/// How the rows of a table or view come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// How rows change.
    pub mode: Mode,
    /// Columns that no two rows share (positions in the view's columns); none if nothing is known.
    pub key: Option<Vec<usize>>,
}

/// How the rows of a stream change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Rows come and never change.
    Append,
    /// A row of a key can be replaced, but never goes.
    Update,
    /// Rows can be replaced and go.
    Retract,
}

/// What is planned for a view.
#[derive(Debug, Clone)]
pub struct ViewPlan {
    /// How its input comes.
    pub input: Stream,
    /// How its rows come.
    pub output: Stream,
    /// The steps that read it.
    pub readers: Vec<Reader>,
    /// The columns of its row struct (positions in the view's columns).
    pub columns: Vec<usize>,
    /// The aggregates that are needed (positions in the group's aggregates).
    pub aggregates: Vec<usize>,
    /// When the rows of a view that groups are given out.
    pub emission: Emission,
    /// Whether every worker keeps a share of its groups.
    pub shared: bool,
}

/// When the rows of a view that groups are given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emission {
    /// With each event.
    Now,
    /// Once an epoch for each group that changed.
    EpochEnd {
        /// In the order of the groups' last change.
        ordered: bool,
    },
}

/// What is planned for an insert.
#[derive(Debug, Clone)]
pub struct InsertPlan {
    /// How its input comes.
    pub input: Stream,
    /// How it writes.
    pub write: Write,
}

/// How an insert writes to its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// New rows only.
    Append,
    /// A changelog, for a table without a primary key.
    Log,
    /// Each row has its own primary key.
    Change,
    /// The last row of a primary key stands, and rows never go.
    Latest,
    /// Rows contend for a primary key. The input's columns that tell them apart, if there are any.
    Contend {
        /// Positions in the input's columns.
        own: Option<Vec<usize>>,
    },
    /// What the proofs refused; never generated.
    Refused,
}

/// Plans a pipeline. None if `problems` then has errors.
pub fn plan<'t>(typed: &'t Typed, embedded: bool, problems: &mut Problems) -> Option<Plan<'t>> {
    let mut plan = Plan {
        typed,
        tables: vec![TablePlan::default(); typed.tables.len()],
        views: typed.views.iter().map(|_| ViewPlan::unplanned()).collect(),
        inserts: typed.inserts.iter().map(|_| InsertPlan { input: Stream::append(), write: Write::Refused }).collect(),
    };
    link(&mut plan);
    changes::infer(&mut plan, problems);
    writes::choose(&mut plan, embedded, problems);
    columns::prune(&mut plan, embedded);
    writes::defer(&mut plan, embedded);
    turns::find(&mut plan);
    routes::choose(&mut plan);
    for (view, planned) in typed.views.iter().zip(&plan.views) {
        check_state(view, planned, problems);
    }
    (!problems.has_errors()).then_some(plan)
}

impl Stream {
    /// Rows that never change and have no key.
    pub fn append() -> Self {
        Self { mode: Mode::Append, key: None }
    }
}

impl ViewPlan {
    fn unplanned() -> Self {
        Self {
            input: Stream::append(),
            output: Stream::append(),
            readers: Vec::new(),
            columns: Vec::new(),
            aggregates: Vec::new(),
            emission: Emission::Now,
            shared: false,
        }
    }

    /// Whether nothing reads it.
    pub fn is_unused(&self) -> bool {
        self.readers.is_empty()
    }
}

impl<'t> Plan<'t> {
    /// A table.
    pub fn table(&self, id: TableId) -> (&'t Table, &TablePlan) {
        (&self.typed.tables[id.0 as usize], &self.tables[id.0 as usize])
    }

    /// A view.
    pub fn view(&self, id: ViewId) -> (&'t View, &ViewPlan) {
        (&self.typed.views[id.0 as usize], &self.views[id.0 as usize])
    }

    /// An insert.
    pub fn insert(&self, position: usize) -> (&'t Insert, &InsertPlan) {
        (&self.typed.inserts[position], &self.inserts[position])
    }

    /// How the rows of an input come.
    pub fn stream(&self, input: Input) -> Stream {
        match input {
            Input::Table(_) => Stream::append(),
            Input::View(view) => self.views[view.0 as usize].output.clone(),
        }
    }

    /// The name of an input.
    pub fn input_name(&self, input: Input) -> &'t str {
        match input {
            Input::Table(table) => &self.table(table).0.name.value,
            Input::View(view) => &self.view(view).0.name.value,
        }
    }
}

fn link(plan: &mut Plan<'_>) {
    let typed = plan.typed;
    let views = typed.views.iter().enumerate().map(|(at, view)| (Reader::View(ViewId(at as u32)), view.input));
    let inserts = typed.inserts.iter().enumerate().map(|(at, insert)| (Reader::Insert(at), insert.input));
    // Inserts first: a view that nothing reads is not run, nor what only it reads.
    for (reader, input) in inserts {
        plan.readers_of(input).push(reader);
    }
    let views: Vec<_> = views.collect();
    for id in typed.order.iter().rev() {
        if !plan.views[id.0 as usize].is_unused() {
            let (reader, input) = views[id.0 as usize];
            plan.readers_of(input).push(reader);
        }
    }
    order_readers(plan);
    for insert in &typed.inserts {
        plan.tables[insert.into.0 as usize].sink = true;
    }
    for (view, planned) in typed.views.iter().zip(&plan.views) {
        for lookup in view.lookups.iter().filter(|_| !planned.is_unused()) {
            plan.tables[lookup.table.0 as usize].lookup = true;
        }
    }
}

impl Plan<'_> {
    fn readers_of(&mut self, input: Input) -> &mut Vec<Reader> {
        match input {
            Input::Table(table) => &mut self.tables[table.0 as usize].readers,
            Input::View(view) => &mut self.views[view.0 as usize].readers,
        }
    }
}

/// Puts readers in the order in which they are handed a row: first those that look something up, so that they do not
/// see what the row itself writes; then by the first insert that they lead to, since inserts are done in the order in
/// which they are written.
fn order_readers(plan: &mut Plan<'_>) {
    let places: Vec<(bool, usize)> = (0..plan.views.len()).map(|at| place(plan, ViewId(at as u32))).collect();
    let key = |reader: &Reader| match reader {
        Reader::View(view) => places[view.0 as usize],
        Reader::Insert(insert) => (true, *insert),
    };
    for table in &mut plan.tables {
        table.readers.sort_by_key(key);
    }
    for view in &mut plan.views {
        view.readers.sort_by_key(key);
    }
}

/// Whether neither a view nor what reads it looks anything up, and the first insert that it leads to.
fn place(plan: &Plan<'_>, view: ViewId) -> (bool, usize) {
    let (typed, planned) = plan.view(view);
    let readers = planned.readers.iter().map(|reader| match reader {
        Reader::View(view) => place(plan, *view),
        Reader::Insert(insert) => (true, *insert),
    });
    readers.fold((typed.lookups.is_empty(), usize::MAX), |(plain, first), (plain_too, other)| {
        (plain && plain_too, first.min(other))
    })
}

fn check_state(view: &View, planned: &ViewPlan, problems: &mut Problems) {
    use crate::types::model::State;
    use crate::types::ty::Base;
    let Some(group) = &view.group else {
        if view.state != State::Unsaid {
            words::state_without_state(view, problems);
        }
        return;
    };
    if planned.is_unused() {
        return;
    }
    let few = |expr: &Expr| matches!(expr.ty.base, Base::Boolean | Base::TinyInt) || is_constant(expr);
    let bounded = group.keys.iter().all(|key| few(&key.expr));
    if view.state == State::Unsaid && !bounded {
        words::unbounded_state(view, problems);
    }
}

/// Whether an expression has the same value for all rows of an epoch.
pub fn is_constant(expr: &Expr) -> bool {
    let mut constant = true;
    visit(expr, &mut |part| {
        constant &= !matches!(part.kind, Kind::Column(_) | Kind::Key(_) | Kind::Aggregate(_));
    });
    constant
}

/// What is widened without making two values equal: rows that differ in it differ in the whole, and the other way
/// around.
fn unwidened(expr: &Expr) -> &Expr {
    match &expr.kind {
        Kind::Call(Call { function, args }) if KEEP_APART.contains(&function.path) => {
            args.first().map_or(expr, unwidened)
        }
        _ => expr,
    }
}

const KEEP_APART: [&str; 4] = ["widen::smallint", "widen::int", "widen::bigint", "widen::decimal"];

/// Whether an expression reads the clock.
pub fn reads_clock(expr: &Expr) -> bool {
    let mut reads = false;
    visit(expr, &mut |part| reads |= matches!(&part.kind, Kind::Call(call) if call.function.clock));
    reads
}

/// Calls `each` for an expression and everything in it.
pub fn visit(expr: &Expr, each: &mut impl FnMut(&Expr)) {
    each(expr);
    match &expr.kind {
        Kind::Column(_) | Kind::Key(_) | Kind::Aggregate(_) | Kind::Literal(_) => {}
        Kind::Call(call) => call.args.iter().for_each(|arg| visit(arg, each)),
        Kind::And(parts) | Kind::Or(parts) | Kind::Coalesce(parts) | Kind::Slice(parts) | Kind::OptionSlice(parts) => {
            parts.iter().for_each(|part| visit(part, each));
        }
        Kind::Not(part) | Kind::IsNull(part) | Kind::IsTruth(part, _) | Kind::Prepared { value: part, .. } => {
            visit(part, each);
        }
        Kind::Case { branches, otherwise } => {
            for (condition, value) in branches {
                visit(condition, each);
                visit(value, each);
            }
            visit(otherwise, each);
        }
    }
}
