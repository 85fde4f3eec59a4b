//! Judges what was read of a cluster: everything at once, since nothing is smaller than the facts themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};
use ironsides_checks::{Counts, Judge};
use ironsides_core::{Extent, Facts, Finding, Inventory, Listing, Object, ObjectRef, Origin, Pod, Target};
use ironsides_files::BundleOf;
use ironsides_report::{Cluster, Problem, Summary};
use ironsides_settings::Host;
use ironsides_tree::{Node, Text};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::args::ScanArgs;
use crate::config::Config;
use crate::exit::{self, Exit};
use crate::gather::{self, Live, Place, Wanted};
use crate::node;
use crate::say::Say;
use crate::scan::engine::{Texts, open};
use crate::scan::look::{self, Looked, file_problem, gaps, sort};
use crate::scan::output::Outputs;
use crate::scan::owners::{Families, Family, is_replica};
use crate::scan::pod_security::{Gathering, Sight, Versions};
use crate::scan::waiving::{Ledger, OnObject, Waiving};

/// Refuses arguments that do not fit together.
pub(crate) fn fits(args: &ScanArgs) -> Result<()> {
    let about_cluster = args.of_cluster.given.as_deref().unwrap_or_default();
    if !about_cluster.is_empty() && !args.is_of_cluster() && about_cluster != "--facts" {
        bail!(
            "{about_cluster} is about a cluster; say so with --cluster, or name a fact bundle with --facts"
        );
    }
    if (args.is_of_cluster() || args.of_node.node) && args.fix.is_some() {
        bail!(
            "--fix edits manifests, and what was read of a cluster or a node is none; scan the files it was made from"
        );
    }
    if args.of_node.node && args.is_given("paths") {
        bail!("--node is about the host that this runs on; scan the files apart from it");
    }
    let mut bundles = args.of_cluster.bundles();
    if let Some((first, second)) = bundles.next().zip(bundles.next()) {
        let (first, second) = (first.display(), second.display());
        bail!("{first} and {second} are of two clusters; scan one after the other");
    }
    if let Some(bundle) = args.of_cluster.bundles().next().filter(|_| args.of_cluster.cluster) {
        bail!("{} is of a cluster, as is --cluster; scan one after the other", bundle.display());
    }
    Ok(())
}

/// The cluster that is asked.
fn live(args: &ScanArgs) -> Live {
    Live {
        connect: args.of_cluster.connect.connect(),
        namespaces: args.of_cluster.namespace.clone(),
        anonymous: true,
        configz: args.of_cluster.configz,
    }
}

/// Reads what the chosen checks want of a cluster or a bundle; `None` where files are scanned.
pub(crate) fn read(args: &ScanArgs, judge: &Judge, say: &Say) -> Result<Option<Facts>> {
    let mut bundles = args.of_cluster.bundles();
    let place = match bundles.next() {
        Some(path) => Place::Facts(path.clone()),
        None if args.of_cluster.cluster => Place::Cluster(Box::new(live(args))),
        None => return Ok(None),
    };
    let wanted = wanted(judge);
    let bundle = gather::facts(&place, Wanted::Kinds(&pairs(&wanted)), say)?;
    if bundle.of == BundleOf::Files {
        bail!("the bundle was made of files, which say little of a cluster: scan the files themselves");
    }
    let asked = &args.of_cluster.namespace;
    let missing: BTreeSet<&Text> =
        bundle.facts.listings.iter().filter_map(Listing::missing_namespace).collect();
    if !missing.is_empty() && asked.iter().all(|asked| missing.contains(&Text::from(asked.as_str()))) {
        let names = missing.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(" or ");
        let address = &bundle.facts.server.address;
        return Err(exit::nothing(anyhow!("there is no namespace {names} in the cluster {address}")));
    }
    Ok(Some(bundle.facts))
}

