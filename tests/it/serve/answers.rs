//! Does the service say what the command line says?

use super::server::{Server, folder};
use crate::kit::{Folder, Report, skipped};
use serde_json::{Value, json};
use std::fmt::Write;

const FILE: &str = "Content-Type: application/octet-stream";

/// The report of the command line, from a folder with `libraries/lib.h5` and `queries.mgf`.
fn report(folder: &Folder, flags: &[&str]) -> Vec<u8> {
    let words = [
        "search",
        "libraries/lib.h5",
        "queries.mgf",
        "-o",
        "report.csv",
    ];
    folder.run(&[&words[..], flags].concat()).exits(0);
    folder.read("report.csv")
}

#[test]
fn csv_is_that_of_the_command_line_byte_for_byte() {
    let folder = folder();
    let server = Server::start(&folder, &[]);
    let queries = folder.read("queries.mgf");
    for (flags, settings) in [
        (&[][..], ""),
        (
            &["-k", "3", "--group-by", "entry"],
            "&top_k=3&group_by=entry",
        ),
        (
            &["--precursor-tol", "open", "--only-matched"],
            "&precursor_tol=open&only_matched=true",
        ),
        (
            &["--precursor-range=-20..300Da"],
            "&precursor_range=-20..300Da",
        ),
        (
            &[
                "--where",
                "charge = 1 and precursor_mz < 300",
                "--min-score",
                "0.2",
            ],
            "&where=charge+%3D+1+and+precursor_mz+%3C+300&min_score=0.2",
        ),
        (
            &["--n-candidates", "all", "--score", "cosine"],
            "&n_candidates=all&score=cosine",
        ),
    ] {
        let path = format!("/api/v1/search?library=lib&file=queries.mgf{settings}");
        let reply = server
            .post(&path, &[FILE, "Accept: text/csv"], &queries)
            .is(200);
        assert_eq!(reply.header("content-type"), Some("text/csv"));
        assert!(reply.body == report(&folder, flags), "{settings}");
    }
}

#[test]
fn a_form_with_a_file_is_answered_as_the_file() {
    let folder = folder();
    let server = Server::start(&folder, &[]);
    let mut body = String::new();
    for (name, value) in [("library", "lib"), ("top_k", "2")] {
        write!(
            body,
            "--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        )
        .unwrap();
    }
    body +=
        "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"queries.mgf\"\r\n\r\n";
    body += &folder.text("queries.mgf");
    body += "\r\n--XX--\r\n";
    let headers = [
        "Content-Type: multipart/form-data; boundary=XX",
        "Accept: text/csv",
    ];
    let reply = server.post("/api/v1/search", &headers, body).is(200);
    assert!(reply.body == report(&folder, &["-k", "2"]));
}

/// The spectra of an MGF file as a question in JSON.
fn question(mgf: &str) -> Value {
    let mut spectra: Vec<Value> = Vec::new();
    for line in mgf.lines() {
        let last = spectra.last_mut();
        match (line.split_once('='), last) {
            _ if line == "BEGIN IONS" => spectra.push(json!({"peaks": []})),
            (Some(("TITLE", title)), Some(spectrum)) => spectrum["id"] = json!(title),
            (Some(("PEPMASS", mz)), Some(spectrum)) => {
                spectrum["precursor_mz"] = json!(mz.parse::<f64>().unwrap());
            }
            (Some(("CHARGE", charge)), Some(spectrum)) => {
                let sign = if charge.ends_with('-') { -1 } else { 1 };
                let number: i32 = charge.trim_end_matches(['+', '-']).parse().unwrap();
                spectrum["charge"] = json!(sign * number);
            }
            (None, Some(spectrum)) if line.starts_with(|c: char| c.is_ascii_digit()) => {
                let peak: Vec<f64> = line.split(' ').map(|n| n.parse().unwrap()).collect();
                spectrum["peaks"].as_array_mut().unwrap().push(json!(peak));
            }
            _ => {}
        }
    }
    json!({"spectra": spectra})
}

/// Some cells of every match of `answers`.
fn matches(answers: &[Value]) -> Vec<Vec<String>> {
    let cells = |answer: &Value| -> Vec<Vec<String>> {
        let id = answer["query_id"].as_str().unwrap();
        let row = |m: &Value| {
            vec![
                id.to_owned(),
                m["rank"].to_string(),
                m["entry_id"].as_str().unwrap().to_owned(),
                m["cluster_id"].to_string(),
                format!("{:.6}", m["similarity"].as_f64().unwrap()),
                m["matched_peaks"].to_string(),
            ]
        };
        let matches = answer["matches"].as_array().unwrap();
        matches.iter().map(row).collect()
    };
    answers.iter().flat_map(cells).collect()
}

#[test]
fn json_and_json_lines_say_what_csv_says() {
    let folder = folder();
    let server = Server::start(&folder, &[]);
    let report = Report::read(&String::from_utf8(report(&folder, &[])).unwrap());
    let reply = server
        .search(&question(&folder.text("queries.mgf")))
        .is(200);
    let answer = reply.json();
    let expected = fs_err::read(folder.path("libraries/lib.h5")).unwrap();
    assert!(!expected.is_empty() && answer["version"].as_str().unwrap().len() == 64);
    assert_eq!(
        reply.header("mzseek-library-version"),
        answer["version"].as_str()
    );
    let answers = answer["answers"].as_array().unwrap();
    assert_eq!(answer["summary"]["queries"], answers.len());

    let columns = [
        "query_id",
        "rank",
        "entry_id",
        "cluster_id",
        "similarity",
        "matched_peaks",
    ];
    let columns = columns.map(|column| report.column(column));
    let rows = (0..columns[0].len()).filter(|&row| !columns[1][row].is_empty());
    let rows: Vec<Vec<String>> = rows
        .map(|row| {
            columns
                .iter()
                .map(|column| column[row].to_owned())
                .collect()
        })
        .collect();
    assert!(rows.len() > 10);
    assert_eq!(matches(answers), rows);

    let headers = [
        "Content-Type: application/json",
        "Accept: application/x-ndjson",
    ];
    let question = question(&folder.text("queries.mgf")).to_string();
    let lines = server
        .post("/api/v1/search", &headers, question)
        .is(200)
        .text();
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let (last, lines) = lines.split_last().unwrap();
    assert_eq!(lines, answers);
    assert_eq!(last["summary"], answer["summary"]);
}

#[test]
fn a_run_with_decoys_has_the_q_values_of_the_command_line() {
    let folder = Folder::new();
    fs_err::create_dir(folder.path("libraries")).unwrap();
    let library = |name: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("libraries")
            .join(name);
        path.to_str().unwrap().to_owned()
    };
    let spectra = library("contaminants/spectra.msp.gz");
    let words = [
        "build",
        &spectra,
        "-o",
        "libraries/lib.h5",
        "--profile",
        "peptide",
    ];
    folder.run(&words).exits(0);
    folder.write(
        "queries.mgf",
        fs_err::read(library("demo/queries.mgf.gz")).unwrap(),
    );
    let server = Server::start(&folder, &[]);
    let flags = ["--precursor-tol", "20ppm", "--cascade", "--fdr", "0.05"];
    let path = "/api/v1/search?file=queries.mgf&precursor_tol=20ppm&cascade=true&fdr=0.05";
    let queries = folder.read("queries.mgf");
    let reply = server
        .post(path, &[FILE, "Accept: text/csv"], queries)
        .is(200);
    let expected = report(&folder, &flags);
    assert!(reply.body == expected);
    let q_values = Report::read(&String::from_utf8(expected).unwrap());
    assert!(
        q_values
            .column("q_value")
            .iter()
            .any(|cell| !cell.is_empty())
    );
}

