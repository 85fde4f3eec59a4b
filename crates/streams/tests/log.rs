//! Logs as they lie about on disks.

#![allow(clippy::unwrap_used, clippy::format_collect, reason = "tests and their helpers")]

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use ironsides_streams::{Log, LogOptions, Tally};
use tempfile::TempDir;

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
}

fn limit(line_limit: usize) -> LogOptions {
    LogOptions { line_limit, ..LogOptions::default() }
}

fn gzip(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(bytes.as_ref()).unwrap();
    packer.finish().unwrap()
}

fn zstd(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    zstd::encode_all(bytes.as_ref(), 1).unwrap()
}

/// The records as `FILE:LINE@OFFSET TEXT`, and the tally.
fn read_with(paths: &[PathBuf], options: LogOptions) -> (Vec<String>, Tally) {
    let mut log = Log::open(paths, options).unwrap();
    let mut records = Vec::new();
    while let Some(stretch) = log.next().unwrap() {
        for record in stretch.records() {
            let name = Path::new(record.place.source).file_name().unwrap().to_str().unwrap().to_owned();
            records.push(format!("{name}:{}@{} {}", record.place.line, record.place.offset, record.text));
        }
    }
    assert_eq!(log.tally().records, records.len() as u64);
    (records, log.tally().clone())
}

fn read(paths: &[PathBuf]) -> (Vec<String>, Tally) {
    read_with(paths, LogOptions::default())
}

#[track_caller]
fn texts(paths: &[PathBuf]) -> Vec<String> {
    let (records, tally) = read(paths);
    assert!(!tally.is_partial(), "{tally:?}");
    records.iter().map(|record| record.split_once(' ').unwrap().1.to_owned()).collect()
}

#[test]
fn records_know_their_places() {
    let folder = Folder::new();
    let path = folder.put("audit.log", "{\"a\":1}\n\n  {\"é\":2}\n{\n \"b\": 3\n}\n{\"c\":4}");
    let (records, tally) = read(&[path]);
    assert_eq!(
        records,
        [
            "audit.log:1@0 {\"a\":1}",
            "audit.log:3@11 {\"é\":2}",
            "audit.log:4@20 {\n \"b\": 3\n}",
            "audit.log:7@32 {\"c\":4}"
        ]
    );
    assert_eq!((tally.files, tally.bytes, tally.stored, tally.is_partial()), (1, 39, 39, false));
}

#[test]
fn packed_files_are_known_by_their_content() {
    let folder = Folder::new();
    let two = [gzip("{\"a\":1}\n{\"b\""), gzip(":2}\n")].concat();
    let frames = [zstd("{\"e\":5}\n"), zstd("{\"f\":6}\n")].concat();
    let paths = [
        folder.put("one.log.gz", two.clone()),
        folder.put("two.log", [two, vec![0; 700]].concat()),
        folder.put("three.zst", frames),
        folder.put("four.gz", "{\"g\":7}"),
        folder.put("five.gz", ""),
        folder.put("six.log.gz", gzip("")),
        folder.put("seven", "\u{feff}{\"h\":8}"),
        folder.put("eight", "{}"),
    ];
    let expected = [
        "{\"a\":1}",
        "{\"b\":2}",
        "{\"a\":1}",
        "{\"b\":2}",
        "{\"e\":5}",
        "{\"f\":6}",
        "{\"g\":7}",
        "{\"h\":8}",
        "{}",
    ];
    assert_eq!(texts(&paths), expected);
}

