//! Words of the parse pass: `E01xx`.
