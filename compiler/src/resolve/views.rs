//! Views and inserts: what they read, in which order, and what the names in their expressions mean.

use super::model::{Insert, Lookup, Named, View};
use super::names::{Names, check_identifier};
use super::scope::{Scope, ScopeInput};
use crate::expression::{self, Ident, InputName, Node, NodeKind, SyntaxError};
use crate::parse::spec::{self, ConnectorKind, InsertSpec, LookupSpec, Spec, StateSpec, ViewSpec};
use crate::problems::{Problems, expression::syntax, resolve as words};
use crate::source::{Span, Text};
use crate::types::model::{ColumnId, ColumnRef, Input, State, TableId, ViewId};

/// What a view or an insert reads.
pub struct From {
    /// None if that was reported.
    input: Option<Input>,
    /// What qualifies its columns.
    qualifier: Ident,
}

/// What each view reads.
pub fn inputs(spec: &Spec, names: &Names<'_>, problems: &mut Problems) -> Vec<From> {
    spec.views.iter().map(|view| from(&view.from, names, problems)).collect()
}

fn from(text: &Text, names: &Names<'_>, problems: &mut Problems) -> From {
    let Some(InputName { name, alias }) = read(expression::parse_input(text), problems) else {
        let qualifier = Ident { name: String::new(), span: text.span, double_quoted: false, yaml_quoted: false };
        return From { input: None, qualifier };
    };
    From { input: names.input(&name, problems), qualifier: alias.unwrap_or(name) }
}

/// The views, each after what it reads; reports cycles and leaves their members out.
pub fn order(spec: &Spec, inputs: &[From], problems: &mut Problems) -> Vec<ViewId> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
        Cyclic,
    }

    let mut marks = vec![Mark::New; spec.views.len()];
    let mut order = Vec::new();
    for start in 0..spec.views.len() {
        let mut path: Vec<usize> = Vec::new();
        let mut next = Some(start);
        while let Some(view) = next.filter(|view| marks[*view] == Mark::New) {
            marks[view] = Mark::Open;
            path.push(view);
            next = match inputs[view].input {
                Some(Input::View(ViewId(read))) => Some(read as usize),
                Some(Input::Table(_)) | None => None,
            };
        }
        if let Some(closing) = next.filter(|view| marks[*view] == Mark::Open) {
            let first = path.iter().position(|view| *view == closing).unwrap_or(0);
            let members: Vec<&ViewSpec> = path[first..].iter().map(|view| &spec.views[*view]).collect();
            problems.push(words::cycle(&members));
            for view in path.drain(first..) {
                marks[view] = Mark::Cyclic;
            }
        }
        for view in path.into_iter().rev() {
            marks[view] = Mark::Done;
            order.push(ViewId(view as u32));
        }
    }
    order
}

/// What names mean in views and inserts.
pub struct Resolver<'a> {
    pub spec: &'a Spec,
    pub names: &'a Names<'a>,
    pub problems: &'a mut Problems,
    /// The columns of the views resolved so far, and whether there may be more.
    pub columns: Vec<Option<(Vec<String>, bool)>>,
}

