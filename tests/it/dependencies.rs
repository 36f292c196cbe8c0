//! Does `docs/dependencies.md` give a reason for every dependency, and for no other?

use std::collections::BTreeSet;
use std::path::Path;

fn read(name: &str) -> String {
    fs_err::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// Names of all dependencies in a manifest, as the registry calls them.
fn dependencies(manifest: &toml::Table) -> BTreeSet<String> {
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let mut tables = vec![manifest];
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    tables.extend(
        targets
            .into_iter()
            .flat_map(toml::Table::values)
            .filter_map(toml::Value::as_table),
    );
    let of_kinds = tables
        .into_iter()
        .flat_map(|table| kinds.iter().filter_map(|kind| table.get(*kind)));
    let all = of_kinds.filter_map(toml::Value::as_table).flatten();
    all.map(|(name, value)| {
        let renamed = value.get("package").and_then(toml::Value::as_str);
        renamed.unwrap_or(name).to_owned()
    })
    .collect()
}

#[test]
fn every_dependency_has_its_reason() {
    let wanted = dependencies(&read("Cargo.toml").parse().unwrap());
    assert!(wanted.len() > 30 && wanted.contains("hdf5-metno") && wanted.contains("rustix"));
    let text = read("docs/dependencies.md");
    let rows = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let mut told = BTreeSet::new();
    for (name, reason) in rows {
        assert!(reason.len() > 20, "{name}: {reason:?} is no reason");
        assert!(told.insert(name.to_owned()), "{name} is there twice");
    }
    assert_eq!(told, wanted);
}
