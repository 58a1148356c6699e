//! Columns have the types of the YAML: `account_payble` is a decimal(18, 2), `id` may be null.

use millstream_embed_example::hourly_premium::UserOrder;

fn main() {
    let _ = UserOrder { id: 1, account_payble: Some(12.5), ..UserOrder::default() };
}
