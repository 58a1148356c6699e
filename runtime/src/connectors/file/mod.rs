//! The `file` connector.
