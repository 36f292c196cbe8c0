//! Who may ask, from where, and what everybody may see.

use super::server::{Server, folder};

#[test]
fn without_tokens_only_this_machine_is_listened_to() {
    let folder = folder();
    let words = ["serve", "--libraries", "libraries", "--listen", "0.0.0.0:0"];
    folder
        .run(&words)
        .exits(2)
        .says("--tokens FILE, or --insecure");
    folder
        .run(&["serve", "--libraries", "nowhere"])
        .exits(1)
        .says("nowhere");
}

#[test]
fn a_token_is_asked_for_where_there_are_some() {
    let folder = folder();
    folder.write("tokens.txt", "# lab\nabcdefghijklmnop\n");
    let server = Server::start(&folder, &["--tokens", "tokens.txt"]);
    let with = |token: &str| {
        let header = format!("Authorization: Bearer {token}");
        server.ask("GET", "/api/v1/libraries", &[&header], b"")
    };
    server
        .get("/api/v1/libraries")
        .refuses(401, "unauthorized", "Bearer TOKEN");
    with("abcdefghijklmnoq").refuses(401, "unauthorized", "");
    with("abcdefghijklmnop").is(200);
    server.get("/metrics").is(401);
    for open in [
        "/",
        "/api",
        "/openapi.json",
        "/health/live",
        "/health/ready",
    ] {
        server.get(open).is(200);
    }
    // New tokens are taken up; a bad file leaves the old ones.
    folder.write("tokens.txt", "0123456789abcdef\n");
    server.signal("-HUP");
    server.until("the new token is known", |_| {
        with("0123456789abcdef").status == 200
    });
    with("abcdefghijklmnop").is(401);
    folder.write("tokens.txt", "short\n");
    server.signal("-HUP");
    server.until("told", |_| {
        folder
            .text("serve.log")
            .contains("the tokens stay as they were")
    });
    with("0123456789abcdef").is(200);
}

#[test]
fn pages_of_other_origins_may_not_ask() {
    let folder = folder();
    let server = Server::start(&folder, &[]);
    let own = format!("Origin: http://{}", server.address);
    server.ask("GET", "/api/v1/libraries", &[&own], b"").is(200);
    for origin in ["Origin: http://elsewhere.example", "Origin: null"] {
        let reply = server.ask("GET", "/api/v1/libraries", &[origin], b"");
        let reply = reply.refuses(403, "cross_origin", "other origins");
        assert_eq!(reply.header("access-control-allow-origin"), None);
    }
}

#[test]
fn every_request_has_an_id_in_answer_and_log() {
    let folder = folder();
    let server = Server::start(&folder, &["--log-format", "json"]);
    let reply = server.ask("GET", "/api/v1/libraries", &["X-Request-Id: run-17"], b"");
    assert_eq!(reply.header("x-request-id"), Some("run-17"));
    let own = server.ask("GET", "/health/live", &["X-Request-Id: not (plain)"], b"");
    assert_eq!(own.header("x-request-id").map(str::len), Some(16));
    let log = folder.text("serve.log");
    let lines = log
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let told: Vec<_> = lines
        .filter(|line| line["request_id"] == "run-17")
        .collect();
    assert_eq!(told.len(), 1, "{log}");
    assert_eq!(told[0]["status"], 200);
}

#[test]
fn the_page_is_served_with_its_parts_and_nothing_else() {
    let folder = folder();
    let server = Server::start(&folder, &[]);
    let page = server.get("/").is(200);
    assert!(
        page.header("content-security-policy")
            .unwrap()
            .starts_with("default-src 'none'")
    );
    let text = page.text();
    let parts = text.split('"').filter(|part| part.starts_with("/assets/"));
    let parts: Vec<&str> = parts.collect();
    assert!(parts.len() >= 2, "{parts:?}");
    for part in parts {
        server.get(part).is(200);
    }
    server
        .get("/assets/..%2f..%2fCargo.toml")
        .refuses(404, "not_found", "no such part");
    let api = server.get("/api").is(200).text();
    assert!(api.contains("POST /api/v1/search"));
    let document = server.get("/openapi.json").is(200).json();
    assert_eq!(document["info"]["title"], "mzseek");
}

#[test]
fn counts_are_kept_for_prometheus() {
    let folder = folder();
    let server = Server::start(&folder, &[]);
    let file = "Content-Type: application/octet-stream";
    server
        .post("/api/v1/search", &[file], folder.read("queries.mgf"))
        .is(200);
    server.get("/nowhere/at/all").is(404);
    let text = server.get("/metrics").is(200).text();
    for line in [
        "mzseek_spectra_total 20",
        "mzseek_library_entries{library=\"lib\"} 60",
        "mzseek_queue_depth 0",
        "mzseek_requests_total{path=\"/api/v1/search\",method=\"POST\",status=\"200\"} 1",
        "mzseek_requests_total{path=\"other\",method=\"GET\",status=\"404\"} 1",
        "mzseek_request_seconds_count{path=\"/api/v1/search\"} 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert!(text.ends_with("# EOF\n"));
    let bytes = folder.read("libraries/lib.h5").len();
    assert!(text.contains(&format!(
        "mzseek_library_bytes{{library=\"lib\"}} {bytes}\n"
    )));
    // The histogram: ascending, and all of it within its last bucket.
    let buckets: Vec<u64> = text
        .lines()
        .filter(|line| line.starts_with("mzseek_request_seconds_bucket{le="))
        .filter(|line| line.contains("path=\"/api/v1/search\""))
        .map(|line| line.rsplit(' ').next().unwrap().parse().unwrap())
        .collect();
    assert!(buckets.len() > 10 && buckets.is_sorted(), "{text}");
    assert_eq!(buckets.last(), Some(&1));
}

#[test]
fn life_and_readiness_are_told() {
    let folder = folder();
    let server = Server::start(&folder, &["--poll", "0"]);
    assert_eq!(server.get("/health/live").is(200).text(), "live\n");
    assert_eq!(server.get("/health/ready").is(200).text(), "ready\n");
    fs_err::remove_file(folder.path("libraries/lib.h5")).unwrap();
    server.signal("-HUP");
    server.until("nothing is served", |server| {
        server.get("/health/ready").status == 503
    });
    assert_eq!(server.get("/health/ready").text(), "no library\n");
    assert_eq!(server.get("/health/live").is(200).text(), "live\n");
}
