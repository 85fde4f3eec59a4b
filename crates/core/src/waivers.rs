//! Many waivers at once, found by check, name and place.

use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use ironsides_tree::{Span, Text};
use rustc_hash::FxHashMap;

use crate::date::Date;
use crate::evidence::{HostPlace, Source};
use crate::finding::Finding;
use crate::object::{Object, Origin};
use crate::target::Target;
use crate::verdict::Verdict;
use crate::waived::{Waived, WaivedBy};
use crate::waiver::{Scope, Waiver, field};

/// What a waiver must have to hold.
#[derive(Clone, Debug)]
pub struct WaiverRules {
    /// The day on which it is asked.
    pub today: Date,
    /// Whether our own waivers must say when they end.
    pub require_expiry: bool,
    /// The folder that paths of findings are relative to: absolute, without a slash at its end.
    pub here: Arc<str>,
}

/// Whether a waiver holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Holds,
    /// Its last day is over.
    Expired,
    /// It gives no reason.
    NoReason,
    /// It does not say when it ends.
    NoExpiry,
}

/// A set of waivers. It is asked from any number of threads, and counts what it was good for.
#[derive(Debug)]
pub struct Waivers {
    here: Arc<str>,
    entries: Vec<Entry>,
    checks: FxHashMap<Text, Index>,
    /// Those that waive every check.
    every: Index,
    /// Those that cover parts of texts, whatever they waive.
    texts: Index,
}

/// A waiver and what became of it.
#[derive(Debug)]
pub struct Entry {
    waiver: Waiver,
    standing: Standing,
    waived: Arc<Waived>,
    /// By the places of its checks; one number for all where it waives every check.
    used: Vec<AtomicU64>,
    reached: AtomicBool,
}

impl Entry {
    /// The waiver.
    pub fn waiver(&self) -> &Waiver {
        &self.waiver
    }

    /// Whether it holds.
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// How many findings it matched, whether or not it holds.
    pub fn used(&self) -> u64 {
        self.used.iter().map(|used| used.load(Ordering::Relaxed)).sum()
    }

    /// How many findings of the check at this place in its list it matched.
    pub fn used_for(&self, place: usize) -> u64 {
        self.used.get(place).map_or(0, |used| used.load(Ordering::Relaxed))
    }

