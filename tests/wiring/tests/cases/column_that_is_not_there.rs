//! Rows have the columns of the YAML and no others.

use millstream_wiring_tests::last_page::UserLog;

fn main() {
    let _ = UserLog { account_id: Some("a"), page: Some("/home"), ..UserLog::default() };
}
