//! The last bytes of a file: digests of all bytes before, and a mark.
//!
//! The checksums of arrays and attributes tell what a file says; HDF5 has more bytes than that in it,
//! its own structures and padding. The seal covers them all, and shows that nothing was cut off. It
//! lies behind what HDF5 takes for the file, which HDF5 does not look at.
//!
//! ```text
//! all other bytes | a digest of each block of them | their number | mark | BLAKE3 of digests and number
//! ```
//!
//! So a block can be compared when it is first read, at the cost of hashing it and nothing else. Files
//! of format 3 have the mark and BLAKE3 of all other bytes.

use crate::files::PendingFile;
use crate::memory::FileMap;
use rayon::prelude::*;
use std::fmt;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

const WHOLE: [u8; 8] = *b"mzs-seal";
const BLOCKS: [u8; 8] = *b"mzs-tree";
const NUMBER: usize = size_of::<u64>();
/// Mark and checksum.
const END: usize = WHOLE.len() + blake3::OUT_LEN;

/// Bytes that are compared together: as many as the hash takes at once, and few enough that a
/// search of some entries does not read a large part of the file.
const BLOCK: usize = 1 << 14;
/// Bytes of a digest: damage is found, which is no work of an enemy.
const DIGEST: usize = 16;
/// Blocks in memory while a file is sealed.
const AT_ONCE: usize = 256;
/// No block is damaged that was read.
const NONE: usize = usize::MAX;

fn digest(block: &[u8]) -> [u8; DIGEST] {
    let mut digest = [0; DIGEST];
    digest.copy_from_slice(&blake3::hash(block).as_bytes()[..DIGEST]);
    digest
}

/// Seals a file that is complete.
pub(super) fn put(pending: &mut PendingFile) -> io::Result<()> {
    let mut file = fs_err::File::open(pending.path())?;
    let (mut table, mut n_bytes) = (Vec::new(), 0);
    let mut bytes = Vec::with_capacity(AT_ONCE * BLOCK);
    loop {
        bytes.clear();
        let n = (&mut file)
            .take((AT_ONCE * BLOCK) as u64)
            .read_to_end(&mut bytes)?;
        if n == 0 {
            break;
        }
        n_bytes += n as u64;
        let digests: Vec<_> = bytes.par_chunks(BLOCK).map(digest).collect();
        table.extend(digests.concat());
    }
    table.extend(n_bytes.to_le_bytes());
    pending.seek(SeekFrom::End(0))?;
    pending.write_all(&table)?;
    pending.write_all(&BLOCKS)?;
    pending.write_all(blake3::hash(&table).as_bytes())
}

/// The seal of an opened file.
#[derive(Debug)]
pub(super) enum Seal {
    /// One checksum over everything.
    Whole(FileMap),
    /// A digest for each block.
    Blocks(Arc<Blocks>),
}

impl Seal {
    /// The seal at the end of `file`, where there is one and it is sound itself.
    pub(super) fn of(file: &FileMap) -> Option<Self> {
        let at = file.len().checked_sub(END)?;
        match &file[at..at + WHOLE.len()] {
            mark if mark == WHOLE => Some(Self::Whole(file.clone())),
            mark if mark == BLOCKS => Some(Self::Blocks(Arc::new(Blocks::of(file, at)?))),
            _ => None,
        }
    }

    /// Whether it is that of all other bytes, which are read for this.
    pub(super) fn holds(&self) -> bool {
        match self {
            Self::Whole(file) => {
                let (sealed, seal) = file.split_at(file.len() - END);
                let found = blake3::Hasher::new().update_rayon(sealed).finalize();
                agree(&seal[WHOLE.len()..], found.as_bytes())
            }
            Self::Blocks(blocks) => {
                let all = 0..blocks.n_bytes.div_ceil(BLOCK);
                all.into_par_iter().for_each(|block| blocks.look_at(block));
                blocks.damaged().is_none()
            }
        }
    }

    /// What compares blocks when they are read, where the file has digests of them.
    pub(super) fn blocks(&self) -> Option<&Arc<Blocks>> {
        match self {
            Self::Whole(_) => None,
            Self::Blocks(blocks) => Some(blocks),
        }
    }
}

/// Whether a checksum is the one that was written. Fuzzing goes past this, to what is behind.
pub(super) fn agree(written: &[u8], found: &[u8]) -> bool {
    cfg!(fuzzing) || written == found
}

/// Blocks of a mapped file, each compared with its digest when it is first read.
pub(super) struct Blocks {
    file: FileMap,
    /// What the digests are of; they lie behind.
    n_bytes: usize,
    /// A bit for each block that was found sound.
    sound: Box<[AtomicU64]>,
    /// The first block that was found damaged, or [`NONE`].
    damaged: AtomicUsize,
}

impl fmt::Debug for Blocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blocks({} bytes)", self.n_bytes)
    }
}

impl Blocks {
    fn of(file: &FileMap, end: usize) -> Option<Self> {
        let at = end.checked_sub(NUMBER)?;
        let number = file[at..end].try_into().ok()?;
        let n_bytes = usize::try_from(u64::from_le_bytes(number)).ok()?;
        let n_blocks = n_bytes.div_ceil(BLOCK);
        let digests = n_blocks.checked_mul(DIGEST)?;
        if n_bytes.checked_add(digests)? != at {
            return None;
        }
        let found = blake3::hash(&file[n_bytes..end]);
        agree(&file[end + BLOCKS.len()..], found.as_bytes()).then(|| Self {
            file: file.clone(),
            n_bytes,
            sound: (0..n_blocks.div_ceil(64)).map(|_| 0.into()).collect(),
            damaged: NONE.into(),
        })
    }

    /// Number of bytes the digests are of.
    pub(super) fn n_bytes(&self) -> usize {
        self.n_bytes
    }

    /// Compares the blocks that hold these bytes, those that were found sound before left out.
    #[inline]
    pub(super) fn read(&self, bytes: Range<usize>) {
        if bytes.is_empty() {
            return;
        }
        for block in bytes.start / BLOCK..=(bytes.end - 1) / BLOCK {
            let seen = self.sound.get(block / 64);
            if seen.is_none_or(|word| word.load(Relaxed) >> (block % 64) & 1 == 0) {
                self.look_at(block);
            }
        }
    }

    /// The bytes of a block that was read and is damaged, where there is one.
    pub(super) fn damaged(&self) -> Option<Range<usize>> {
        let block = self.damaged.load(Relaxed);
        (block != NONE).then(|| self.place(block))
    }

    fn place(&self, block: usize) -> Range<usize> {
        block * BLOCK..self.n_bytes.min((block + 1) * BLOCK)
    }

    #[cold]
    fn look_at(&self, block: usize) {
        let at = self.n_bytes + block * DIGEST;
        let place = self.place(block);
        // Bytes behind those that are covered are no part of an array.
        let is_sound = place.start < place.end
            && agree(&self.file[at..at + DIGEST], &digest(&self.file[place]));
        if is_sound {
            self.sound[block / 64].fetch_or(1 << (block % 64), Relaxed);
        } else {
            self.damaged.fetch_min(block, Relaxed);
        }
    }
}
