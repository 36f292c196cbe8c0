//! Cuts an mzML stream into its header and its `<spectrum>` elements, by tags alone.
//!
//! One damaged element costs that element: the next start tag is found whatever stands before it.

use crate::formats::limits::{MAX_ELEMENT_BYTES, MAX_HEADER_BYTES};
use crate::formats::tags::{Tags, attribute, is_start, number};
use memchr::memmem;
use std::io::{self, Read};

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

/// Terms of spectra that no record needs, and that make half of the text of a short one.
const UNNEEDED_TERMS: &[&[u8]] = &[
    b"MS:1000285", // total ion current
    b"MS:1000500", // scan window upper limit
    b"MS:1000501", // scan window lower limit
    b"MS:1000504", // base peak m/z
    b"MS:1000505", // base peak intensity
    b"MS:1000512", // filter string
    b"MS:1000527", // highest observed m/z
    b"MS:1000528", // lowest observed m/z
    b"MS:1000616", // preset scan configuration
    b"MS:1000927", // ion injection time
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
    tags: Tags,
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
            tags: Tags::new(bytes),
            list_ended: false,
        }
    }

    /// Reads up to the list of spectra.
    pub(super) fn header(&mut self) -> io::Result<Header> {
        let mut header = Header::default();
        let mut n_bytes = 0;
        let mut unneeded: Option<&[u8]> = None;
        while self.tags.next()? {
            n_bytes += self.tags.token().len();
            if n_bytes > MAX_HEADER_BYTES {
                let message = "what stands before the spectra is too large";
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
            let tag = self.tags.tag();
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
            header.bytes.extend_from_slice(self.tags.token());
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
            if !self.tags.next()? {
                return Ok(Found::FileEnd {
                    inside: begun.is_some(),
                });
            }
            let tag = self.tags.tag();
            let starts = is_start(tag, b"<spectrum");
            let ends_list = is_start(tag, b"</spectrumList");
            match begun {
                Some(line) if starts || ends_list => {
                    self.tags.put_back();
                    return Ok(Found::Interrupted { line });
                }
                None if ends_list => self.list_ended = true,
                None if starts && tag.ends_with(b"/>") => {
                    element.extend_from_slice(&tag[..tag.len() - 2]);
                    element.extend_from_slice(b"></spectrum>");
                    return Ok(Found::Whole {
                        line: self.tags.line(),
                    });
                }
                None if starts => {
                    begun = Some(self.tags.line());
                    element.extend_from_slice(tag);
                }
                None => {}
                Some(line) => {
                    if element.len() + self.tags.token().len() > MAX_ELEMENT_BYTES {
                        too_large = true;
                        element.clear();
                    } else if !too_large && !is_unneeded(tag) {
                        element.extend_from_slice(self.tags.token());
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
        self.tags.drain()
    }
}

impl Facts {
    pub(super) fn of(element: &[u8]) -> Self {
        let end = memmem::find(element, b"<binaryDataArrayList");
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

/// Whether a tag stands for itself and says nothing that is asked for.
fn is_unneeded(tag: &[u8]) -> bool {
    tag.ends_with(b"/>")
        && (is_start(tag, b"<userParam")
            || is_start(tag, b"<cvParam")
                && attribute(tag, b"accession").is_some_and(|term| UNNEEDED_TERMS.contains(&term)))
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    memmem::find(bytes, part).is_some()
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
}
