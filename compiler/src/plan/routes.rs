//! How the rows of each source are spread over workers, so that rows that share state meet on one of them.
//!
//! A row is routed by expressions over its columns. Whatever keeps state by a key (a group, a row of a table that is
//! written or of one that is looked up and written) stays whole on one worker if the expressions are among the key's.
//! So a source is routed by what all keys behind it have in common. Where that is nothing, a view at the end of the
//! chain may be shared: every worker keeps a part of each of its groups. Else the first worker takes all rows.

use std::collections::BTreeMap;

use crate::plan::{Emission, Mode, Plan, Reader, Write, unwidened, visit};
use crate::types::model::{ColumnRef, Expr, Input, Kind, TableId, ViewId};

/// Where the rows of a source go.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Route {
    /// Rows with equal values meet: expressions over the source's columns.
    Key(Vec<Expr>),
    /// To the worker that decodes them: no two rows share state.
    #[default]
    Anywhere,
    /// All to the first worker.
    One,
}

/// Chooses the route of each source, and the views that are shared.
pub(super) fn choose(plan: &mut Plan<'_>) {
    for at in 0..plan.tables.len() {
        let table = TableId(at as u32);
        if plan.tables[at].readers.is_empty() {
            continue;
        }
        let mut route = route(plan, table, None);
        if route == Route::One
            && let Some(last) = plan.second(table).filter(|view| can_be_shared(plan, *view))
        {
            route = self::route(plan, table, Some(last));
            plan.views[last.0 as usize].shared = route != Route::One;
        }
        plan.tables[at].route = route;
    }
}

/// A view of which every worker can keep a share: its aggregates do not care about order, and its rows are asked for
/// once an epoch.
fn can_be_shared(plan: &Plan<'_>, view: ViewId) -> bool {
    let (_, planned) = plan.view(view);
    planned.emission == Emission::EpochEnd { ordered: false } && planned.input.mode != Mode::Append
}

fn route(plan: &Plan<'_>, table: TableId, shared: Option<ViewId>) -> Route {
    let columns = plan.typed.tables[table.0 as usize].columns.iter().enumerate();
    let source = columns.map(|(at, column)| {
        let from = ColumnRef { input: 0, column: crate::types::model::ColumnId(at as u32) };
        Some(Expr { kind: Kind::Column(from), ty: column.ty, span: column.span })
    });
    let mut needs = Needs { plan, source: table, shared, keys: Vec::new(), tables: BTreeMap::new(), one: false };
    let source: Vec<Option<Expr>> = source.collect();
    for reader in &plan.tables[table.0 as usize].readers {
        needs.follow(*reader, &source);
    }
    needs.route()
}

/// What must meet.
struct Needs<'p> {
    plan: &'p Plan<'p>,
    source: TableId,
    shared: Option<ViewId>,
    /// The expressions of each group's key.
    keys: Vec<Vec<Expr>>,
    /// For each table with state, the expressions at each position of its key, for each step that uses it.
    tables: BTreeMap<TableId, Vec<Vec<Option<Expr>>>>,
    one: bool,
}

