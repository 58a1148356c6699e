//! What the checker makes of views, look-ups and inserts.

use super::super::model::{Expr, Input, Kind, Literal, Output, Typed, View};
use super::compile;

const TABLES: &str = "version: 1
pipeline: model
tables:
  orders:
    columns:
      id: bigint
      type: {type: varchar, comment: what was ordered}
      amount: decimal(10, 2)
      created: timestamp(3)
    file: {path: orders.jsonl}
  customers:
    columns: {id: bigint, region: int, name: varchar not null}
    primary_key: [region, id]
    sqlite: {path: shop.db}
  sink:
    columns: {id: bigint not null, price: double, note: varchar, day: date}
    blackhole:
views:
";

/// The pipeline of some views and inserts; there must be no errors.
fn typed(rest: &str) -> Typed {
    let (typed, problems) = compile(&format!("{TABLES}{rest}"));
    let Some(typed) = typed else { panic!("{problems}") };
    typed
}

/// The one view `v`, inserted somewhere.
fn view(text: &str) -> View {
    let indented = text.lines().map(|line| format!("    {line}\n")).collect::<Vec<_>>().concat();
    let insert = "inserts: [{into: sink, from: v, select: {id: 1}}]\n";
    typed(&format!("  v:\n{indented}{insert}")).views.remove(0)
}

fn show(expr: &Expr) -> String {
    let mut parts = Vec::new();
    expr.each_child(&mut |child| parts.push(show(child)));
    let list = parts.join(" ");
    match &expr.kind {
        Kind::Column(column) => format!("#{}.{}", column.input, column.column.0),
        Kind::Key(key) => format!("key{key}"),
        Kind::Aggregate(aggregate) => format!("agg{aggregate}"),
        Kind::Literal(literal) => match literal {
            Literal::Null => "null".to_owned(),
            Literal::Text(text) => format!("'{text}'"),
            Literal::Integer(value) => value.to_string(),
            Literal::Decimal(value) => format!("{value}d"),
            other => format!("{other:?}"),
        },
        Kind::Call(call) => format!("({} {list})", call.function.path),
        Kind::And(_) => format!("(and {list})"),
        Kind::Or(_) => format!("(or {list})"),
        Kind::Not(_) => format!("(not {list})"),
        Kind::IsNull(_) => format!("(null? {list})"),
        Kind::IsTruth(_, wanted) => format!("({wanted}? {list})"),
        Kind::Case { .. } => format!("(case {list})"),
        Kind::Coalesce(_) => format!("(coalesce {list})"),
        Kind::Prepared { .. } | Kind::Slice(_) | Kind::OptionSlice(_) => format!("[{list}]"),
    }
}

fn outputs(outputs: &[Output]) -> Vec<String> {
    outputs.iter().map(|output| format!("{} = {}", output.name, show(&output.expr))).collect()
}

fn columns(view: &View) -> Vec<String> {
    view.columns.iter().map(|column| format!("{}: {}", column.name, column.ty)).collect()
}

fn filter(condition: &str) -> String {
    let view = view(&format!("from: orders\nwhere: \"{condition}\"\nselect: [id]"));
    view.filter.as_ref().map(show).unwrap_or_default()
}

#[test]
fn conditions_are_written_out() {
    assert_eq!(filter("id in (1, 2)"), "(or (compare::eq #0.0 1) (compare::eq #0.0 2))");
    assert_eq!(filter("id not in (1)"), "(not (compare::eq #0.0 1))");
    assert_eq!(filter("id between 1 and 2"), "(and (compare::ge #0.0 1) (compare::le #0.0 2))");
    assert_eq!(
        filter("id not between symmetric 2 and 1"),
        "(not (or (and (compare::ge #0.0 2) (compare::le #0.0 1)) (and (compare::ge #0.0 1) (compare::le #0.0 2))))"
    );
    assert_eq!(filter("id is null or (id > 1) is not unknown"), "(or (null? #0.0) (not (null? (compare::gt #0.0 1))))");
    assert_eq!(filter("(id > 1) is not true"), "(not (true? (compare::gt #0.0 1)))");
    assert_eq!(filter("case id when 1 then true end"), "(case (compare::eq #0.0 1) Boolean(true) null)");
}

#[test]
fn constants_have_types_that_hold_them() {
    let view = view("from: orders\nselect: {a: -2147483648, b: -(-2147483648), c: -(1.5)}");
    assert_eq!(outputs(&view.select), ["a = -2147483648", "b = 2147483648", "c = -15d"]);
    assert_eq!(columns(&view), ["a: int not null", "b: bigint not null", "c: decimal(2, 1) not null"]);
}

#[test]
fn without_select_all_columns_go_on() {
    let view = view("from: orders as o\nwhere: o.id > 1");
    assert_eq!(outputs(&view.select), ["id = #0.0", "type = #0.1", "amount = #0.2", "created = #0.3"]);
    assert_eq!(columns(&view), ["id: bigint", "type: varchar", "amount: decimal(10, 2)", "created: timestamp(3)"]);
    assert_eq!(view.columns[1].comment.as_deref(), Some("what was ordered"));
}

