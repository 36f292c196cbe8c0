//! mzML whose arrays lie elsewhere, with the arrays put in.

use crate::formats::limits::{MAX_ELEMENT_BYTES, MAX_PEAKS};
use crate::formats::tags::{Tags, attribute, is_start, number};
use std::io::{self, Read};

/// Bytes of the longest array: [`MAX_PEAKS`] numbers of eight bytes.
pub(super) const MAX_ARRAY_BYTES: u64 = 8 * MAX_PEAKS as u64;

/// One array that lies elsewhere: the values of its terms by their accession.
pub(super) struct External<'a> {
    terms: &'a [Term],
}

struct Term {
    accession: Vec<u8>,
    value: String,
    /// The tag, with what stands before it.
    token: Vec<u8>,
}

impl External<'_> {
    /// The value of a term, if it is stated.
    pub(super) fn value(&self, accession: &[u8]) -> Option<&str> {
        let term = self.terms.iter().find(|term| term.accession == accession);
        term.map(|term| term.value.as_str())
    }

    /// The value of a term that must be a whole number.
    pub(super) fn number(&self, accession: &[u8], name: &str) -> Result<u64, String> {
        let text = self.value(accession).unwrap_or_default().trim();
        let number = text.parse();
        number.map_err(|_| format!("an array states {text:?} for its {name}"))
    }
}

/// The bytes of an array, and the terms that no longer hold for them.
pub(super) struct Found {
    pub(super) bytes: Vec<u8>,
    pub(super) untrue: &'static [&'static [u8]],
    /// The term that holds instead.
    pub(super) instead: Option<&'static str>,
}

/// Where arrays lie.
pub(super) trait Store {
    /// The term that says that an array lies here.
    const MARK: &'static [u8];

    /// A number of spectra that is one too many, if the list should declare it.
    fn one_too_many(&self) -> Option<u64> {
        None
    }

