//! Waivers in annotations, of an object or of its pod template.

use std::sync::Arc;

use ironsides_core::{Date, Object, Pod, PodTemplates, Scope, WaivedBy, Waiver};
use ironsides_tree::{Cursor, Segment, Span, Text};

use super::{ForeignEntry, Noted, Place, WaiverFault, map};
use crate::foreign::Tool;

const OURS: &str = "ironsides.dev/";
const ALLOW: &str = "ironsides.dev/allow";
const REASON: &str = "ironsides.dev/reason";
const EXPIRES: &str = "ironsides.dev/expires";
const OWNER: &str = "ironsides.dev/owner";

/// Reads the waivers in the annotations of an object and of its pod template; with `foreign`, those of other tools
/// too. Every one of them is about the whole object.
pub fn of_object(place: &Place<'_>, object: &Object, templates: &PodTemplates, foreign: bool) -> Noted {
    let mut noted = Noted::default();
    let own = object.cursor().at(&["metadata", "annotations"]);
    if has_any(&own, foreign) {
        read(place, object, &own, foreign, &mut noted);
    }
    if Pod::is_in(object, templates)
        && let Some(pod) = Pod::of(object, templates).filter(Pod::is_template)
    {
        let inner = pod.metadata().get("annotations");
        if has_any(&inner, foreign) {
            read(place, object, &inner, foreign, &mut noted);
        }
    }
    noted
}

/// The ids in a list with commas or blanks between.
pub(super) fn ids(text: &str) -> Vec<Text> {
    text.split([',', ' ', '\t', '\n']).filter(|id| !id.is_empty()).map(Text::new).collect()
}

fn has_any(annotations: &Cursor<'_>, foreign: bool) -> bool {
    let Some(map) = annotations.node().and_then(|node| node.as_map()) else { return false };
    map.iter().any(|(key, _)| key.starts_with(OURS) || foreign && tool_of(key).is_some())
}

/// The tool whose exceptions an annotation may hold.
fn tool_of(key: &str) -> Option<Tool> {
    let (group, name) = key.split_once('/')?;
    match group {
        "kubescape.io" if name.starts_with("skip-controls") => Some(Tool::Kubescape),
        "ignore-check.kube-linter.io" => Some(Tool::KubeLinter),
        "kube-linter.io" if name == "ignore-all" => Some(Tool::KubeLinter),
        "polaris.fairwinds.com" if name == "exempt" || name.ends_with("-exempt") => Some(Tool::Polaris),
        "checkov.io" | "bridgecrew.io" if name.starts_with("skip") => Some(Tool::Checkov),
        _ => None,
    }
}

/// The annotations of one map.
struct Annotations<'a, 'b> {
    place: &'a Place<'a>,
    object: &'a Object,
    at: &'a Cursor<'b>,
}

impl<'b> Annotations<'_, 'b> {
    fn text(&self, key: &'b str) -> Option<&'b str> {
        self.at.get(key).str()
    }

    /// Where a key stands.
    fn span(&self, key: &str) -> Span {
        let entry = self.at.node().and_then(|node| node.as_map()).and_then(|map| map.entry(key));
        entry.map_or(Span::NONE, |entry| entry.key_span)
    }

    fn field(&self, key: &'b str) -> Arc<str> {
        Arc::from(self.at.path().join(Segment::Key(key)).text())
    }

    fn waiver(&self, key: &'b str, by: WaivedBy, checks: Option<Vec<Text>>, reason: &str) -> Waiver {
        let span = self.span(key);
        Waiver {
            by,
            checks,
            scope: Scope::Object(Arc::clone(&self.object.target)),
            reason: reason.trim().to_owned(),
            expires: None,
            owner: None,
            path: Arc::clone(self.place.path),
            field: self.field(key),
            span,
            line: if span.is_some() { (self.place.line)(span.start) } else { 0 },
        }
    }

    fn fault(&self, key: &'b str, message: String) -> WaiverFault {
        WaiverFault {
            message,
            target: Some(Arc::clone(&self.object.target)),
            path: Arc::clone(self.place.path),
            field: self.field(key),
            span: self.span(key),
        }
    }
}

fn read(place: &Place<'_>, object: &Object, at: &Cursor<'_>, foreign: bool, noted: &mut Noted) {
    let all = Annotations { place, object, at };
    ours(&all, noted);
    if !foreign {
        return;
    }
    for (key, value) in at.entries() {
        let Some(tool) = tool_of(key) else { continue };
        let value = value.str().unwrap_or_default();
        let name = key.split_once('/').map_or("", |(_, name)| name);
        match tool {
            Tool::Kubescape => kubescape(&all, key, value, noted),
            Tool::KubeLinter if name == "ignore-all" => foreign_all(&all, tool, key, value, noted),
            Tool::KubeLinter => one(&all, tool, key, name, value, noted),
            Tool::Polaris if !value.eq_ignore_ascii_case("true") => {}
            Tool::Polaris => match name.strip_suffix("-exempt") {
                None => foreign_all(&all, tool, key, "", noted),
                Some(id) => one(&all, tool, key, id, "", noted),
            },
            Tool::Checkov => {
                let (id, reason) = value.split_once('=').unwrap_or((value, ""));
                one(&all, tool, key, id.trim(), reason, noted);
            }
            _ => {}
        }
    }
}