/// The facts of the nodes of a cluster, from documents and folders of them.
pub(crate) fn nodes(args: &ScanArgs, summary: &mut Summary, say: &Say) -> Vec<Object> {
    let paths: Vec<PathBuf> = args.of_cluster.nodes().cloned().collect();
    let found = ironsides_files::walk(&paths, !args.no_ignore);
    let mut problems: Vec<Problem> = found.errors.iter().map(file_problem).collect();
    let mut nodes = Vec::new();
    let none = Texts::new();
    let read: Vec<_> = found.files.par_iter().map(|path| open(path, &none)).collect();
    for source in read {
        let (objects, mut wrong) = match &source {
            Ok(source) => look::objects(&Looked::Written(source)),
            Err(problem) => (Vec::new(), vec![problem.clone()]),
        };
        problems.append(&mut wrong);
        for object in objects {
            let path = source.as_ref().map_or("", |source| source.path());
            let problem =
                |message| Problem { path: path.to_owned(), line: None, column: None, message, hint: None };
            if Host::is_in(&object.root) {
                problems.extend(gaps(&object.root).into_iter().map(problem));
                nodes.push(object);
            } else {
                let what = object.reference().to_string();
                problems.push(problem(format!(
                    "{what} holds no facts of a node; scan manifests apart from a cluster"
                )));
            }
        }
    }
    for problem in problems {
        super::record(summary, say, problem);
    }
    nodes
}

/// Prints what a scan would ask for.
pub(crate) fn dry_run(args: &ScanArgs) -> Result<Exit> {
    let args = &Config::load(args)?.complete(args);
    let judge = Judge::new(super::options(args, None)?);
    gather::dry_run(&live(args), Wanted::Kinds(&pairs(&wanted(&judge))))
}

/// What the chosen checks want of a cluster. Its config maps may hold the facts of its nodes.
fn wanted(judge: &Judge) -> Vec<(String, String)> {
    let mut kinds = judge.wanted().kinds;
    let config_map = (String::new(), "ConfigMap".to_owned());
    if node::is_judged(judge) && !kinds.contains(&config_map) {
        kinds.push(config_map);
        kinds.sort();
    }
    kinds
}

fn pairs(kinds: &[(String, String)]) -> Vec<(&str, &str)> {
    kinds.iter().map(|(group, kind)| (group.as_str(), kind.as_str())).collect()
}

/// What came of judging an object and what it made.
#[derive(Default)]
struct Look {
    findings: Vec<Finding>,
    counts: Counts,
    sights: Vec<Sight>,
    annotated: Vec<OnObject>,
    /// How many objects were judged, and how many of them say nothing that their maker does not.
    objects: u64,
    folded: u64,
}

