//! Segments of spools: whatever the bytes are, whole batches are read and nothing else; and what is left of a segment when
//! its writer dies is cut off and written on.
#![no_main]

use ironsides_streams::spool::{Spool, SpoolLimits, read_segment};
use libfuzzer_sys::fuzz_target;

const MOST: u32 = 1 << 16;

fuzz_target!(|data: &[u8]| {
    // Random bytes seldom begin as a segment does.
    let bytes = match data.split_first() {
        Some((0..=127, rest)) => [&b"ironsp\0\x01"[..], rest].concat(),
        _ => data.to_vec(),
    };
    let (batches, end) = read_segment(&bytes, MOST);
    assert!(end as usize <= bytes.len());
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("00000000000000000001.spool"), &bytes).unwrap();
    let limits = SpoolLimits { total: 1 << 30, segment: 1 << 20, batch: MOST };
    let Ok(mut spool) = Spool::open(folder.path(), limits) else {
        assert!(batches.is_empty());
        return;
    };
    // One that is known again is not kept twice.
    let _ = spool.put(b"one more").unwrap();
    for batch in &batches {
        assert_eq!(&spool.take().unwrap().unwrap().0, batch);
    }
    while let Some((batch, _)) = spool.take().unwrap() {
        assert_eq!(batch, b"one more");
    }
});
