//! Jobs: done as on the command line, bounded, cancelled, and whole after a kill.

use super::server::{Server, folder, read};
use crate::kit::{Folder, names_in};
use crate::molecules::{mgf, molecules};
use std::io::Write;

const FILE: &str = "Content-Type: application/octet-stream";

fn order(server: &Server, parameters: &str, body: impl AsRef<[u8]>) -> String {
    let path = format!("/api/v1/jobs?{parameters}");
    let reply = server
        .post(&path, &[FILE, "Accept: text/csv"], body)
        .is(202);
    let id = reply.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(
        reply.header("location"),
        Some(&*format!("/api/v1/jobs/{id}"))
    );
    id
}

fn state(server: &Server, id: &str) -> String {
    let job = server.get(&format!("/api/v1/jobs/{id}")).is(200).json();
    job["state"].as_str().unwrap().to_owned()
}

/// Queries enough to keep the service busy for some seconds.
fn many() -> String {
    let all = molecules(80);
    mgf(&all
        .iter()
        .cycle()
        .take(20_000)
        .map(|m| m.measured_again(5))
        .collect::<Vec<_>>())
}

const SLOW: &str = "file=many.mgf&precursor_tol=open&n_candidates=all&score=two-view-entropy";

fn n_folders(folder: &Folder) -> usize {
    names_in(&folder.path("jobs")).len()
}

#[test]
fn a_job_is_answered_as_on_the_command_line() {
    let folder = folder();
    let server = Server::start(&folder, &["--jobs", "jobs"]);
    let id = order(
        &server,
        "file=queries.mgf&top_k=2",
        folder.read("queries.mgf"),
    );
    server.until("the job is done", |server| state(server, &id) == "done");
    let job = server.get(&format!("/api/v1/jobs/{id}")).json();
    assert_eq!(
        (job["searched"].as_u64(), job["summary"]["queries"].as_u64()),
        (Some(20), Some(20))
    );
    let result = server.get(&format!("/api/v1/jobs/{id}/result")).is(200);
    assert_eq!(result.header("content-type"), Some("text/csv"));
    assert_eq!(
        result.header("mzseek-library-version"),
        job["version"].as_str()
    );
    let words = [
        "search",
        "libraries/lib.h5",
        "queries.mgf",
        "-o",
        "r.csv",
        "-k",
        "2",
    ];
    folder.run(&words).exits(0);
    assert!(result.body == folder.read("r.csv"));
    assert_eq!(server.get("/api/v1/jobs").json()["jobs"][0]["id"], *id);

    let path = format!("/api/v1/jobs/{id}");
    server.ask("DELETE", &path, &[], b"").is(204);
    server.get(&path).refuses(404, "not_found", "no job");
    assert_eq!(n_folders(&folder), 0);
}

#[test]
fn a_job_that_cannot_be_done_says_why() {
    let folder = folder();
    let server = Server::start(&folder, &["--jobs", "jobs"]);
    let id = order(&server, "file=a.mgf", "no spectra at all");
    server.until("it failed", |server| state(server, &id) == "failed");
    let job = server.get(&format!("/api/v1/jobs/{id}")).json();
    assert!(
        job["message"]
            .as_str()
            .unwrap()
            .contains("a.mgf: this looks like"),
        "{job}"
    );
    let result = format!("/api/v1/jobs/{id}/result");
    server
        .get(&result)
        .refuses(409, "not_ready", "the job failed: a.mgf");
    server
        .post("/api/v1/jobs?top_k=0", &[FILE], "")
        .refuses(422, "unusable", "'0'");
    server
        .post("/api/v1/jobs?library=no", &[FILE], "")
        .refuses(404, "not_found", "\"no\"");
    assert_eq!(n_folders(&folder), 1, "what was refused leaves nothing");
    // A file that is cut short is no job.
    let mut cut = server.connect();
    let head = format!(
        "POST /api/v1/jobs HTTP/1.0\r\nHost: {}\r\n{FILE}\r\nContent-Length: 1000\r\n\r\nBEGIN IONS",
        server.address
    );
    cut.write_all(head.as_bytes()).unwrap();
    cut.shutdown(std::net::Shutdown::Write).unwrap();
    read(cut).refuses(400, "malformed", "ended before it was whole");
    assert_eq!(n_folders(&folder), 1, "what was cut leaves nothing");
    drop(server);
    let without = Server::start(&folder, &[]);
    without
        .get("/api/v1/jobs")
        .refuses(404, "not_found", "without --jobs");
}

