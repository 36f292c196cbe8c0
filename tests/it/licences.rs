//! May every dependency be shipped? The list is the one in `deny.toml`.

use serde_json::Value;
use std::process::Command;

/// Crates whose manifest names no SPDX licence, and why they may be used.
const CLARIFIED: &[(&str, &str)] = &[("hdf5-metno-src", "BSD-style, shipped as LICENSE-HDF5")];

fn allowed() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/deny.toml");
    let deny: toml::Table = fs_err::read_to_string(path).unwrap().parse().unwrap();
    let list = deny["licenses"]["allow"].as_array().unwrap();
    list.iter()
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

/// Whether an SPDX expression can be met with allowed licences: all of an AND, one of an OR.
fn can_be_met(expression: &str, allowed: &[String]) -> bool {
    // `/` is the old spelling of OR; brackets only group ORs in the manifests there are.
    let expression = expression.replace('/', " OR ").replace(['(', ')'], "");
    expression.split(" AND ").all(|all| {
        all.split(" OR ").any(|one| {
            let name = one.trim().split(" WITH ").next().unwrap();
            allowed.iter().any(|a| a == name)
        })
    })
}

#[test]
fn every_dependency_may_be_shipped() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let allowed = allowed();
    let mut checked = 0;
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        checked += 1;
        if CLARIFIED.iter().any(|(known, _)| *known == name) {
            continue;
        }
        let licence = package["license"].as_str().unwrap_or("none stated");
        assert!(can_be_met(licence, &allowed), "{name}: {licence}");
    }
    assert!(checked > 50, "only {checked} packages seen");
}

#[test]
fn expressions_are_read_as_spdx() {
    let allowed = ["MIT".to_owned(), "Apache-2.0".to_owned()];
    assert!(can_be_met("MIT OR GPL-3.0", &allowed));
    assert!(can_be_met("(MIT OR GPL-3.0) AND Apache-2.0", &allowed));
    assert!(can_be_met("Apache-2.0 WITH LLVM-exception", &allowed));
    assert!(!can_be_met("GPL-3.0", &allowed));
    assert!(!can_be_met("MIT AND GPL-3.0", &allowed));
}
