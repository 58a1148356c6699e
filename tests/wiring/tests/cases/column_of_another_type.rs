//! The columns of a row have the types of the pipeline file: an `id` is no bare number, a price no float.

use millstream_wiring_tests::hourly_premium::UserOrder;

fn main() {
    let _ = UserOrder { id: 1, account_payble: 12.5, ..UserOrder::default() };
}
