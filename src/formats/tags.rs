//! XML cut at its tags, by bytes alone: damage in one place leaves the next tag where it is.

use super::limits::MAX_ELEMENT_BYTES;
use memchr::memchr;
use std::io::{self, BufRead, BufReader, Read};

const BLOCK_BYTES: usize = 128 * 1024;

/// A stream of tokens: text, and the tag or comment that ends it.
pub(super) struct Tags {
    input: BufReader<Box<dyn Read + Send>>,
    line: u64,
    token: Vec<u8>,
    /// Where in the token its tag begins, once that is read.
    tag_start: Option<usize>,
    /// The token at hand is to be given once more.
    unused: bool,
}

impl Tags {
    pub(super) fn new(bytes: Box<dyn Read + Send>) -> Self {
        Self {
            input: BufReader::with_capacity(BLOCK_BYTES, bytes),
            line: 1,
            token: Vec::new(),
            tag_start: None,
            unused: false,
        }
    }

    /// Line on which the token at hand begins, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The token at hand: text and the tag behind it.
    pub(super) fn token(&self) -> &[u8] {
        &self.token
    }

    /// The tag at hand, without the text before it.
    pub(super) fn tag(&self) -> &[u8] {
        &self.token[self.tag_at()..]
    }

    /// The text before the tag at hand.
    pub(super) fn text(&self) -> &[u8] {
        &self.token[..self.tag_at()]
    }

    fn tag_at(&self) -> usize {
        self.tag_start.unwrap_or(self.token.len())
    }

    /// Whether the token at hand is larger than anything sound; its end was thrown away.
    pub(super) fn is_too_large(&self) -> bool {
        self.token.len() > MAX_ELEMENT_BYTES
    }

    /// Gives the token at hand once more.
    pub(super) fn put_back(&mut self) {
        self.unused = true;
    }

    /// Reads up to the end of the next tag or comment; false at the end of the stream, where what
    /// is left is no tag.
    pub(super) fn next(&mut self) -> io::Result<bool> {
        if std::mem::take(&mut self.unused) {
            return Ok(true);
        }
        self.line += memchr::memchr_iter(b'\n', &self.token).count() as u64;
        self.token.clear();
        self.tag_start = None;
        loop {
            let block = match self.input.fill_buf() {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if block.is_empty() {
                return Ok(false);
            }
            let end = memchr(b'>', block).map(|at| at + 1);
            let used = end.unwrap_or(block.len());
            // Above the limit nothing is kept; the element will be refused for its size.
            if self.token.len() <= MAX_ELEMENT_BYTES {
                if self.tag_start.is_none() {
                    let found = memchr(b'<', &block[..used]);
                    self.tag_start = found.map(|at| self.token.len() + at);
                }
                self.token.extend_from_slice(&block[..used]);
            }
            self.input.consume(used);
            let in_comment = self
                .tag_start
                .is_some_and(|at| self.token[at..].starts_with(b"<!--"))
                && !self.token.ends_with(b"-->");
            // A comment above the limit is not waited for: its end would not be kept.
            if end.is_some() && (!in_comment || self.is_too_large()) {
                return Ok(true);
            }
        }
    }

    /// Reads the rest without looking at it.
    pub(super) fn drain(&mut self) -> io::Result<()> {
        io::copy(&mut self.input, &mut io::sink()).map(drop)
    }
}

/// Whether a tag has exactly this name, `<` or `</` included.
pub(super) fn is_start(tag: &[u8], name: &[u8]) -> bool {
    let behind = tag.strip_prefix(name).and_then(<[u8]>::first);
    behind.is_some_and(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'))
}

/// The value of an attribute of the tag that `tag` starts with.
pub(super) fn attribute<'a>(tag: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut rest = tag;
    loop {
        let equals = rest.iter().position(|&b| matches!(b, b'=' | b'>'))?;
        if rest[equals] == b'>' {
            return None;
        }
        let key = rest[..equals].trim_ascii_end();
        let value = rest[equals + 1..].trim_ascii_start();
        let (&quote, value) = value.split_first()?;
        let end = value.iter().position(|&b| b == quote)?;
        let before = key.strip_suffix(name).and_then(<[u8]>::last);
        if before.is_some_and(u8::is_ascii_whitespace) {
            return Some(&value[..end]);
        }
        rest = &value[end + 1..];
    }
}

pub(super) fn number(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_found_by_whole_name() {
        let tag = b"<spectrum myindex=\"1\" x:defaultArrayLength='7' defaultArrayLength = \"15\">";
        assert_eq!(attribute(tag, b"defaultArrayLength"), Some(&b"15"[..]));
        assert_eq!(attribute(tag, b"count"), None);
        assert_eq!(attribute(b"<spectrum a", b"a"), None);
    }

    #[test]
    fn tokens_are_text_and_tag_on_their_line() {
        let text = b"<a>\n<!-- <b> -->x y</a>\n";
        let mut tags = Tags::new(Box::new(io::Cursor::new(text.to_vec())));
        assert!(tags.next().unwrap());
        assert_eq!(
            (tags.text(), tags.tag(), tags.line()),
            (&b""[..], &b"<a>"[..], 1)
        );
        assert!(tags.next().unwrap());
        assert_eq!((tags.tag(), tags.line()), (&b"<!-- <b> -->"[..], 1));
        assert!(tags.next().unwrap());
        assert_eq!(
            (tags.text(), tags.tag(), tags.line()),
            (&b"x y"[..], &b"</a>"[..], 2)
        );
        tags.put_back();
        assert!(tags.next().unwrap() && tags.text() == b"x y");
        assert!(!tags.next().unwrap());
    }
}