#[test]
fn rotated_logs_are_read_in_the_order_of_time() {
    let folder = Folder::new();
    for (name, record) in [
        ("node-a/audit.log", "{\"a\":4}"),
        ("node-a/audit-2026-11-22T10-00-00.000.log", "{\"a\":3}"),
        ("node-a/policy.yaml", "rules: []"),
        ("node-b/audit.log", "{\"b\":4}"),
        ("node-b/audit.log.1", "{\"b\":3}"),
    ] {
        folder.put(name, record);
    }
    for (name, record) in [
        ("node-a/audit-2026-11-21T10-00-00.000.log.gz", "{\"a\":2}"),
        // While it is packed, a rotated file lies beside its half-written packed one.
        ("node-a/audit-2026-11-22T10-00-00.000.log.gz", "{\"a\":"),
        ("node-b/audit.log.10.gz", "{\"b\":1}"),
        ("node-b/audit.log.2.gz", "{\"b\":2}"),
    ] {
        folder.put(name, gzip(record));
    }
    let expected =
        ["{\"a\":2}", "{\"a\":3}", "{\"a\":4}", "{\"b\":1}", "{\"b\":2}", "{\"b\":3}", "{\"b\":4}"];
    let (_, tally) = read(&[folder.path("")]);
    let passed: Vec<&str> =
        tally.passed_over.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(passed, ["audit-2026-11-22T10-00-00.000.log.gz", "policy.yaml"]);
    assert_eq!(texts(&[folder.path("")]), expected);
    // As a shell sorts them, and some of them twice.
    let named = ["audit.log", "audit.log.1", "audit.log.10.gz", "audit.log.2.gz", "audit.log"];
    let named: Vec<PathBuf> = named.iter().map(|name| folder.path("node-b").join(name)).collect();
    assert_eq!(texts(&named), expected[3..]);
    assert_eq!(texts(&[named, vec![folder.path("node-b")]].concat()), expected[3..]);
}

#[test]
fn damage_costs_only_what_is_damaged() {
    let folder = Folder::new();
    let long: String =
        (0..20_000).map(|at| format!("{{\"at\":{},\"x\":{}}}\n", at, at * 7919 % 10_007)).collect();
    let whole = gzip(&long);
    let mut bent = whole.clone();
    let middle = bent.len() / 2;
    for byte in &mut bent[middle..middle + 64] {
        *byte ^= 0x5A;
    }
    for (name, bytes, why) in [
        ("cut.log.gz", whole[..middle].to_vec(), "the packed file breaks off"),
        ("bent.log.gz", bent, "the packed file is damaged"),
        (
            "more.log.gz",
            [whole.clone(), b"more".to_vec()].concat(),
            "what stands behind its last member is not gzip",
        ),
        (
            "cut.log.zst",
            {
                let whole = zstd(&long);
                whole[..whole.len() * 3 / 4].to_vec()
            },
            "the packed file breaks off",
        ),
    ] {
        let paths = [folder.put(name, bytes), folder.put("next.log", "{\"next\":1}\n")];
        let (records, tally) = read(&paths);
        assert_eq!(records.last().unwrap(), "next.log:1@0 {\"next\":1}");
        assert!(records[0].ends_with("{\"at\":0,\"x\":0}"), "{name}: {}", records[0]);
        assert!(tally.is_partial());
        let [unread] = &tally.unread[..] else { panic!("{name}: {tally:?}") };
        assert!(unread.why.contains(why) && unread.why.contains(name), "{name}: {}", unread.why);
    }
}

#[test]
fn what_is_odd_is_counted_with_its_first_place() {
    let folder = Folder::new();
    let mut bytes = b"{\"a\":1}\n\0\0\0\0{\"b\":2}\n".to_vec();
    bytes.extend_from_slice(format!("{{\"long\":\"{}\"}}\n", "x".repeat(5000)).as_bytes());
    bytes.extend_from_slice(b"{\"latin\":\"\xe9\xff\"}\n{\"c\":3}\n{\"half\":\"");
    let path = folder.put("audit.log", bytes);
    let (records, tally) = read_with(std::slice::from_ref(&path), limit(4096));
    assert_eq!(
        records,
        [
            "audit.log:1@0 {\"a\":1}",
            "audit.log:2@12 {\"b\":2}",
            "audit.log:4@5032 {\"latin\":\"\u{fffd}\u{fffd}\"}",
            "audit.log:5@5047 {\"c\":3}"
        ]
    );
    for (count, line, offset) in
        [(&tally.nul, 2, 8), (&tally.too_long, 3, 20), (&tally.not_utf8, 4, 5032), (&tally.cut_off, 6, 5055)]
    {
        assert_eq!(count.count, 1);
        let first = count.first.as_ref().unwrap();
        assert_eq!((first.line, first.offset), (line, offset));
        assert_eq!(first.to_string(), format!("{}:{line}", path.display()));
    }
    assert!(tally.is_partial());
}

