//! The blocks of a PEM text (RFC 7468, with the headers of RFC 1421 that old keys have).

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// One block.
#[derive(Debug)]
pub(crate) struct Block {
    /// What it says it is: `CERTIFICATE`.
    pub(crate) label: String,
    /// Whether its headers say that it is encrypted.
    pub(crate) is_encrypted: bool,
    /// What it holds; empty where that is no base64.
    pub(crate) bytes: Vec<u8>,
}

/// Reads base64 whether or not it is filled up.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Decodes base64 that may be broken into lines.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    LENIENT.decode(text).ok()
}

/// The blocks of a text, in their order. What has no end is left out.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let label = line.trim().strip_prefix("-----BEGIN ").and_then(|rest| rest.strip_suffix("-----"));
        let Some(label) = label else { continue };
        let end = format!("-----END {label}-----");
        let (mut body, mut is_encrypted, mut has_end) = (String::new(), false, false);
        for line in lines.by_ref().map(str::trim) {
            if line == end {
                has_end = true;
                break;
            }
            if line.contains(':') {
                is_encrypted |= line.starts_with("Proc-Type:") && line.contains("ENCRYPTED");
            } else {
                body.push_str(line);
            }
        }
        if has_end {
            let bytes = decode(&body).unwrap_or_default();
            blocks.push(Block { label: label.to_owned(), is_encrypted, bytes });
        }
    }
    blocks
}