fn ours(all: &Annotations<'_, '_>, noted: &mut Noted) {
    let known = [ALLOW, EXPIRES, OWNER, REASON];
    for (key, value) in all.at.entries().filter(|(key, _)| key.starts_with(OURS)) {
        if !known.contains(&key) {
            if let Some(meant) = known.iter().find(|known| strsim::levenshtein(known, key) <= 2) {
                noted
                    .faults
                    .push(all.fault(key, format!("no annotation is called {key}; did you mean {meant}?")));
            }
        } else if value.str().is_none() {
            noted.faults.push(all.fault(key, format!("{key} is no string; put it in quotes")));
            return;
        } else if key != ALLOW && !all.at.get(ALLOW).is_set() {
            noted.faults.push(all.fault(key, format!("{key} stands without {ALLOW}, so it waives nothing")));
            return;
        }
    }
    let Some(written) = all.text(ALLOW) else { return };
    let checks = ids(written);
    if checks.is_empty() {
        return noted.faults.push(all.fault(ALLOW, format!("{ALLOW} names no check")));
    }
    let expires: Option<Date> = match all.text(EXPIRES).map(str::parse).transpose() {
        Ok(expires) => expires,
        Err(why) => return noted.faults.push(all.fault(EXPIRES, why)),
    };
    let waiver = all.waiver(ALLOW, WaivedBy::Annotation, Some(checks), all.text(REASON).unwrap_or_default());
    noted.waivers.push(Waiver { expires, owner: all.text(OWNER).map(Into::into), ..waiver });
}

/// An exception of another tool from one rule.
fn one<'b>(all: &Annotations<'_, 'b>, tool: Tool, key: &'b str, id: &str, reason: &str, noted: &mut Noted) {
    let checks = map(tool, id);
    let line = all.waiver(key, WaivedBy::Foreign, None, "").line;
    let why_not = checks.as_ref().err().cloned();
    noted.foreign.push(ForeignEntry {
        tool,
        source: Arc::from("annotations"),
        line,
        id: id.to_owned(),
        why_not,
    });
    if let Ok(checks) = checks {
        noted.waivers.push(all.waiver(key, WaivedBy::Foreign, Some(checks), reason));
    }
}

/// An exception of another tool from all its rules: from all checks here that correspond to one of them.
fn foreign_all<'b>(all: &Annotations<'_, 'b>, tool: Tool, key: &'b str, reason: &str, noted: &mut Noted) {
    let mut checks: Vec<Text> =
        crate::foreign::ids(tool).into_iter().filter_map(|id| map(tool, id).ok()).flatten().collect();
    checks.sort_unstable();
    checks.dedup();
    let waiver = all.waiver(key, WaivedBy::Foreign, Some(checks), reason);
    noted.foreign.push(ForeignEntry {
        tool,
        source: Arc::from("annotations"),
        line: waiver.line,
        id: key.to_owned(),
        why_not: None,
    });
    noted.waivers.push(waiver);
}

/// `kubescape.io/skip-controls`, with the reason and the end in two more annotations. With an end that cannot be read
/// the tool itself takes the whole exception for none.
fn kubescape<'b>(all: &Annotations<'_, 'b>, key: &'b str, value: &str, noted: &mut Noted) {
    if key != "kubescape.io/skip-controls" {
        return;
    }
    let expires =
        all.text("kubescape.io/skip-expiry").filter(|text| !text.is_empty()).map(last_day).transpose();
    let reason = all.text("kubescape.io/skip-reason").unwrap_or_default();
    for id in ids(value) {
        let checks = map(Tool::Kubescape, &id);
        let why_not = match (&checks, &expires) {
            (Err(why), _) | (_, Err(why)) => Some(why.clone()),
            _ => None,
        };
        let waiver = all.waiver(key, WaivedBy::Foreign, checks.as_ref().ok().cloned(), reason);
        noted.foreign.push(ForeignEntry {
            tool: Tool::Kubescape,
            source: Arc::from("annotations"),
            line: waiver.line,
            id: id.to_string(),
            why_not: why_not.clone(),
        });
        if let (None, Ok(expires)) = (why_not, &expires) {
            noted.waivers.push(Waiver { expires: *expires, ..waiver });
        }
    }
}