/// Judges facts and writes what is found. Objects come by namespace: those of people first, then what is in no namespace,
/// then Kubernetes' own namespaces, and last what could not be read.
pub(crate) fn run(
    (judge, waiving): (&Judge, &Waiving),
    versions: Versions,
    (facts, nodes): (Facts, Vec<Object>),
    outputs: &mut Outputs,
    summary: &mut Summary,
    say: &Say,
) -> Result<()> {
    let mut inventory = Inventory::of_cluster(facts.server);
    let mut objects = nodes;
    let members = members(&facts.listings);
    for listing in facts.listings {
        summary.coverage.record(listing.fact(), listing.extent.clone());
        inventory.coverage.record(listing.fact(), listing.extent);
        let origin = Origin::Api { request: listing.request };
        objects.extend(listing.objects.into_iter().map(|root| Object::new(root, origin.clone(), Vec::new())));
    }
    for (key, held) in objects.iter().flat_map(node::held).collect::<Vec<_>>() {
        match held {
            Ok(object) => objects.push(object),
            Err(error) => summary.problems.push(Problem {
                path: key,
                line: None,
                column: None,
                message: format!("facts of nodes: {error}"),
                hint: None,
            }),
        }
    }
    if node::is_judged(judge)
        && let Some(members) = members
    {
        attend(&members, &objects, summary, say);
    }
    let families = Families::of(&objects, judge.templates());
    let judged: Vec<&Family> =
        families.all.iter().filter(|family| is_in_scope(judge, &objects, family)).collect();
    let looks: Vec<Look> = judged
        .par_iter()
        .with_min_len(AT_ONCE)
        .map(|family| look((judge, waiving), &versions, &objects, family))
        .collect();

    let mut counts = judge.counts();
    let mut gathering = Gathering::new(versions);
    let mut ledger = Ledger::default();
    let mut findings = Vec::new();
    let mut cluster = Cluster { old: families.old, ..cluster(&inventory) };
    for look in looks {
        counts.add(&look.counts);
        findings.extend(look.findings);
        look.sights.into_iter().for_each(|sight| gathering.take(sight));
        ledger.objects(look.annotated);
        summary.objects += look.objects;
        cluster.folded += look.folded;
    }
    let namespaces: BTreeSet<&Text> =
        judged.iter().filter_map(|family| objects.get(family.root)?.reference().namespace.as_ref()).collect();
    cluster.namespaces = namespaces.len() as u64;
    // What was made is told of with its maker, and selectors that find it twice would count it twice.
    let roots: FxHashSet<usize> = families.all.iter().map(|family| family.root).collect();
    for (at, object) in objects.into_iter().enumerate() {
        if roots.contains(&at) && judge.keeps(&object) {
            inventory.push(object);
        }
    }
    let begin = findings.len();
    judge.together(&inventory, &mut findings, &mut counts);
    ledger.together(waiving, &inventory, findings.get_mut(begin..).unwrap_or_default());
    ledger.audit(waiving, judge, summary, &mut counts, &mut findings);
    summary.tallies = judge.tallies(&counts);
    summary.cluster = Some(cluster);
    summary.pod_security_tallies.clone_from(gathering.tallies());
    summary.pod_security = gathering.finish();
    for mut findings in by_target(findings).into_values() {
        sort(&mut findings);
        waiving.known(&mut findings);
        for finding in &findings {
            summary.count(finding);
        }
        outputs.batch(&waiving.sources(), &findings)?;
    }
    Ok(())
}

/// The names of the nodes of the cluster, where all of them were listed.
fn members(listings: &[Listing]) -> Option<BTreeSet<String>> {
    let listing =
        listings.iter().find(|listing| listing.group.is_empty() && &*listing.resource == "nodes")?;
    let name = |root: &Node| root.at(&["metadata", "name"]).and_then(Node::as_str).map(str::to_owned);
    (listing.extent == Extent::Complete).then(|| listing.objects.iter().filter_map(name).collect())
}

/// Where facts of some nodes are there, those of every node should be: who is missing is told, and the report is not
/// complete. Facts of nodes that the cluster does not have are told as well.
fn attend(members: &BTreeSet<String>, objects: &[Object], summary: &mut Summary, say: &Say) {
    // What its kubelet answers says nothing of a host.
    let is_looked_at =
        |root: &Node| Host::is_in(root) && !Host::read(root).is_ok_and(|host| host.is_answer());
    let facts = objects.iter().filter(|object| is_looked_at(&object.root));
    let known: BTreeSet<String> = facts.map(|object| object.reference().name.to_string()).collect();
    if known.is_empty() {
        return;
    }
    let missing: Vec<&str> = members.difference(&known).map(String::as_str).collect();
    let strangers: Vec<&str> = known.difference(members).map(String::as_str).collect();
    if !strangers.is_empty() {
        let (number, names) = (strangers.len(), some(&strangers));
        say.note(&format!("facts of {number} that are no nodes of the cluster: {names}"));
    }
    if !missing.is_empty() {
        let (number, all, names) = (members.len() - missing.len(), members.len(), some(&missing));
        let verb = if missing.len() == 1 { "has" } else { "have" };
        let problem = Problem {
            path: "nodes".into(),
            line: None,
            column: None,
            message: format!("facts of {number} of {all} nodes: {names} {verb} none"),
            hint: Some("`ironsides collect --node` on each of them, or deploy/daemonset.yaml".into()),
        };
        super::record(summary, say, problem);
    }
}

