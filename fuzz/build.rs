//! Compiles the pipeline whose state the target `log` reads into `OUT_DIR/fuzzed_state.rs`.

fn main() {
    millstream_compiler::build("fuzzed_state.yaml");
}
