//! The header of a `.npy` file, versions 1 to 3 of the format.
//!
//! The header is a Python dictionary as text; this reads the three keys numpy writes and refuses
//! anything else.

use super::element::Element;
use crate::vectors::VectorsError;

const MAGIC: &[u8] = b"\x93NUMPY";

/// numpy refuses headers longer than 10,000 bytes unless told otherwise.
const MAX_HEADER: usize = 1 << 16;

/// What a header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) element: Element,
    /// For instance `[100, 8]`.
    pub(super) shape: Vec<usize>,
    /// Where the numbers begin.
    pub(super) start: usize,
}

/// Reads the header of `file`, the bytes of the whole file.
pub(super) fn read_header(name: &str, file: &[u8]) -> Result<Header, VectorsError> {
    let fault = |fault: &str| VectorsError::Structure {
        name: name.to_owned(),
        fault: format!("not a .npy file: {fault}"),
    };
    let Some(([major, _minor], rest)) =
        file.strip_prefix(MAGIC).and_then(|f| f.split_first_chunk())
    else {
        return Err(fault("it does not begin with the mark of one"));
    };
    let (len, len_bytes) = match major {
        1 => (
            rest.first_chunk().map(|b| u16::from_le_bytes(*b) as usize),
            2,
        ),
        2 | 3 => (
            rest.first_chunk().map(|b| u32::from_le_bytes(*b) as usize),
            4,
        ),
        _ => return Err(fault("its format version is not 1, 2 or 3")),
    };
    let start = MAGIC.len() + 2 + len_bytes + len.unwrap_or(MAX_HEADER);
    let text = match len {
        Some(len) if len > MAX_HEADER => return Err(fault("its header is longer than 64 kB")),
        Some(len) => rest.get(len_bytes..len_bytes + len),
        None => None,
    };
    let Some(text) = text else {
        return Err(VectorsError::Truncated {
            name: name.to_owned(),
            expected: start as u64,
            found: file.len() as u64,
        });
    };
    let text = std::str::from_utf8(text).map_err(|_| fault("its header is not text"))?;
    let entries = Parser(text).dictionary();
    let entries = entries.ok_or_else(|| fault(&format!("unreadable header {:?}", text.trim())))?;
    let (Some(descr), Some(is_fortran), Some(shape)) = entries else {
        return Err(fault("its header lacks descr, fortran_order or shape"));
    };
    if is_fortran {
        return Err(VectorsError::FortranOrder {
            name: name.to_owned(),
        });
    }
    let element = Element::from_npy(descr).ok_or_else(|| VectorsError::ElementType {
        name: name.to_owned(),
        found: format!("'{descr}'"),
    })?;
    Ok(Header {
        element,
        shape,
        start,
    })
}

/// Type, whether in Fortran order, shape: each if it is there.
type Entries<'a> = (Option<&'a str>, Option<bool>, Option<Vec<usize>>);

/// The rest of a header.
struct Parser<'a>(&'a str);

impl<'a> Parser<'a> {
    fn dictionary(&mut self) -> Option<Entries<'a>> {
        let mut entries = (None, None, None);
        self.eat("{")?;
        while self.eat("}").is_none() {
            let key = self.quoted()?;
            self.eat(":")?;
            match key {
                // A structured type is a list here, and so no type of ours.
                "descr" => entries.0 = Some(self.quoted().or_else(|| self.list())?),
                "fortran_order" => entries.1 = Some(self.boolean()?),
                "shape" => entries.2 = Some(self.tuple()?),
                _ => return None,
            }
            if self.eat(",").is_none() {
                self.eat("}")?;
                break;
            }
        }
        self.0.trim().is_empty().then_some(entries)
    }

    fn eat(&mut self, word: &str) -> Option<()> {
        self.0 = self.0.trim_start().strip_prefix(word)?;
        Some(())
    }

    fn quoted(&mut self) -> Option<&'a str> {
        let text = self.0.trim_start();
        let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let (inside, rest) = text[1..].split_once(quote)?;
        self.0 = rest;
        Some(inside)
    }

    fn list(&mut self) -> Option<&'a str> {
        let text = self.0.trim_start();
        let end = text.starts_with('[').then(|| text.rfind(']'))??;
        self.0 = &text[end + 1..];
        Some(&text[..=end])
    }

    fn boolean(&mut self) -> Option<bool> {
        (self.eat("True").map(|()| true)).or_else(|| self.eat("False").map(|()| false))
    }

    fn tuple(&mut self) -> Option<Vec<usize>> {
        self.eat("(")?;
        let (inside, rest) = self.0.split_once(')')?;
        self.0 = rest;
        let inside = inside.trim().trim_end_matches(',');
        let numbers = inside.split(',').filter(|n| !n.trim().is_empty());
        numbers
            .map(|n| n.trim().trim_end_matches('L').parse().ok())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(version: u8, dictionary: &str) -> Vec<u8> {
        let mut file = [MAGIC, &[version, 0]].concat();
        match version {
            1 => file.extend((dictionary.len() as u16).to_le_bytes()),
            _ => file.extend((dictionary.len() as u32).to_le_bytes()),
        }
        file.extend(dictionary.as_bytes());
        file
    }

    fn header(version: u8, dictionary: &str) -> Result<Header, String> {
        read_header("a.npy", &file(version, dictionary)).map_err(|e| e.to_string())
    }

    #[test]
    fn all_versions_are_read() {
        for version in 1..=3 {
            let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }   \n";
            let header = header(version, text).unwrap();
            assert_eq!((header.element, header.shape), (Element::F32, vec![3, 4]));
            assert_eq!(
                header.start,
                8 + if version == 1 { 2 } else { 4 } + text.len()
            );
        }
        assert!(header(4, "{}").unwrap_err().contains("version"));
    }

    #[test]
    fn keys_come_in_any_order_and_shapes_in_any_length() {
        let text = "{\"shape\":(5,),'fortran_order':False,'descr':'|u1'}";
        assert_eq!(header(1, text).unwrap().shape, [5]);
        let text = "{'shape': (), 'fortran_order': False, 'descr': '<f8'}";
        assert_eq!(header(1, text).unwrap().shape, [0_usize; 0]);
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let fortran = "{'descr': '<f4', 'fortran_order': True, 'shape': (3, 4)}";
        assert!(
            header(1, fortran)
                .unwrap_err()
                .contains("ascontiguousarray")
        );
        let big = "{'descr': '>f4', 'fortran_order': False, 'shape': (3, 4)}";
        assert!(header(1, big).unwrap_err().contains("'>f4'"));
        let fields = "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (3,)}";
        assert!(header(1, fields).unwrap_err().contains("('x', '<f4')"));
        for broken in [
            "",
            "{",
            "{'shape': (3, -4)}",
            "{'descr': '<f4'} x",
            "{'descr'}",
            "{'é",
        ] {
            assert!(header(1, broken).is_err(), "{broken}");
        }
        assert!(header(1, "{'descr': '<f4'}").unwrap_err().contains("lacks"));
    }

    #[test]
    fn any_cut_is_an_error() {
        let whole = file(
            2,
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4)}",
        );
        for end in 0..whole.len() {
            assert!(read_header("a.npy", &whole[..end]).is_err(), "cut at {end}");
        }
    }
}
