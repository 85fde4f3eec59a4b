//! How fast logs are read, without looking at what they say.

#![allow(clippy::expect_used, reason = "a bench without its files ends at once")]

use std::io::Write;

use divan::counter::BytesCount;
use ironsides_streams::{Log, LogOptions};

fn main() {
    divan::main();
}

/// A log of so many bytes, in lines as long as events at level Metadata.
fn log(bytes: usize) -> Vec<u8> {
    let mut log = Vec::with_capacity(bytes + 1024);
    let rest = "x".repeat(760);
    while log.len() < bytes {
        let _ = writeln!(log, r#"{{"kind":"Event","auditID":"{:036}","rest":"{rest}"}}"#, log.len());
    }
    log
}

/// Where a log lies, packed as its name says.
fn file(name: &str, log: &[u8]) -> tempfile::TempPath {
    let mut file = tempfile::Builder::new().suffix(name).tempfile().expect("a place for a file");
    if name == ".log.gz" {
        let mut packer = flate2::write::GzEncoder::new(&mut file, flate2::Compression::default());
        packer.write_all(log).and_then(|()| packer.try_finish()).expect("room on the disk");
    } else {
        file.write_all(log).expect("room on the disk");
    }
    file.into_temp_path()
}

#[divan::bench(args = [".log", ".log.gz"])]
fn records(bencher: divan::Bencher<'_, '_>, name: &str) {
    let log = log(256 << 20);
    let path = file(name, &log);
    bencher.counter(BytesCount::of_slice(&log)).bench(|| {
        let mut log = Log::open(&[path.to_path_buf()], LogOptions::default()).expect("the file is there");
        let mut length = 0;
        while let Ok(Some(stretch)) = log.next() {
            length += stretch.records().map(|record| record.text.len()).sum::<usize>();
        }
        length
    });
}
