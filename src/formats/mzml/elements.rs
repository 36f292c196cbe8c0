//! Cuts an mzML stream into its header and its `<spectrum>` elements, by tags alone.
//!
//! One damaged element costs that element: the next start tag is found whatever stands before it.

use crate::formats::limits::{MAX_ELEMENT_BYTES, MAX_HEADER_BYTES};
use std::io::{self, BufRead, BufReader, Read};

const BLOCK_BYTES: usize = 128 * 1024;

/// Parts of the header that no spectrum needs. Left out, their damage cannot stop the parser, which
/// panics on some values even where they are legal (components in an order above 255).
const UNNEEDED: &[&[u8]] = &[
    b"cvList",
    b"fileDescription",
    b"sampleList",
    b"softwareList",
    b"scanSettingsList",
    b"componentList",
    b"dataProcessingList",
];

/// What stands before the spectra.
#[derive(Default)]
pub(super) struct Header {
    /// What spectra need of it, up to the start tag of their list, that included.
    pub(super) bytes: Vec<u8>,
    /// Whether there is such a list.
    pub(super) has_list: bool,
    /// How many spectra the list says it holds.
    pub(super) declared: Option<u64>,
    /// Whether the document ends before any list of spectra.
    pub(super) is_closed: bool,
    /// Whether this is the imaging dialect, which keeps its arrays in another file.
    pub(super) is_imzml: bool,
}

/// What comes next in the list of spectra.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A whole element; `line` is that of its start tag, from 1.
    Whole { line: u64 },
    /// An element that another start tag or the end of the list interrupts.
    Interrupted { line: u64 },
    /// An element above the limit; it was skipped.
    TooLarge { line: u64 },
    /// The end tag of the list.
    ListEnd,
    /// The end of the stream, `inside` an element or between two.
    FileEnd { inside: bool },
}

/// The stream, cut at tags.
pub(super) struct Elements {
    input: BufReader<Box<dyn Read + Send>>,
    line: u64,
    /// Text and the tag that ends it, as read last.
    token: Vec<u8>,
    /// The token at hand was not used yet: it interrupted the element before.
    unused: bool,
    list_ended: bool,
}

/// What the bytes of an element say more plainly than the parsed form.
pub(super) struct Facts {
    /// `defaultArrayLength`.
    pub(super) n_points: Option<usize>,
    /// Whether a scan start time is given; without one the parser says 0.
    pub(super) has_start_time: bool,
    /// Whether the collision energy is a normalised one, in percent.
    pub(super) has_normalised_energy: bool,
}

impl Elements {
    pub(super) fn new(bytes: Box<dyn Read + Send>) -> Self {
        Self {
            input: BufReader::with_capacity(BLOCK_BYTES, bytes),
            line: 1,
            token: Vec::new(),
            unused: false,
            list_ended: false,
        }
    }

