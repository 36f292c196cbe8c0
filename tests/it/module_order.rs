//! Do imports point down only? The order is the one ARCHITECTURE.md draws.

use std::path::{Path, PathBuf};

/// Lowest first. Modules of one row do not import one another.
const ROWS: &[&[&str]] = &[
    &["memory"],
    &["domain", "index", "files", "plot"],
    &["prepare", "check"],
    &["similarity", "embed", "formats", "decoy", "confidence"],
    &["cluster"],
    &["library"],
    &["search"],
    &["report"],
    &["config"],
    &["failure"],
    &["vectors", "serve", "watch"],
    &["cli", "fuzzing"],
];

fn row_of(module: &str) -> usize {
    ROWS.iter()
        .position(|row| row.contains(&module))
        .unwrap_or_else(|| panic!("module {module} has no row in ROWS: place it"))
}

/// Modules of this crate that `source` names, with their line numbers.
fn imports(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (line_idx, line) in source.lines().enumerate() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        for (at, _) in line.match_indices("crate::") {
            let rest = &line[at + "crate::".len()..];
            let names: Vec<&str> = if let Some(group) = rest.strip_prefix('{') {
                group.split([',', '}']).collect()
            } else {
                vec![rest]
            };
            for name in names {
                let name = name.trim();
                let end = name.find(|c: char| !c.is_alphanumeric() && c != '_');
                let name = &name[..end.unwrap_or(name.len())];
                if !name.is_empty() && name.chars().all(|c| c.is_lowercase() || c == '_') {
                    found.push((line_idx + 1, name.to_owned()));
                }
            }
        }
    }
    found
}

fn source_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            source_files(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

#[test]
fn imports_point_down() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    source_files(&src, &mut files);
    let mut upward = Vec::new();
    let mut checked = 0;
    for file in files {
        let relative = file.strip_prefix(&src).unwrap();
        let first = relative
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_str()
            .unwrap();
        let module = first.trim_end_matches(".rs");
        if module == "lib" || module == "main" {
            continue;
        }
        for (line, import) in imports(&fs_err::read_to_string(&file).unwrap()) {
            checked += 1;
            if import != module && row_of(&import) >= row_of(module) {
                upward.push(format!(
                    "src/{}:{line} imports {import}",
                    relative.display()
                ));
            }
        }
    }
    assert!(
        upward.is_empty(),
        "imports that do not point down:\n{}",
        upward.join("\n")
    );
    assert!(
        checked > 20,
        "only {checked} imports seen: does the scan still read the sources?"
    );
}

#[test]
fn the_scan_sees_single_and_grouped_imports() {
    let source =
        "use crate::index::TopK;\nuse crate::{domain::Mz, prepare};\n// crate::cli is a comment\n";
    let names: Vec<String> = imports(source).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["index", "domain", "prepare"]);
}