#[test]
fn a_file_of_holes_is_read_behind_them() {
    let folder = Folder::new();
    let path = folder.path("audit.log");
    // A writer that keeps its place in a truncated file leaves a hole before it.
    let mut file = File::create(&path).unwrap();
    file.set_len(64 << 20).unwrap();
    std::io::Seek::seek(&mut file, std::io::SeekFrom::End(0)).unwrap();
    file.write_all(b"{\"a\":1}\n").unwrap();
    let (records, tally) = read_with(&[path], limit(1 << 20));
    assert_eq!(records, [format!("audit.log:1@{} {{\"a\":1}}", 64 << 20)]);
    assert_eq!((tally.nul.count, tally.is_partial()), (1, false));
}

#[test]
fn records_longer_than_a_stretch_are_whole() {
    let folder = Folder::new();
    let long = format!("{{\"long\":\"{}\"}}", "x".repeat(5 << 20));
    let path = folder.put("audit.log", format!("{{}}\n{long}\n{{}}\n"));
    assert_eq!(texts(&[path]), ["{}", &long, "{}"]);
    let items: String = (0..300_000).map(|at| format!("  {{\n    \"at\": {at}\n  }},\n")).collect();
    let path = folder.put("list.json", format!("{{\n \"items\": [\n{items}  {{}}\n ]\n}}\n"));
    let (records, tally) = read_with(&[path], limit(1000));
    assert_eq!((records.len(), tally.is_partial()), (300_001, false));
    assert!(records[299_999].starts_with("list.json:900000@"), "{}", records[299_999]);
    assert!(records[299_999].ends_with("{\n    \"at\": 299999\n  }"), "{}", records[299_999]);
}

#[test]
fn what_cannot_be_meant_is_refused_at_once() {
    let folder = Folder::new();
    let error = |path: PathBuf| {
        let said = Log::open(&[path], LogOptions::default()).unwrap_err().to_string();
        said.replace(folder.0.path().to_str().unwrap(), "DIR")
    };
    assert_eq!(error(folder.path("none.log")), "DIR/none.log: no such file or directory; check the path");
    fs::create_dir(folder.path("empty")).unwrap();
    folder.put("empty/policy.yaml", "");
    assert_eq!(
        error(folder.path("empty")),
        "DIR/empty: no file in this folder is called like a log (audit.log, *.json, packed or rotated); name the files"
    );
    // A file of another form is told and costs no other.
    let paths = [
        folder.put("a.log.xz", b"\xFD7zXZ\0\0\0"),
        folder.put("b.log", b"\xFF\xFEa\0"),
        folder.put("c.log", "{}"),
    ];
    let (records, tally) = read(&paths);
    assert_eq!(records, ["c.log:1@0 {}"]);
    let said: Vec<String> = tally
        .unread
        .iter()
        .map(|unread| unread.why.replace(folder.0.path().to_str().unwrap(), "DIR"))
        .collect();
    assert_eq!(
        said,
        [
            "DIR/a.log.xz: packed with xz, which is not read here; unpack it: xz -dc DIR/a.log.xz | ironsides … -",
            "DIR/b.log: it looks like UTF-16; convert it to UTF-8: iconv -f UTF-16 -t UTF-8 DIR/b.log",
        ]
    );
}

#[test]
fn a_file_that_is_packed_meanwhile_is_read_all_the_same() {
    let folder = Folder::new();
    let big = format!("{{\"x\":\"{}\"}}\n", "x".repeat(1000)).repeat(20_000);
    let first = folder.put("a.log", big);
    let second = folder.put("b.log", "{\"b\":1}\n");
    let mut log = Log::open(&[first, second.clone()], LogOptions::default()).unwrap();
    folder.put("b.log.gz", gzip("{\"b\":1}\n"));
    fs::remove_file(second).unwrap();
    let mut records = 0;
    while let Some(stretch) = log.next().unwrap() {
        records += stretch.records().len();
    }
    assert_eq!((records, log.tally().unread.len()), (20_001, 0));
}

#[test]
fn whoever_stops_reading_stops_the_reading() {
    let folder = Folder::new();
    let path = folder.put("a.log", "{\"a\":1}\n".repeat(4 << 20));
    let mut log = Log::open(std::slice::from_ref(&path), LogOptions::default()).unwrap();
    let stretch = log.next().unwrap().unwrap();
    let position = log.position();
    drop(log);
    assert!(position < 32 << 20, "it waits for its reader: {position}");
    assert_eq!(stretch.records().next().unwrap().text, "{\"a\":1}");
}
