//! Every page is run: its examples must come out as they say.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it stands")]

use std::sync::Arc;

use ironsides_checks::page::{Expect, Page};
use ironsides_checks::waivers::{self, Place, WaiverCase};
use ironsides_checks::{CATALOGUE, Check, Judge, Options, Run, find};
use ironsides_core::{
    CheckMeta, Extent, Fact, Finding, HostPlace, Inventory, Object, Origin, Source, Tallies, Verdict, Waiver,
    WaiverRules, Waivers,
};
use ironsides_tree::{Documents, Limits, Lines, Node, print};

fn checks() -> impl Iterator<Item = &'static Check> {
    CATALOGUE.iter().copied().flatten().copied()
}

/// Where a page is, from the root of the checkout.
fn page_file(meta: &CheckMeta) -> String {
    format!("crates/checks/src/{}/{}.md", meta.family, meta.id.replace('-', "_"))
}

fn judge(id: &str, text: &str) -> (Vec<Finding>, Tallies) {
    let judge = Judge::new(Options { only: vec![id.into()], ..Options::default() });
    let (path, source): (Arc<str>, Arc<str>) = (Arc::from("example.yaml"), Arc::from(text));
    if matches!(find(id).map(|check| check.run), Some(Run::Waiver(_))) {
        return judge_waivers(id, text);
    }
    let (mut findings, mut counts, mut inventory) = (Vec::new(), judge.counts(), Inventory::default());
    for document in Documents::new(text, Limits::default()) {
        let document = document.unwrap_or_else(|error| panic!("{id}: {}: {error}", error.position(text)));
        if let Some(server) = document.root.get("server") {
            inventory = of_cluster(server);
            continue;
        }
        let object = Object::new(
            document.root,
            Origin::File { path: Arc::clone(&path), text: Arc::clone(&source) },
            document.remarks,
        );
        judge.object(&object, &mut findings, &mut counts);
        if judge.keeps(&object) {
            inventory.push(object);
        }
    }
    judge.together(&inventory, &mut findings, &mut counts);
    let tallies = judge.tallies(&counts);
    (findings, tallies)
}

/// An example that begins with a document `server: …` is a cluster: what its API server tells of itself, and all of its
/// objects.
fn of_cluster(server: &Node) -> Inventory {
    let server = serde_json::from_str(&print::json(server)).unwrap();
    let mut inventory = Inventory::of_cluster(server);
    for kind in ironsides_schema::kinds() {
        inventory.coverage.record(Fact::objects(kind.group, kind.plural, None), Extent::Complete);
    }
    inventory
}

/// Checks of waivers are asked once all others were, on a day that no example's last day is near.
fn judge_waivers(id: &str, text: &str) -> (Vec<Finding>, Tallies) {
    let judge = Judge::new(Options::default());
    let (path, source): (Arc<str>, Arc<str>) = (Arc::from("example.yaml"), Arc::from(text));
    let rules =
        WaiverRules { today: "2026-06-15".parse().unwrap(), require_expiry: true, here: Arc::from("/") };
    let lines = Lines::new(text);
    let line = |at| lines.position(text, at).line;
    let place = Place { path: &path, line: &line };
    let mut noted = waivers::of_text(&place, text, false);
    let (mut findings, mut counts, mut objects) = (Vec::new(), judge.counts(), Vec::new());
    for document in Documents::new(text, Limits::default()) {
        let document = document.unwrap_or_else(|error| panic!("{id}: {}: {error}", error.position(text)));
        let origin = Origin::File { path: Arc::clone(&path), text: Arc::clone(&source) };
        let object = Object::new(document.root, origin, document.remarks);
        noted.append(waivers::of_object(&place, &object, judge.templates(), false));
        judge.object(&object, &mut findings, &mut counts);
        objects.push(object);
    }
    let set = Waivers::new(noted.waivers, &rules);
    for object in &objects {
        set.reach(object.root.span());
    }
    for finding in &mut findings {
        set.apply(finding, None);
    }
    let is_scanned = |_: &Waiver, _: &str| true;
    let read = set.entries().iter().map(Ok).chain(noted.faults.iter().map(Err));
    let cases: Vec<_> = read.map(|read| WaiverCase { read, is_scanned: &is_scanned }).collect();
    findings.clear();
    judge.waivers(&cases, &mut findings, &mut counts);
    findings.retain(|finding| finding.check == id);
    let tallies = judge.tallies(&counts).into_iter().filter(|(check, _)| *check == id).collect();
    (findings, tallies)
}

fn lines(text: &str, findings: &[Finding]) -> Vec<u32> {
    let lines = Lines::new(text);
    let find =
        |part: &str| text.find(part).map_or(0, |at| lines.position(text, u32::try_from(at).unwrap()).line);
    let mut found: Vec<u32> = findings
        .iter()
        .map(|finding| match &finding.evidence[0].source {
            Source::File { span, .. } => lines.position(text, span.start).line,
            // What a server answered stands where the request is written.
            Source::Api { request } => find(request),
            Source::Host { place, .. } => on_host(place, text, &find),
        })
        .collect();
    found.sort_unstable();
    found
}

/// Where the facts of an example tell of a place on the host: the line that names the file (or the one in its text, where that
/// is a block below), the argument, the program, the setting.
fn on_host(place: &HostPlace, text: &str, find: &dyn Fn(&str) -> u32) -> u32 {
    match place {
        HostPlace::File { path, line } => {
            let begin = find(&format!("{path}:"));
            let below =
                text.lines().skip(begin as usize).position(|line| line.trim_end().ends_with("content: |"));
            match (line, below) {
                (Some(line), Some(below)) => begin + u32::try_from(below).unwrap() + 1 + line,
                _ => begin,
            }
        }
        HostPlace::Process { argument: Some(argument), .. } => find(argument),
        HostPlace::Process { program, .. } => find(&format!("program: {program}")),
        HostPlace::Variable { name, .. } | HostPlace::Kernel { name } => find(name),
        HostPlace::Socket { address } => find(address),
        HostPlace::Answer { .. } => find("configz:"),
        HostPlace::Whole => find("kind: NodeFacts"),
    }
}

