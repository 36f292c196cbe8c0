//! A service of a test's own, and a client that sends what it is told.

use crate::kit::Folder;
use crate::molecules::{Molecule, mgf, molecules, msp};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Time after which something that should come is taken not to.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A running service; ended when dropped.
pub(crate) struct Server {
    child: Child,
    /// Host and port.
    pub(crate) address: String,
}

/// What the service answers.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// A folder with the library `libraries/lib.h5` of 60 molecules, and `queries.mgf`.
pub(crate) fn folder() -> Folder {
    let (library, queries) = some_molecules();
    let folder = Folder::new();
    folder.write("refs.msp", msp(&library));
    folder.write("queries.mgf", mgf(&queries));
    fs_err::create_dir(folder.path("libraries")).unwrap();
    folder
        .run(&["build", "refs.msp", "-o", "libraries/lib.h5"])
        .exits(0);
    folder
}

fn some_molecules() -> (Vec<Molecule>, Vec<Molecule>) {
    let all = molecules(80);
    let queries = all.iter().step_by(4).map(|m| m.measured_again(7)).collect();
    (all[..60].to_vec(), queries)
}

impl Server {
    /// Starts a service of the folder's `libraries`.
    pub(crate) fn start(folder: &Folder, flags: &[&str]) -> Self {
        let log = fs_err::File::create(folder.path("serve.log")).unwrap();
        let mut child = Command::new(assert_cmd::cargo::cargo_bin("mzseek"))
            .current_dir(folder.path("."))
            .env_remove("MZSEEK_THREADS")
            .args([
                "serve",
                "--libraries",
                "libraries",
                "--listen",
                "127.0.0.1:0",
            ])
            .args(flags)
            .stdout(Stdio::piped())
            .stderr(log.into_file())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").map(str::to_owned);
        let address = address.unwrap_or_else(|| panic!("no address: {}", folder.text("serve.log")));
        Self { child, address }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[], b"")
    }

    pub(crate) fn post(&self, path: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Reply {
        self.ask("POST", path, headers, body.as_ref())
    }

    /// A question in JSON.
    pub(crate) fn search(&self, json: &serde_json::Value) -> Reply {
        let headers = ["Content-Type: application/json"];
        self.post("/api/v1/search", &headers, json.to_string())
    }

    /// Sends a request over a connection of its own.
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Reply {
        let mut stream = self.connect();
        let mut head = format!(
            "{method} {path} HTTP/1.0\r\nHost: {}\r\nContent-Length: {}\r\n",
            self.address,
            body.len()
        );
        for header in headers {
            head.push_str(header);
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        // The service may refuse before it has read everything.
        let _ = stream.write_all(body);
        read(stream)
    }

    /// Waits until `what` holds.
    #[track_caller]
    pub(crate) fn until(&self, told: &str, mut what: impl FnMut(&Self) -> bool) {
        let started = Instant::now();
        while !what(self) {
            assert!(started.elapsed() < PATIENCE, "never: {told}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([name, &pid])
                .status()
                .unwrap()
                .success()
        );
    }

    /// The exit code, once the service has ended.
    pub(crate) fn ended(mut self) -> Option<i32> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(started.elapsed() < PATIENCE, "does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads an answer to its end. A connection that ends without one has status 0.
pub(crate) fn read(mut stream: TcpStream) -> Reply {
    let mut bytes = Vec::new();
    let ended = stream.read_to_end(&mut bytes);
    let blank = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let Some(blank) = blank else {
        let head = format!("{ended:?}");
        return Reply {
            status: 0,
            head,
            body: bytes,
        };
    };
    let head = String::from_utf8_lossy(&bytes[..blank]).into_owned();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Reply {
        status: status.unwrap(),
        head,
        body: bytes.split_off(blank + 4),
    }
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut named = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value)
    }

    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        let told = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, status, "{}\n{told}", self.head);
        self
    }

    /// Asserts that the answer is an error of this kind, and says `text`.
    #[track_caller]
    pub(crate) fn refuses(self, status: u16, code: &str, text: &str) -> Self {
        let reply = self.is(status);
        let json = reply.json();
        assert_eq!(json["status"], status);
        assert_eq!(json["code"], code, "{json}");
        assert!(json["message"].as_str().unwrap().contains(text), "{json}");
        reply
    }
}
