//! Compiles the pipelines into `OUT_DIR/NAME.rs`.

fn main() {
    millstream_compiler::build("../../pipelines/last_page.yaml");
    millstream_compiler::build("../../pipelines/premium_drop_alert.yaml");
    millstream_compiler::build("../../pipelines/hourly_premium.yaml");
    millstream_compiler::build("pipelines/awkward_names.yaml");
    millstream_compiler::build("pipelines/awkward_expressions.yaml");
}
