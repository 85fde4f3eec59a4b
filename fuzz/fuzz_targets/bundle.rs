//! Fact bundles: whatever the bytes are, they are read or refused; what is read is written and read again the same.
//!
//! Random bytes seldom get past the packing, so three kinds of input are tried, by the first byte: a whole file, an
//! unpacked archive, and members with their names in their first lines, a zero byte between two.
#![no_main]

use std::path::Path;

use ironsides_core::{Facts, Redactor};
use ironsides_files::{BundleLimits, read_bundle_from, write_bundle};
use ironsides_tree::print;
use libfuzzer_sys::fuzz_target;

fn shown(facts: &Facts) -> String {
    let listings = facts.listings.iter().map(|listing| {
        let objects: Vec<String> = listing.objects.iter().map(print::json).collect();
        format!("{:?}", (&listing.request, listing.fact(), &listing.kind, &listing.extent, objects))
    });
    format!("{} {:?} {:?}", facts.taken, facts.server, listings.collect::<Vec<_>>())
}

fn archive(text: &[u8]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for member in text.split(|byte| *byte == b'\0') {
        let end = member.iter().position(|byte| *byte == b'\n').unwrap_or(member.len());
        let (name, content) = member.split_at(end);
        let content = content.get(1..).unwrap_or_default();
        let mut header = tar::Header::new_ustar();
        if header.set_path(String::from_utf8_lossy(name).as_ref()).is_err() {
            continue;
        }
        header.set_size(content.len() as u64);
        header.set_cksum();
        archive.append(&header, content).unwrap();
    }
    archive.into_inner().unwrap()
}

fuzz_target!(|data: &[u8]| {
    let Some((kind, data)) = data.split_first() else { return };
    let bytes = match kind % 3 {
        0 => data.to_vec(),
        1 => zstd::encode_all(data, 1).unwrap(),
        _ => zstd::encode_all(&archive(data)[..], 1).unwrap(),
    };
    let limits = BundleLimits { total: 1 << 22, manifest: 1 << 20, object: 1 << 20 };
    let path = Path::new("a.tar.zst");
    let Ok(bundle) = read_bundle_from(&bytes[..], path, limits) else { return };
    let redactor = Redactor::new([1; 32]);
    let mut first = Vec::new();
    write_bundle(&mut first, bundle.of, &bundle.facts, &redactor).unwrap();
    let again = read_bundle_from(&first[..], path, BundleLimits::default()).unwrap();
    let mut second = Vec::new();
    let redacted = write_bundle(&mut second, again.of, &again.facts, &redactor).unwrap();
    assert!(redacted.is_nothing() && first == second);
    if write_bundle(std::io::sink(), bundle.of, &bundle.facts, &redactor).unwrap().is_nothing() {
        assert_eq!(shown(&again.facts), shown(&bundle.facts));
    }
});
