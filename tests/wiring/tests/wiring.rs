//! What must not compile: the generated types keep the wiring right, and say in words of the pipeline what is wrong.
//!
//! `TRYBUILD=overwrite cargo test -p millstream-wiring-tests` writes the messages anew; read them as
//! their reader will.

#[test]
fn wiring_that_does_not_fit_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/cases/*.rs");
}
