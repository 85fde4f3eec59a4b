//! Spools, and what crashes leave of them.

#![allow(clippy::unwrap_used, reason = "tests and their helpers")]

use std::fs;
use std::path::{Path, PathBuf};

use ironsides_streams::spool::{Put, Spool, SpoolError, SpoolLimits};
use proptest::prelude::*;

const LIMITS: SpoolLimits = SpoolLimits { total: 4000, segment: 500, batch: 400 };

fn open(folder: &Path) -> Spool {
    Spool::open(folder, LIMITS).unwrap()
}

fn batch(number: usize) -> Vec<u8> {
    format!("{number:0100}").into_bytes()
}

fn rest(spool: &mut Spool) -> Vec<usize> {
    let mut all = Vec::new();
    while let Some((bytes, _)) = spool.take().unwrap() {
        all.push(String::from_utf8(bytes).unwrap().parse().unwrap());
    }
    all
}

fn segments(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "spool"));
    paths.sort();
    paths
}

#[test]
fn batches_come_in_order_and_again_until_they_are_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = open(folder.path());
    assert_eq!(spool.take().unwrap(), None);
    for number in 0..10 {
        assert_eq!(spool.put(&batch(number)).unwrap(), Put::Kept);
    }
    let mut place = spool.done();
    for number in 0..6 {
        let (bytes, behind) = spool.take().unwrap().unwrap();
        assert_eq!(bytes, batch(number));
        place = behind;
    }
    spool.acknowledge(place).unwrap();
    assert_eq!(rest(&mut spool), [6, 7, 8, 9]);
    spool.put(&batch(10)).unwrap();
    assert_eq!(rest(&mut spool), [10]);
    drop(spool);
    assert_eq!(rest(&mut open(folder.path())), [6, 7, 8, 9, 10]);
}

#[test]
fn what_is_acknowledged_makes_room() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = open(folder.path());
    let mut kept = 0;
    while spool.put(&batch(kept)).is_ok() {
        kept += 1;
    }
    assert!((28..=33).contains(&kept), "{kept}");
    let error = spool.put(&batch(kept)).unwrap_err();
    assert!(matches!(error, SpoolError::Full { total: 4000, .. }), "{error}");
    let before = segments(folder.path()).len();
    let place = (0..12).map(|_| spool.take().unwrap().unwrap().1).last().unwrap();
    spool.acknowledge(place).unwrap();
    assert!(segments(folder.path()).len() < before);
    spool.put(&batch(kept)).unwrap();
    // All of it is dealt with: there is room for all again.
    let mut place = place;
    while let Some((_, behind)) = spool.take().unwrap() {
        place = behind;
    }
    spool.acknowledge(place).unwrap();
    for number in 100..120 {
        spool.put(&batch(number)).unwrap();
    }
    assert_eq!(rest(&mut spool), (100..120).collect::<Vec<_>>());
    let on_disk: u64 = segments(folder.path()).iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    assert_eq!(on_disk, spool.held());
}

#[test]
fn a_batch_that_comes_again_is_kept_once_also_after_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = open(folder.path());
    assert_eq!(spool.put(&batch(1)).unwrap(), Put::Kept);
    assert_eq!(spool.put(&batch(1)).unwrap(), Put::Known);
    drop(spool);
    let mut spool = open(folder.path());
    assert_eq!(spool.put(&batch(1)).unwrap(), Put::Known);
    let (_, place) = spool.take().unwrap().unwrap();
    spool.acknowledge(place).unwrap();
    for path in segments(folder.path()) {
        fs::remove_file(path).unwrap();
    }
    drop(spool);
    let mut spool = open(folder.path());
    assert_eq!(spool.put(&batch(1)).unwrap(), Put::Known);
    assert_eq!(rest(&mut spool), Vec::<usize>::new());
}

#[test]
fn what_is_half_written_at_the_end_is_cut_off() {
    let whole = {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = open(folder.path());
        spool.put(&batch(1)).unwrap();
        spool.put(&batch(2)).unwrap();
        fs::read(&segments(folder.path())[0]).unwrap()
    };
    for length in 0..whole.len() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("00000000000000000001.spool"), &whole[..length]).unwrap();
        let mut spool = open(folder.path());
        let expected: &[usize] = if length < 128 { &[] } else { &[1] };
        let torn = if length < 8 { 0 } else { (length - 8) % 120 };
        assert_eq!(spool.cut_off(), torn as u64, "{length}");
        assert_eq!(rest(&mut spool), expected, "{length}");
        spool.put(&batch(3)).unwrap();
        drop(spool);
        assert_eq!(rest(&mut open(folder.path())), [expected, &[3]].concat(), "{length}");
    }
}

#[test]
fn damage_inside_is_told_and_costs_one_segment() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = open(folder.path());
    for number in 0..12 {
        spool.put(&batch(number)).unwrap();
    }
    drop(spool);
    let first = &segments(folder.path())[0];
    let mut bytes = fs::read(first).unwrap();
    bytes[8 + 120 + 50] ^= 1;
    fs::write(first, bytes).unwrap();
    let mut spool = open(folder.path());
    assert_eq!(spool.take().unwrap().unwrap().0, batch(0));
    let error = spool.take().unwrap_err().to_string();
    assert!(error.contains("00000000000000000001.spool: damaged at byte 128"), "{error}");
    let rest = rest(&mut spool);
    assert_eq!(rest.last(), Some(&11));
    assert!(rest.len() >= 7, "{rest:?}");
}

#[test]
fn what_is_no_spool_of_ours_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let spool = open(folder.path());
    let error = Spool::open(folder.path(), LIMITS).unwrap_err();
    assert!(matches!(error, SpoolError::InUse { .. }), "{error}");
    drop(spool);
    let error = open(folder.path()).put(&[b'x'; 401]).unwrap_err();
    assert_eq!(error.to_string(), "a batch of 401 bytes; no more than 400 are taken");
    fs::write(folder.path().join("00000000000000000009.spool"), "somebody else's").unwrap();
    let error = Spool::open(folder.path(), LIMITS).unwrap_err().to_string();
    assert!(error.contains("it is no segment of a spool"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Whatever is done in whatever order, and wherever the process dies in between: each batch comes once, in order.
    #[test]
    fn no_batch_is_lost_or_repeated(steps in prop::collection::vec(0_u8..8, 1..60)) {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = open(folder.path());
        let (mut kept, mut seen) = (0, 0);
        for step in steps {
            match step {
                0..=3 => {
                    if spool.put(&batch(kept)).is_ok() {
                        kept += 1;
                    }
                }
                4..=6 => {
                    if let Some((bytes, place)) = spool.take().unwrap() {
                        prop_assert_eq!(bytes, batch(seen));
                        seen += 1;
                        spool.acknowledge(place).unwrap();
                    }
                }
                _ => {
                    drop(spool);
                    spool = open(folder.path());
                }
            }
        }
        prop_assert_eq!(rest(&mut spool), (seen..kept).collect::<Vec<_>>());
    }
}
