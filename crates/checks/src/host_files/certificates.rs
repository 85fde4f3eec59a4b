//! The certificates of a node, and how long they last from when it was looked at.

use ironsides_core::Date;
use ironsides_settings::{Certificate, File, Host};

use crate::out::Out;

/// Folders of the authorities that an operating system trusts by itself.
const SYSTEM: [&str; 4] =
    ["/etc/ssl/certs/", "/etc/pki/", "/usr/share/ca-certificates/", "/usr/local/share/ca-certificates/"];

const DAY: i64 = 86_400;

/// The files of a node that hold certificates of the cluster. What a kubelet has rotated away is of no use to anybody, and
/// what the operating system trusts is not the cluster's.
pub(super) fn files(host: &Host) -> impl Iterator<Item = (&str, &File)> {
    let is_of_cluster = |path: &str| !SYSTEM.iter().any(|folder| path.starts_with(folder));
    let is_rotated = move |path: &str| {
        let Some((folder, name)) = path.rsplit_once('/') else { return false };
        ["kubelet-client-", "kubelet-server-"].iter().any(|kind| {
            let current = format!("{kind}current.pem");
            name.starts_with(kind)
                && name != current
                && host.files.contains_key(&format!("{folder}/{current}"))
        })
    };
    host.files.iter().map(|(path, file)| (path.as_str(), file)).filter(move |(path, file)| {
        (!file.certificates.is_empty() || file.key.is_some()) && is_of_cluster(path) && !is_rotated(path)
    })
}

/// How much of a certificate's life is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Left {
    /// In seconds; below zero where it is over.
    pub(super) seconds: i64,
    /// The whole of it.
    whole: i64,
}

impl Left {
    /// Of a certificate, at a time.
    fn of(certificate: &Certificate, now: i64) -> Option<Self> {
        let (begin, end) = (seconds(&certificate.not_before)?, seconds(&certificate.not_after)?);
        Some(Self { seconds: end - now, whole: end - begin })
    }

    /// Whether it ends within 30 days, and within the last tenth of its life: short ones are renewed late on purpose.
    pub(super) fn is_short(self) -> bool {
        self.seconds < 30 * DAY && self.seconds < self.whole / 10
    }

    /// In words.
    pub(super) fn told(self) -> String {
        match self.seconds.abs() {
            0..DAY => "less than a day".to_owned(),
            seconds if seconds < 2 * DAY => "1 day".to_owned(),
            seconds => format!("{} days", seconds / DAY),
        }
    }
}

/// Asks about how long each certificate of the node lasts from when it was looked at: path, certificate, what is left.
pub(super) fn each(
    host: &Host,
    out: &mut Out<'_>,
    mut ask: impl FnMut(&mut Out<'_>, &str, &Certificate, Left),
) {
    let all: Vec<(&str, &Certificate)> =
        files(host).flat_map(|(path, file)| file.certificates.iter().map(move |one| (path, one))).collect();
    if all.is_empty() {
        return out.not_applicable("no certificates are known of this node");
    }
    let Some(now) = host.metadata.collected.as_deref().and_then(seconds) else {
        let fact = out.on_host(ironsides_core::HostPlace::Whole, "metadata.creationTimestamp", None);
        let message =
            "when the node was looked at is not known, so how long its certificates last is not either";
        let missing = "metadata.creationTimestamp of the facts: `ironsides collect --node` writes it";
        out.unknown_with(fact, "metadata.creationTimestamp", message, missing);
        return;
    };
    for (path, certificate) in all {
        if let Some(left) = Left::of(certificate, now) {
            ask(out, path, certificate, left);
            continue;
        }
        let fact = out.file(path, path, Some(certificate.not_after.clone()));
        let message =
            format!("until when the certificate of {} in {path} is valid is not known", certificate.subject);
        out.unknown_with(fact, path, message, "notBefore and notAfter of the certificate")
            .key(&certificate.sha256);
    }
}

/// A time as facts have it, `2026-11-23T05:24:58Z`, in seconds after 1 January 1970.
fn seconds(text: &str) -> Option<i64> {
    let (day, time) = text.strip_suffix('Z')?.split_once('T')?;
    let day: Date = day.parse().ok()?;
    let time = time.split('.').next()?;
    let mut parts = time.split(':').map(|part| part.parse::<u8>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    Some(day.days() * DAY + i64::from(hours) * 3600 + i64::from(minutes) * 60 + i64::from(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        assert_eq!(seconds("1970-01-02T00:01:02Z"), Some(DAY + 62));
        assert_eq!(seconds("2026-11-23T05:24:58.5Z"), seconds("2026-11-23T05:24:58Z"));
        for text in
            ["", "2026-11-23", "2026-11-23T05:24Z", "2026-02-30T05:24:00Z", "2026-11-23T05:24:58+01:00"]
        {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn short_lives_may_be_nearer_their_end() {
        let left = |seconds, whole| Left { seconds, whole };
        assert!(left(29 * DAY, 365 * DAY).is_short());
        assert!(!left(31 * DAY, 3650 * DAY).is_short());
        assert!(!left(7200, DAY / 2).is_short(), "of twelve hours two");
        assert!(left(3600, DAY / 2).is_short());
        assert_eq!(left(-3 * DAY, DAY).told(), "3 days");
    }
}
