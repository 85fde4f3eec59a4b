//! Why a stream could not be opened.

use std::path::PathBuf;

use ironsides_files::FileError;

/// Why a log could not be opened. Each message names the path and what to do.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The disk had a reason.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file for alerts cannot be written.
    #[error("{}: cannot be written: {why}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The reason.
        why: std::io::Error,
    },
    /// A folder was named, and nothing in it is called like a log.
    #[error("{}: no file in this folder is called like a log (audit.log, *.json, packed or rotated); name the files", path.display())]
    NoLogs {
        /// The folder.
        path: PathBuf,
    },
    /// The file is packed in a way that is not read here.
    #[error("{}: packed with {with}, which is not read here; unpack it: {command} {} | ironsides … -", path.display(), path.display())]
    Packed {
        /// The file.
        path: PathBuf,
        /// What it is packed with.
        with: &'static str,
        /// The command that unpacks it to standard output.
        command: &'static str,
    },
    /// The file is text in an encoding that no log of Kubernetes has.
    #[error("{}: it looks like UTF-16; convert it to UTF-8: iconv -f UTF-16 -t UTF-8 {}", path.display(), path.display())]
    Utf16 {
        /// The file.
        path: PathBuf,
    },
    /// The certificates that this system trusts cannot be read.
    #[error(
        "the certificates that this system trusts cannot be read: {0}; install them (ca-certificates), or name them in SSL_CERT_FILE"
    )]
    Trust(std::io::Error),
    /// A file says nothing of how far logs were read.
    #[error("{}: this file does not say how far logs were read; name another, or remove it and read the logs from their beginnings", path.display())]
    NoMarks {
        /// The file.
        path: PathBuf,
    },
    /// A receiver cannot listen.
    #[error("cannot listen on {address}: {source}; is the port taken, or one below 1024?")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// The reason.
        source: std::io::Error,
    },
    /// A certificate or key cannot be used.
    #[error("{}: no certificate or key that can be used: {why}; a PEM file is expected", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// The reason.
        why: String,
    },
    /// The spool cannot be used.
    #[error(transparent)]
    Spool(#[from] crate::spool::SpoolError),
    /// No thread could be started to read on.
    #[error("no thread could be started: {0}; raise the limit of processes (ulimit -u)")]
    Thread(std::io::Error),
}
