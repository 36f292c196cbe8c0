//! What stands behind base64 and zlib, as arrays of XML do.

use flate2::read::ZlibDecoder;
use std::io::Read;

/// The bytes behind base64, which some writers break into lines.
pub(super) fn base64(text: &[u8]) -> Result<Vec<u8>, String> {
    let decode = |text: &[u8]| base64_simd::STANDARD.decode_to_vec(text);
    // Most writers break no lines, and decoding finds out faster than looking.
    decode(text)
        .or_else(|_| {
            let mut text = text.to_vec();
            text.retain(|b| !b.is_ascii_whitespace());
            decode(&text)
        })
        .map_err(|_| "not base64".to_owned())
}

/// Decompresses zlib, unless that gives more than `limit` bytes.
pub(super) fn inflate(coded: &[u8], limit: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    ZlibDecoder::new(coded)
        .take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| format!("not zlib: {e}"))?;
    if bytes.len() > limit {
        return Err(format!(
            "decompresses to more than the {limit} bytes declared"
        ));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::ZlibEncoder};
    use std::io::Write;

    #[test]
    fn base64_may_be_broken_into_lines() {
        // RFC 4648, 10.
        for text in ["Zm9vYmFy", "Zm9v\nYmFy\n", " Zm\r\n9vYm\tFy "] {
            assert_eq!(base64(text.as_bytes()), Ok(b"foobar".to_vec()), "{text:?}");
        }
        assert_eq!(base64(b"Zg=="), Ok(b"f".to_vec()));
        assert_eq!(base64(b" \n"), Ok(Vec::new()));
        for text in ["Zg=", "Zg", "Z?==", "Zm9v=YmFy"] {
            assert!(base64(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_zlib_bomb_is_refused_early() {
        let mut coder = ZlibEncoder::new(Vec::new(), Compression::best());
        for _ in 0..64 {
            coder.write_all(&vec![0; 1 << 20]).unwrap();
        }
        let bomb = coder.finish().unwrap();
        assert!(bomb.len() < 100_000);
        assert!(
            inflate(&bomb, 80)
                .unwrap_err()
                .contains("more than the 80 bytes")
        );
        assert!(
            inflate(&bomb[..bomb.len() / 2], 1 << 30)
                .unwrap_err()
                .contains("not zlib")
        );
    }
}
