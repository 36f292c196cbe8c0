//! The arrays of a file as its table of contents lists them, and where HDF5 has put them.

use hdf5::H5Type;
use hdf5::types::TypeDescriptor;

/// One array of the file, as the table of contents describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Section {
    /// Path within the file, for instance `peaks/mz`.
    pub(crate) name: String,
    /// Element type, for instance `f32`.
    pub(super) element: String,
    /// Number of elements.
    pub(super) len: usize,
    /// BLAKE3 of the bytes, in hexadecimal.
    pub(super) checksum: String,
}

impl Section {
    /// One line of the table of contents.
    pub(super) fn line(&self) -> String {
        format!(
            "{}  {}  {}  {}\n",
            self.checksum, self.element, self.len, self.name
        )
    }

    pub(super) fn parse(line: &str) -> Option<Self> {
        let mut words = line.split("  ");
        let (checksum, element, len) = (words.next()?, words.next()?, words.next()?);
        let name = words.next()?;
        Some(Self {
            name: name.to_owned(),
            element: element.to_owned(),
            len: len.parse().ok()?,
            checksum: checksum.to_owned(),
        })
    }
}

/// Element types an array may have, by the name the table of contents uses.
pub(crate) trait Element: H5Type + bytemuck::Pod + Send + Sync {
    /// For instance `f32`.
    const NAME: &'static str;
}

macro_rules! elements {
    ($($type:ident)*) => {
        $(impl Element for $type { const NAME: &'static str = stringify!($type); })*
    };
}

elements!(u8 i8 u16 u32 u64 f32 f64);

/// An array, and its first byte in the file and the one behind its last.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) section: Section,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Finds the array, of which type, length, layout and extent are checked.
///
/// # Errors
/// The name of the array and what is wrong with it.
pub(super) fn place(
    h5: &hdf5::File,
    section: Section,
    file_len: usize,
) -> Result<Placed, (String, String)> {
    let fail = |fault: String| (section.name.clone(), fault);
    let dataset = h5.dataset(&section.name).map_err(|e| fail(e.to_string()))?;
    let found = dataset
        .dtype()
        .and_then(|t| t.to_descriptor())
        .map_err(|e| fail(e.to_string()))?;
    let size = element_size(&section.element, &found)
        .ok_or_else(|| fail(format!("holds {found}, expected {}", section.element)))?;
    if dataset.size() != section.len {
        return Err(fail(format!(
            "holds {} numbers, expected {}",
            dataset.size(),
            section.len
        )));
    }
    let bytes = section
        .len
        .checked_mul(size)
        .ok_or_else(|| fail("is too long".into()))?;
    if dataset.is_chunked() {
        return Err(fail("is stored in chunks and cannot be mapped".into()));
    }
    if bytes == 0 {
        return Ok(Placed {
            section,
            start: 0,
            end: 0,
        });
    }
    let start = dataset
        .offset()
        .ok_or_else(|| fail("has no place in the file".into()))?;
    let end = usize::try_from(start)
        .ok()
        .and_then(|s| s.checked_add(bytes));
    match end {
        Some(end) if end <= file_len => Ok(Placed {
            section,
            start: start as usize,
            end,
        }),
        _ => Err(fail(
            "reaches past the end of the file; the file was cut".into(),
        )),
    }
}

fn element_size(expected: &str, found: &TypeDescriptor) -> Option<usize> {
    let sizes = [
        (u8::NAME, u8::type_descriptor()),
        (i8::NAME, i8::type_descriptor()),
        (u16::NAME, u16::type_descriptor()),
        (u32::NAME, u32::type_descriptor()),
        (u64::NAME, u64::type_descriptor()),
        (f32::NAME, f32::type_descriptor()),
        (f64::NAME, f64::type_descriptor()),
    ];
    sizes
        .iter()
        .find(|(name, t)| *name == expected && t == found)
        .map(|(_, t)| t.size())
}
