//! What the chosen checks ask of objects of each kind, worked out once.

use ironsides_core::{Object, PodTemplates};
use ironsides_schema::{is_misplaced, kinds};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::check::{ANY_POD, CONFIG_MAP, Check, NODE, NODE_FACTS, Run};

/// What a check of shared settings looks at besides pods.
const SHARED: [(&str, &str); 3] = [CONFIG_MAP, NODE, NODE_FACTS];

/// What is asked of objects of one kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// The checks about one object alone, by their places in the judge: those for objects without and with a pod.
    alone: [Box<[u32]>; 2],
    /// The checks across objects that judge objects without and with a pod.
    together: [Box<[u32]>; 2],
    /// Whether a check across objects wants to see objects without and with a pod again.
    is_kept: [bool; 2],
    /// Whether any check there is, chosen or not, asks more than the form of objects of this kind.
    has_checks: bool,
}

impl Asked {
    /// The checks about one object alone, in the judge's order.
    pub(crate) fn alone(&self, has_pod: bool) -> &[u32] {
        &self.alone[usize::from(has_pod)]
    }

    /// The checks across objects for which it is a target, in the judge's order.
    pub(crate) fn together(&self, has_pod: bool) -> &[u32] {
        &self.together[usize::from(has_pod)]
    }

    /// Whether a check across objects wants to see it again.
    pub(crate) fn is_kept(&self, has_pod: bool) -> bool {
        self.is_kept[usize::from(has_pod)]
    }

    /// Whether there are checks for more than its form.
    pub(crate) fn goes_beyond_form(&self, has_pod: bool) -> bool {
        has_pod || self.has_checks
    }

    /// What these checks ask of objects of the kinds that `is` picks.
    fn of(chosen: &[&'static Check], all: &[&'static Check], is: &dyn Fn(&str, &str) -> bool) -> Self {
        let any = |kinds: &[(&str, &str)]| kinds.iter().any(|(group, kind)| is(group, kind));
        let places = |wanted: &dyn Fn(&Check) -> bool| -> Box<[u32]> {
            (0..).zip(chosen).filter(|(_, check)| wanted(check)).map(|(at, _)| at).collect()
        };
        let alone = |has_pod: bool| {
            places(&|check| match check.run {
                Run::Pod(_) => has_pod,
                Run::Kinds(kinds, _) => any(kinds),
                Run::Settings(..) => has_pod || any(&[NODE_FACTS]),
                Run::Shared(..) | Run::Host(_) => any(&[NODE_FACTS]),
                // A node is in no namespace and has no labels: only what is said of any text is said of its facts.
                Run::Object(_) => !any(&[NODE_FACTS]) || check.meta.family == "document",
                Run::Together { .. } | Run::Cluster { .. } | Run::Waiver(_) => false,
            })
        };
        let judged = |judges: &[(&str, &str)], has_pod| if judges.is_empty() { has_pod } else { any(judges) };
        let together = |has_pod: bool| {
            places(&|check| match check.run {
                Run::Together { judges, .. } => judged(judges, has_pod),
                Run::Shared(..) => has_pod || any(&[CONFIG_MAP]),
                _ => false,
            })
        };
        let kept = |has_pod: bool| {
            chosen.iter().any(|check| match check.run {
                Run::Together { judges, needs, welcomes, .. } => {
                    let looked_up =
                        |kinds: &[(&str, &str)]| any(kinds) || has_pod && kinds.contains(&ANY_POD);
                    looked_up(needs) || looked_up(welcomes) || judged(judges, has_pod)
                }
                Run::Cluster { welcomes, .. } => any(welcomes) || has_pod && welcomes.contains(&ANY_POD),
                Run::Shared(..) => has_pod || any(&SHARED),
                _ => false,
            })
        };
        let has_checks = all.iter().any(|check| match check.run {
            Run::Pod(_) | Run::Object(_) | Run::Waiver(_) => false,
            Run::Kinds(kinds, _) => any(kinds),
            Run::Settings(..) | Run::Host(_) => any(&[NODE_FACTS]),
            Run::Shared(..) => any(&SHARED),
            Run::Together { judges, needs, welcomes, .. } => any(judges) || any(needs) || any(welcomes),
            Run::Cluster { welcomes, .. } => any(welcomes),
        });
        Self {
            alone: [alone(false), alone(true)],
            together: [together(false), together(true)],
            is_kept: [kept(false), kept(true)],
            has_checks,
        }
    }
}