impl Needs<'_> {
    /// Follows a row to a step; `columns` are the input's columns in terms of the source's, where they can be said so.
    fn follow(&mut self, reader: Reader, columns: &[Option<Expr>]) {
        match reader {
            Reader::Insert(position) => self.insert(position, columns),
            Reader::View(id) => self.view(id, columns),
        }
    }

    fn insert(&mut self, position: usize, columns: &[Option<Expr>]) {
        let (insert, planned) = self.plan.insert(position);
        let key = &self.plan.typed.tables[insert.into.0 as usize].primary_key;
        match planned.write {
            // Rows without a key are put into the order of their events.
            Write::Append | Write::Log | Write::Refused => {}
            Write::Change | Write::Latest | Write::Contend { .. } => {
                let values = key.iter().map(|column| in_source(&insert.values[column.0 as usize], columns, &[]));
                let values = values.collect();
                self.uses(insert.into, values);
            }
        }
    }

    fn view(&mut self, id: ViewId, columns: &[Option<Expr>]) {
        if self.shared == Some(id) {
            return;
        }
        let (view, planned) = self.plan.view(id);
        for lookup in &view.lookups {
            if self.plan.tables[lookup.table.0 as usize].sink {
                let key = lookup.key.iter().map(|expr| in_source(expr, columns, &[])).collect();
                self.uses(lookup.table, key);
            }
        }
        let keys: Vec<Option<Expr>> = match &view.group {
            Some(group) => group.keys.iter().map(|key| in_source(&key.expr, columns, &[])).collect(),
            None => Vec::new(),
        };
        if view.group.is_some() {
            self.keys.push(keys.iter().flatten().cloned().collect());
        }
        let outputs: Vec<Option<Expr>> =
            view.select.iter().map(|output| in_source(&output.expr, columns, &keys)).collect();
        for reader in &planned.readers {
            self.follow(*reader, &outputs);
        }
    }

    /// A step uses the rows of a table by a key.
    fn uses(&mut self, table: TableId, key: Vec<Option<Expr>>) {
        self.tables.entry(table).or_default().push(key);
        self.one |= self.others_use(table);
    }

    /// Whether rows of another source come to the table too: nobody knows which of them meet.
    fn others_use(&self, table: TableId) -> bool {
        let sources = |input: Input| {
            let mut input = input;
            while let Input::View(view) = input {
                input = self.plan.view(view).0.input;
            }
            input
        };
        let typed = self.plan.typed;
        let inserts = typed.inserts.iter().filter(|insert| insert.into == table).map(|insert| insert.input);
        let views = typed.views.iter().zip(&self.plan.views).filter(|(_, planned)| !planned.is_unused());
        let views = views.filter(|(view, _)| view.lookups.iter().any(|lookup| lookup.table == table));
        inserts.chain(views.map(|(view, _)| view.input)).any(|input| sources(input) != Input::Table(self.source))
    }

    fn route(self) -> Route {
        if self.one {
            return Route::One;
        }
        let mut needs = self.keys;
        for uses in self.tables.into_values() {
            needs.push(common_positions(&uses));
        }
        let Some(first) = needs.first() else { return Route::Anywhere };
        let mut common: Vec<Expr> = Vec::new();
        for expr in first {
            if needs.iter().all(|need| need.contains(expr)) && !common.contains(expr) {
                common.push(expr.clone());
            }
        }
        // What is the same for all rows tells none apart.
        common.retain(|expr| !super::is_constant(expr));
        if common.is_empty() { Route::One } else { Route::Key(common) }
    }
}

/// The expressions that all uses of a table have at the same position of its key.
fn common_positions(uses: &[Vec<Option<Expr>>]) -> Vec<Expr> {
    let [first, rest @ ..] = uses else { return Vec::new() };
    let same = |position: usize, expr: &Expr| rest.iter().all(|key| key.get(position) == Some(&Some(expr.clone())));
    let known = first.iter().enumerate().filter_map(|(position, expr)| Some((position, expr.as_ref()?)));
    known.filter(|(position, expr)| same(*position, expr)).map(|(_, expr)| expr.clone()).collect()
}

/// An expression over an input in terms of the source's columns; none if it reads an aggregate or what was looked up.
fn in_source(expr: &Expr, columns: &[Option<Expr>], keys: &[Option<Expr>]) -> Option<Expr> {
    let mut known = true;
    visit(expr, &mut |part| match &part.kind {
        Kind::Column(from) => {
            known &= from.input == 0 && columns.get(from.column.0 as usize).is_some_and(Option::is_some);
        }
        Kind::Key(key) => known &= keys.get(*key as usize).is_some_and(Option::is_some),
        Kind::Aggregate(_) => known = false,
        Kind::Literal(_)
        | Kind::Call(_)
        | Kind::And(_)
        | Kind::Or(_)
        | Kind::Not(_)
        | Kind::IsNull(_)
        | Kind::IsTruth(..)
        | Kind::Case { .. }
        | Kind::Coalesce(_)
        | Kind::Prepared { .. }
        | Kind::Slice(_)
        | Kind::OptionSlice(_) => {}
    });
    if !known {
        return None;
    }
    let mut expr = unwidened(expr).clone();
    replace(&mut expr, columns, keys);
    Some(expr)
}

fn replace(expr: &mut Expr, columns: &[Option<Expr>], keys: &[Option<Expr>]) {
    let known = match &expr.kind {
        Kind::Column(from) => columns.get(from.column.0 as usize),
        Kind::Key(key) => keys.get(*key as usize),
        Kind::Aggregate(_)
        | Kind::Literal(_)
        | Kind::Call(_)
        | Kind::And(_)
        | Kind::Or(_)
        | Kind::Not(_)
        | Kind::IsNull(_)
        | Kind::IsTruth(..)
        | Kind::Case { .. }
        | Kind::Coalesce(_)
        | Kind::Prepared { .. }
        | Kind::Slice(_)
        | Kind::OptionSlice(_) => {
            expr.each_child_mut(&mut |child| replace(child, columns, keys));
            return;
        }
    };
    if let Some(Some(known)) = known {
        // The nullability is that of where it stands; the value is the same.
        *expr = known.clone();
    }
}
