//! Whatever is sent: a clear refusal, and a service that goes on.

use super::server::{Reply, Server, folder, read};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write;
use std::net::Shutdown;

const FILE: &str = "Content-Type: application/octet-stream";
const JSON: &str = "Content-Type: application/json";

#[test]
fn what_cannot_be_read_is_refused_by_kind() {
    let folder = folder();
    let server = Server::start(&folder, &[]);
    let queries = folder.read("queries.mgf");
    let post = |headers: &[&str], body: &[u8]| server.post("/api/v1/search", headers, body);
    post(&[FILE], b"").refuses(422, "unusable", "the file is empty");
    post(&[FILE], b"\x89HDF\r\n\x1a\n").refuses(422, "unusable", "HDF5 cannot read it");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&queries).unwrap();
    let packed = packed.finish().unwrap();
    post(&[FILE], &packed).is(200);
    post(&[FILE], &packed[..packed.len() - 20]).refuses(422, "unusable", "request: ");
    post(&[FILE], b"BEGIN IONS\nPEPMASS=x\nEND IONS\n").refuses(422, "unusable", "none of 1");
    let told = "Content-Type \"image/png\" is not read";
    post(&["Content-Type: image/png"], &queries).refuses(415, "unsupported_media_type", told);
    let form = "Content-Type: application/x-www-form-urlencoded";
    post(&[form], &queries).refuses(415, "unsupported_media_type", "curl wants");
    let accept = "Accept: image/png";
    post(&[FILE, accept], &queries).refuses(406, "not_acceptable", "text/csv");
    let multipart = "Content-Type: multipart/form-data; boundary=XX";
    post(&[multipart], b"--XX\r\nnothing").refuses(400, "malformed", "the form cannot be read");
    post(&["Content-Type: multipart/form-data"], b"").refuses(400, "malformed", "");
    post(&[JSON, "Content-Encoding: gzip"], b"{}").refuses(415, "unsupported_media_type", "");
    server
        .get("/api/v1/search")
        .refuses(405, "method_not_allowed", "GET");
    server
        .ask("PUT", "/nowhere", &[], b"")
        .refuses(404, "not_found", "nothing at this path");
    server.get("/health/live").is(200);
}

#[test]
fn json_that_makes_no_question_is_refused() {
    let folder = folder();
    let server = Server::start(&folder, &[]);
    let post = |body: &str| server.post("/api/v1/search", &[JSON], body);
    let spectra = |spectrum: Value| server.search(&json!({"spectra": [spectrum]}));
    post("").refuses(400, "malformed", "JSON");
    post("{\"spectra\": [").refuses(400, "malformed", "line 1");
    post(&"[".repeat(100_000)).status_is_4xx();
    let deep = format!("{{\"settings\":{{\"top_k\":{}", "[".repeat(100_000));
    post(&deep).refuses(400, "malformed", "recursion limit");
    post(&format!("{{\"spectra\":{}", "[".repeat(1000))).status_is_4xx();
    post("{\"spectra\": [{\"peaks\": [[1e999, 1]]}]}").refuses(400, "malformed", "out of range");
    post("{\"spectra\": [], \"more\": 1}").refuses(422, "unusable", "unknown field `more`");
    post("{\"spectra\": []}").refuses(422, "unusable", "no spectrum");
    post("[1]").status_is_4xx();
    post("\u{0}").refuses(400, "malformed", "");
    spectra(json!({"peaks": [[100.0]]})).refuses(422, "unusable", "");
    spectra(json!({"peaks": [[100.0, 1e308]]})).refuses(422, "unusable", "spectrum 0: intensity");
    spectra(json!({"peaks": [[1e308, 1.0]]})).status_is_no_fault_of_ours();
    spectra(json!({"peaks": [[-1.0, 1.0]]})).refuses(422, "unusable", "m/z -1");
    spectra(json!({"peaks": [], "precursor_mz": 0})).refuses(422, "unusable", "m/z 0");
    spectra(json!({"peaks": [], "charge": 300})).refuses(422, "unusable", "charge \"300\"");
    spectra(json!({"peaks": [], "polarity": "up"})).refuses(422, "unusable", "polarity");
    spectra(json!({"peaks": []})).is(200);
    let setting = |name: &str, value: Value| {
        server.search(&json!({"settings": {name: value}, "spectra": [{"peaks": []}]}))
    };
    setting("top_k", json!(0)).refuses(422, "unusable", "invalid value '0'");
    setting("topk", json!(3)).refuses(422, "unusable", "settings are top_k");
    setting("fdr", json!(0.01)).refuses(422, "unusable", "need decoys");
    setting("where", json!("nothing = 1")).refuses(422, "unusable", "no column");
    setting("cascade", json!("maybe")).refuses(422, "unusable", "neither true nor false");
    setting("top_k", json!(3)).is(200);
    let path = "/api/v1/search?top_k=3";
    server
        .post(path, &[JSON], "{}")
        .refuses(400, "malformed", "stand in the JSON");
    let path = "/api/v1/search?top_k=3&top_k=4";
    server
        .post(path, &[FILE], "")
        .refuses(422, "unusable", "top_k is given twice");
}

impl Reply {
    #[track_caller]
    fn status_is_4xx(self) {
        assert!((400..500).contains(&self.status), "{}", self.head);
    }