/// The last day of something that ends at a moment (RFC 3339): at midnight the day before was the last.
pub(super) fn last_day(text: &str) -> Result<Date, String> {
    let text = text.trim();
    let (date, time) = text.split_at_checked(10).ok_or_else(|| format!("{text:?} is no date"))?;
    let date: Date = date.parse()?;
    let midnight = time.is_empty() || time.get(1..9) == Some("00:00:00");
    Ok(if midnight { date.before() } else { date })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ironsides_core::Origin;

    fn noted(annotations: &str, foreign: bool) -> Noted {
        let text = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\nspec: {{template: {{metadata: {{annotations: {{{annotations}}}}}, spec: {{}}}}}}\n"
        );
        let root = ironsides_tree::parse_one(&text).unwrap();
        let path: Arc<str> = Arc::from("a.yaml");
        let origin = Origin::File { path: Arc::clone(&path), text: Arc::from(text) };
        let object = Object::new(root, origin, Vec::new());
        let line = |_| 4;
        of_object(&Place { path: &path, line: &line }, &object, &PodTemplates::default(), foreign)
    }

    fn told(noted: &Noted) -> Vec<String> {
        let waivers = noted.waivers.iter().map(|waiver| {
            let checks = waiver.checks.as_ref().map_or("*".to_owned(), |checks| checks.join(","));
            let expires = waiver.expires.map(|date| format!(" until {date}")).unwrap_or_default();
            format!("{checks}{expires}: {}", waiver.reason)
        });
        let faults = noted.faults.iter().map(|fault| format!("{}: {}", fault.field, fault.message));
        let foreign = noted
            .foreign
            .iter()
            .filter_map(|entry| Some(format!("{}: {}", entry.id, entry.why_not.as_ref()?)));
        waivers.chain(faults).chain(foreign).collect()
    }

    #[test]
    fn our_own_are_read() {
        let one = noted(
            "ironsides.dev/allow: 'host-pid, host-ipc', ironsides.dev/reason: it must, ironsides.dev/expires: '2027-01-31'",
            false,
        );
        assert_eq!(told(&one), ["host-pid,host-ipc until 2027-01-31: it must"]);
        assert_eq!(&*one.waivers[0].field, "spec.template.metadata.annotations[ironsides.dev/allow]");
        for (text, said) in [
            (
                "ironsides.dev/reason: it must",
                "reason]: ironsides.dev/reason stands without ironsides.dev/allow",
            ),
            ("ironsides.dev/allow: true", "allow]: ironsides.dev/allow is no string; put it in quotes"),
            ("ironsides.dev/allow: ', '", "allow]: ironsides.dev/allow names no check"),
            (
                "ironsides.dev/alow: host-pid",
                "alow]: no annotation is called ironsides.dev/alow; did you mean",
            ),
            ("ironsides.dev/allow: a, ironsides.dev/expires: tomorrow", "expires]: \"tomorrow\" is no date"),
        ] {
            let told = told(&noted(text, false));
            assert!(told.len() == 1 && told[0].contains(said), "{text}: {told:?}");
        }
        assert!(noted("example.com/other: x", true).is_empty());
    }

    #[test]
    fn those_of_other_tools_are_read() {
        let all = "ignore-check.kube-linter.io/host-pid: it must, polaris.fairwinds.com/hostNetworkSet-exempt: 'true', polaris.fairwinds.com/hostIPCSet-exempt: 'false', checkov.io/skip1: CKV_K8S_18=reason, checkov.io/skip2: CKV_K8S_17, ignore-check.kube-linter.io/no-such: x";
        assert!(noted(all, false).is_empty());
        assert_eq!(
            told(&noted(all, true)),
            [
                "host-pid: it must",
                "host-network: ",
                "host-ipc: reason",
                "host-pid: ",
                "no-such: kube-linter has no rule for Kubernetes of this name that is known here"
            ]
        );
        let every = noted("polaris.fairwinds.com/exempt: 'true', kube-linter.io/ignore-all: legacy", true);
        assert_eq!(every.waivers.len(), 2);
        assert!(
            every.waivers.iter().all(|waiver| waiver
                .checks
                .as_ref()
                .unwrap()
                .contains(&Text::new("host-pid")))
        );
    }

    #[test]
    fn moments_end_on_a_day() {
        assert_eq!(last_day("2026-12-31T23:59:59Z").unwrap().to_string(), "2026-12-31");
        assert_eq!(last_day("2027-01-01T00:00:00Z").unwrap().to_string(), "2026-12-31");
        assert_eq!(last_day("2027-01-01").unwrap().to_string(), "2026-12-31");
        assert!(last_day("soon").is_err());
    }
}
