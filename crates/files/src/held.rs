//! Facts of nodes as the values of a `ConfigMap`: one document a key, compressed, so that many fit into the 1 MiB that such an
//! object may hold.

use std::io::Read;
use std::path::Path;

use crate::error::FileError;
use crate::read::decode;

/// How the keys end that hold the facts of a node.
pub const HELD_FACTS: &str = ".node.zst";

/// How large the facts of a node may be, in bytes: a small value can unpack to anything.
const LARGEST: u64 = 32 << 20;
/// How hard is tried to make them small.
const LEVEL: i32 = 19;

/// Packs a document; `key` is for messages.
pub fn pack_facts(key: &str, text: &str) -> Result<Vec<u8>, FileError> {
    zstd::encode_all(text.as_bytes(), LEVEL).map_err(|error| FileError::io(Path::new(key).to_owned(), error))
}

/// Unpacks what [`pack_facts`] packed; `key` is for messages.
pub fn unpack_facts(key: &str, bytes: &[u8]) -> Result<String, FileError> {
    let path = Path::new(key);
    let failed = |error| FileError::io(path.to_owned(), error);
    let mut text = Vec::new();
    let decoder = zstd::Decoder::new(bytes).map_err(failed)?;
    decoder.take(LARGEST + 1).read_to_end(&mut text).map_err(failed)?;
    if text.len() as u64 > LARGEST {
        let what = format!("it unpacks to more than {} MiB", LARGEST >> 20);
        return Err(FileError::BundleTooLarge { path: path.to_owned(), what });
    }
    decode(path, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_and_bounded() {
        let packed = pack_facts("a", "{\"kind\": \"NodeFacts\"}").unwrap();
        assert_eq!(unpack_facts("a", &packed).unwrap(), "{\"kind\": \"NodeFacts\"}");
        let bomb = zstd::encode_all(std::io::repeat(b' ').take(LARGEST + 10), 1).unwrap();
        assert!(unpack_facts("a", &bomb).unwrap_err().to_string().contains("more than 32 MiB"));
        assert!(unpack_facts("a", b"garbage").is_err());
        assert!(unpack_facts("a", &packed[..packed.len() - 3]).is_err());
    }
}
