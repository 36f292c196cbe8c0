//! Is what is too much told clearly, and at once?

use super::server::{Server, folder, read};
use crate::molecules::{mgf, molecules};
use serde_json::json;
use std::io::Write;
use std::time::{Duration, Instant};

const FILE: &str = "Content-Type: application/octet-stream";

#[test]
fn each_limit_is_told_by_name() {
    let folder = folder();
    let flags = ["--max-body", "1", "--max-spectra", "5", "--max-peaks", "40"];
    let server = Server::start(&folder, &flags);
    let much = vec![b'\n'; 1_100_000];
    let told = "at most 1 MB";
    server
        .post("/api/v1/search", &[FILE], &much)
        .refuses(413, "too_large", told);
    let queries = folder.read("queries.mgf");
    let told = "more than 5 spectra";
    server
        .post("/api/v1/search", &[FILE], &queries)
        .refuses(413, "too_large", told);
    let spectrum = json!({"precursor_mz": 200.0, "peaks": vec![[100.0, 1.0]; 41]});
    let told = "has 41 peaks; at most 40";
    server
        .search(&json!({"spectra": [spectrum]}))
        .refuses(413, "too_large", told);
    let few = json!({"precursor_mz": 200.0, "peaks": [[100.0, 1.0]]});
    let told = "more than 5 spectra";
    server
        .search(&json!({"spectra": vec![few.clone(); 6]}))
        .refuses(413, "too_large", told);
    server.search(&json!({"spectra": [few]})).is(200);
}

#[test]
fn a_compressed_body_does_not_unpack_without_end() {
    let folder = folder();
    let server = Server::start(&folder, &[]);
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    bomb.write_all(b"BEGIN IONS\nTITLE=").unwrap();
    let lines = vec![b'\n'; 100_000];
    for _ in 0..2000 {
        bomb.write_all(&lines).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    let reply = server.post("/api/v1/search", &[FILE], bomb);
    reply.refuses(413, "too_large", "unpacks to too much");
}

#[test]
fn a_search_that_takes_too_long_is_given_up() {
    let folder = folder();
    let server = Server::start(&folder, &["--max-seconds", "1", "--threads", "1"]);
    // Queries enough for more than a second.
    let many: Vec<_> = molecules(80)
        .iter()
        .cycle()
        .take(9000)
        .map(|m| m.measured_again(3))
        .collect();
    let flags = "/api/v1/search?precursor_tol=open&n_candidates=all&score=two-view-entropy";
    let started = Instant::now();
    let reply = server.post(flags, &[FILE], mgf(&many));
    if reply.status == 200 {
        // A machine that is fast enough has no use for the limit.
        assert!(started.elapsed() < Duration::from_secs(3));
        return;
    }
    reply.refuses(422, "unusable", "took longer than 1 s");
}

#[test]
fn a_full_queue_turns_away_at_once_and_recovers() {
    let folder = folder();
    let server = Server::start(&folder, &["--max-queue", "2"]);
    let head = format!(
        "POST /api/v1/search HTTP/1.1\r\nHost: {}\r\n{FILE}\r\nContent-Length: 100\r\n\r\n",
        server.address
    );
    // Two that hold their places, because their bodies do not come.
    let mut slow: Vec<_> = (0..2).map(|_| server.connect()).collect();
    for stream in &mut slow {
        stream.write_all(head.as_bytes()).unwrap();
    }
    let queries = folder.read("queries.mgf");
    // A search sent before that would take a place from one of them.
    server.until("the queue is full", |server| {
        let metrics = server.get("/metrics").body;
        String::from_utf8_lossy(&metrics).contains("\nmzseek_queue_depth 2\n")
    });
    let started = Instant::now();
    let reply = server.post("/api/v1/search", &[FILE], &queries);
    let reply = reply.refuses(429, "busy", "try again");
    assert_eq!(reply.header("retry-after"), Some("1"));
    assert!(started.elapsed() < Duration::from_secs(2));
    // Who only looks is not turned away.
    server.get("/api/v1/libraries").is(200);
    drop(slow);
    server.until("there is room again", |server| {
        server.post("/api/v1/search", &[FILE], &queries).status == 200
    });
}

#[test]
fn who_does_not_send_is_not_waited_for() {
    let folder = folder();
    let server = Server::start(&folder, &["--max-client-seconds", "1"]);
    let mut body = server.connect();
    let head = format!(
        "POST /api/v1/search HTTP/1.0\r\nHost: {}\r\n{FILE}\r\nContent-Length: 100\r\n\r\nBEGIN",
        server.address
    );
    body.write_all(head.as_bytes()).unwrap();
    let mut head = server.connect();
    head.write_all(b"GET /health/live HTTP/1.1\r\nHos").unwrap();
    read(body).refuses(408, "slow_client", "within 1 s");
    // No request, no answer: the connection is closed, or told that it took too long.
    assert!([0, 408].contains(&read(head).status));
}