#[test]
fn group_keys_come_first_unless_select_names_them() {
    let keys = |text: &str| outputs(&view(text).select);
    assert_eq!(keys("from: orders\ngroup_by: [id, type]"), ["id = key0", "type = key1"]);
    assert_eq!(
        keys("from: orders\ngroup_by: [id, type]\nselect: {n: count(*)}"),
        ["id = key0", "type = key1", "n = agg0"]
    );
    assert_eq!(
        keys("from: orders\ngroup_by: [id, type]\nselect: {n: count(*), kind: type, id: id}"),
        ["n = agg0", "kind = key1", "id = key0"]
    );
    assert_eq!(keys("from: orders as o\ngroup_by: [o.id]\nselect: {user: o.id}"), ["user = key0"]);
}

#[test]
fn what_equals_a_key_is_the_key() {
    let view = view(
        "from: orders\ngroup_by: {id: id, next: id + 1}\nhaving: id + 1 > 5 and sum(id + 1) > next\n\
         select: {a: id + 1, b: id + 2, c: sum(next), d: sum(id)}",
    );
    assert_eq!(
        outputs(&view.select),
        ["id = key0", "next = key1", "a = key1", "b = (arithmetic::add key0 2)", "c = agg0", "d = agg1",]
    );
    assert_eq!(
        view.having.as_ref().map(show).unwrap_or_default(),
        "(and (compare::gt key1 5) (compare::gt agg0 key1))"
    );
    let group = view.group.unwrap();
    assert_eq!(outputs(&group.keys), ["id = #0.0", "next = (arithmetic::add #0.0 1)"]);
    let arguments: Vec<String> = group.aggregates.iter().flat_map(|one| &one.argument).map(|arg| show(arg)).collect();
    assert_eq!(arguments, ["(arithmetic::add #0.0 1)", "#0.0"]);
}

#[test]
fn aggregates_without_group_by_are_one_group() {
    let view = view("from: orders\nselect: {n: count(*), total: sum(amount), big: sum(amount) filter (where id > 1)}");
    let group = view.group.as_ref().unwrap();
    assert_eq!((group.keys.len(), group.aggregates.len()), (0, 3));
    assert_eq!(columns(&view), ["n: bigint not null", "total: decimal(38, 2)", "big: decimal(38, 2)"]);
}

#[test]
fn the_same_aggregate_is_computed_once() {
    let view =
        view("from: orders\ngroup_by: [id]\nhaving: sum(amount) > 0\nselect: {a: sum(amount), b: SUM(amount) + 1}");
    assert_eq!(view.group.unwrap().aggregates.len(), 1);
}

#[test]
fn a_look_up_takes_its_key_from_the_condition() {
    let view = view(
        "from: orders as o\nlookup:\n  customers as c: {on: o.id = c.id and c.region = 7 and c.name <> o.type, kind: left}\n\
         select: [o.id, c.name, c.region]",
    );
    let lookup = &view.lookups[0];
    assert_eq!(lookup.key.iter().map(show).collect::<Vec<_>>(), ["7", "#0.0"]);
    assert_eq!(lookup.condition.as_ref().map(show).unwrap_or_default(), "(compare::ne #1.2 #0.1)");
    // Without a row there are nulls.
    assert_eq!(columns(&view), ["id: bigint", "name: varchar", "region: int"]);
    let inner = self::view(
        "from: orders as o\nlookup:\n  customers as c: {on: o.id = c.id and c.region = o.id % 7}\nselect: [name, region]",
    );
    assert_eq!(columns(&inner), ["name: varchar not null", "region: int not null"]);
}

#[test]
fn an_insert_gives_every_column_its_type() {
    let typed = typed(
        "  v: {from: orders, select: {id: id, price: amount, note: type, x: 1}}\n\
         inserts: [{into: sink, from: v as w, where: w.x = 1, select: [w.note, id, price]}]\n",
    );
    let insert = &typed.inserts[0];
    let values: Vec<String> = insert.values.iter().map(|value| format!("{}: {}", show(value), value.ty)).collect();
    assert_eq!(values[0], "#0.0: bigint");
    assert!(values[1].ends_with("#0.1): double"), "{}", values[1]);
    assert_eq!(values[2..], ["#0.2: varchar", "null: date"]);
    assert_eq!(insert.filter.as_ref().map(show).unwrap_or_default(), "(compare::eq #0.3 1)");
}

#[test]
fn views_are_ordered_by_what_they_read() {
    let typed =
        typed("  c: {from: b}\n  a: {from: orders}\n  b: {from: a}\ninserts: [{into: sink, from: c, select: [id]}]\n");
    let order: Vec<&str> = typed.order.iter().map(|view| typed.views[view.0 as usize].name.value.as_str()).collect();
    assert_eq!(order, ["a", "b", "c"]);
    assert!(matches!(typed.views[0].input, Input::View(view) if view.0 == 2));
    assert_eq!(typed.time_zone, "UTC");
}
