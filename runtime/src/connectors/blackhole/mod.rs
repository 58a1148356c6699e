//! The `blackhole` connector.