#[test]
fn examples_come_out_as_they_say() {
    let mut wrong = Vec::new();
    for check in checks() {
        let id = check.meta.id;
        for example in Page::parse(check.meta.page).examples {
            // What is left to find in those, tests of fixes tell.
            if example.expect == Expect::Fixed {
                continue;
            }
            let (findings, tallies) = judge(id, example.text);
            let found = lines(example.text, &findings);
            let expected = example.expected_lines();
            // Lines of the page, where an author can go to.
            let file = page_file(&check.meta);
            let on_page = |lines: &[u32]| -> Vec<usize> {
                lines.iter().map(|&line| example.line + line as usize - 1).collect()
            };
            let place = format!("{file}:{}", example.line);
            if found != expected {
                let said: Vec<_> = findings
                    .iter()
                    .map(|finding| {
                        let lines = on_page(&lines(example.text, std::slice::from_ref(finding)));
                        format!("line {lines:?} {}: {:?} {}", finding.path, finding.verdict, finding.message)
                    })
                    .collect();
                wrong.push(format!(
                    "{place}: there are findings on lines {:?} of the page, but `# finding` marks lines {:?}\n    {}",
                    on_page(&found),
                    on_page(&expected),
                    said.join("\n    ")
                ));
            }
            let tally = tallies.get(id).copied().unwrap_or_default();
            match example.expect {
                Expect::Flagged if expected.is_empty() => {
                    wrong.push(format!(
                        "{place}: is marked `yaml flagged`, but no line of it ends in `# finding`"
                    ));
                }
                Expect::Passes if tally.pass + tally.not_applicable == 0 => {
                    wrong.push(format!(
                        "{place}: is marked `yaml passes`, but the check looked at nothing in it: {tally:?}"
                    ));
                }
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{} examples differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn passes_and_failures_show_evidence() {
    for check in checks() {
        for example in Page::parse(check.meta.page).examples {
            let (findings, _) = judge(check.meta.id, example.text);
            for finding in findings {
                assert!(!finding.evidence.is_empty(), "{}", check.meta.id);
                assert!(!matches!(finding.verdict, Verdict::Pass), "passes are kept only when asked for");
                let message = &finding.message;
                assert!(!message.is_empty() && !message.ends_with('.'), "{}: {message:?}", check.meta.id);
                // "YAML" and "CAP_SYS_ADMIN" may begin a message, "The" may not.
                let capital = message.starts_with(|c: char| c.is_ascii_uppercase());
                let word = message.split(' ').next().unwrap_or_default();
                assert!(
                    !capital || word.chars().filter(char::is_ascii_uppercase).count() > 1,
                    "{}: {message:?}",
                    check.meta.id
                );
            }
        }
    }
}

#[test]
fn the_catalogue_is_in_order() {
    let mut ids = Vec::new();
    for family in CATALOGUE {
        let in_family: Vec<_> = family.iter().map(|check| check.meta.id).collect();
        assert!(in_family.is_sorted(), "not in alphabetical order: {in_family:?}");
        ids.extend(in_family);
    }
    ids.sort_unstable();
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "an id stands twice: {ids:?}");
    for check in checks() {
        let meta = &check.meta;
        let id = meta.id;
        assert!(
            id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "{id}"
        );
        assert!(!id.starts_with("no-") && !id.starts_with("disallow-"), "{id} must name the bad pattern");
        assert!(!meta.title.ends_with('.') && meta.title.len() <= 80, "{id}: {:?}", meta.title);
        let file = page_file(meta);
        let path = format!("{}/../../{file}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).ok();
        assert_eq!(text.as_deref(), Some(meta.page), "the page of {id} is not {file}");
    }
}

#[test]
fn every_page_is_whole() {
    let mut wrong = Vec::new();
    for check in checks() {
        let file = page_file(&check.meta);
        let page = Page::parse(check.meta.page);
        let mut want = |ok: bool, what: &str| {
            if !ok {
                wrong.push(format!("{file}: {what}"));
            }
        };
        let why = format!(
            "says in {} characters why it matters; 120 are the least (the text before the first heading)",
            page.why.chars().count()
        );
        want(page.why.chars().count() >= 120, &why);
        want(
            page.sections.iter().map(|(heading, _)| *heading).eq(["Fix", "Examples", "Exceptions"]),
            "wants the sections Fix, Examples and Exceptions, in this order and no other",
        );
        want(
            page.examples.iter().any(|example| example.expect == Expect::Flagged),
            "has no example marked `yaml flagged`",
        );
        want(
            page.examples.iter().any(|example| example.expect == Expect::Passes),
            "has no example marked `yaml passes`",
        );
        if matches!(check.run, Run::Pod(_)) {
            let text: String = page.examples.iter().map(|example| example.text).collect();
            want(text.contains("template:"), "shows no case inherited through a workload's template");
            want(
                text.contains("initContainers:") || text.contains("ephemeralContainers:"),
                "shows no init or ephemeral container",
            );
        }
        for (number, line) in (1..).zip(check.meta.page.lines()) {
            let columns = line.chars().count();
            if columns > 120 {
                wrong.push(format!("{file}:{number}: has {columns} columns; 120 are the most"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
