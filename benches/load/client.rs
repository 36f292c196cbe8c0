//! Sends requests over many connections and measures the answers, for `benches/serve_load.py`.
//!
//!     load-client HOST:PORT REQUESTS SECONDS CONNECTIONS [RATE]
//!
//! REQUESTS is a file of pairs, each part after its length in a line: a request as it goes over the wire,
//! and the body of its right answer. With RATE, requests are due so many a second, evenly, and times
//! count from when a request was due; a connection that is not free in time makes it late, which is
//! told. Without, each connection asks again as soon as it is answered. A thread per connection, so
//! that a request goes out within microseconds of its time. Prints one JSON object.

use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A request and the body of its right answer.
struct Case {
    request: Vec<u8>,
    answer: Vec<u8>,
}

/// What came of one request; times in milliseconds.
struct Sample {
    status: u16,
    /// From when it was due to the end of its answer.
    since_due: f64,
    /// From when it was sent.
    since_sent: f64,
}

struct Load {
    cases: Vec<Case>,
    address: String,
    start: Instant,
    time: Duration,
    rate: Option<f64>,
    next: AtomicUsize,
}

type Fault = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Fault> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [address, file, seconds, connections, more @ ..] = words.as_slice() else {
        return Err("HOST:PORT REQUESTS SECONDS CONNECTIONS [RATE]".into());
    };
    let load = Arc::new(Load {
        cases: cases(BufReader::new(fs_err::File::open(file)?))?,
        address: address.clone(),
        // Connections are made before the first request is due.
        start: Instant::now() + Duration::from_millis(500),
        time: Duration::from_secs_f64(seconds.parse()?),
        rate: more.first().map(|rate| rate.parse()).transpose()?,
        next: AtomicUsize::new(0),
    });
    let threads: Vec<_> = (0..connections.parse::<usize>()?)
        .map(|_| {
            let load = Arc::clone(&load);
            let own = std::thread::Builder::new().stack_size(256 * 1024);
            own.spawn(move || load.connection())
        })
        .collect::<io::Result<_>>()?;
    let mut samples = Vec::new();
    for thread in threads {
        samples.extend(thread.join().map_err(|_| "a connection broke off")??);
    }
    let took = load.start.elapsed();
    let of = |status| samples.iter().filter(move |s: &&Sample| s.status == status);
    let figures = |status| {
        let due = ascending(of(status).map(|s| s.since_due));
        let sent = ascending(of(status).map(|s| s.since_sent));
        serde_json::json!({
            "n": due.len(),
            "since_due": [at(&due, 0.5), at(&due, 0.99)],
            "since_sent": [at(&sent, 0.5), at(&sent, 0.99), at(&sent, 1.0)],
        })
    };
    let late = ascending(samples.iter().map(|s| s.since_due - s.since_sent));
    let told = serde_json::json!({
        "seconds": took.as_secs_f64(),
        "answered": figures(200),
        "refused": figures(429),
        "late": [at(&late, 0.5), at(&late, 0.99)],
    });
    Ok(writeln!(io::stdout(), "{told}")?)
}

fn ascending(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn at(ascending: &[f64], share: f64) -> Option<f64> {
    let last = ascending.len().checked_sub(1)?;
    ascending
        .get(((share * ascending.len() as f64) as usize).min(last))
        .copied()
}

fn cases(mut file: impl BufRead) -> io::Result<Vec<Case>> {
    let mut part = || -> io::Result<Option<Vec<u8>>> {
        let mut length = String::new();
        if file.read_line(&mut length)? == 0 {
            return Ok(None);
        }
        let length = length.trim().parse().map_err(io::Error::other)?;
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes)?;
        Ok(Some(bytes))
    };
    let mut cases = Vec::new();
    while let Some(request) = part()? {
        let answer = part()?.ok_or(io::ErrorKind::UnexpectedEof)?;
        cases.push(Case { request, answer });
    }
    Ok(cases)
}

impl Load {
    /// Asks over one connection until the time is over.
    fn connection(&self) -> Result<Vec<Sample>, Fault> {
        let stream = TcpStream::connect(&self.address)?;
        stream.set_nodelay(true)?;
        let mut writer = stream.try_clone()?;
        let mut reader = BufReader::with_capacity(64 * 1024, stream);
        let mut samples = Vec::new();
        sleep_until(self.start);
        loop {
            let n = self.next.fetch_add(1, Ordering::Relaxed);
            let due = match self.rate {
                Some(rate) => self.start + Duration::from_secs_f64(n as f64 / rate),
                None => Instant::now(),
            };
            if due >= self.start + self.time {
                return Ok(samples);
            }
            sleep_until(due);
            let case = &self.cases[n % self.cases.len()];
            let sent = Instant::now();
            writer.write_all(&case.request)?;
            let (status, body) = answer(&mut reader)?;
            let end = Instant::now();
            match status {
                429 => {}
                200 if body == case.answer => {}
                200 => return Err(format!("request {n} has another answer").into()),
                other => return Err(format!("request {n} is answered {other}").into()),
            }
            let ms = |since: Instant| end.duration_since(since).as_secs_f64() * 1e3;
            samples.push(Sample {
                status,
                since_due: ms(due),
                since_sent: ms(sent),
            });
        }
    }
}

fn sleep_until(at: Instant) {
    let left = at.saturating_duration_since(Instant::now());
    if !left.is_zero() {
        std::thread::sleep(left);
    }
}

/// Status and body of the next answer, which has a length.
fn answer(reader: &mut impl BufRead) -> Result<(u16, Vec<u8>), Fault> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let status = line
        .split(' ')
        .nth(1)
        .ok_or("no answer: the connection was closed")?;
    let status = status.parse()?;
    let mut length = None;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = Some(value.trim().parse()?);
        }
    }
    let mut body = vec![0; length.ok_or("an answer has no length")?];
    reader.read_exact(&mut body)?;
    Ok((status, body))
}