impl Resolver<'_> {
    /// All views, in the order of the file.
    pub fn views(&mut self, inputs: &[From], order: &[ViewId]) -> Vec<View> {
        let mut views: Vec<Option<View>> = self.spec.views.iter().map(|_| None).collect();
        let rest = (0..inputs.len() as u32).map(ViewId).filter(|view| !order.contains(view));
        for ViewId(index) in order.iter().copied().chain(rest) {
            let index = index as usize;
            let view = self.view(&self.spec.views[index], &inputs[index]);
            let names = view.select.iter().map(|named| named.name.clone()).collect();
            self.columns[index] = Some((names, view.open));
            views[index] = Some(view);
        }
        views.into_iter().flatten().collect()
    }

    fn view(&mut self, spec: &ViewSpec, from: &From) -> View {
        let mut scope = Scope::default();
        let input = self.scope_input(from.input, &from.qualifier);
        scope.add(input, self.problems);
        let lookups = spec.lookups.iter().map(|lookup| self.lookup(lookup, &mut scope)).collect();
        let selected = spec.select.iter().flatten().filter_map(|item| item.name.as_ref());
        scope.set_later(selected.map(|name| name.value.clone()).collect());
        let filter = spec.filter.as_ref().map(|text| self.expression(text, &scope));
        let keys = spec.group_by.as_ref().map(|keys| self.named(keys, &scope));
        if let Some(keys) = &keys {
            self.check_duplicates(keys);
            scope.set_keys(keys.iter().map(|key| key.name.clone()).collect());
        }
        let select = spec.select.as_ref().map(|select| self.named(select, &scope));
        if let Some(select) = &select {
            self.check_duplicates(select);
        }
        let having = spec.having.as_ref().map(|text| self.expression(text, &scope));
        let open = scope.is_open() && select.is_none() && keys.is_none();
        let select = match (&keys, select) {
            (Some(keys), select) => keys_first(keys, select.unwrap_or_default()),
            (None, Some(select)) => select,
            (None, None) => self.all_columns(&scope, from.qualifier.span),
        };
        View {
            name: spec.name.clone(),
            input: from.input,
            from_span: spec.from.span,
            from_name: from.qualifier.name.clone(),
            lookups,
            filter,
            keys,
            having,
            having_span: spec.having.as_ref().map(|text| text.span).unwrap_or_default(),
            select,
            open,
            state: state(spec.state.as_ref()),
        }
    }

    fn scope_input(&self, input: Option<Input>, qualifier: &Ident) -> ScopeInput {
        let unknown = (qualifier.name.clone(), Vec::new(), true);
        let (name, columns, open) = match input {
            None => unknown,
            Some(Input::Table(TableId(table))) => match self.spec.tables.get(table as usize) {
                Some(table) => {
                    let columns = table.columns.iter().map(|column| column.name.value.clone()).collect();
                    (table.name.value.clone(), columns, false)
                }
                None => unknown,
            },
            Some(Input::View(ViewId(view))) => {
                let name = self.spec.views.get(view as usize).map(|view| view.name.value.clone());
                match (name, self.columns.get(view as usize)) {
                    (Some(name), Some(Some((columns, open)))) => (name, columns.clone(), *open),
                    _ => unknown,
                }
            }
        };
        ScopeInput::new(qualifier.name.clone(), name, qualifier.span, columns, open)
    }

    fn lookup(&mut self, spec: &LookupSpec, scope: &mut Scope) -> Lookup {
        let kind = spec.kind.value;
        let From { input, qualifier } = from(&spec.table, self.names, self.problems);
        let table = match input {
            Some(Input::Table(table)) => {
                self.check_lookup(table, spec.table.span);
                Some(table)
            }
            Some(Input::View(_)) => {
                self.problems.push(words::lookup_of_view(&spec.table));
                None
            }
            None => None,
        };
        let name = qualifier.name.clone();
        let scope_input = self.scope_input(input, &qualifier);
        scope.add(scope_input, self.problems);
        let on = self.expression(&spec.on, scope);
        Lookup { table, name, kind, on, span: spec.table.span }
    }

    fn check_lookup(&mut self, table: TableId, span: Span) {
        let Some(table) = self.spec.tables.get(table.0 as usize) else { return };
        match table.connector.as_ref().map(|connector| connector.kind) {
            Some(ConnectorKind::File | ConnectorKind::Sqlite | ConnectorKind::Postgres) => {}
            Some(ConnectorKind::Print | ConnectorKind::Blackhole) | None => {
                self.problems.push(words::not_askable(table, span));
            }
        }
    }

    /// Every column of every input, under its own name.
    fn all_columns(&mut self, scope: &Scope, span: Span) -> Vec<Named> {
        let mut all: Vec<Named> = Vec::new();
        for (input, index) in scope.inputs().iter().zip(0..) {
            for (name, column) in input.columns().iter().zip(0..) {
                if let Some(first) =
                    scope.inputs().iter().take(index as usize).find(|other| other.columns().contains(name))
                {
                    self.problems.push(words::clashing_column(name, first, input));
                    continue;
                }
                let reference = ColumnRef { input: index, column: ColumnId(column) };
                all.push(Named { name: name.clone(), span, expr: Node::new(NodeKind::Column(reference), span) });
            }
        }
        all
    }

    pub fn insert(&mut self, spec: &InsertSpec) -> Insert {
        let into = self.sink(&spec.into);
        let from = from(&spec.from, self.names, self.problems);
        let mut scope = Scope::default();
        let input = self.scope_input(from.input, &from.qualifier);
        scope.add(input, self.problems);
        let filter = spec.filter.as_ref().map(|text| self.expression(text, &scope));
        let named = match &spec.select {
            Some(select) => self.named(select, &scope),
            None => self.all_columns(&scope, from.qualifier.span),
        };
        if spec.select.is_some() {
            self.check_duplicates(&named);
        }
        let open = spec.select.is_none() && scope.is_open();
        let values = into.map(|into| self.values(into, named, spec.select.is_none())).unwrap_or_default();
        Insert {
            into,
            into_span: spec.into.span,
            input: from.input,
            from_name: from.qualifier.name,
            filter,
            values,
            open,
            on_conflict: spec.on_conflict.as_ref().map(|said| said.value),
            span: spec.span,
        }
    }

    fn sink(&mut self, text: &Text) -> Option<TableId> {
        let InputName { name, alias } = read(expression::parse_input(text), self.problems)?;
        if let Some(alias) = alias {
            self.problems.push(words::alias_of_sink(&alias));
        }
        match self.names.input(&name, self.problems)? {
            Input::Table(table) => Some(table),
            Input::View(ViewId(view)) => {
                if let Some(view) = self.spec.views.get(view as usize) {
                    self.problems.push(words::insert_into_view(&name, &view.name));
                }
                None
            }
        }
    }

    /// Gives each value to the sink's column of its name.
    fn values(&mut self, into: TableId, named: Vec<Named>, all: bool) -> Vec<(ColumnId, Node)> {
        let Some(sink) = self.spec.tables.get(into.0 as usize) else { return Vec::new() };
        let mut values = Vec::new();
        let mut unknown = Vec::new();
        for value in named {
            let column = sink.columns.iter().zip(0..).find(|(column, _)| column.name.value == value.name);
            match column {
                Some((_, column)) => values.push((ColumnId(column), value.expr)),
                None => unknown.push(value),
            }
        }
        if all && !unknown.is_empty() {
            self.problems.push(words::surplus_columns(&unknown, sink));
        } else {
            for value in unknown {
                self.problems.push(words::unknown_sink_column(&value, sink));
            }
        }
        values
    }

    /// An expression with its names resolved.
    fn expression(&mut self, text: &Text, scope: &Scope) -> Node {
        let Some(mut node) = read(expression::parse(text), self.problems) else { return Node::broken(text.span) };
        scope.bind(&mut node, self.problems);
        node
    }

    /// A list or map of expressions with their names.
    fn named(&mut self, list: &[spec::Named], scope: &Scope) -> Vec<Named> {
        list.iter().filter_map(|item| self.named_item(item, scope)).collect()
    }

    fn named_item(&mut self, item: &spec::Named, scope: &Scope) -> Option<Named> {
        if let Some(name) = &item.name {
            check_identifier("column", &name.value, name.span, self.problems);
            let expr = self.expression(&item.expr, scope);
            return Some(Named { name: name.value.clone(), span: name.span, expr });
        }
        let expression::Item { mut expr, alias } = read(expression::parse_item(&item.expr), self.problems)?;
        let own = match &expr.kind {
            NodeKind::Name { name, .. } => Some(name.clone()),
            _ => None,
        };
        scope.bind(&mut expr, self.problems);
        let Some(name) = alias.or(own) else {
            self.problems.push(words::unnamed(&item.expr));
            return None;
        };
        check_identifier("column", &name.name, name.span, self.problems);
        Some(Named { name: name.name, span: name.span, expr })
    }

    fn check_duplicates(&mut self, list: &[Named]) {
        for (position, named) in list.iter().enumerate() {
            if let Some(first) = list.iter().take(position).find(|other| other.name == named.name) {
                self.problems.push(words::duplicate_column(&named.name, named.span, first.span));
            }
        }
    }
}

