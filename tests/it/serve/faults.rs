//! Whatever is sent: a clear refusal, and a service that goes on.

use super::server::{Reply, Server, folder, read};
use crate::kit::Folder;
use crate::molecules::{molecules, msp};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::time::Duration;

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
    let endless = b"BEGIN IONS\nPEPMASS=100\n50 1e308\nEND IONS\n";
    post(&[FILE], endless).refuses(422, "unusable", "intensity");
    // JSON is a format of files too.
    post(&[FILE], "[".repeat(100_000).as_bytes()).status_is_4xx();
    post(&[FILE], "[{\"peaks\":".repeat(50_000).as_bytes()).status_is_4xx();
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
    // A side is closed before all is sent: that is told.
    let mut cut = server.connect();
    cut.write_all(request(queries.len() + 10).as_bytes())
        .unwrap();
    cut.shutdown(Shutdown::Write).unwrap();
    read(cut).refuses(400, "malformed", "ended before it was whole");
    let mut chunked = server.connect();
    let head = format!(
        "POST /api/v1/search HTTP/1.1\r\nHost: {}\r\n{FILE}\r\nTransfer-Encoding: chunked\r\n\r\n",
        server.address
    );
    chunked.write_all(head.as_bytes()).unwrap();
    chunked.write_all(b"100\r\nBEGIN IONS\nPEP").unwrap();
    chunked.shutdown(Shutdown::Write).unwrap();
    read(chunked).refuses(400, "malformed", "ended before it was whole");
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
fn who_does_not_take_in_an_answer_is_not_waited_for() {
    let folder = Folder::new();
    folder.run(&["demo", "-q", "-o", "libraries"]).exits(0);
    let mut queries = String::new();
    flate2::read::GzDecoder::new(&folder.read("libraries/queries.mgf.gz")[..])
        .read_to_string(&mut queries)
        .unwrap();
    let few = queries.clone();
    // More of an answer than the system takes in for the client.
    let queries = queries.repeat(150);
    let server = Server::start(&folder, &["--max-client-seconds", "1"]);
    let path = "/api/v1/search?library=lipids&top_k=100&precursor_tol=open&group_by=entry";
    let head = format!(
        "POST {path} HTTP/1.0\r\nHost: {}\r\n{FILE}\r\n\
         Accept: application/x-ndjson\r\nContent-Length: {}\r\n\r\n",
        server.address,
        queries.len()
    );
    let mut stalled = server.connect();
    stalled.write_all(head.as_bytes()).unwrap();
    stalled.write_all(queries.as_bytes()).unwrap();
    server.until("its place is given back", |server| {
        let metrics = server.get("/metrics").text();
        let begun = !metrics.contains("mzseek_spectra_total 0\n");
        begun && metrics.contains("mzseek_queue_depth 0\n")
    });
    // It was cut off, and can tell: no last line.
    let reply = read(stalled);
    let text = String::from_utf8_lossy(&reply.body);
    assert!(!text.contains("\"summary\":"), "{} bytes", text.len());
    let path = "/api/v1/search?library=lipids";
    server.post(path, &[FILE], few).is(200);
}

#[test]
fn a_service_killed_in_a_request_or_a_reload_starts_as_it_was() {
    let folder = folder();
    let queries = folder.text("queries.mgf");
    let answers = |server: &Server| {
        let path = "/api/v1/search?file=q.mgf";
        let headers = [FILE, "Accept: text/csv"];
        let reply = server.post(path, &headers, &queries).is(200);
        let version = reply.header("mzseek-library-version").unwrap().to_owned();
        (version, reply.body)
    };
    // Two versions, and what each answers.
    fs_err::copy(folder.path("libraries/lib.h5"), folder.path("first.h5")).unwrap();
    folder.write("next.msp", msp(&molecules(70)));
    folder
        .run(&["build", "next.msp", "-o", "second.h5"])
        .exits(0);
    let put = |name: &str| {
        fs_err::copy(folder.path(name), folder.path("libraries/copy.tmp")).unwrap();
        let target = folder.path("libraries/lib.h5");
        fs_err::rename(folder.path("libraries/copy.tmp"), target).unwrap();
    };
    let mut known = std::collections::HashMap::new();
    for name in ["first.h5", "second.h5"] {
        put(name);
        let (version, body) = answers(&Server::start(&folder, &[]));
        known.insert(version, body);
    }
    assert_eq!(known.len(), 2);
    let many = queries.repeat(400);
    for round in 0..12 {
        let server = Server::start(&folder, &["--jobs", "jobs"]);
        let (version, body) = answers(&server);
        assert!(known[&version] == body, "round {round}");
        let libraries = server.get("/api/v1/libraries").json();
        assert_eq!(libraries["faults"], json!([]));
        assert_eq!(server.get("/api/v1/jobs").json()["jobs"], json!([]));
        // A search that goes on, a job that is being sent, a library that is being taken up.
        let mut asking = server.connect();
        let mut sending = server.connect();
        for (stream, path, length) in [
            (&mut asking, "search?precursor_tol=open", many.len()),
            (&mut sending, "jobs?library=lib", 2 * many.len()),
        ] {
            let head = format!(
                "POST /api/v1/{path} HTTP/1.0\r\nHost: {}\r\n{FILE}\r\nContent-Length: {length}\r\n\r\n",
                server.address
            );
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(many.as_bytes()).unwrap();
        }
        put(["first.h5", "second.h5"][round % 2]);
        server.signal("-HUP");
        std::thread::sleep(Duration::from_millis(round as u64 * 7));
        server.signal("-KILL");
        assert_eq!(server.ended(), None, "killed");
    }
    let server = Server::start(&folder, &["--jobs", "jobs"]);
    assert!(known[&answers(&server).0] == answers(&server).1);
    assert_eq!(crate::kit::names_in(&folder.path("jobs")).len(), 0);
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
