//! One path: what is there, whose it is, and what of its content matters.

use ironsides_settings::{Certificate, File, FileKind};
use ironsides_tree::{Documents, Limits, Node, Value};
use rustix::fs::FileType;

use crate::kind::{Format, Kind};
use crate::root::{Found, Lost, Root, clean, why};
use crate::users::Users;
use crate::{certificate, key, names, pem, redact};

/// The largest file whose content is read, in bytes.
pub(crate) const LARGEST: usize = 256 << 10;

/// Looks at a path.
pub(crate) fn file(root: &Root, users: &Users, path: &str, kind: Kind) -> File {
    let found = match root.find(path) {
        Ok(found) => found,
        Err(Lost::Missing) => return File { kind: FileKind::Missing, ..File::default() },
        Err(Lost::Unknown(why)) => return unreadable(why),
    };
    let stat = &found.stat;
    let mut file = File {
        mode: Some(stat.st_mode & 0o7777),
        uid: Some(stat.st_uid),
        gid: Some(stat.st_gid),
        user: users.user(stat.st_uid),
        group: users.group(stat.st_gid),
        target: (found.real != clean(path)).then(|| found.real.clone()),
        ..File::default()
    };
    match found.file_type() {
        FileType::RegularFile => content(&found, kind, &mut file),
        FileType::Directory => {
            file.kind = FileKind::Directory;
            if kind != Kind::Attributes {
                // Where certificates and keys lie is told whole; nobody else follows links to folders.
                let leads = |name: &str| {
                    let at = || root.find(&format!("{path}/{name}"));
                    kind == Kind::KeyFolder
                        && at().is_ok_and(|found| found.file_type() == FileType::Directory)
                };
                entries(&found, &leads, &mut file);
            }
        }
        _ => file.kind = FileKind::Other,
    }
    file
}

/// A path of which nothing could be learnt.
pub(crate) fn unreadable(why: String) -> File {
    File { kind: FileKind::Unreadable, why: Some(why), ..File::default() }
}

fn entries(found: &Found, leads: &dyn Fn(&str) -> bool, file: &mut File) {
    match found.entries(leads) {
        Ok((names, is_more)) => {
            if is_more {
                file.unread = Some(format!("it holds more than the {} names that are kept", names.len()));
            }
            file.entries = Some(names);
        }
        Err(error) => file.unread = Some(why(error)),
    }
}

fn content(found: &Found, kind: Kind, file: &mut File) {
    let format = match kind {
        Kind::Attributes | Kind::Entries => return,
        Kind::Keys | Kind::KeyFolder => None,
        Kind::Text(format) | Kind::Texts(format, _) => Some(format),
        Kind::KubeletDropIns => Some(Format::Yaml),
    };
    let bytes = match found.read(LARGEST) {
        Ok((_, true)) => {
            file.unread = Some(format!("it is larger than {} KiB", LARGEST >> 10));
            return;
        }
        Ok((bytes, false)) => bytes,
        Err(error) => {
            file.unread = Some(why(error));
            return;
        }
    };
    match (format, String::from_utf8(bytes)) {
        (None, Ok(text)) => keys(&text, file),
        (None, Err(error)) => file.certificates.extend(certificate::read(error.as_bytes())),
        (Some(_), Err(_)) => file.unread = Some("it is no UTF-8 text".into()),
        (Some(format), Ok(text)) => {
            if format == Format::Yaml {
                file.certificates = inline(&text);
            }
            match redact::text(format, &text) {
                Ok(text) => file.content = Some(text),
                Err(why) => file.unread = Some(why),
            }
        }
    }
}

/// The certificates and the key of a PEM text.
fn keys(text: &str, file: &mut File) {
    let blocks = pem::blocks(text);
    let certificates = blocks.iter().filter(|block| block.label.ends_with("CERTIFICATE"));
    file.certificates.extend(certificates.filter_map(|block| certificate::read(&block.bytes)));
    file.key = blocks.iter().find_map(key::of);
}

/// The certificates that stand in a document itself, as in kubeconfigs.
fn inline(text: &str) -> Vec<Certificate> {
    let mut found = Vec::new();
    let limits = Limits { split_lists: false, expanded: 100_000, ..Limits::default() };
    for document in Documents::new(text, limits).flatten() {
        walk(&document.root, &mut found);
    }
    found
}

fn walk(node: &Node, found: &mut Vec<Certificate>) {
    match node.value() {
        Value::Map(map) => {
            for (key, value) in map.iter() {
                let holds = matches!(
                    &*names::plain(key),
                    "cabundle" | "certificateauthoritydata" | "clientcertificatedata"
                );
                if let Some(text) = value.as_str().filter(|_| holds) {
                    let decoded = pem::decode(text).and_then(|bytes| String::from_utf8(bytes).ok());
                    let blocks = pem::blocks(&decoded.unwrap_or_default());
                    found.extend(blocks.iter().filter_map(|block| certificate::read(&block.bytes)));
                } else {
                    walk(value, found);
                }
            }
        }
        Value::List(items) => items.iter().for_each(|item| walk(item, found)),
        _ => {}
    }
}
