//! The names of the objects that fail, one a line, as `kubectl` takes them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::Arc;

use ironsides_core::{Finding, Target};

use crate::Writer;
use crate::input::{Header, Summary};
use crate::place::Outcome;
use crate::source::Sources;

/// Names each object with an open failure once, where it first fails.
pub(crate) struct Name<W> {
    sink: W,
    named: BTreeSet<Arc<Target>>,
}

impl<W: Write> Name<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self { sink, named: BTreeSet::new() }
    }
}

impl<W: Write> Writer for Name<W> {
    fn begin(&mut self, _: &Header) -> io::Result<()> {
        Ok(())
    }

    fn batch(&mut self, _: &dyn Sources, findings: &[Finding]) -> io::Result<()> {
        for finding in findings.iter().filter(|finding| Outcome::of(finding) == Outcome::Fail) {
            if self.named.insert(Arc::clone(&finding.target)) {
                writeln!(self.sink, "{}", name(&finding.target))?;
            }
        }
        Ok(())
    }

    fn end(&mut self, _: &Summary) -> io::Result<()> {
        self.sink.flush()
    }
}

/// `deployment.apps/cart --namespace=shop`; other targets in words.
fn name(target: &Target) -> String {
    let Target::Object(object) = target else { return safe(&target.to_string()) };
    let kind = object.kind.to_ascii_lowercase();
    let name = if object.name.is_empty() { "(no name)" } else { &object.name };
    let mut text = match object.group() {
        "" => format!("{}/{}", safe(&kind), safe(name)),
        group => format!("{}.{}/{}", safe(&kind), safe(group), safe(name)),
    };
    if let Some(namespace) = &object.namespace {
        _ = write!(text, " --namespace={}", safe(namespace));
    }
    text
}

/// Names come from manifests and go to shells: what no Kubernetes name holds is written as `%XX`.
fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            // A word that begins so would be an option.
            b'-' if at == 0 => out += "%2D",
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b':' | b'/' => {
                out.push(char::from(byte));
            }
            _ => _ = write!(out, "%{byte:02X}"),
        }
    }
    out
}