    /// Finds an array.
    fn find(&mut self, array: &External<'_>) -> Result<Found, String>;
}

/// A stream of mzML with the arrays put in.
pub(super) struct Inline<S> {
    tags: Tags,
    store: S,
    ready: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<S: Store> Inline<S> {
    pub(super) fn new(mzml: Box<dyn Read + Send>, store: S) -> Self {
        Self {
            tags: Tags::new(mzml),
            store,
            ready: Vec::new(),
            given: 0,
            ended: false,
        }
    }

    /// Makes more text ready.
    fn advance(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.given = 0;
        self.ended = !self.tags.next()?;
        if self.tags.is_too_large() {
            return Err(damaged("an element of the mzML is too large".to_owned()));
        }
        self.ready.extend_from_slice(self.tags.token());
        if is_start(self.tags.tag(), b"<spectrumList") {
            self.count();
        }
        let opens = is_start(self.tags.tag(), b"<binaryDataArray") && !self.ended;
        if opens && !self.tags.tag().ends_with(b"/>") {
            self.array()?;
        }
        Ok(())
    }

    /// Corrects the number that the list of spectra declares.
    fn count(&mut self) {
        let declared = attribute(self.tags.tag(), b"count").and_then(number);
        if let Some(wrong) = self.store.one_too_many()
            && declared == Some(wrong)
        {
            let list = text(&self.ready);
            let right = wrong.saturating_sub(1);
            for quote in ['"', '\''] {
                let (old, new) = (
                    format!("count={quote}{wrong}{quote}"),
                    format!("count={quote}{right}{quote}"),
                );
                if list.contains(&old) {
                    self.ready = list.replacen(&old, &new, 1).into_bytes();
                    return;
                }
            }
        }
    }

    /// Takes in an array up to its end tag.
    fn array(&mut self) -> io::Result<()> {
        let mut terms: Vec<Term> = Vec::new();
        let mut rest = Vec::new();
        let is_of = |terms: &[Term]| terms.iter().any(|term| term.accession == S::MARK);
        while self.tags.next()? {
            let (token, tag) = (self.tags.token(), self.tags.tag());
            if rest.len() + token.len() > MAX_ELEMENT_BYTES || terms.len() > MAX_TERMS {
                return Err(damaged("an array of the mzML is too large".to_owned()));
            }
            if is_start(tag, b"<cvParam") {
                terms.push(Term {
                    accession: attribute(tag, b"accession").unwrap_or_default().to_vec(),
                    value: text(attribute(tag, b"value").unwrap_or_default()),
                    token: token.to_vec(),
                });
                continue;
            }
            let ends = is_start(tag, b"</binaryDataArray");
            if !(is_start(tag, b"<binary") || is_start(tag, b"</binary")) || !is_of(&terms) {
                rest.extend_from_slice(token);
            }
            if ends {
                break;
            }
        }
        if !is_of(&terms) {
            for term in &terms {
                self.ready.extend_from_slice(&term.token);
            }
            self.ready.extend_from_slice(&rest);
            return Ok(());
        }
        let found = self
            .store
            .find(&External { terms: &terms })
            .map_err(damaged)?;
        let end = rest.len() - end_tag(&rest);
        self.ready.extend_from_slice(&rest[..end]);
        for term in &terms {
            if !found.untrue.contains(&term.accession.as_slice()) {
                self.ready.extend_from_slice(&term.token);
            }
        }
        self.ready
            .extend_from_slice(found.instead.unwrap_or_default().as_bytes());
        self.ready.extend_from_slice(b"<binary>");
        let coded = base64_simd::STANDARD.encode_type::<Vec<u8>>(&found.bytes);
        self.ready.extend_from_slice(&coded);
        self.ready.extend_from_slice(b"</binary>");
        self.ready.extend_from_slice(&rest[end..]);
        Ok(())
    }
}

/// Terms of one array. Real ones have ten.
const MAX_TERMS: usize = 1000;

/// Length of the last tag.
fn end_tag(text: &[u8]) -> usize {
    let at = memchr::memrchr(b'<', text);
    at.map_or(0, |at| text.len() - at)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn damaged(text: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

impl<S: Store> Read for Inline<S> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() {
            if self.ended {
                return Ok(0);
            }
            self.advance()?;
        }
        let left = &self.ready[self.given..];
        let n = left.len().min(into.len());
        into[..n].copy_from_slice(&left[..n]);
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Numbers;

    impl Store for Numbers {
        const MARK: &'static [u8] = b"X:1";

        fn find(&mut self, array: &External<'_>) -> Result<Found, String> {
            let n = array.number(b"X:2", "length")?;
            Ok(Found {
                bytes: vec![0; n as usize],
                untrue: &[b"X:3"],
                instead: Some("<cvParam accession=\"X:4\"/>"),
            })
        }
    }

    fn inlined(text: &str) -> io::Result<String> {
        let mzml = Box::new(io::Cursor::new(text.as_bytes().to_vec()));
        let mut all = String::new();
        Inline::new(mzml, Numbers).read_to_string(&mut all)?;
        Ok(all)
    }

    #[test]
    fn arrays_are_put_in_and_all_else_stays() {
        let text = "<a>\n<binaryDataArray n=\"1\"><cvParam accession=\"X:1\" value=\"d\"/>\
                    <cvParam accession=\"X:3\"/><cvParam accession=\"X:2\" value=\"3\"/><binary/></binaryDataArray>\
                    <binaryDataArray><cvParam accession=\"X:3\"/><binary>AAAA</binary></binaryDataArray> </a>\ntail";
        assert_eq!(
            inlined(text).unwrap(),
            "<a>\n<binaryDataArray n=\"1\"><cvParam accession=\"X:1\" value=\"d\"/>\
             <cvParam accession=\"X:2\" value=\"3\"/><cvParam accession=\"X:4\"/><binary>AAAA</binary></binaryDataArray>\
             <binaryDataArray><cvParam accession=\"X:3\"/><binary>AAAA</binary></binaryDataArray> </a>\ntail"
        );
    }

    #[test]
    fn an_array_that_is_not_found_ends_the_stream() {
        let text = "<binaryDataArray><cvParam accession=\"X:1\"/></binaryDataArray>";
        assert!(inlined(text).unwrap_err().to_string().contains("length"));
        // Cut in the middle, the rest is nowhere.
        assert!(inlined("<binaryDataArray><cvParam accession=\"X:1\"/>").is_err());
        assert_eq!(
            inlined("<binaryDataArray><x>").unwrap(),
            "<binaryDataArray><x>"
        );
    }
}