/// Names, the first ten of them.
fn some(names: &[&str]) -> String {
    let shown = names.get(..10).unwrap_or(names).join(", ");
    if names.len() > 10 { format!("{shown} and {} more", names.len() - 10) } else { shown }
}

/// How many families a core takes at once.
const AT_ONCE: usize = 8;

fn is_in_scope(judge: &Judge, objects: &[Object], family: &Family) -> bool {
    objects.get(family.root).is_some_and(|root| judge.is_in_scope(root))
}

/// What the report says of the cluster as a whole.
fn cluster(inventory: &Inventory) -> Cluster {
    let server = inventory.server().cloned().unwrap_or_default();
    Cluster {
        address: server.address,
        context: server.context,
        version: server.version,
        ..Cluster::default()
    }
}

/// Judges an object and what it made. A finding in what was made that the maker has too is told once.
fn look(
    (judge, waiving): (&Judge, &Waiving),
    versions: &Versions,
    objects: &[Object],
    family: &Family,
) -> Look {
    let mut look = Look { counts: judge.counts(), ..Look::default() };
    let Some(root) = objects.get(family.root) else { return look };
    look.objects += 1;
    let noticed = judge.object(root, &mut look.findings, &mut look.counts);
    look.sights.extend(versions.see(root, judge.templates(), noticed.is_refused));
    look.annotated.extend(waiving.live(root, judge.templates(), &mut look.findings));
    let known: FxHashMap<Key, usize> =
        look.findings.iter().enumerate().map(|(at, finding)| (key(root, judge, finding), at)).collect();
    // What some pods said, for those that are the same but for their node.
    let mut said: Vec<(&Object, Vec<usize>)> = Vec::new();
    for object in family.made.iter().filter_map(|at| objects.get(*at)) {
        look.objects += 1;
        let is_pod = &*object.reference().kind == "Pod";
        let replica = said.iter().find(|(pod, _)| is_replica(pod, object)).map(|(_, places)| places.clone());
        if let Some(places) = replica {
            look.folded += 1;
            add_pod(&mut look.findings, &places);
            continue;
        }
        let (mut own, mut counts) = (Vec::new(), judge.counts());
        let noticed = judge.object(object, &mut own, &mut counts);
        let mut places = Vec::new();
        own.retain(|finding| match known.get(&key(object, judge, finding)) {
            Some(at) => {
                places.push(*at);
                false
            }
            None => true,
        });
        if is_pod {
            add_pod(&mut look.findings, &places);
        }
        if own.is_empty() {
            look.folded += 1;
            if is_pod && said.len() < REMEMBERED {
                said.push((object, places));
            }
            continue;
        }
        // What it says that its maker does not is its own.
        let checks: FxHashSet<&str> = own.iter().map(|finding| finding.check).collect();
        look.counts.add(&judge.only(counts, |check| checks.contains(check)));
        look.sights.extend(versions.see(object, judge.templates(), noticed.is_refused));
        look.annotated.extend(waiving.live(object, judge.templates(), &mut own));
        look.findings.extend(own);
    }
    look
}

/// How many pods of a family are remembered.
const REMEMBERED: usize = 8;

fn add_pod(findings: &mut [Finding], places: &[usize]) {
    for at in places {
        if let Some(finding) = findings.get_mut(*at) {
            finding.pods += 1;
        }
    }
}

/// What makes two findings the same in an object and in what it made: check, verdict, message, the value, and the place in
/// the pod, whatever stands before it in its list.
type Key = (&'static str, &'static str, String, Option<String>, String);

