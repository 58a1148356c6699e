//! The SQL functions, with the semantics of Apache Flink 2.3.
