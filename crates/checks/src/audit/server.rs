//! The flags of an API server that are about auditing, wherever a pod runs one.

use ironsides_tree::Node;
use ironsides_tree::edit::Edit;

use crate::flags::{Flags, KUBE_APISERVER};
use crate::prelude::*;

/// The container of an API server.
pub(super) struct Server<'a> {
    pub(super) container: Container<'a>,
    flags: Flags<'a>,
    minor: u64,
}

/// What cannot be judged was said.
#[derive(Debug)]
pub(super) struct Said;

/// A value, unless what there is to say about it was said.
pub(super) type Told<T> = Result<T, Said>;

/// Where events go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Log<'s> {
    /// There is no log.
    Nowhere,
    /// To standard output, or what is the same.
    Output,
    /// To a file.
    File(&'s str),
}

/// Asks about every container that starts an API server.
pub(super) fn each<'a>(pod: &Pod<'a>, out: &mut Out<'_>, mut ask: impl FnMut(&Server<'a>, &mut Out<'_>)) {
    let mut any = false;
    for container in pod.containers() {
        let Some(flags) = Flags::of(&container, &KUBE_APISERVER) else { continue };
        let minor = minor(&container).unwrap_or_else(|| out.kubernetes());
        ask(&Server { container, flags, minor }, out);
        any = true;
    }
    if !any {
        out.not_applicable("no container starts kube-apiserver");
    }
}

impl<'a> Server<'a> {
    /// Whether it is of this minor version or later: by the tag of its image, or else what the objects are meant for.
    pub(super) fn is_since(&self, minor: u64) -> bool {
        self.minor >= minor
    }

    /// Where a flag stands, or where it would.
    pub(super) fn at(&self, name: &str) -> &Cursor<'a> {
        self.flags.get(name).map_or(&self.flags.line, |flag| flag.at())
    }

    /// The value of a flag; none where it is not given. `Err` holds what is not known.
    fn value(&self, name: &str) -> Result<Option<&str>, String> {
        match self.flags.get(name) {
            Some(flag) => match flag.value() {
                Some(value) => Ok(Some(value)),
                None => Err(format!("the value of --{name} is filled in when the container starts")),
            },
            None if self.flags.hidden.is_some() => {
                Err(format!("--{name} may stand in what is filled in when the container starts"))
            }
            None => Ok(None),
        }
    }

    /// The text of a flag, `None` where it is not given or empty. Where that is not known, says so.
    pub(super) fn text(&self, name: &str, out: &mut Out<'_>) -> Told<Option<&str>> {
        match self.value(name) {
            Ok(value) => Ok(value.filter(|value| !value.is_empty())),
            Err(message) => {
                let at = match (self.flags.get(name), &self.flags.hidden) {
                    (None, Some(hidden)) => hidden,
                    _ => self.at(name),
                };
                out.unknown(at, message, "the command line of the running API server").key(name);
                Err(Said)
            }
        }
    }

    /// The number of a flag, `None` where it is not given. What is no number fails.
    pub(super) fn number(&self, name: &str, out: &mut Out<'_>) -> Told<Option<f64>> {
        let Some(text) = self.text(name, out)? else { return Ok(None) };
        let Some(number) = number(text) else {
            let message =
                format!("--{name} is \"{text}\", which is no number: the API server does not start");
            out.fail(self.at(name), message).key(name);
            return Err(Said);
        };
        Ok(Some(number))
    }

    /// Whether a switch is on, with what it is where it is not given.
    pub(super) fn is_on(&self, name: &str, unset: bool, out: &mut Out<'_>) -> Told<bool> {
        let text = self.text(name, out)?;
        // The words of Go's strconv.ParseBool.
        Ok(text.map_or(unset, |text| matches!(text, "1" | "t" | "T" | "true" | "TRUE" | "True")))
    }

    /// Where the log backend writes.
    pub(super) fn log(&self, out: &mut Out<'_>) -> Told<Log<'_>> {
        Ok(match self.text("audit-log-path", out)? {
            None | Some("/dev/null") => Log::Nowhere,
            Some("-" | "/dev/stdout" | "/dev/stderr" | "/proc/self/fd/1" | "/proc/1/fd/1") => Log::Output,
            Some(path) => Log::File(path),
        })
    }

    /// The edits that give a flag a value; none where a shell reads the command line.
    pub(super) fn set(&self, name: &str, value: &str) -> Option<Edit> {
        if self.flags.is_script {
            return None;
        }
        Some(match self.flags.get(name) {
            Some(flag) => {
                let (at, text) = flag.with(value);
                set(at, text.as_str())
            }
            None => append(&self.flags.line, Node::bare(format!("--{name}={value}").as_str().into())),
        })
    }
}

/// A number as flags have it: digits, Go's prefixes and `_` for integers, a point.
fn number(text: &str) -> Option<f64> {
    let plain = text.replace('_', "");
    let (sign, digits) = plain.strip_prefix('-').map_or((1.0, &*plain), |digits| (-1.0, digits));
    let prefixed = |prefix: &str, radix| {
        digits.strip_prefix(prefix).and_then(|digits| u32::from_str_radix(digits, radix).ok())
    };
    if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    let octal = || prefixed("0o", 8).or_else(|| prefixed("0", 8));
    match prefixed("0x", 16).or_else(|| prefixed("0b", 2)).or_else(octal) {
        Some(number) => Some(sign * f64::from(number)),
        None => digits.parse::<f64>().ok().map(|number| sign * number),
    }
}

/// The minor version in the tag of an image: 36 of `v1.36.3`.
fn minor(container: &Container<'_>) -> Option<u64> {
    let image = container.get("image").str()?.split('@').next()?;
    let tag = image.rsplit('/').next()?.split_once(':')?.1;
    tag.strip_prefix('v').unwrap_or(tag).strip_prefix("1.")?.split(['.', '-', '+']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_go() {
        for (text, expected) in [
            ("30", Some(30.0)),
            ("0", Some(0.0)),
            ("-1", Some(-1.0)),
            ("0x1e", Some(30.0)),
            ("0o36", Some(30.0)),
            ("036", Some(30.0)),
            ("1_000", Some(1000.0)),
            ("0.5", Some(0.5)),
            ("30d", None),
            ("inf", None),
            ("", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }
}
