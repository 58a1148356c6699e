//! The `millstream` command.

fn main() -> std::process::ExitCode {
    millstream_compiler::command::main()
}
