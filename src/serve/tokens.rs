//! Who may ask: bearer tokens from a file, compared in constant time.

use std::io;
use std::path::Path;

/// The tokens that are let in, by their hashes.
#[derive(Debug, Clone, Default)]
pub(super) struct Tokens(Vec<blake3::Hash>);

/// Shorter ones are guessed.
const LEAST_CHARACTERS: usize = 16;

impl Tokens {
    /// Reads a file with one token per line; empty lines and those that start with `#` are none.
    ///
    /// # Errors
    /// A file that cannot be read or has no token, or a token that is too short or has spaces.
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        let text = fs_err::read_to_string(path)?;
        let mut tokens = Vec::new();
        for (line_idx, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if line.len() < LEAST_CHARACTERS || !line.bytes().all(|b| b.is_ascii_graphic()) {
                let text = format!(
                    "{}, line {}: a token has at least {LEAST_CHARACTERS} ASCII characters and no space",
                    path.display(),
                    line_idx + 1
                );
                return Err(io::Error::new(io::ErrorKind::InvalidData, text));
            }
            tokens.push(blake3::hash(line.as_bytes()));
        }
        if tokens.is_empty() {
            let text = format!("{}: there is no token in it", path.display());
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        Ok(Self(tokens))
    }

    /// Whether `authorization`, the value of that header, holds a known token.
    pub(super) fn admit(&self, authorization: &[u8]) -> bool {
        let Some((scheme, token)) = authorization.split_at_checked(b"Bearer ".len()) else {
            return false;
        };
        let asked = blake3::hash(token.trim_ascii());
        // Hashes are compared in constant time, and all of them, so that the time tells nothing.
        let n_known = self.0.iter().filter(|hash| **hash == asked).count();
        n_known > 0 && scheme.eq_ignore_ascii_case(b"Bearer ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> io::Result<Tokens> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs_err::write(file.path(), text).unwrap();
        Tokens::read(file.path())
    }

    #[test]
    fn only_whole_tokens_are_let_in() {
        let tokens = read("# lab\n\nabcdefghijklmnop\n0123456789abcdef  \n").unwrap();
        assert!(tokens.admit(b"Bearer abcdefghijklmnop"));
        assert!(tokens.admit(b"bearer 0123456789abcdef"));
        for wrong in [
            &b""[..],
            b"Bearer ",
            b"Bearer abcdefghijklmno",
            b"Bearer abcdefghijklmnopq",
            b"Basic abcdefghijklmnop",
            b"Bearer # lab",
            b"abcdefghijklmnop",
        ] {
            assert!(!tokens.admit(wrong), "{}", String::from_utf8_lossy(wrong));
        }
    }

    #[test]
    fn files_without_good_tokens_are_refused() {
        assert!(read("# none\n").is_err());
        let error = read("\nshort\n").unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
        assert!(read("has a space in the middle\n").is_err());
    }
}
