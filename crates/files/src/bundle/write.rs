//! Facts to a bundle.

use std::fmt::Write as _;
use std::io::{self, Write};

use ironsides_core::{Facts, Listing, Redacted, Redactor};
use ironsides_tree::print;
use sha2::{Digest, Sha256};

use super::manifest::{self, BundleOf, Content, FORMAT, Manifest, Member};

/// How hard zstd tries. Lists of objects repeat themselves, and higher levels gain little on them.
const LEVEL: i32 = 6;

/// Writes a bundle, and tells what the redactor had to take out of the objects on the way: nothing, where that was done
/// when they were read. The same facts give the same bytes.
pub fn write_bundle(
    out: impl Write,
    of: BundleOf,
    facts: &Facts,
    redactor: &Redactor,
) -> io::Result<Redacted> {
    let mut redacted = Redacted::default();
    // The manifest comes first and holds the hashes, so everything is printed twice rather than held.
    let mut listings = Vec::with_capacity(facts.listings.len());
    for (at, listing) in facts.listings.iter().enumerate() {
        listings.push(member(at, listing, redactor, &mut redacted)?);
    }
    let manifest = Manifest {
        format: FORMAT.into(),
        version: super::BUNDLE_FORMAT,
        ironsides: env!("CARGO_PKG_VERSION").into(),
        of,
        taken: facts.taken,
        server: facts.server.clone(),
        listings,
    };
    let mut encoder = zstd::Encoder::new(out, LEVEL)?;
    encoder.include_checksum(true)?;
    let mut archive = tar::Builder::new(encoder);
    let text = serde_json::to_string_pretty(&manifest)? + "\n";
    let seconds = facts.taken / 1000;
    archive.append(&header(manifest::NAME, text.len() as u64, seconds)?, text.as_bytes())?;
    for (listing, member) in facts.listings.iter().zip(&manifest.listings) {
        let Some(content) = &member.content else { continue };
        let lines = Lines { listing, redactor, at: 0, line: Vec::new(), told: 0 };
        archive.append(&header(&content.file, content.bytes, seconds)?, lines)?;
    }
    archive.into_inner()?.finish()?.flush()?;
    Ok(redacted)
}

fn header(name: &str, size: u64, seconds: u64) -> io::Result<tar::Header> {
    let mut header = tar::Header::new_ustar();
    header.set_path(name)?;
    header.set_size(size);
    header.set_mode(0o644);
    header.set_mtime(seconds);
    header.set_cksum();
    Ok(header)
}

/// One listing in the manifest.
fn member(at: usize, listing: &Listing, redactor: &Redactor, redacted: &mut Redacted) -> io::Result<Member> {
    let mut hash = Sha256::new();
    let mut bytes = 0;
    for object in &listing.objects {
        let line = line(object, redactor, redacted);
        hash.write_all(line.as_bytes())?;
        bytes += line.len() as u64;
    }
    let content = Content { file: manifest::file(at, listing), bytes, sha256: hex(&hash.finalize()) };
    Ok(Member {
        request: listing.request.to_string(),
        group: listing.group.to_string(),
        version: listing.version.to_string(),
        resource: listing.resource.to_string(),
        kind: listing.kind.to_string(),
        namespace: listing.namespace.as_deref().map(str::to_owned),
        extent: listing.extent.clone(),
        objects: listing.objects.len() as u64,
        content: (!listing.objects.is_empty()).then_some(content),
    })
}

/// One object, without the values of Secrets.
fn line(object: &ironsides_tree::Node, redactor: &Redactor, redacted: &mut Redacted) -> String {
    let new = redactor.object(object, redacted);
    let mut line = print::json(new.as_ref().unwrap_or(object));
    line.push('\n');
    line
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        _ = write!(text, "{byte:02x}");
    }
    text
}

/// The objects of a listing, a line each.
struct Lines<'a> {
    listing: &'a Listing,
    redactor: &'a Redactor,
    /// The next object.
    at: usize,
    line: Vec<u8>,
    /// How much of the line was handed out.
    told: usize,
}

impl io::Read for Lines<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.told == self.line.len() {
            let Some(object) = self.listing.objects.get(self.at) else { return Ok(0) };
            self.at += 1;
            self.told = 0;
            self.line = line(object, self.redactor, &mut Redacted::default()).into_bytes();
        }
        let rest = self.line.get(self.told..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) else { return Ok(0) };
        to.copy_from_slice(from);
        self.told += count;
        Ok(count)
    }
}
