//! Are libraries shown as they are, and swapped whole, with no request the worse for it?

use super::server::{Server, folder};
use crate::kit::Folder;
use crate::molecules::{molecules, msp};
use serde_json::Value;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn a_library_its_entries_and_its_clusters_are_shown() {
    let folder = folder();
    let server = Server::start(&folder, &[]);
    let all = server.get("/api/v1/libraries").is(200).json();
    assert_eq!(all["libraries"][0]["id"], "lib");
    assert_eq!(all["libraries"][0]["entries"], 60);
    let one = server.get("/api/v1/libraries/lib").is(200);
    assert_eq!(
        one.header("mzseek-library-version"),
        one.json()["version"].as_str()
    );
    let entry = server.get("/api/v1/libraries/lib/entries/7").is(200).json();
    assert_eq!(entry["entry_index"], 7);
    let share = |peak: &Value| peak[1].as_f64().unwrap();
    let sum: f64 = entry["peaks"].as_array().unwrap().iter().map(share).sum();
    assert!((sum - 1.0).abs() < 1e-5, "{sum}");
    let path = format!("/api/v1/libraries/lib/clusters/{}", entry["cluster_id"]);
    let cluster = server.get(&path).is(200).json();
    let members = cluster["members"].as_array().unwrap();
    assert!(members.iter().any(|member| member["entry_index"] == 7));
    for path in [
        "lib/entries/60",
        "lib/entries/-1",
        "lib/entries/x",
        "lib/clusters/60",
        "no",
    ] {
        server
            .get(&format!("/api/v1/libraries/{path}"))
            .refuses(404, "not_found", "there is no");
    }
    let page = "/api/v1/libraries/lib/clusters/0?limit=0";
    server
        .get(page)
        .refuses(400, "malformed", "limit is from 1 to 1000");
}

/// Builds another library beside the served one, and renames it over it.
fn replace(folder: &Folder, n_molecules: usize) {
    folder.write("next.msp", msp(&molecules(n_molecules)));
    folder
        .run(&["build", "next.msp", "-o", "libraries/lib.h5"])
        .exits(0);
}

fn entries(server: &Server) -> Value {
    server.get("/api/v1/libraries").is(200).json()["libraries"][0]["entries"].clone()
}

#[test]
fn a_replaced_library_is_taken_up_and_a_bad_one_is_not() {
    let folder = folder();
    let server = Server::start(&folder, &["--poll", "1"]);
    replace(&folder, 70);
    server.until("the new library is served", |server| entries(server) == 70);

    folder.write("half.h5", &folder.read("libraries/lib.h5")[..5000]);
    fs_err::rename(folder.path("half.h5"), folder.path("libraries/lib.h5")).unwrap();
    server.signal("-HUP");
    let faults = |server: &Server| server.get("/api/v1/libraries").json()["faults"].clone();
    server.until("the fault is told", |server| {
        faults(server)[0]["library"] == "lib"
    });
    assert!(
        faults(&server)[0]["message"]
            .as_str()
            .unwrap()
            .contains("lib.h5")
    );
    assert_eq!(entries(&server), 70);
    assert!(folder.text("serve.log").contains("not loaded"));
    let file = "Content-Type: application/octet-stream";
    server
        .post("/api/v1/search", &[file], folder.read("queries.mgf"))
        .is(200);

    replace(&folder, 65);
    server.until("the repaired library is served", |server| {
        entries(server) == 65
    });
    assert_eq!(faults(&server), serde_json::json!([]));

    fs_err::remove_file(folder.path("libraries/lib.h5")).unwrap();
    server.until("it is gone", |server| {
        server.get("/health/ready").status == 503
    });
    server
        .get("/api/v1/libraries/lib")
        .refuses(404, "not_found", "\"lib\"");
}

#[test]
fn fifty_replacements_under_load_spoil_no_answer() {
    let folder = folder();
    let server = Server::start(&folder, &["--poll", "0"]);
    let queries = folder.read("queries.mgf");
    let answers = |version: &str| {
        let headers = ["Content-Type: application/octet-stream", "Accept: text/csv"];
        let reply = server
            .post("/api/v1/search?file=q.mgf", &headers, &queries)
            .is(200);
        assert_eq!(reply.header("mzseek-library-version"), Some(version));
        reply.body
    };
    let version = |server: &Server| {
        let all = server.get("/api/v1/libraries").json();
        all["libraries"][0]["version"].as_str().unwrap().to_owned()
    };
    // Two versions, and what each answers.
    let first = version(&server);
    let of_first = answers(&first);
    fs_err::copy(folder.path("libraries/lib.h5"), folder.path("first.h5")).unwrap();
    replace(&folder, 71);
    fs_err::copy(folder.path("libraries/lib.h5"), folder.path("second.h5")).unwrap();
    server.signal("-HUP");
    server.until("the second is served", |server| version(server) != first);
    let second = version(&server);
    let of_second = answers(&second);
    assert!(of_first != of_second);

    let ended = AtomicBool::new(false);
    let seen: HashSet<String> = std::thread::scope(|scope| {
        let ask = || {
            let mut seen = HashSet::new();
            while !ended.load(Ordering::Relaxed) {
                let headers = ["Content-Type: application/octet-stream", "Accept: text/csv"];
                let path = "/api/v1/search?file=q.mgf";
                let reply = server.post(path, &headers, &queries).is(200);
                let version = reply.header("mzseek-library-version").unwrap().to_owned();
                let expected = if version == first {
                    &of_first
                } else {
                    &of_second
                };
                assert!(reply.body == *expected, "an answer of {version} is another");
                assert!(version == first || version == second);
                seen.insert(version);
            }
            seen
        };
        let asking: Vec<_> = (0..3).map(|_| scope.spawn(ask)).collect();
        for round in 0..50 {
            let (source, expected) = if round % 2 == 0 {
                ("first.h5", &first)
            } else {
                ("second.h5", &second)
            };
            fs_err::copy(folder.path(source), folder.path("libraries/copy.tmp")).unwrap();
            let target = folder.path("libraries/lib.h5");
            fs_err::rename(folder.path("libraries/copy.tmp"), target).unwrap();
            server.signal("-HUP");
            server.until("the next is served", |server| version(server) == *expected);
        }
        ended.store(true, Ordering::Relaxed);
        asking
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(seen, HashSet::from([first, second]));
    assert!(!folder.text("serve.log").contains("not loaded"));
}
