//! Writes the bundled reference libraries, or with `--check` says which file differs.
//!
//! `cargo run --example generate-libraries [-- --check]`. What the files hold is decided
//! in `recipe`; this file only compares and writes bytes.

mod recipe;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

fn main() -> std::io::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let check = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--check"] => true,
        _ => {
            writeln!(std::io::stderr(), "usage: generate-libraries [--check]")?;
            return Ok(ExitCode::from(2));
        }
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("libraries");
    let mut out = std::io::stdout();
    let mut n_different = 0;
    for product in recipe::products() {
        let path = root.join(product.path);
        let same = fs_err::read(&path).is_ok_and(|found| found == product.bytes);
        let state = match (same, check) {
            (true, _) => "same",
            (false, true) => "DIFFERENT",
            (false, false) => "written",
        };
        if !same && !check {
            if let Some(folder) = path.parent() {
                fs_err::create_dir_all(folder)?;
            }
            fs_err::write(&path, &product.bytes)?;
        }
        n_different += usize::from(!same && check);
        writeln!(
            out,
            "{state:9}  {:8} bytes  {}",
            product.bytes.len(),
            product.path
        )?;
    }
    Ok(ExitCode::from(u8::from(n_different > 0)))
}