fn key(object: &Object, judge: &Judge, finding: &Finding) -> Key {
    let pod = Pod::of(object, judge.templates()).map(|pod| pod.place().path().text()).unwrap_or_default();
    let path = match finding.path.strip_prefix(&*pod) {
        Some(rest) if !pod.is_empty() => rest.trim_start_matches('.'),
        _ => &finding.path,
    };
    let mut place = String::with_capacity(path.len());
    let mut rest = path;
    // Numbers of items go: admission may have put others before them. Messages name the containers.
    while let Some((before, after)) = rest.split_once('[') {
        place.push_str(before);
        let (step, after) = after.split_once(']').unwrap_or((after, ""));
        if step.bytes().any(|byte| !byte.is_ascii_digit()) {
            place.push('[');
            place.push_str(step);
        }
        rest = after;
    }
    place.push_str(rest);
    let raw = finding.evidence.first().and_then(|fact| fact.raw.clone());
    (finding.check, finding.verdict.as_str(), finding.message.clone(), raw, place)
}

/// Where a target stands in the report.
type Rank = (u8, Text, Text, Text);

/// Findings by what they are about, in the order of the report.
fn by_target(findings: Vec<Finding>) -> BTreeMap<Rank, Vec<Finding>> {
    let mut by_target: BTreeMap<Rank, Vec<Finding>> = BTreeMap::new();
    for finding in findings {
        by_target.entry(rank(&finding.target)).or_default().push(finding);
    }
    by_target
}

