//! The Rust names of what the pipeline names.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span};

use crate::job_type_name;
use crate::plan::Plan;
use crate::types::model::{Aggregate, AggregateFunction, Insert, Kind, TableId, View, ViewId};

/// Names that generated code uses for itself, and those of Rust's prelude.
const RESERVED: &[&str] = &[
    "Accumulator",
    "Aggregate",
    "Aggregation",
    "Appended",
    "At",
    "Average",
    "BATCH",
    "Blob",
    "Box",
    "Cache",
    "Change",
    "Changed",
    "Chunks",
    "ColumnInfo",
    "Constants",
    "Context",
    "Copy",
    "Count",
    "CountRows",
    "Date",
    "Decimal",
    "Decode",
    "Decoded",
    "Default",
    "Distinct",
    "Drop",
    "Err",
    "Fault",
    "Field",
    "FirstValue",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "Gives",
    "Input",
    "Into",
    "Iterator",
    "Job",
    "JobInfo",
    "KeyRef",
    "Keyed",
    "LastValue",
    "LazyLock",
    "LooksUp",
    "Max",
    "Min",
    "Narrow",
    "None",
    "NotNull",
    "Ok",
    "OnConflict",
    "OnError",
    "Option",
    "Ord",
    "Parallel",
    "PartialEq",
    "Result",
    "Retract",
    "RetractableMax",
    "RetractableMin",
    "Retraction",
    "Route",
    "Row",
    "Same",
    "Scan",
    "Scope",
    "Self",
    "Send",
    "Setting",
    "Share",
    "Shared",
    "Sharing",
    "Sized",
    "Some",
    "Spread",
    "Stored",
    "String",
    "Sum",
    "Sync",
    "TableInfo",
    "TableRow",
    "TableSettings",
    "TableUse",
    "Takes",
    "Text",
    "Time",
    "Timestamp",
    "TimestampLtz",
    "ToString",
    "Value",
    "Vec",
];

/// The type names of a pipeline.
#[derive(Debug)]
pub struct Names {
    /// The job.
    pub job: Ident,
    /// The row of each table.
    pub tables: Vec<Ident>,
    /// The row of each view.
    pub views: Vec<Ident>,
    /// What names the parts of each table: its method, and the rows that are looked up in it.
    table_stems: Vec<String>,
    /// What names the parts of each view: its state, methods and functions.
    view_stems: Vec<String>,
    /// What names the parts of each insert: the table, with a number if there are several.
    insert_stems: Vec<String>,
}

impl Names {
    /// Chooses names that do not collide: of tables first, since programs that embed the pipeline write them.
    pub fn of(plan: &Plan<'_>) -> Self {
        let mut taken: BTreeSet<String> = RESERVED.iter().map(|name| (*name).to_owned()).collect();
        let job = claim(&mut taken, &job_type_name(&plan.typed.name.value), "Job");
        let table = |taken: &mut BTreeSet<String>, name: &str| claim(taken, &job_type_name(name), "Row");
        let tables = plan.typed.tables.iter().map(|t| table(&mut taken, &t.name.value)).collect();
        let views: Vec<Ident> = plan.typed.views.iter().map(|view| table(&mut taken, &view.name.value)).collect();
        let mut parts: BTreeSet<String> = BTreeSet::from(["self.constants".to_owned()]);
        let mut stems = |names: &mut dyn Iterator<Item = &str>, parts_of: fn(&str) -> Vec<String>| -> Vec<String> {
            names.map(|name| claim_stem(&mut parts, &stem(name), parts_of)).collect()
        };
        let table_name = |insert: &Insert| plan.typed.tables[insert.into.0 as usize].name.value.as_str();
        let table_stems = stems(&mut plan.typed.tables.iter().map(|table| table.name.value.as_str()), table_parts);
        let view_stems = stems(&mut plan.typed.views.iter().map(|view| view.name.value.as_str()), view_parts);
        let insert_stems = stems(&mut plan.typed.inserts.iter().map(table_name), insert_parts);
        Self { job, tables, views, table_stems, view_stems, insert_stems }
    }

    /// What the names of a table's parts begin with; alone it is that of its method.
    pub fn table(&self, id: TableId) -> &str {
        &self.table_stems[id.0 as usize]
    }

    /// What the names of a view's parts begin with; alone it is that of its method and of its state.
    pub fn view(&self, id: ViewId) -> &str {
        &self.view_stems[id.0 as usize]
    }

    /// What the names of an insert's parts begin with.
    pub fn insert(&self, position: usize) -> &str {
        &self.insert_stems[position]
    }

    /// The method of an insert.
    pub fn insert_method(&self, position: usize) -> Ident {
        Ident::new(&insert_method(self.insert(position)), Span::call_site())
    }
}

fn table_parts(stem: &str) -> Vec<String> {
    vec![format!("self.{stem}"), format!("{stem}_route")]
}

fn view_parts(stem: &str) -> Vec<String> {
    let functions = ["row", "input", "want"].iter().map(|part| format!("{stem}_{part}"));
    [format!("self.{stem}"), format!("self.{stem}_add")].into_iter().chain(functions).collect()
}

fn insert_parts(stem: &str) -> Vec<String> {
    vec![format!("self.{}", insert_method(stem)), format!("{stem}_row")]
}

fn insert_method(stem: &str) -> String {
    format!("insert_{}", stem.trim_start_matches('_'))
}