    /// Reads up to the list of spectra.
    pub(super) fn header(&mut self) -> io::Result<Header> {
        let mut header = Header::default();
        let mut n_bytes = 0;
        let mut unneeded: Option<&[u8]> = None;
        while self.read_token()? {
            n_bytes += self.token.len();
            if n_bytes > MAX_HEADER_BYTES {
                let message = "what stands before the spectra is too large";
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
            let tag = tag(&self.token);
            header.is_imzml |= contains(tag, b"\"IMS:");
            header.is_closed |= is_start(tag, b"</mzML");
            if let Some(name) = unneeded {
                if tag
                    .strip_prefix(b"</")
                    .is_some_and(|end| is_start(end, name))
                {
                    unneeded = None;
                }
                continue;
            }
            let opens = tag.strip_prefix(b"<").filter(|_| !tag.ends_with(b"/>"));
            unneeded =
                opens.and_then(|open| UNNEEDED.iter().find(|name| is_start(open, name)).copied());
            if unneeded.is_some() {
                continue;
            }
            header.bytes.extend_from_slice(&self.token);
            if is_start(tag, b"<spectrumList") {
                header.has_list = true;
                header.declared = attribute(tag, b"count").and_then(number);
                self.list_ended = tag.ends_with(b"/>");
                break;
            }
        }
        Ok(header)
    }

    /// Puts the next element into `element`, whole from its start tag to its end tag.
    pub(super) fn next(&mut self, element: &mut Vec<u8>) -> io::Result<Found> {
        element.clear();
        let mut begun: Option<u64> = None;
        let mut too_large = false;
        loop {
            if self.list_ended {
                return Ok(Found::ListEnd);
            }
            if !std::mem::take(&mut self.unused) && !self.read_token()? {
                return Ok(Found::FileEnd {
                    inside: begun.is_some(),
                });
            }
            let tag = tag(&self.token);
            let starts = is_start(tag, b"<spectrum");
            let ends_list = is_start(tag, b"</spectrumList");
            match begun {
                Some(line) if starts || ends_list => {
                    self.unused = true;
                    return Ok(Found::Interrupted { line });
                }
                None if ends_list => self.list_ended = true,
                None if starts && tag.ends_with(b"/>") => {
                    element.extend_from_slice(&tag[..tag.len() - 2]);
                    element.extend_from_slice(b"></spectrum>");
                    return Ok(Found::Whole { line: self.line });
                }
                None if starts => {
                    begun = Some(self.line);
                    element.extend_from_slice(tag);
                }
                None => {}
                Some(line) => {
                    if element.len() + self.token.len() > MAX_ELEMENT_BYTES {
                        too_large = true;
                        element.clear();
                    } else if !too_large {
                        element.extend_from_slice(&self.token);
                    }
                    if is_start(tag, b"</spectrum") {
                        let whole = Found::Whole { line };
                        return Ok(if too_large {
                            Found::TooLarge { line }
                        } else {
                            whole
                        });
                    }
                }
            }
        }
    }

    /// Whether the end tag of the list was seen.
    pub(super) fn list_ended(&self) -> bool {
        self.list_ended
    }

    /// Reads the rest without looking at it.
    pub(super) fn drain(&mut self) -> io::Result<()> {
        io::copy(&mut self.input, &mut io::sink()).map(drop)
    }

    /// Reads up to the end of the next tag or comment; false at the end of the stream, where what
    /// is left is no tag.
    fn read_token(&mut self) -> io::Result<bool> {
        self.line += n_newlines(&self.token);
        self.token.clear();
        let mut tag_start = None;
        loop {
            let block = match self.input.fill_buf() {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if block.is_empty() {
                return Ok(false);
            }
            let end = block.iter().position(|&b| b == b'>').map(|at| at + 1);
            let used = end.unwrap_or(block.len());
            // Above the limit nothing is kept; the element will be refused for its size.
            if self.token.len() <= MAX_ELEMENT_BYTES {
                if tag_start.is_none() {
                    let found = block[..used].iter().position(|&b| b == b'<');
                    tag_start = found.map(|at| self.token.len() + at);
                }
                self.token.extend_from_slice(&block[..used]);
            }
            self.input.consume(used);
            let in_comment = tag_start.is_some_and(|at| self.token[at..].starts_with(b"<!--"))
                && !self.token.ends_with(b"-->");
            // A comment above the limit is not waited for: its end would not be kept.
            if end.is_some() && (!in_comment || self.token.len() > MAX_ELEMENT_BYTES) {
                return Ok(true);
            }
        }
    }
}

impl Facts {
    pub(super) fn of(element: &[u8]) -> Self {
        let arrays = b"<binaryDataArrayList";
        let end = element.windows(arrays.len()).position(|w| w == arrays);
        let words = &element[..end.unwrap_or(element.len())];
        Self {
            n_points: attribute(element, b"defaultArrayLength")
                .and_then(number)
                .and_then(|n| usize::try_from(n).ok()),
            has_start_time: contains(words, b"\"MS:1000016\""),
            has_normalised_energy: contains(words, b"\"MS:1000138\""),
        }
    }
}

#[expect(
    clippy::naive_bytecount,
    reason = "the compiler vectorises this well enough"
)]
fn n_newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&b| b == b'\n').count() as u64
}

/// The tag a token ends with, without the text before it.
fn tag(token: &[u8]) -> &[u8] {
    let start = token.iter().position(|&b| b == b'<').unwrap_or(token.len());
    &token[start..]
}

/// Whether a tag has exactly this name.
fn is_start(tag: &[u8], name: &[u8]) -> bool {
    let behind = tag.strip_prefix(name).and_then(<[u8]>::first);
    behind.is_some_and(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'))
}

/// The value of an attribute of the tag that `tag` starts with.
fn attribute<'a>(tag: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
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

fn number(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|w| w == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> (Option<u64>, Vec<(Found, String)>) {
        let mut elements = Elements::new(Box::new(io::Cursor::new(text.as_bytes().to_vec())));
        let header = elements.header().unwrap();
        let mut found = Vec::new();
        let mut element = Vec::new();
        loop {
            let next = elements.next(&mut element).unwrap();
            let last = matches!(next, Found::ListEnd | Found::FileEnd { .. });
            found.push((next, String::from_utf8(element.clone()).unwrap()));
            if last {
                return (header.declared, found);
            }
        }
    }

    #[test]
    fn elements_are_whole_and_numbered() {
        let (declared, found) = cut(
            "<mzML>\n<spectrumList count=\"3\">\n<spectrum id='a>b'>\n<x/></spectrum>\n<!-- <spectrum> -->\n<spectrum id='c'/></spectrumList>",
        );
        assert_eq!(declared, Some(3));
        assert_eq!(found[0].0, Found::Whole { line: 2 });
        assert_eq!(found[0].1, "<spectrum id='a>b'>\n<x/></spectrum>");
        assert_eq!(found[1].1, "<spectrum id='c'></spectrum>");
        assert_eq!(found[2].0, Found::ListEnd);
    }

    #[test]
    fn a_missing_end_tag_costs_one_element() {
        let (_, found) =
            cut("<spectrumList><spectrum id='a'><x/><spectrum id='b'></spectrum><spectrum id='c'>");
        assert!(matches!(found[0].0, Found::Interrupted { .. }));
        assert_eq!(found[1].1, "<spectrum id='b'></spectrum>");
        assert_eq!(found[2].0, Found::FileEnd { inside: true });
    }

    #[test]
    fn attributes_are_found_by_whole_name() {
        let tag = b"<spectrum myindex=\"1\" x:defaultArrayLength='7' defaultArrayLength = \"15\">";
        assert_eq!(attribute(tag, b"defaultArrayLength"), Some(&b"15"[..]));
        assert_eq!(attribute(tag, b"count"), None);
        assert_eq!(attribute(b"<spectrum a", b"a"), None);
    }
}
