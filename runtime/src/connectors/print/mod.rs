//! The `print` connector.