    #[track_caller]
    fn status_is_no_fault_of_ours(self) {
        assert!((200..500).contains(&self.status), "{}", self.head);
    }
}

#[test]
fn ten_million_peaks_are_too_many_in_any_form() {
    let folder = folder();
    let server = Server::start(&folder, &[]);
    let mut mgf = String::from("BEGIN IONS\nPEPMASS=500\n");
    for _ in 0..10_000_000 / 1000 {
        mgf.push_str(&"1 1\n".repeat(1000));
    }
    let reply = server.post("/api/v1/search", &[FILE], &mgf);
    reply.refuses(413, "too_large", "at most 32 MB");
    // Compressed, they get in; there the peaks of a spectrum are counted.
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    packed.write_all(&mgf.as_bytes()[..999_999]).unwrap();
    packed.write_all(b"END IONS\n").unwrap();
    let reply = server.post("/api/v1/search", &[FILE], packed.finish().unwrap());
    reply.refuses(413, "too_large", "peaks; at most 50000");
    let mut json = String::from("{\"spectra\":[{\"peaks\":[[1,1]");
    for _ in 0..5_000_000 / 1000 {
        json.push_str(&",[1,1]".repeat(1000));
    }
    write!(json, "]}}]}}").unwrap();
    let reply = server.post("/api/v1/search", &[JSON], &json);
    reply.refuses(413, "too_large", "has 5000001 peaks");
    server.get("/health/live").is(200);
}

#[test]
fn names_are_never_paths() {
    let folder = folder();
    let server = Server::start(&folder, &["--jobs", "jobs"]);
    for trick in [
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e",
        "lib%00",
        "..",
        "lib.h5",
        "%ff",
    ] {
        for path in [
            format!("/api/v1/libraries/{trick}"),
            format!("/api/v1/libraries/{trick}/entries/0"),
            format!("/api/v1/jobs/{trick}"),
            format!("/api/v1/jobs/{trick}/result"),
            format!("/assets/{trick}"),
        ] {
            server.get(&path).is(404);
        }
        let delete = server.ask("DELETE", &format!("/api/v1/jobs/{trick}"), &[], b"");
        assert_eq!(delete.status, 404);
    }
    let queries = folder.read("queries.mgf");
    let path = "/api/v1/search?file=../../etc/passwd&library=lib";
    let headers = [FILE, "Accept: text/csv"];
    let text = server.post(path, &headers, &queries).is(200).text();
    assert!(text.contains("../../etc/passwd,"), "a name is a label");
    let path = "/api/v1/search?file=a%0d%0ab";
    server
        .post(path, &headers, &queries)
        .refuses(422, "unusable", "control characters");
}

#[test]
fn connections_may_end_anywhere() {
    let folder = folder();
    let server = Server::start(&folder, &[]);
    let queries = folder.text("queries.mgf");
    let request = |length: usize| {
        format!(
            "POST /api/v1/search HTTP/1.0\r\nHost: {}\r\n{FILE}\r\nContent-Length: {length}\r\n\r\n{queries}",
            server.address
        )
    };
    // A side is closed once all is sent: there is an answer.
    let mut half = server.connect();
    half.write_all(request(queries.len()).as_bytes()).unwrap();
    half.shutdown(Shutdown::Write).unwrap();
    read(half).is(200);
    // A side is closed before all is sent: there is none to be had but a refusal.
    let mut cut = server.connect();
    cut.write_all(request(queries.len() + 10).as_bytes())
        .unwrap();
    cut.shutdown(Shutdown::Write).unwrap();
    assert!([0, 400].contains(&read(cut).status));
    // Gone at every place of a request.
    let whole = request(queries.len());
    for at in [
        0,
        10,
        100,
        200,
        whole.len() / 2,
        whole.len() - 1,
        whole.len(),
    ] {
        let mut gone = server.connect();
        gone.write_all(&whole.as_bytes()[..at]).unwrap();
        drop(gone);
    }
    for nonsense in ["\0\0\0\0\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET\r\n\r\n"] {
        let mut stream = server.connect();
        stream.write_all(nonsense.as_bytes()).unwrap();
        let status = read(stream).status;
        assert!(status < 500, "{nonsense:?}: {status}");
    }
    server.until("places are given back", |server| {
        server
            .get("/metrics")
            .text()
            .contains("mzseek_queue_depth 0\n")
    });
    assert!(!folder.text("serve.log").contains("panicked"));
}

#[test]
fn an_end_is_told_waits_for_answers_and_is_zero() {
    let folder = folder();
    let server = Server::start(&folder, &[]);
    let queries = folder.text("queries.mgf");
    let head = format!(
        "POST /api/v1/search HTTP/1.1\r\nHost: {}\r\n{FILE}\r\nContent-Length: {}\r\n\r\n",
        server.address,
        queries.len()
    );
    let mut open = server.connect();
    open.write_all(head.as_bytes()).unwrap();
    server.until("it has a place", |server| {
        server
            .get("/metrics")
            .text()
            .contains("mzseek_queue_depth 1\n")
    });
    server.signal("-TERM");
    server.until("no new connections", |server| {
        std::net::TcpStream::connect(&server.address).is_err()
    });
    open.write_all(queries.as_bytes()).unwrap();
    let reply = read(open).is(200);
    assert_eq!(reply.json()["summary"]["queries"], 20);
    assert_eq!(server.ended(), Some(0));
}