#[test]
fn the_whole_massbank_set_is_answered_as_on_the_command_line() {
    let Some(massbank) = crate::kit::data("massbank") else {
        return;
    };
    let folder = Folder::new();
    fs_err::create_dir(folder.path("libraries")).unwrap();
    let input = massbank.join("library.msp.gz");
    let words = ["build", input.to_str().unwrap(), "-o", "libraries/lib.h5"];
    folder.run(&words).exits(0);
    folder.write(
        "queries.mgf",
        fs_err::read(massbank.join("queries.mgf.gz")).unwrap(),
    );
    let server = Server::start(&folder, &[]);
    let queries = folder.read("queries.mgf");
    for (flags, settings) in [
        (&[][..], ""),
        (&["--precursor-tol", "open"], "&precursor_tol=open"),
    ] {
        let path = format!("/api/v1/search?file=queries.mgf{settings}");
        let reply = server
            .post(&path, &[FILE, "Accept: text/csv"], &queries)
            .is(200);
        assert!(reply.body == report(&folder, flags), "{settings}");
    }
    if queries.is_empty() {
        skipped("the set has no queries");
    }
}

#[test]
fn damaged_records_are_left_out_and_counted() {
    let folder = folder();
    let server = Server::start(&folder, &[]);
    let mut text = folder.text("queries.mgf");
    text += "BEGIN IONS\nPEPMASS=100\n50 -1\nEND IONS\n";
    let reply = server
        .post("/api/v1/search?file=a.mgf", &[FILE], &text)
        .is(200);
    let summary = &reply.json()["summary"];
    assert_eq!(summary["skipped"], 1);
    let told = summary["skipped_why"].to_string();
    assert!(told.contains("a.mgf, record 21"), "{told}");
    assert_eq!(reply.header("mzseek-skipped"), Some("1"));
}

#[test]
fn what_was_read_is_shown() {
    let folder = folder();
    let server = Server::start(&folder, &[]);
    let queries = folder.text("queries.mgf");
    let reply = server
        .post("/api/v1/spectra?from=3&limit=2", &[FILE], &queries)
        .is(200);
    let spectra = reply.json()["spectra"].clone();
    assert_eq!(
        (spectra[0]["index"].as_u64(), spectra[1]["index"].as_u64()),
        (Some(3), Some(4))
    );
    let asked = question(&queries)["spectra"][3].clone();
    assert_eq!(spectra[0]["id"], asked["id"]);
    assert_eq!(spectra[0]["peaks"], asked["peaks"]);
}
