//! Is a spectrum compared with an entry as on the command line?

use super::server::{Reply, Server, folder};
use crate::kit::Folder;
use serde_json::{Value, json};

const FILE: &str = "Content-Type: application/octet-stream";
const JSON: &str = "Content-Type: application/json";

/// The third query, what it is answered, and the path that compares it with its first match.
struct Case {
    spectrum: Value,
    answer: Value,
    path: String,
}

impl Case {
    fn new(server: &Server, folder: &Folder) -> Self {
        let queries = folder.read("queries.mgf");
        let read = server.post("/api/v1/spectra", &[FILE], &queries).is(200);
        let mut spectrum = read.json()["spectra"][2].clone();
        spectrum.as_object_mut().unwrap().remove("index");
        let answer = server.search(&json!({"spectra": [spectrum]}));
        let answer = answer.is(200).json();
        let entry = &answer["answers"][0]["matches"][0]["entry_index"];
        Self {
            path: format!("/api/v1/libraries/lib/entries/{entry}/mirror"),
            spectrum,
            answer,
        }
    }

    fn compare(&self, server: &Server, accept: &str, more: &Value) -> Reply {
        let mut asked = json!({"spectrum": self.spectrum});
        for (key, value) in more.as_object().unwrap() {
            asked[key] = value.clone();
        }
        let accept = format!("Accept: {accept}");
        server.post(&self.path, &[JSON, &accept], asked.to_string())
    }
}

#[test]
fn drawing_and_numbers_are_those_of_the_command_line() {
    let folder = folder();
    let server = Server::start(&folder, &[]);
    let case = Case::new(&server, &folder);
    let words = [
        "plot",
        "libraries/lib.h5",
        "queries.mgf",
        "--query-index",
        "2",
    ];
    let drawn = folder.run(&words).exits(0).stdout;
    let reply = case.compare(&server, "image/svg+xml", &json!({})).is(200);
    assert_eq!(reply.header("content-type"), Some("image/svg+xml"));
    let version = reply.header("mzseek-library-version");
    assert_eq!(version, case.answer["version"].as_str());
    assert_eq!(reply.text(), drawn);

    let compared = case.compare(&server, "application/json", &json!({}));
    let compared = compared.is(200).json();
    let matched = &case.answer["answers"][0]["matches"][0];
    for key in [
        "similarity",
        "score_name",
        "matched_peaks",
        "matched_intensity",
        "entry_index",
    ] {
        assert_eq!(compared[key], matched[key], "{key}");
    }
    let adds = |pair: &Value| pair["contribution"].as_f64().unwrap();
    let sum: f64 = compared["pairs"].as_array().unwrap().iter().map(adds).sum();
    let similarity = compared["similarity"].as_f64().unwrap();
    assert!((sum - similarity).abs() < 1e-5, "{compared}");
}

#[test]
fn another_score_and_a_part_of_the_drawing_can_be_asked_for() {
    let folder = folder();
    let server = Server::start(&folder, &[]);
    let case = Case::new(&server, &folder);
    let compare = |accept: &str, more: Value| case.compare(&server, accept, &more);
    let cosine = compare("application/json", json!({"settings": {"score": "cosine"}}));
    assert_eq!(cosine.is(200).json()["score_name"], "cosine");
    let part = compare("*/*", json!({"range": [100.0, 101.5]})).is(200);
    let part = part.text();
    assert!(
        part.contains("data-from=\"100\" data-to=\"101.5\""),
        "{part}"
    );

    for range in [[5.0, 5.0], [9.0, 3.0], [-1.0, 3.0], [0.0, 1e300]] {
        let told = "from one m/z to a higher one";
        compare("*/*", json!({"range": range})).refuses(422, "unusable", told);
    }
    let none = json!({"spectrum": {"peaks": []}});
    compare("*/*", none).refuses(422, "unusable", "cannot be compared");
    let score = json!({"settings": {"score": "luck"}});
    compare("*/*", score).refuses(422, "unusable", "luck");
    compare("text/csv", json!({})).refuses(406, "not_acceptable", "image/svg+xml");
    let queries = folder.read("queries.mgf");
    let file = server.post(&case.path, &[FILE], &queries);
    file.refuses(415, "unsupported_media_type", "json");
    let beyond = server.post("/api/v1/libraries/lib/entries/60/mirror", &[JSON], "{}");
    beyond.refuses(404, "not_found", "no entry 60");
}