/// The columns of a view that groups: the keys that `select` does not name, then `select`.
fn keys_first(keys: &[Named], select: Vec<Named>) -> Vec<Named> {
    let mut all = Vec::new();
    for (key, index) in keys.iter().zip(0..) {
        let named = select.iter().any(|item| item.name == key.name || is_key(&item.expr, index, key));
        if !named {
            all.push(Named {
                name: key.name.clone(),
                span: key.span,
                expr: Node::new(NodeKind::Key(index), key.expr.span),
            });
        }
    }
    all.extend(select);
    all
}

/// Whether an expression is just the key: by its name, or the same column.
fn is_key(node: &Node, index: u32, key: &Named) -> bool {
    match (&node.kind, &key.expr.kind) {
        (NodeKind::Key(found), _) => *found == index,
        (NodeKind::Column(found), NodeKind::Column(column)) => found == column,
        _ => false,
    }
}

fn state(spec: Option<&StateSpec>) -> State {
    match spec {
        None => State::Unsaid,
        Some(StateSpec { ttl: None, .. }) => State::Unbounded,
        Some(StateSpec { ttl: Some(ttl), .. }) => State::Ttl(*ttl),
    }
}

fn read<T>(result: Result<T, SyntaxError>, problems: &mut Problems) -> Option<T> {
    result.map_err(|error| problems.push(syntax(&error))).ok()
}