/// What is asked of objects of kinds that share a name.
#[derive(Debug)]
struct Named {
    /// By API group.
    groups: Vec<(&'static str, Asked)>,
    /// A group of Kubernetes that serves the kind; empty for kinds that are not built in.
    home: Option<&'static str>,
    /// Of objects that are written in a group which never served the kind.
    misplaced: Asked,
}

/// What the checks of a judge ask, by kind.
#[derive(Debug)]
pub(crate) struct Plan {
    named: FxHashMap<&'static str, Named>,
    /// Of every other kind.
    others: Asked,
}

impl Plan {
    /// What the chosen checks ask. `all` are all there are.
    pub(crate) fn new(chosen: &[&'static Check], all: &[&'static Check]) -> Self {
        let mut by_name: FxHashMap<&'static str, Vec<&'static str>> = FxHashMap::default();
        for (group, kind) in all.iter().flat_map(|check| named_by(check)) {
            let groups = by_name.entry(kind).or_default();
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        let named = by_name.into_iter().map(|(name, groups)| {
            let home = kinds().iter().find(|known| known.kind == name).map(|known| known.group);
            let of_group = |own: &'static str| {
                let is = |group: &str, kind: &str| {
                    kind == name && (group == own || is_misplaced(own, name, group))
                };
                (own, Asked::of(chosen, all, &is))
            };
            let homes: FxHashSet<&str> =
                kinds().iter().filter(|known| known.kind == name).map(|known| known.group).collect();
            let misplaced = Asked::of(chosen, all, &|group, kind| kind == name && homes.contains(group));
            (name, Named { groups: groups.into_iter().map(of_group).collect(), home, misplaced })
        });
        Self { named: named.collect(), others: Asked::of(chosen, all, &|_, _| false) }
    }

    /// What is asked of objects of a kind, be it that its `apiVersion` is a wrong one of Kubernetes' own.
    pub(crate) fn asked(&self, object: &Object) -> &Asked {
        let reference = object.reference();
        let Some(named) = self.named.get(reference.kind.as_str()) else { return &self.others };
        let own = reference.group();
        let exact = named.groups.iter().find(|(group, _)| *group == own);
        match (exact, named.home) {
            (Some((_, asked)), _) => asked,
            (None, Some(home)) if is_misplaced(own, &reference.kind, home) => &named.misplaced,
            _ => &self.others,
        }
    }
}

/// The kinds that a check names.
fn named_by(check: &'static Check) -> impl Iterator<Item = (&'static str, &'static str)> {
    let lists: [&'static [(&'static str, &'static str)]; 3] = match check.run {
        Run::Kinds(kinds, _) => [kinds, &[], &[]],
        Run::Together { judges, needs, welcomes, .. } => [judges, needs, welcomes],
        Run::Cluster { welcomes, .. } => [welcomes, &[], &[]],
        Run::Settings(..) | Run::Host(_) => [&[NODE_FACTS], &[], &[]],
        Run::Shared(..) => [&SHARED, &[], &[]],
        Run::Pod(_) | Run::Object(_) | Run::Waiver(_) => [&[], &[], &[]],
    };
    lists.into_iter().flatten().copied().filter(|kind| *kind != ANY_POD)
}

/// What the chosen checks want to see of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Kinds, each with its API group, sorted.
    pub kinds: Vec<(String, String)>,
    /// Whether there are checks of whatever is there, of any kind.
    pub anything: bool,
}

impl Wanted {
    /// What these checks want, pods in the kinds of `templates` included.
    pub(crate) fn of(chosen: &[&'static Check], templates: &PodTemplates) -> Self {
        let mut wanted = Self::default();
        let mut pods = false;
        for check in chosen {
            pods |= asks_pods(check);
            wanted.anything |= matches!(check.run, Run::Object(_));
            let served = named_by(check).filter(|kind| *kind != NODE_FACTS);
            wanted.kinds.extend(served.map(|(group, kind)| (group.to_owned(), kind.to_owned())));
        }
        if pods {
            let owned = |(group, kind): (&str, &str)| (group.to_owned(), kind.to_owned());
            wanted.kinds.extend(pod_kinds().map(owned));
            wanted.kinds.extend(templates.kinds().map(owned));
        }
        wanted.kinds.sort();
        wanted.kinds.dedup();
        wanted
    }
}

/// Whether a check looks at pods wherever they are.
pub(crate) fn asks_pods(check: &Check) -> bool {
    match check.run {
        Run::Pod(_) | Run::Settings(..) | Run::Shared(..) => true,
        Run::Together { judges, needs, welcomes, .. } => {
            judges.is_empty() || needs.contains(&ANY_POD) || welcomes.contains(&ANY_POD)
        }
        Run::Cluster { welcomes, .. } => welcomes.contains(&ANY_POD),
        _ => false,
    }
}

/// The built-in kinds that hold a pod, by API group; templates that nothing runs (`PodTemplate`) included.
pub(crate) fn pod_kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    kinds().iter().filter(|kind| kind.pod_template.is_some()).map(|kind| (kind.group, kind.kind))
}

#[cfg(test)]
mod tests {
    use ironsides_core::{Origin, Pod};
    use std::sync::Arc;

