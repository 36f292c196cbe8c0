//! imzML: mzML whose arrays lie in a second file, `.ibd`, as they would stand in base64.

use super::external::{External, Found, Inline, MAX_ARRAY_BYTES, Store};
use crate::formats::input::Bytes;
use crate::formats::tags::attribute;
use fs_err::File;
use memchr::memmem;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

/// Bytes of the mzML in which its identity is looked for.
const HEAD_BYTES: u64 = 128 * 1024;

const OFFSET: &[u8] = b"IMS:1000102";
const ENCODED_LENGTH: &[u8] = b"IMS:1000104";

/// imzML with its arrays put in.
pub(in crate::formats) struct Inlined;

impl Inlined {
    /// The mzML of `bytes`, which lie at `place`.
    ///
    /// # Errors
    /// There is no second file beside it, or it is that of another.
    pub(in crate::formats) fn open(place: &Path, mut bytes: Bytes) -> io::Result<Bytes> {
        let mut head = Vec::new();
        bytes.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
        let second = [place.with_extension("ibd"), place.with_extension("IBD")];
        let [name, _] = &second;
        let found = second.iter().find(|path| path.is_file()).ok_or_else(|| {
            let text = format!("its arrays should lie beside it, in {}", name.display());
            io::Error::new(io::ErrorKind::NotFound, text)
        })?;
        let mut file = File::open(found)?;
        let mut uuid = [0; 16];
        file.read_exact(&mut uuid)?;
        let is_same = identity(&head).is_none_or(|stated| stated == uuid);
        if !is_same {
            let text = format!(
                "{} belongs to another file: its UUID differs",
                found.display()
            );
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        let n_bytes = file.metadata()?.len();
        let mzml = Box::new(Cursor::new(head).chain(bytes));
        Ok(Box::new(Inline::new(mzml, Second { file, n_bytes })))
    }
}

/// The UUID that both files state.
fn identity(head: &[u8]) -> Option<[u8; 16]> {
    let at = memmem::find(head, b"\"IMS:1000080\"")?;
    let start = memchr::memrchr(b'<', &head[..at])?;
    let stated = attribute(&head[start..], b"value")?;
    let digits: Vec<u8> = stated
        .iter()
        .filter_map(|&b| char::from(b).to_digit(16).map(|d| d as u8))
        .collect();
    let pairs = digits
        .as_chunks::<2>()
        .0
        .iter()
        .map(|[high, low]| high << 4 | low);
    pairs.collect::<Vec<u8>>().try_into().ok()
}

/// The second file.
struct Second {
    file: File,
    n_bytes: u64,
}

impl Store for Second {
    const MARK: &'static [u8] = OFFSET;

    fn find(&mut self, array: &External<'_>) -> Result<Found, String> {
        let offset = array.number(OFFSET, "external offset")?;
        let length = array.number(ENCODED_LENGTH, "external encoded length")?;
        let name = self.file.path().display();
        let is_there = offset
            .checked_add(length)
            .is_some_and(|end| end <= self.n_bytes);
        if !is_there || length > MAX_ARRAY_BYTES {
            let all = self.n_bytes;
            return Err(format!(
                "{length} bytes from {offset} are wanted of {name}, which has {all}"
            ));
        }
        let mut bytes = vec![0; length as usize];
        let read = self.file.seek(SeekFrom::Start(offset));
        read.and_then(|_| self.file.read_exact(&mut bytes))
            .map_err(|e| e.to_string())?;
        Ok(Found {
            bytes,
            untrue: &[],
            instead: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_are_read_with_and_without_dashes() {
        let uuid = [
            0x55, 0x4a, 0x27, 0xfa, 0x79, 0xd2, 0x47, 0x66, 0x9a, 0x2c, 0x86, 0x2e, 0x6d, 0x78,
            0xb1, 0xf3,
        ];
        for value in [
            "554a27fa79d247669a2c862e6d78b1f3",
            "{554A27FA-79D2-4766-9A2C-862E6D78B1F3}",
        ] {
            let tag = format!("<x/><cvParam accession=\"IMS:1000080\" value=\"{value}\"/>");
            assert_eq!(identity(tag.as_bytes()), Some(uuid));
        }
        assert_eq!(
            identity(b"<cvParam accession=\"IMS:1000080\" value=\"55\"/>"),
            None
        );
    }
}
