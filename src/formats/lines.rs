//! Lines of a byte stream, counted, with one bounded buffer and no copy per line.

use super::limits::MAX_LINE_BYTES;
use std::io::{self, Read};

/// Bytes asked of the stream at a time.
const BLOCK_BYTES: usize = 256 * 1024;

/// A line without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// Its bytes, without the bytes that end it and without blanks before those.
    Text(&'a [u8]),
    /// Longer than [`MAX_LINE_BYTES`]; it was skipped.
    TooLong,
}

/// Reads a stream line by line. Lines end with LF, CR LF, or, in files without any LF, CR.
pub(super) struct Lines {
    input: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    /// What is left of the buffer: `start..end` is read but not handed out.
    start: usize,
    end: usize,
    line_end: u8,
    at_eof: bool,
    number: u64,
}

impl Lines {
    /// `line_end` is LF, or CR for files that know nothing else.
    pub(super) fn new(input: Box<dyn Read + Send>, line_end: u8) -> Self {
        Self {
            input,
            buffer: vec![0; BLOCK_BYTES],
            start: 0,
            end: 0,
            line_end,
            at_eof: false,
            number: 0,
        }
    }

    /// Number of the line handed out last, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The next line with its number, from 1, or `None` at the end of the stream.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, Line<'_>)>> {
        let mut searched = 0;
        let mut too_long = false;
        loop {
            let fresh = &self.buffer[self.start + searched..self.end];
            let found = memchr::memchr(self.line_end, fresh);
            if found.is_none() && !self.at_eof {
                searched = self.end - self.start;
                if searched > MAX_LINE_BYTES {
                    too_long = true;
                    self.start = self.end;
                    searched = 0;
                }
                self.fill()?;
                continue;
            }
            let from = self.start;
            let to = found.map_or(self.end, |at| from + searched + at);
            self.start = found.map_or(to, |_| to + 1);
            if found.is_none() && from == to && !too_long {
                return Ok(None);
            }
            self.number += 1;
            if too_long || to - from > MAX_LINE_BYTES {
                return Ok(Some((self.number, Line::TooLong)));
            }
            let text = self.buffer[from..to].trim_ascii_end();
            return Ok(Some((self.number, Line::Text(text))));
        }
    }

    /// Reads one more block behind what is left, moving that to the front first.
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.buffer.len() - self.end < BLOCK_BYTES / 2 {
            self.buffer.resize(self.buffer.len() + BLOCK_BYTES, 0);
        }
        let n = loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.end += n;
        self.at_eof = n == 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time, so that lines cross block ends.
    struct Trickle(io::Cursor<Vec<u8>>);

    impl Read for Trickle {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let n = into.len().min(3);
            self.0.read(&mut into[..n])
        }
    }

    fn lines(bytes: &[u8], line_end: u8) -> Vec<String> {
        let input = Trickle(io::Cursor::new(bytes.to_vec()));
        let mut lines = Lines::new(Box::new(input), line_end);
        let mut all = Vec::new();
        while let Some((_, line)) = lines.next().unwrap() {
            all.push(match line {
                Line::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
                Line::TooLong => "(too long)".to_owned(),
            });
        }
        assert_eq!(lines.number(), all.len() as u64);
        all
    }

    #[test]
    fn every_line_end_is_known() {
        let expected = ["one", "", "three", "four"];
        assert_eq!(lines(b"one\n\nthree\nfour", b'\n'), expected);
        assert_eq!(lines(b"one\r\n\r\nthree\r\nfour\r\n", b'\n'), expected);
        assert_eq!(lines(b"one\r\rthree\rfour\r", b'\r'), expected);
        assert!(lines(b"", b'\n').is_empty());
    }

    #[test]
    fn an_overlong_line_is_skipped_and_counted() {
        let mut bytes = b"first\n".to_vec();
        bytes.resize(bytes.len() + 2 * MAX_LINE_BYTES, b'x');
        bytes.extend_from_slice(b"\nlast");
        let mut read = Lines::new(Box::new(io::Cursor::new(bytes)), b'\n');
        assert_eq!(read.next().unwrap(), Some((1, Line::Text(b"first"))));
        assert_eq!(read.next().unwrap(), Some((2, Line::TooLong)));
        assert!(read.buffer.len() < 2 * MAX_LINE_BYTES);
        assert_eq!(read.next().unwrap(), Some((3, Line::Text(b"last"))));
        assert_eq!((read.number(), read.next().unwrap()), (3, None));
    }
}
