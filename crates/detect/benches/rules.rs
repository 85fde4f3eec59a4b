//! Rules over events whose fields are extracted.
//!
//! The rule files are those that Falco ships; without them (they are no part of this tree) there is nothing to measure.

#![allow(clippy::print_stderr, clippy::indexing_slicing, reason = "a measurement says what it skips")]

use std::collections::HashMap;
use std::sync::Arc;

use divan::{Bencher, black_box};
use ironsides_detect::engine::{Engine, Matching};
use ironsides_detect::field::FieldUse;
use ironsides_detect::rules::{Options, RuleFile, RuleSet, load};
use ironsides_detect::{Event, EventType, Value};

fn main() {
    divan::main();
}

/// The stable and the incubating rules.
fn texts() -> Option<Vec<(String, String)>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance/falco/rules/");
    let names = ["falco_rules.yaml", "falco-incubating_rules.yaml"];
    let texts =
        names.map(|name| Some((name.to_owned(), std::fs::read_to_string(format!("{folder}{name}")).ok()?)));
    texts.into_iter().collect()
}

fn rules() -> Option<RuleSet> {
    let texts = texts()?;
    let files: Vec<RuleFile<'_>> = texts.iter().map(|(name, text)| RuleFile { name, text }).collect();
    load(&files, &Options::default()).rules
}

/// An event with its fields by number.
struct Extracted {
    kind: Option<EventType>,
    values: Vec<Option<Value<'static>>>,
    keyed: HashMap<FieldUse, Value<'static>>,
}

impl Event for Extracted {
    fn value(&self, field: &FieldUse) -> Option<Value<'_>> {
        let found = match field.argument {
            ironsides_detect::field::Argument::None => self.values.get(field.id.index())?.as_ref(),
            _ => self.keyed.get(field),
        };
        found.cloned()
    }

    fn event_type(&self) -> Option<EventType> {
        self.kind
    }
}

/// A process that opens a file.
fn open(path: &'static str, write: bool, process: &'static str) -> Extracted {
    let directory = path.rsplit_once('/').map_or("/", |(directory, _)| directory);
    let texts = [
        ("evt.type", "openat"),
        ("fd.name", path),
        ("fd.nameraw", path),
        ("fd.directory", directory),
        ("fd.filename", path.rsplit('/').next().unwrap_or(path)),
        ("fd.typechar", "f"),
        ("fd.type", "file"),
        ("evt.res", "SUCCESS"),
        ("proc.name", process),
        ("proc.exe", process),
        ("proc.exepath", "/usr/bin/app"),
        ("proc.pname", "bash"),
        ("proc.cmdline", "app --serve"),
        ("proc.pcmdline", "bash"),
        ("proc.args", "--serve"),
        ("proc.cwd", "/srv/"),
        ("container.id", "0a1b2c3d4e5f"),
        ("container.image.repository", "registry.example.com/app"),
        ("user.name", "app"),
        ("k8s.ns.name", "shop"),
    ];
    let all = ironsides_detect::field::Catalogue::SYSCALL;
    let mut values = vec![None; all.fields().map(|id| id.index() + 1).max().unwrap_or_default()];
    let mut put = |name: &str, value| {
        if let Some(place) = all.field(name).and_then(|id| values.get_mut(id.index())) {
            *place = Some(value);
        }
    };
    for (name, text) in texts {
        put(name, Value::text(text));
    }
    put("evt.num", Value::Uint(7));
    put("fd.num", Value::Int(5));
    put("evt.rawres", Value::Int(5));
    put("user.uid", Value::Uint(1000));
    put("user.loginuid", Value::Int(-1));
    put("proc.tty", Value::Uint(0));
    put("proc.vpid", Value::Int(4));
    put("evt.is_open_read", Value::Bool(!write));
    put("evt.is_open_write", Value::Bool(write));
    put("evt.is_open_exec", Value::Bool(false));
    put("container.privileged", Value::Bool(false));
    put("proc.duration", Value::Uint(60_000_000_000));
    put("proc.aname", Value::Any(vec![Value::text("bash"), Value::text("containerd-shim")]));
    Extracted { kind: EventType::named("openat"), values, keyed: HashMap::new() }
}

/// Loading both files and compiling their rules.
#[divan::bench]
fn compile(bencher: Bencher<'_, '_>) {
    let Some(texts) = texts() else {
        eprintln!("SKIPPED: no rule files in ../shared");
        return;
    };
    bencher.bench(|| {
        let files: Vec<RuleFile<'_>> = texts.iter().map(|(name, text)| RuleFile { name, text }).collect();
        load(black_box(&files), &Options::default()).rules.map(|rules| rules.rules.len())
    });
}

/// An open event against all 56 rules: eight typical ones, taken in turn.
#[divan::bench]
fn open_event(bencher: Bencher<'_, '_>) {
    let Some(rules) = rules() else {
        eprintln!("SKIPPED: no rule files in ../shared");
        return;
    };
    let events = [
        open("/etc/ld.so.cache", false, "app"),
        open("/usr/lib/x86_64-linux-gnu/libc.so.6", false, "app"),
        open("/proc/self/status", false, "app"),
        open("/var/log/app.log", true, "app"),
        open("/tmp/upload-7", true, "app"),
        open("/srv/data/index.html", false, "nginx"),
        open("/dev/null", true, "app"),
        open("/home/app/.cache/x", true, "app"),
    ];
    let mut engine = Engine::new(Arc::new(rules), "syscall", Matching::First);
    for _ in 0..20_000 {
        for event in &events {
            black_box(engine.fire(event).rules().count());
        }
    }
    let mut at = 0;
    bencher.counter(divan::counter::ItemsCount::new(1_u32)).bench_local(|| {
        at = (at + 1) % events.len();
        engine.fire(black_box(&events[at])).rules().count()
    });
}