#[test]
fn jobs_are_bounded_and_cancelled() {
    let folder = folder();
    let server = Server::start(&folder, &["--jobs", "jobs", "--max-jobs", "2"]);
    let many = many();
    let (first, second) = (order(&server, SLOW, &many), order(&server, SLOW, &many));
    let reply = server.post(&format!("/api/v1/jobs?{SLOW}"), &[FILE], &many);
    reply.refuses(429, "busy", "too many jobs");
    let result = format!("/api/v1/jobs/{second}/result");
    server
        .get(&result)
        .refuses(409, "not_ready", "not done yet");
    for id in [&second, &first] {
        server
            .ask("DELETE", &format!("/api/v1/jobs/{id}"), &[], b"")
            .is(204);
    }
    server.until("nothing is left", |_| n_folders(&folder) == 0);
    let id = order(&server, "file=q", folder.read("queries.mgf"));
    server.until("the next is done", |server| state(server, &id) == "done");
    assert!(
        !folder.text("serve.log").contains("ERROR"),
        "{}",
        folder.text("serve.log")
    );
}

#[test]
fn jobs_deleted_as_they_begin_hold_up_no_other() {
    let folder = folder();
    let server = Server::start(&folder, &["--jobs", "jobs"]);
    for _ in 0..60 {
        let id = order(&server, "file=q.mgf", folder.read("queries.mgf"));
        let path = format!("/api/v1/jobs/{id}");
        server.ask("DELETE", &path, &[], b"").is(204);
    }
    let id = order(&server, "file=q.mgf", folder.read("queries.mgf"));
    server.until("the next is done", |server| state(server, &id) == "done");
    let log = folder.text("serve.log");
    assert!(!log.contains("ERROR"), "{log}");
}

#[test]
fn a_killed_service_does_its_jobs_again() {
    let folder = folder();
    let server = Server::start(&folder, &["--jobs", "jobs"]);
    let done = order(&server, "file=q.mgf", folder.read("queries.mgf"));
    server.until("the first is done", |server| state(server, &done) == "done");
    let id = order(&server, SLOW, many());
    server.until("it is being done", |server| {
        let job = server.get(&format!("/api/v1/jobs/{id}")).json();
        job["state"] == "running" && job["searched"].as_u64() > Some(0) || job["state"] == "done"
    });
    server.signal("-KILL");
    drop(server);
    // What a job that never came to be would leave.
    let never = folder.path("jobs").join("0".repeat(32));
    fs_err::create_dir(&never).unwrap();
    fs_err::write(never.join("input"), "half").unwrap();

    let server = Server::start(&folder, &["--jobs", "jobs"]);
    assert_eq!(n_folders(&folder), 2);
    assert_eq!(state(&server, &done), "done");
    server.until("it is done again", |server| state(server, &id) == "done");
    let result = server.get(&format!("/api/v1/jobs/{id}/result")).is(200);
    folder.write("many.mgf", many());
    let words = [
        "search",
        "libraries/lib.h5",
        "many.mgf",
        "-o",
        "r.csv",
        "--precursor-tol",
        "open",
        "--n-candidates",
        "all",
        "--score",
        "two-view-entropy",
    ];
    folder.run(&words).exits(0);
    assert!(result.body == folder.read("r.csv"));
    server.signal("-TERM");
    assert_eq!(server.ended(), Some(0));
}

#[test]
fn a_job_that_ended_long_ago_is_deleted() {
    let folder = folder();
    let server = Server::start(&folder, &["--jobs", "jobs"]);
    let (old, new) = (
        order(&server, "file=q.mgf", folder.read("queries.mgf")),
        order(&server, "file=q.mgf", folder.read("queries.mgf")),
    );
    server.until("both are done", |server| {
        state(server, &old) == "done" && state(server, &new) == "done"
    });
    drop(server);
    let path = folder.path(&format!("jobs/{old}/job.json"));
    let mut record: serde_json::Value =
        serde_json::from_slice(&fs_err::read(&path).unwrap()).unwrap();
    let finished = record["finished"].as_u64().unwrap();
    record["finished"] = (finished - 2 * 3600 - 1).into();
    fs_err::write(&path, record.to_string()).unwrap();
    let server = Server::start(&folder, &["--jobs", "jobs", "--job-hours", "2"]);
    server.until("the old one is gone", |_| n_folders(&folder) == 1);
    let told = server.get(&format!("/api/v1/jobs/{old}"));
    told.refuses(404, "not_found", "deleted some time after");
    assert_eq!(state(&server, &new), "done");
}
