//! The `mzseek` program: everything is in the library's `cli`.

fn main() -> std::process::ExitCode {
    mzseek::cli::main()
}
