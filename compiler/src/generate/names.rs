//! The Rust names of what the pipeline names.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span};

use crate::job_type_name;
use crate::plan::Plan;
use crate::types::model::{Aggregate, AggregateFunction, Kind, View};

/// Names that generated code uses for itself, and those of Rust's prelude.
const RESERVED: &[&str] = &[
    "Accumulator",
    "Aggregate",
    "Aggregation",
    "Appended",
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
    "List",
    "LooksUp",
    "Max",
    "Min",
    "None",
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
}

impl Names {
    /// Chooses names that do not collide: of tables first, since programs that embed the pipeline write them.
    pub fn of(plan: &Plan<'_>) -> Self {
        let mut taken: BTreeSet<String> = RESERVED.iter().map(|name| (*name).to_owned()).collect();
        let job = claim(&mut taken, &job_type_name(&plan.typed.name.value), "Job");
        let table = |taken: &mut BTreeSet<String>, name: &str| claim(taken, &job_type_name(name), "Row");
        let tables = plan.typed.tables.iter().map(|t| table(&mut taken, &t.name.value)).collect();
        let views: Vec<Ident> = plan.typed.views.iter().map(|view| table(&mut taken, &view.name.value)).collect();
        Self { job, tables, views }
    }
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

/// An identifier as near to `name` as Rust allows.
pub fn ident(name: &str) -> Ident {
    match name {
        "self" | "Self" | "super" | "crate" | "_" => Ident::new(&format!("{name}_"), Span::call_site()),
        _ if syn::parse_str::<Ident>(name).is_ok() => Ident::new(name, Span::call_site()),
        _ => Ident::new_raw(name, Span::call_site()),
    }
}

/// Whether a name would make rustc warn where fields and functions are named.
pub fn is_not_snake_case(name: &str) -> bool {
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

/// The names of the accumulators of a view: that of the column which shows the aggregate, or of the function. They
/// differ from each other and from the group keys.
pub fn accumulators(view: &View, aggregates: &[usize]) -> Vec<String> {
    let Some(group) = &view.group else { return Vec::new() };
    let mut taken: BTreeSet<String> = group.keys.iter().map(|key| snake(&key.name)).collect();
    let shown = |number: usize| {
        view.select.iter().find(|output| output.expr.kind == Kind::Aggregate(number as u32)).map(|output| &output.name)
    };
    aggregates
        .iter()
        .map(|number| {
            let wanted = match shown(*number) {
                Some(name) => snake(name),
                None => by_function(&group.aggregates[*number]),
            };
            let mut name = wanted.clone();
            let mut count = 2;
            while !taken.insert(name.clone()) {
                name = format!("{wanted}_{count}");
                count += 1;
            }
            name
        })
        .collect()
}

fn by_function(aggregate: &Aggregate) -> String {
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
    .to_owned()
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
        assert_eq!(ident("self").to_string(), "self_");
    }
}