fn rank(target: &Arc<Target>) -> Rank {
    let named = |place, name: &str| (place, Text::default(), Text::default(), Text::new(name));
    match &**target {
        Target::Object(ObjectRef { namespace: Some(namespace), kind, name, .. }) => {
            let place = if namespace.starts_with("kube-") { 3 } else { 0 };
            (place, namespace.clone(), kind.clone(), name.clone())
        }
        Target::Object(ObjectRef { kind, name, .. }) => (1, Text::default(), kind.clone(), name.clone()),
        Target::Resource { resource } => named(5, resource),
        Target::File { path, .. } => named(4, path),
        other => named(2, &other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Mutex;

    use ironsides_checks::Options;
    use ironsides_core::Server;
    use ironsides_report::{Format, Header, Options as Shown};
    use proptest::prelude::*;

    use super::*;
    use crate::scan::waiving::Given;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// A listing of objects of one kind.
    fn listing(group: &str, resource: &str, extent: Extent, objects: &[String]) -> Listing {
        Listing {
            request: Arc::from(format!("GET /{group}/{resource}")),
            group: Text::new(group),
            version: Text::new("v1"),
            resource: Text::new(resource),
            kind: Text::default(),
            namespace: None,
            extent,
            objects: objects.iter().map(|text| ironsides_tree::parse_one(text).unwrap()).collect(),
        }
    }

    fn scanned(listings: Vec<Listing>, format: Format, options: Options) -> (String, Summary) {
        let judge = Judge::new(options);
        let waiving = Waiving::new(Given { no_annotations: true, ..Given::default() }, &[]).unwrap();
        let versions = Versions::new(None, None).unwrap();
        let sink = Shared::default();
        let mut writer = format.writer(sink.clone(), Shown { waived: true, ..Shown::default() });
        let header = Header { version: "0", checks: judge.metas().collect(), started: 0 };
        writer.begin(&header).unwrap();
        let (mut outputs, mut summary) = (Outputs::to(writer), Summary::default());
        let server = Server { address: "https://10.0.0.1:6443".into(), ..Server::default() };
        let facts = Facts { taken: 0, server, listings };
        run((&judge, &waiving), versions, (facts, Vec::new()), &mut outputs, &mut summary, &Say::mute())
            .unwrap();
        outputs.end(&summary, &Say::mute()).unwrap();
        let bytes = sink.0.lock().unwrap().clone();
        (String::from_utf8(bytes).unwrap(), summary)
    }

    fn only(check: &str) -> Options {
        Options { only: vec![check.into()], ..Options::default() }
    }

    #[test]
    fn pods_are_told_of_with_their_deployment_unless_they_differ() {
        let meta = |name: &str, by: &str| {
            let owner = if by.is_empty() {
                String::new()
            } else {
                format!(", ownerReferences: [{{uid: {by}, controller: true}}]")
            };
            format!("metadata: {{name: {name}, namespace: shop, uid: {name}{owner}}}")
        };
        let spec = |more: &str| {
            format!(
                "spec: {{{more}containers: [{{name: a, image: 'a:1', securityContext: {{privileged: true}}}}]}}"
            )
        };
        let apps = |kind: &str, meta: String, replicas: u32| {
            let template = spec("");
            format!(
                "{{apiVersion: apps/v1, kind: {kind}, {meta}, spec: {{replicas: {replicas}, template: {{{template}}}}}}}"
            )
        };
        let pod = |meta: String, more: &str| format!("{{apiVersion: v1, kind: Pod, {meta}, {}}}", spec(more));
        let listings = || {
            vec![
                listing("apps", "deployments", Extent::Complete, &[apps("Deployment", meta("d", ""), 2)]),
                listing(
                    "apps",
                    "replicasets",
                    Extent::Complete,
                    &[apps("ReplicaSet", meta("new", "d"), 2), apps("ReplicaSet", meta("old", "d"), 0)],
                ),
                listing(
                    "",
                    "pods",
                    Extent::Complete,
                    &[
                        pod(meta("p1", "new"), "nodeName: n1, "),
                        pod(meta("p2", "new"), "nodeName: n2, "),
                        pod(meta("p3", "new"), "hostPID: true, "),
                        pod(meta("bare", ""), ""),
                    ],
                ),
            ]
        };
        let options =
            Options { only: vec!["privileged-container".into(), "host-pid".into()], ..Options::default() };
        let (text, summary) = scanned(listings(), Format::JsonLines, options);
        let told: Vec<(String, String, u64)> = text
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .filter(|line| line["verdict"] == "fail")
            .map(|line| {
                let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
                (text(&line["check"]), text(&line["target"]["name"]), line["pods"].as_u64().unwrap_or(0))
            })
            .collect();
        let one = |check: &str, name: &str, pods| (check.to_owned(), name.to_owned(), pods);
        let expected = vec![
            one("privileged-container", "d", 3),
            one("privileged-container", "bare", 0),
            one("host-pid", "p3", 0),
        ];
        assert_eq!(told, expected);
        let cluster = summary.cluster.unwrap();
        assert_eq!((cluster.folded, cluster.old, summary.objects), (3, 1, 6));
    }

    #[test]
    fn a_node_without_facts_is_missed() {
        let named = |kind: &str, version: &str, names: &[&str]| -> Vec<String> {
            let one = |name| format!("{{apiVersion: {version}, kind: {kind}, metadata: {{name: {name}}}}}");
            names.iter().map(one).collect()
        };
        let scan = |nodes: &[&str], facts: &[&str], extent| {
            let nodes = listing("", "nodes", extent, &named("Node", "v1", nodes));
            let facts =
                listing("", "facts", Extent::Complete, &named("NodeFacts", "ironsides.dev/v1", facts));
            let (_, summary) = scanned(vec![nodes, facts], Format::Json, Options::default());
            let about = |problem: &Problem| problem.path == "nodes";
            summary.problems.into_iter().filter(about).map(|problem| problem.message).collect::<Vec<_>>()
        };
        assert_eq!(scan(&["n1", "n2"], &["n1"], Extent::Complete), ["facts of 1 of 2 nodes: n2 has none"]);
        assert_eq!(scan(&["a", "b"], &["z"], Extent::Complete), ["facts of 0 of 2 nodes: a, b have none"]);
        let none: [&str; 0] = [];
        assert_eq!(scan(&["n1", "n2"], &["n2", "n1", "old"], Extent::Complete), none);
        // Nobody looks at nodes here.
        assert_eq!(scan(&["n1", "n2"], &[], Extent::Complete), none);
        // Nobody knows all nodes here.
        assert_eq!(scan(&["n1"], &["n2"], Extent::Partial { why: "stopped".into() }), none);
    }

    #[test]
    fn what_could_not_be_listed_passes_nothing() {
        let absent = || Extent::Absent { why: "forbidden; grant list".into() };
        let pod = "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: shop, uid: a}, \
                   spec: {containers: [{name: a, image: 'a:1', envFrom: [{secretRef: {name: x}}]}]}}";
        let listings = |secrets| {
            vec![
                listing("", "pods", Extent::Complete, &[pod.to_owned()]),
                listing("", "secrets", secrets, &[]),
            ]
        };
        // Secrets are known to be none: the pod names one that is not there.
        let (text, _) = scanned(listings(Extent::Complete), Format::Name, only("dangling-secret"));
        assert!(text.contains("pod/a"), "{text}");
        // They are not known: nobody can tell.
        let (text, summary) = scanned(listings(absent()), Format::Table, only("dangling-secret"));
        let tally = summary.tallies["dangling-secret"];
        assert_eq!((tally.pass, tally.fail), (0, 0), "{text}");
        assert!(tally.unknown > 0 && !summary.is_complete());
        assert_eq!(text.matches("secrets could not be listed: forbidden; grant list").count(), 1, "{text}");
        // A failure of what was read stays one.
        let bad = pod.replace("containers:", "hostPID: true, containers:");
        let half = Extent::Partial { why: "the server went away".into() };
        let (_, summary) = scanned(vec![listing("", "pods", half, &[bad])], Format::Name, only("host-pid"));
        let tally = summary.tallies["host-pid"];
        assert_eq!((tally.fail, tally.pass), (1, 0));
        assert!(tally.unknown > 0);
    }

    /// All that the checks want, as it is read where only namespace shop is asked for.
    fn of_shop(objects: &[&str], options: &Options) -> Vec<Listing> {
        let objects: Vec<_> = objects.iter().map(|text| ironsides_tree::parse_one(text).unwrap()).collect();
        let wanted = Judge::new(options.clone()).wanted().kinds;
        let mut listings: Vec<Listing> = Vec::new();
        for known in ironsides_schema::kinds() {
            let is_wanted =
                wanted.iter().any(|(group, kind)| (&**group, &**kind) == (known.group, known.kind));
            let fact = ironsides_core::Fact::objects(known.group, known.plural, None);
            if !is_wanted
                || listings.iter().any(|other| Listing { namespace: None, ..other.clone() }.fact() == fact)
            {
                continue;
            }
            let is_named = known.namespaced || known.kind == "Namespace";
            let of_kind = |node: &&Node| node.get("kind").and_then(Node::as_str) == Some(known.kind);
            listings.push(Listing {
                namespace: is_named.then(|| Text::new("shop")),
                objects: objects.iter().filter(of_kind).cloned().collect(),
                ..listing(known.group, known.plural, Extent::Complete, &[])
            });
        }
        listings
    }

    #[test]
    fn nothing_is_unknown_that_nobody_asked_for() {
        let policy = |name: &str, selector: &str| {
            format!(
                "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {name}, namespace: shop}}, \
                 spec: {{podSelector: {{}}, ingress: [{{from: [{{{selector}}}]}}]}}}}"
            )
        };
        let far = policy("far", "namespaceSelector: {matchLabels: {team: data}}");
        let objects = [
            "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: baseline}}}",
            "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: shop, uid: a}, \
             spec: {hostPID: true, containers: [{name: a, image: 'a:1'}]}}",
            "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: b, namespace: shop}, \
             roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}, \
             subjects: [{kind: ServiceAccount, name: far, namespace: data}]}",
            "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: view}, \
             rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]}",
            &far,
        ];
        // With -n, and of a bundle that was made with -n.
        for names in [vec!["shop".to_owned()], Vec::new()] {
            let scope = ironsides_checks::Scope { only: names, except: Vec::new() };
            let options = Options { scope, ..Options::default() };
            let (text, summary) = scanned(of_shop(&objects, &options), Format::Table, options);
            let tally = |id: &str| summary.tallies.get(id).copied().unwrap_or_default();
            // Nobody asked the API server without credentials here.
            let unknown: Vec<&str> = summary
                .tallies
                .iter()
                .filter(|(id, tally)| tally.unknown > 0 && **id != "anonymous-request-answered")
                .map(|(id, _)| *id)
                .collect();
            assert!(unknown.is_empty(), "{unknown:?} {text}");
            // What its own namespace answers is answered.
            assert_eq!(tally("pod-refused-by-namespace").fail, 1, "{text}");
            assert_eq!(tally("namespace-without-network-policy").pass, 1, "{text}");
            // What is elsewhere was left out on purpose.
            for id in [
                "api-server-at-public-address",
                "dangling-namespace-selector",
                "dangling-service-account-subject",
            ] {
                assert_eq!((tally(id).fail, tally(id).not_applicable), (0, 1), "{id} {text}");
            }
            // What was asked for and refused stays open.
            let mut listings = of_shop(&objects, &Options::default());
            for listing in listings.iter_mut().filter(|listing| &*listing.resource == "namespaces") {
                listing.extent = Extent::Absent { why: "forbidden".into() };
                listing.objects.clear();
            }
            let (_, summary) = scanned(listings, Format::Table, only("pod-refused-by-namespace"));
            assert_eq!(summary.tallies["pod-refused-by-namespace"].unknown, 1);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2, ..ProptestConfig::default() })]

        #[test]
        fn no_format_repeats_a_secret_of_an_object_without_text(secret in "Zq[a-zA-Z0-9]{14,24}7x") {
            let pod = format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: a, namespace: shop, uid: a, annotations: \
                 {{db-password: '{secret}', note: 'token={secret}'}}}}, spec: {{containers: [{{name: a, \
                 image: 'user:{secret}@registry.example/a', \
                 args: ['--password={secret}', '--token', '{secret}'], \
                 env: [{{name: DB_PASSWORD, value: '{secret}'}}, {{name: API_TOKEN, value: ['{secret}']}}], \
                 livenessProbe: {{httpGet: {{host: 'a:{secret}@x', port: 1, httpHeaders: \
                 [{{name: Authorization, value: '{secret}'}}]}}}}, \
                 lifecycle: {{preStop: {{exec: {{command: [curl, '-u', 'a:{secret}']}}}}}}}}]}}}}"
            );
            let map = format!(
                "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: a, namespace: shop}}, \
                 data: {{password: '{secret}', a.env: 'API_KEY={secret}'}}}}"
            );
            let kept = format!(
                "{{apiVersion: v1, kind: Secret, metadata: {{name: a, namespace: shop}}, \
                 data: {{a: '{secret}'}}, stringData: {{b: '{secret}'}}, date: {{c: '{secret}'}}}}"
            );
            for (_, format) in Format::ALL {
                let listings = vec![
                    listing("", "pods", Extent::Complete, std::slice::from_ref(&pod)),
                    listing("", "configmaps", Extent::Complete, std::slice::from_ref(&map)),
                    listing("", "secrets", Extent::Complete, std::slice::from_ref(&kept)),
                ];
                let options = Options { keep_passes: true, fixes: true, ..Options::default() };
                let (text, _) = scanned(listings, format, options);
                prop_assert!(!text.contains(&secret), "{}: {text}", format.name());
            }
        }
    }
}