    use super::*;
    use crate::catalogue::CATALOGUE;

    /// What is asked of an object, found without a plan.
    fn slow(chosen: &[&'static Check], object: &Object, has_pod: bool) -> (Vec<u32>, Vec<u32>, bool, bool) {
        let reference = object.reference();
        let is = |kinds: &[(&str, &str)]| {
            kinds.iter().any(|(group, kind)| {
                reference.kind == *kind
                    && (reference.group() == *group || is_misplaced(reference.group(), kind, group))
            })
        };
        let (mut alone, mut together, mut kept, mut beyond) = (Vec::new(), Vec::new(), false, has_pod);
        for (at, check) in (0..).zip(chosen) {
            match check.run {
                Run::Pod(_) if has_pod => alone.push(at),
                Run::Kinds(kinds, _) if is(kinds) => {
                    beyond = true;
                    alone.push(at);
                }
                Run::Object(_) if !is(&[NODE_FACTS]) || check.meta.family == "document" => alone.push(at),
                Run::Settings(..) | Run::Host(_) => {
                    let is_host = is(&[NODE_FACTS]);
                    beyond |= is_host;
                    if is_host || has_pod && matches!(check.run, Run::Settings(..)) {
                        alone.push(at);
                    }
                }
                Run::Shared(..) => {
                    if is(&[NODE_FACTS]) {
                        alone.push(at);
                    }
                    if has_pod || is(&[CONFIG_MAP]) {
                        together.push(at);
                    }
                    kept |= has_pod || is(&SHARED);
                    beyond |= is(&SHARED);
                }
                Run::Together { judges, needs, welcomes, .. } => {
                    let judged = if judges.is_empty() { has_pod } else { is(judges) };
                    if judged {
                        together.push(at);
                    }
                    let pods = has_pod && (needs.contains(&ANY_POD) || welcomes.contains(&ANY_POD));
                    kept |= judged || pods || is(needs) || is(welcomes);
                    beyond |= is(judges) || is(needs) || is(welcomes);
                }
                Run::Cluster { welcomes, .. } => {
                    kept |= is(welcomes) || has_pod && welcomes.contains(&ANY_POD);
                    beyond |= is(welcomes);
                }
                _ => {}
            }
        }
        (alone, together, kept, beyond)
    }

    #[test]
    fn a_plan_says_what_asking_every_check_says() {
        let all: Vec<&'static Check> = CATALOGUE.iter().copied().flatten().copied().collect();
        let plan = Plan::new(&all, &all);
        let templates = PodTemplates::default();
        let mut names: std::collections::BTreeSet<(&str, &str)> =
            all.iter().flat_map(|check| named_by(check)).collect();
        names.extend(kinds().iter().map(|kind| (kind.group, kind.kind)));
        let own: Vec<_> = names.iter().copied().collect();
        for (_, kind) in own {
            names.extend(
                [
                    "",
                    "apps",
                    "extensions",
                    "batch",
                    "networking.k8s.io",
                    "policy",
                    "example.com",
                    "serving.knative.dev",
                ]
                .map(|group| (group, kind)),
            );
        }
        names.insert(("example.com", "Unheard"));
        assert!(names.len() > 500);
        for (group, kind) in names {
            let version = if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") };
            let root =
                ironsides_tree::parse_one(&format!("{{apiVersion: {version}, kind: {kind}}}")).unwrap();
            let object = Object::new(root, Origin::Api { request: Arc::from("") }, Vec::new());
            let has_pod = Pod::is_in(&object, &templates);
            let asked = plan.asked(&object);
            let found = (
                asked.alone(has_pod).to_vec(),
                asked.together(has_pod).to_vec(),
                asked.is_kept(has_pod),
                asked.goes_beyond_form(has_pod),
            );
            assert_eq!(found, slow(&all, &object, has_pod), "{version} {kind}");
        }
    }

    #[test]
    fn a_judge_wants_what_its_checks_look_at() {
        let find = |id| crate::find(id).unwrap();
        let templates = PodTemplates::default();
        let kinds = |id| {
            let wanted = Wanted::of(&[find(id)], &templates);
            wanted.kinds.into_iter().map(|(group, kind)| format!("{kind}.{group}")).collect::<Vec<_>>()
        };
        let pods = kinds("privileged-container");
        for kind in ["Pod.", "Deployment.apps", "CronJob.batch", "Rollout.argoproj.io"] {
            assert!(pods.iter().any(|known| known == kind), "{kind}");
        }
        assert!(!pods.iter().any(|kind| kind == "Secret."));
        assert!(kinds("dangling-secret").iter().any(|kind| kind == "Secret."));
        let alone = Wanted::of(&[find("unknown-field")], &templates);
        assert!(alone.kinds.is_empty() && alone.anything);
    }
}
