//! A JSON stream cut into values, by brackets and quotes alone.

use crate::formats::Fault;
use crate::formats::input::Bytes;
use crate::formats::limits::MAX_ELEMENT_BYTES;
use crate::formats::text::snippet;
use serde_json::Value;
use std::io::{self, BufRead, BufReader};

const BLOCK_BYTES: usize = 128 * 1024;

/// A stream of values and the marks between them.
pub(in crate::formats) struct Values {
    input: BufReader<Bytes>,
    line: u64,
}

/// What a value turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::formats) enum Found {
    /// All of it; it may still be no JSON.
    Whole,
    /// More bytes than any record has; it was skipped.
    TooLarge,
    /// The stream ends in the middle of it.
    Cut,
    /// A byte no value begins with; it was skipped.
    Stray(u8),
}

impl Values {
    pub(in crate::formats) fn new(bytes: Bytes) -> Self {
        Self {
            input: BufReader::with_capacity(BLOCK_BYTES, bytes),
            line: 1,
        }
    }

    /// Line of the byte that comes next, from 1.
    pub(in crate::formats) fn line(&self) -> u64 {
        self.line
    }

    /// The next byte that is no blank, which stays in the stream; `None` at the end.
    pub(in crate::formats) fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            let block = fill(&mut self.input)?;
            let Some(&byte) = block.first() else {
                return Ok(None);
            };
            if !byte.is_ascii_whitespace() {
                return Ok(Some(byte));
            }
            self.line += u64::from(byte == b'\n');
            self.input.consume(1);
        }
    }

    /// Leaves out the byte that [`Values::peek`] gave.
    pub(in crate::formats) fn skip(&mut self) {
        self.input.consume(1);
    }

    /// Puts the next value into `value`. Objects and arrays end with their last bracket, anything
    /// else where a mark or a blank stands.
    pub(in crate::formats) fn value(&mut self, value: &mut Vec<u8>) -> io::Result<Found> {
        value.clear();
        let Some(first) = self.peek()? else {
            return Ok(Found::Cut);
        };
        if b"]},:".contains(&first) {
            self.skip();
            return Ok(Found::Stray(first));
        }
        let mut scan = Scan::default();
        let mut is_too_large = false;
        loop {
            let block = fill(&mut self.input)?;
            if block.is_empty() {
                // A bare number may end with the stream.
                let is_whole = scan.depth == 0 && !scan.in_string && !value.is_empty();
                return Ok(if is_whole { Found::Whole } else { Found::Cut });
            }
            let end = scan.end_in(block);
            let used = end.unwrap_or(block.len());
            self.line += memchr::memchr_iter(b'\n', &block[..used]).count() as u64;
            if is_too_large || value.len() + used > MAX_ELEMENT_BYTES {
                is_too_large = true;
                value.clear();
            } else {
                value.extend_from_slice(&block[..used]);
            }
            self.input.consume(used);
            if end.is_some() {
                return Ok(if is_too_large {
                    Found::TooLarge
                } else {
                    Found::Whole
                });
            }
        }
    }
}

/// Where in a value a scan stands.
#[derive(Default)]
struct Scan {
    depth: u32,
    in_string: bool,
    is_escaped: bool,
    begun: bool,
}

impl Scan {
    /// Number of bytes of `block` up to the end of the value, if it ends there.
    fn end_in(&mut self, block: &[u8]) -> Option<usize> {
        for (at, &byte) in block.iter().enumerate() {
            if self.in_string {
                match byte {
                    _ if self.is_escaped => self.is_escaped = false,
                    b'\\' => self.is_escaped = true,
                    b'"' => {
                        self.in_string = false;
                        if self.depth == 0 {
                            return Some(at + 1);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth > 1 => self.depth -= 1,
                b'}' | b']' if self.depth == 1 => return Some(at + 1),
                b'}' | b']' | b',' | b':' if self.depth == 0 => return Some(at),
                _ if self.depth == 0 && self.begun && byte.is_ascii_whitespace() => {
                    return Some(at);
                }
                _ => {}
            }
            self.begun = true;
        }
        None
    }
}

fn fill(input: &mut BufReader<Bytes>) -> io::Result<&[u8]> {
    loop {
        match input.fill_buf() {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
            Ok(_) => break,
        }
    }
    // Filled above: this gives the same bytes without reading.
    input.fill_buf()
}

/// Parses a value that was cut out.
pub(in crate::formats) fn parse(value: &[u8]) -> Result<Value, Fault> {
    let parsed = serde_json::from_slice(value).or_else(|error| {
        // Old exports hold Latin-1.
        let is_utf8 = std::str::from_utf8(value).is_ok();
        let text: String = value.iter().map(|&b| char::from(b)).collect();
        if is_utf8 {
            Err(error)
        } else {
            serde_json::from_str(&text)
        }
    });
    parsed.map_err(|e| Fault::Json(snippet(e.to_string().as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(Found, String, u64)> {
        let mut values = Values::new(Box::new(io::Cursor::new(text.as_bytes().to_vec())));
        let mut all = Vec::new();
        let mut value = Vec::new();
        while values.peek().unwrap().is_some() {
            let line = values.line();
            let found = values.value(&mut value).unwrap();
            all.push((found, String::from_utf8(value.clone()).unwrap(), line));
        }
        all
    }

    #[test]
    fn values_end_with_their_brackets() {
        let found = values("{\"a\": \"}\\\"\"}\n[1, [2]] 12 \"x y\"true");
        let texts: Vec<_> = found.iter().map(|f| (f.1.as_str(), f.2)).collect();
        let expected = [
            ("{\"a\": \"}\\\"\"}", 1),
            ("[1, [2]]", 2),
            ("12", 2),
            ("\"x y\"", 2),
            ("true", 2),
        ];
        assert_eq!(texts, expected);
        assert!(found.iter().all(|f| f.0 == Found::Whole));
        assert_eq!(values("]")[0].0, Found::Stray(b']'));
        assert_eq!(values("{\"a\": [1")[0].0, Found::Cut);
    }
}
