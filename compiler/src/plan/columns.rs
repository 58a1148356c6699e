//! Which columns and aggregates are needed, from the inserts back to the sources.

use crate::plan::{Plan, visit};
use crate::types::model::{ColumnId, Expr, Input, Kind};

/// Keeps only what something downstream reads.
pub(super) fn prune(plan: &mut Plan<'_>, embedded: bool) {
    let typed = plan.typed;
    let mut tables: Vec<Vec<bool>> = typed.tables.iter().map(|table| vec![false; table.columns.len()]).collect();
    let mut views: Vec<Vec<bool>> = typed.views.iter().map(|view| vec![false; view.columns.len()]).collect();
    for (insert, planned) in typed.inserts.iter().zip(&plan.inserts) {
        let needed = match insert.input {
            Input::Table(table) => &mut tables[table.0 as usize],
            Input::View(view) => &mut views[view.0 as usize],
        };
        insert.filter.iter().chain(&insert.values).for_each(|expr| mark(expr, &mut [needed]));
        if let super::Write::Contend { own: Some(own) } = &planned.write {
            own.iter().for_each(|column| needed[*column] = true);
        }
    }
    for id in typed.order.iter().rev() {
        let (view, planned) = (&typed.views[id.0 as usize], &mut plan.views[id.0 as usize]);
        if planned.is_unused() {
            continue;
        }
        let mut needed = std::mem::take(&mut views[id.0 as usize]);
        for (column, output) in needed.iter_mut().zip(&view.select) {
            // A row is told from others by its key, and a group that is gone is known by it.
            *column |= matches!(output.expr.kind, Kind::Key(_));
        }
        planned.columns = (0..needed.len()).filter(|column| needed[*column]).collect();
        let outputs = planned.columns.iter().map(|column| &view.select[*column].expr);
        let mut read: Vec<&Expr> = Vec::new();
        if let Some(group) = &view.group {
            let mut wanted = vec![false; group.aggregates.len()];
            for expr in outputs.chain(&view.having) {
                visit(expr, &mut |part| {
                    if let Kind::Aggregate(number) = part.kind {
                        wanted[number as usize] = true;
                    }
                });
            }
            planned.aggregates = (0..wanted.len()).filter(|number| wanted[*number]).collect();
            read.extend(group.keys.iter().map(|key| &key.expr));
            for aggregate in planned.aggregates.iter().map(|number| &group.aggregates[*number]) {
                read.extend(aggregate.argument.iter().chain(&aggregate.filter).map(AsRef::as_ref));
            }
        } else {
            read.extend(outputs);
        }
        read.extend(&view.filter);
        for lookup in &view.lookups {
            read.extend(lookup.key.iter().chain(&lookup.condition));
        }
        for expr in read {
            visit(expr, &mut |part| {
                if let Kind::Column(from) = part.kind {
                    let column = from.column.0 as usize;
                    match (from.input, view.input) {
                        (0, Input::Table(table)) => tables[table.0 as usize][column] = true,
                        (0, Input::View(input)) => views[input.0 as usize][column] = true,
                        (lookup, _) => {
                            let table = view.lookups[lookup as usize - 1].table;
                            tables[table.0 as usize][column] = true;
                        }
                    }
                }
            });
        }
    }
    for ((table, planned), needed) in typed.tables.iter().zip(&mut plan.tables).zip(&tables) {
        let whole = planned.sink || embedded || table.connector.is_none();
        planned.columns =
            (0..table.columns.len()).filter(|column| whole || needed[*column]).map(|at| ColumnId(at as u32)).collect();
    }
}

fn mark(expr: &Expr, inputs: &mut [&mut Vec<bool>]) {
    visit(expr, &mut |part| {
        if let Kind::Column(from) = part.kind {
            inputs[from.input as usize][from.column.0 as usize] = true;
        }
    });
}