    fn count(&self, check: &str) {
        let place = self.waiver.checks.iter().flatten().position(|own| own == check).unwrap_or_default();
        if let Some(used) = self.used.get(place) {
            used.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether an object was judged that it could be about. True of all but comments.
    pub fn reached(&self) -> bool {
        self.reached.load(Ordering::Relaxed)
    }
}

/// Where to look for the waivers of one check.
#[derive(Debug, Default)]
struct Index {
    /// Those that name one name of a target.
    named: FxHashMap<Text, Vec<u32>>,
    /// Those that cover a part of a text, by where it begins.
    spots: Vec<Spot>,
    /// All others.
    rest: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Spot {
    span: Span,
    /// How far any spot up to this one reaches.
    reach: u32,
    entry: u32,
}

impl Index {
    fn add(&mut self, waiver: &Waiver, entry: u32) {
        match &waiver.scope {
            Scope::Text { span, .. } => self.spots.push(Spot { span: *span, reach: span.end, entry }),
            Scope::Matching(matcher) => match matcher.name.as_ref().and_then(|name| name.exactly()) {
                Some(name) => self.named.entry(Text::new(name)).or_default().push(entry),
                None => self.rest.push(entry),
            },
            Scope::Object(_) => self.rest.push(entry),
        }
    }

    fn close(&mut self) {
        self.spots.sort_by_key(|spot| (spot.span, spot.entry));
        let mut reach = 0;
        for spot in &mut self.spots {
            reach = reach.max(spot.span.end);
            spot.reach = reach;
        }
    }

    /// Those that may be about a finding, in no order.
    fn candidates(&self, name: Option<&str>, at: Option<Span>, into: &mut Vec<u32>) {
        into.extend(&self.rest);
        into.extend(name.and_then(|name| self.named.get(name)).into_iter().flatten());
        let Some(at) = at.filter(|span| span.is_some()) else { return };
        let behind = self.spots.partition_point(|spot| spot.span.start <= at.start);
        let before = self.spots.get(..behind).unwrap_or_default().iter().rev();
        let reaching = before.take_while(|spot| spot.reach > at.start || spot.span.start == at.start);
        into.extend(reaching.filter(|spot| at.start <= spot.span.end).map(|spot| spot.entry));
    }
}

impl Waivers {
    /// A set of waivers under these rules. Where several match a finding, the first of them is named.
    pub fn new(waivers: impl IntoIterator<Item = Waiver>, rules: &WaiverRules) -> Self {
        let mut set = Self {
            here: Arc::clone(&rules.here),
            entries: Vec::new(),
            checks: FxHashMap::default(),
            every: Index::default(),
            texts: Index::default(),
        };
        for waiver in waivers {
            let number = u32::try_from(set.entries.len()).unwrap_or(u32::MAX);
            match &waiver.checks {
                None => set.every.add(&waiver, number),
                Some(checks) => {
                    for check in checks {
                        set.checks.entry(check.clone()).or_default().add(&waiver, number);
                    }
                }
            }
            let own = waiver.by != WaivedBy::Foreign;
            let standing = match waiver.expires {
                Some(last) if last < rules.today => Standing::Expired,
                _ if own && waiver.reason.trim().is_empty() => Standing::NoReason,
                None if own && rules.require_expiry => Standing::NoExpiry,
                _ => Standing::Holds,
            };
            let waived = Arc::new(Waived {
                by: waiver.by,
                reason: waiver.reason.clone(),
                expires: waiver.expires.map(|date| date.to_string()),
                owner: waiver.owner.clone(),
                place: waiver.place(),
            });
            let reached = AtomicBool::new(!matches!(waiver.scope, Scope::Text { .. }));
            if let Scope::Text { span, .. } = &waiver.scope {
                set.texts.spots.push(Spot { span: *span, reach: span.end, entry: number });
            }
            let used = waiver.checks.as_ref().map_or(1, Vec::len);
            let used = (0..used).map(|_| AtomicU64::new(0)).collect();
            set.entries.push(Entry { waiver, standing, waived, used, reached });
        }
        set.every.close();
        set.texts.close();
        #[expect(clippy::iter_over_hash_type, reason = "each is closed by itself")]
        for index in set.checks.values_mut() {
            index.close();
        }
        set
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The waivers in the order they were given.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Notes that the object at these bytes was judged, so that comments in and above it were of use or not.
    pub fn reach(&self, object: Span) {
        let spots = &self.texts.spots;
        let behind = spots.partition_point(|spot| spot.span.start < object.end);
        let before = spots.get(..behind).unwrap_or_default().iter().rev();
        for spot in before.take_while(|spot| spot.reach >= object.start) {
            if let Some(entry) =
                self.entries.get(spot.entry as usize).filter(|_| spot.span.end >= object.start)
            {
                entry.reached.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Waives a finding that fails or that a person must look at, if a waiver that holds matches. Every waiver that
    /// matches is counted, also for what is unknown: nobody can say that it is of no use. `object` is what the finding
    /// is about, where it is at hand.
    pub fn apply(&self, finding: &mut Finding, object: Option<&Object>) {
        if self.entries.is_empty() || matches!(finding.verdict, Verdict::Pass | Verdict::NotApplicable { .. })
        {
            return;
        }
        let place = finding.evidence.first().map(|fact| &fact.source);
        let (path, span) = match place {
            Some(Source::File { path, span }) => (Some(path), Some(*span)),
            _ => (None, None),
        };
        // Comments of a rendered text stand in that text, where the files behind it are far apart.
        let (text, span) = match object.map(|object| (&object.origin, &object.root)) {
            Some((Origin::Rendered(rendered), root)) => {
                (rendered.files.first().map(|file| &file.path), Some(field(root, &finding.path)))
            }
            _ => (path, span),
        };
        let name = match &*finding.target {
            Target::Object(reference) => Some(reference.name.as_str()),
            Target::Node { name } => Some(name.as_str()),
            _ => None,
        };
        let on_node = match place {
            Some(Source::Host { place: HostPlace::File { path, .. }, .. }) => Some(&**path),
            _ => None,
        };
        let mut candidates = Vec::new();
        self.every.candidates(name, span, &mut candidates);
        if let Some(index) = self.checks.get(finding.check) {
            index.candidates(name, span, &mut candidates);
        }
        candidates.sort_unstable();
        let absolute = OnceCell::new();
        let mut first = None;
        for number in candidates {
            let Some(entry) = self.entries.get(number as usize) else { continue };
            let matches = match &entry.waiver.scope {
                Scope::Text { path: own, .. } => text.is_some_and(|text| text == own),
                Scope::Object(target) => Arc::ptr_eq(target, &finding.target),
                Scope::Matching(matcher) => {
                    let in_file = matcher.path.as_ref().is_none_or(|(base, pattern)| {
                        // `**` without a kind is about the files of the project, not those of nodes.
                        if let Some(path) = on_node {
                            return matcher.kind.is_some() && pattern.matches(path);
                        }
                        let absolute =
                            absolute.get_or_init(|| path.map(|path| self::absolute(&self.here, path)));
                        let below = absolute.as_deref().and_then(|path| path.strip_prefix(&**base));
                        below
                            .and_then(|rest| rest.strip_prefix('/'))
                            .is_some_and(|path| pattern.matches(path))
                    });
                    in_file
                        && matcher.is_target(&finding.target)
                        && matcher.field.as_ref().is_none_or(|field| field.matches(&finding.path))
                        && matcher.is_object(object, &finding.path)
                }
            };
            if matches {
                entry.count(finding.check);
                if entry.standing == Standing::Holds && first.is_none() {
                    first = Some(entry);
                }
            }
        }
        if let Some(entry) = first
            && finding.waived.is_none()
            && matches!(finding.verdict, Verdict::Fail | Verdict::Manual { .. })
        {
            finding.waived = Some(Arc::clone(&entry.waived));
        }
    }
}

/// A path as seen from the root, without `.` and `..`.
fn absolute(here: &str, path: &str) -> String {
    let whole = if path.starts_with('/') { path.to_owned() } else { format!("{here}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Evidence;
    use crate::finding::Fingerprint;
    use crate::object::Origin;
    use crate::pattern::Pattern;
    use crate::severity::{Confidence, Severity};
    use crate::waiver::Matcher;

    fn rules() -> WaiverRules {
        WaiverRules {
            today: "2026-06-15".parse().unwrap(),
            require_expiry: true,
            here: Arc::from("/work/repo/deploy"),
        }
    }

    fn object(kind: &str, name: &str) -> Object {
        let text = format!(
            "apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: shop, labels: {{tier: edge}}}}\nspec: {{template: {{spec: {{containers: [{{name: app}}]}}}}}}\n"
        );
        let root = ironsides_tree::parse_one(&text).unwrap();
        Object::new(root, Origin::File { path: Arc::from("a.yaml"), text: Arc::from(text) }, Vec::new())
    }

    fn finding(check: &'static str, object: &Object, span: Span) -> Finding {
        Finding {
            check,
            target: Arc::clone(&object.target),
            verdict: Verdict::Fail,
            message: String::new(),
            severity: Severity::High,
            confidence: Confidence::High,
            path: Arc::from("spec.template.spec.containers[0].image"),
            evidence: vec![Evidence {
                looked_at: Arc::from(""),
                raw: None,
                effective: None,
                rule: None,
                source: Source::File { path: Arc::from("apps/a.yaml"), span },
                causes: Vec::new(),
            }],
            fingerprint: Fingerprint::new(check, &object.target, "", ""),
            fix: None,
            waived: None,
            pods: 0,
        }
    }

    fn waiver(scope: Scope) -> Waiver {
        Waiver {
            by: WaivedBy::File,
            checks: Some(vec![Text::new("x"), Text::new("y")]),
            scope,
            reason: "because".into(),
            expires: Some("2026-06-15".parse().unwrap()),
            owner: None,
            path: Arc::from(".ironsides.yaml"),
            field: Arc::from("waivers[0]"),
            span: Span::NONE,
            line: 3,
        }
    }

    fn matching(matcher: Matcher) -> Scope {
        Scope::Matching(Box::new(matcher))
    }

    #[test]
    fn what_is_found_on_a_node_is_waived_by_its_name_and_file() {
        let name = |text: &str| Some(Pattern::name(text).unwrap());
        let path = |text: &str| Some((Arc::from("/work/repo"), Pattern::path(text).unwrap()));
        let node = Matcher { kind: name("Node"), ..Matcher::default() };
        let cases = [
            (node.clone(), true),
            (Matcher { name: name("control-plane-1"), api_version: name("v1"), ..node.clone() }, true),
            (Matcher { name: name("control-plane-*"), ..node.clone() }, true),
            (Matcher { name: name("control-plane-1"), ..Matcher::default() }, true),
            (Matcher { name: name("control-plane-2"), ..node.clone() }, false),
            (Matcher { name: name("worker-*"), ..node.clone() }, false),
            (Matcher { namespace: name("shop"), ..node.clone() }, false),
            (Matcher { kind: name("Pod"), name: name("control-plane-1"), ..node.clone() }, false),
            (Matcher { path: path("/etc/kubernetes"), ..node.clone() }, true),
            (Matcher { path: path("/etc/kubernetes/*.conf"), ..node.clone() }, true),
            (Matcher { path: path("/var/lib/**"), ..node.clone() }, false),
            (Matcher { path: path("etc/kubernetes/**"), ..node }, false),
            (Matcher { path: path("**"), ..Matcher::default() }, false),
        ];
        let object = object("Deployment", "cart");
        let mut found = finding("y", &object, Span::NONE);
        found.target = Arc::new(Target::Node { name: "control-plane-1".into() });
        let file = HostPlace::File { path: Arc::from("/etc/kubernetes/admin.conf"), line: None };
        found.evidence[0].source = Source::Host { node: Arc::from("control-plane-1"), place: file };
        for (matcher, holds) in cases {
            let said = format!("{matcher:?}");
            let set = Waivers::new([waiver(matching(matcher))], &rules());
            let mut found = found.clone();
            set.apply(&mut found, None);
            assert_eq!(found.waived.is_some(), holds, "{said}");
            assert_eq!(set.entries()[0].used(), u64::from(holds), "{said}");
        }
    }

    #[test]
    fn what_is_asked_of_a_target_must_hold() {
        let name = |text: &str| Some(Pattern::name(text).unwrap());
        let path = |base: &str, text: &str| Some((Arc::from(base), Pattern::path(text).unwrap()));
        let all = Matcher::default();
        let cases = [
            (all.clone(), true),
            (
                Matcher {
                    kind: name("Deployment"),
                    name: name("cart"),
                    namespace: name("sh*"),
                    ..all.clone()
                },
                true,
            ),
            (Matcher { kind: name("StatefulSet"), ..all.clone() }, false),
            (Matcher { name: name("cart-*"), ..all.clone() }, false),
            (Matcher { name: name("c*"), api_version: name("apps/*"), ..all.clone() }, true),
            (Matcher { container: name("app"), ..all.clone() }, true),
            (Matcher { container: name("other"), ..all.clone() }, false),
            (Matcher { path: path("/work/repo", "deploy/apps"), ..all.clone() }, true),
            (Matcher { path: path("/work/repo", "apps"), ..all.clone() }, false),
            (Matcher { path: path("/work/repo/deploy", "apps/*.yaml"), ..all.clone() }, true),
            (Matcher { path: path("/work/rep", "**"), ..all.clone() }, false),
            (Matcher { field: name("*.image"), ..all.clone() }, true),
            (Matcher { field: name("metadata*"), ..all.clone() }, false),
            (Matcher { labels: vec![("tier".into(), "edge".into())], ..all.clone() }, true),
            (Matcher { labels: vec![("tier".into(), "core".into())], ..all }, false),
        ];
        let object = object("Deployment", "cart");
        for (matcher, holds) in cases {
            let said = format!("{matcher:?}");
            let set = Waivers::new([waiver(matching(matcher))], &rules());
            let mut found = finding("y", &object, Span::NONE);
            set.apply(&mut found, Some(&object));
            assert_eq!(found.waived.is_some(), holds, "{said}");
            assert_eq!(
                (set.entries()[0].used(), set.entries()[0].used_for(1)),
                (u64::from(holds), u64::from(holds))
            );
            let mut other = finding("z", &object, Span::NONE);
            set.apply(&mut other, Some(&object));
            assert!(other.waived.is_none(), "another check");
        }
    }

    #[test]
    fn a_waiver_needs_a_reason_and_an_end() {
        let object = object("Deployment", "cart");
        let all = || waiver(matching(Matcher::default()));
        let day = |text: &str| Some(text.parse().unwrap());
        for (waiver, standing) in [
            (all(), Standing::Holds),
            (Waiver { expires: day("2026-06-14"), ..all() }, Standing::Expired),
            (Waiver { expires: None, ..all() }, Standing::NoExpiry),
            (Waiver { reason: " ".into(), ..all() }, Standing::NoReason),
            (
                Waiver { reason: String::new(), expires: None, by: WaivedBy::Foreign, ..all() },
                Standing::Holds,
            ),
            (Waiver { expires: day("2026-06-14"), by: WaivedBy::Foreign, ..all() }, Standing::Expired),
        ] {
            let set = Waivers::new([waiver], &rules());
            let mut found = finding("x", &object, Span::NONE);
            set.apply(&mut found, Some(&object));
            assert_eq!(set.entries()[0].standing(), standing);
            assert_eq!((found.waived.is_some(), set.entries()[0].used()), (standing == Standing::Holds, 1));
        }
        let set = Waivers::new(
            [Waiver { expires: None, ..all() }],
            &WaiverRules { require_expiry: false, ..rules() },
        );
        assert_eq!(set.entries()[0].standing(), Standing::Holds);
    }

    #[test]
    fn passes_are_left_alone_and_what_is_unknown_stays_so() {
        let object = object("Deployment", "cart");
        let set = Waivers::new([waiver(matching(Matcher::default()))], &rules());
        let unknown = Verdict::Unknown { missing: String::new() };
        for (verdict, used) in
            [(Verdict::Pass, 0), (unknown, 1), (Verdict::Manual { look_at: String::new() }, 2)]
        {
            let waives = matches!(verdict, Verdict::Manual { .. });
            let mut found = Finding { verdict, ..finding("x", &object, Span::NONE) };
            set.apply(&mut found, Some(&object));
            assert_eq!((found.waived.is_some(), set.entries()[0].used()), (waives, used));
        }
    }

    #[test]
    fn texts_and_objects_are_found_by_place() {
        let (one, two) = (object("Deployment", "cart"), object("Deployment", "cart"));
        let text = |start, end| Scope::Text { path: Arc::from("apps/a.yaml"), span: Span::new(start, end) };
        let set = Waivers::new(
            [text(0, 1000), text(10, 20), text(30, 40), text(35, 36), Scope::Object(Arc::clone(&one.target))]
                .map(waiver),
            &rules(),
        );
        let used = || set.entries().iter().map(Entry::used).collect::<Vec<_>>();
        set.apply(&mut finding("x", &one, Span::new(15, 16)), None);
        assert_eq!(used(), [1, 1, 0, 0, 1]);
        set.apply(&mut finding("x", &two, Span::new(35, 36)), None);
        assert_eq!(used(), [2, 1, 1, 1, 1]);
        set.apply(&mut finding("x", &two, Span::new(25, 26)), None);
        assert_eq!(used(), [3, 1, 1, 1, 1]);
        set.reach(Span::new(12, 33));
        assert_eq!(
            set.entries().iter().map(Entry::reached).collect::<Vec<_>>(),
            [true, true, true, false, true]
        );
        let mut elsewhere = finding("x", &two, Span::new(15, 16));
        elsewhere.evidence[0].source = Source::File { path: Arc::from("b.yaml"), span: Span::new(15, 16) };
        set.apply(&mut elsewhere, None);
        assert!(elsewhere.waived.is_none());
    }

    #[test]
    fn thousands_of_waivers_are_found_by_name_and_place() {
        // With 20,000 of each a walk over all for each finding would take minutes in a debug build.
        let many = 20_000_u32;
        let named = (0..many).map(|n| {
            matching(Matcher { name: Some(Pattern::name(&format!("w{n}")).unwrap()), ..Matcher::default() })
        });
        let texts = (0..many as usize)
            .map(|n| Scope::Text { path: Arc::from("apps/a.yaml"), span: Span::new(n * 10, n * 10 + 5) });
        let set = Waivers::new(named.chain(texts).map(waiver), &rules());
        for n in 0..many as usize {
            let object = object("Deployment", &format!("w{n}"));
            let mut found = finding("x", &object, Span::new(n * 10 + 2, n * 10 + 3));
            set.apply(&mut found, Some(&object));
            assert!(found.waived.is_some());
        }
        assert!(set.entries().iter().all(|entry| entry.used() == 1));
    }
}