/// A stem of which no part is taken.
fn claim_stem(taken: &mut BTreeSet<String>, stem: &str, parts_of: fn(&str) -> Vec<String>) -> String {
    let mut chosen = stem.to_owned();
    let mut number = 2;
    while parts_of(&chosen).iter().any(|part| taken.contains(part)) {
        chosen = format!("{stem}_{number}");
        number += 1;
    }
    taken.extend(parts_of(&chosen));
    chosen
}

fn claim(taken: &mut BTreeSet<String>, name: &str, suffix: &str) -> Ident {
    let mut chosen = name.to_owned();
    let mut number = 1;
    // `HourlyInput` and `HourlyState` belong to `Hourly`.
    while ["", "Input", "State"].iter().any(|part| taken.contains(&format!("{chosen}{part}"))) {
        chosen = if number == 1 { format!("{name}{suffix}") } else { format!("{name}{suffix}{number}") };
        number += 1;
    }
    for part in ["", "Input", "State"] {
        taken.insert(format!("{chosen}{part}"));
    }
    ident(&chosen)
}

/// An identifier as near to `name` as Rust allows. Different names give different identifiers.
pub fn ident(name: &str) -> Ident {
    match name.trim_end_matches('_') {
        // Words that cannot be raw; `self_` moves on to `self__`.
        "self" | "Self" | "super" | "crate" => Ident::new(&format!("{name}_"), Span::call_site()),
        // A keyword since the edition of 2024.
        "gen" if name == "gen" => Ident::new_raw(name, Span::call_site()),
        _ if syn::parse_str::<Ident>(name).is_ok() => Ident::new(name, Span::call_site()),
        _ => Ident::new_raw(name, Span::call_site()),
    }
}

/// Whether a name would make rustc warn where fields and functions are named.
pub fn is_not_snake_case(name: &str) -> bool {
    let name = name.trim_matches('_');
    name.contains("__") || name.chars().any(|letter| letter.is_ascii_uppercase())
}

/// A name for a function or a variable.
pub fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        if letter != '_' || !snake.ends_with('_') {
            snake.push(letter.to_ascii_lowercase());
        }
    }
    if snake == "_" || snake.is_empty() { "unnamed".to_owned() } else { snake }
}

/// What other names are made from: without underscores around it, so that none stand side by side.
fn stem(name: &str) -> String {
    let snake = snake(name);
    let inner = snake.trim_matches('_');
    if inner.starts_with(|letter: char| letter.is_ascii_digit()) { format!("_{inner}") } else { inner.to_owned() }
}

/// A name that is not taken: `wanted`, or that with a number.
pub fn unused(taken: &mut BTreeSet<String>, wanted: &str) -> String {
    let mut name = wanted.to_owned();
    let mut count = 2;
    while !taken.insert(name.clone()) {
        name = format!("{wanted}_{count}");
        count += 1;
    }
    name
}

/// The names of a view's group keys and of its accumulators: that of the column which shows the aggregate, or of the
/// function. All differ from each other.
pub fn group_fields(view: &View, aggregates: &[usize]) -> (Vec<String>, Vec<String>) {
    let Some(group) = &view.group else { return (Vec::new(), Vec::new()) };
    let mut taken = BTreeSet::new();
    let keys: Vec<String> = group.keys.iter().map(|key| unused(&mut taken, &snake(&key.name))).collect();
    let shown = |number: usize| {
        view.select.iter().find(|output| output.expr.kind == Kind::Aggregate(number as u32)).map(|output| &output.name)
    };
    let accumulators = aggregates.iter().map(|number| {
        let function = by_function(&group.aggregates[*number]);
        let wanted = match shown(*number).map(|name| snake(name)) {
            Some(name) if is_local(&name) => format!("{name}_{function}"),
            Some(name) => name,
            None => function.to_owned(),
        };
        unused(&mut taken, &wanted)
    });
    let accumulators = accumulators.collect();
    (keys, accumulators)
}

/// Whether the code of expressions over a group has a variable of that name, which the value of an accumulator, a
/// variable too, would hide or be hidden by.
fn is_local(name: &str) -> bool {
    let of_closures = name.starts_with(|letter: char| letter.is_ascii_lowercase())
        && name[1..].chars().all(|letter| letter.is_ascii_digit());
    of_closures || matches!(name, "key" | "left" | "scope" | "value")
}

fn by_function(aggregate: &Aggregate) -> &'static str {
    match aggregate.function {
        AggregateFunction::CountRows => "rows",
        AggregateFunction::Count => "count",
        AggregateFunction::Sum => "sum",
        AggregateFunction::Avg => "average",
        AggregateFunction::Min => "least",
        AggregateFunction::Max => "greatest",
        AggregateFunction::LastValue => "last",
        AggregateFunction::FirstValue => "first",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_functions_and_variables() {
        assert_eq!(snake("userId"), "user_id");
        assert_eq!(snake("URL"), "u_r_l");
        assert_eq!(snake("__a__b"), "_a_b");
        assert_eq!(ident("type").to_string(), "r#type");
        assert_eq!(ident("gen").to_string(), "r#gen");
        assert_eq!(["self", "self_", "self__"].map(|name| ident(name).to_string()), ["self_", "self__", "self___"]);
        assert_eq!(["_x_", "_1", "a__b"].map(stem), ["x", "_1", "a_b"]);
    }
}
