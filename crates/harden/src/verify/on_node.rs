//! What stands in the files of the nodes themselves: patches of kubeadm, firewall rules, modes, kernel settings. Each is held
//! against what would be generated, by what it says and not by its letters: comments, order and blanks are free.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ironsides_tree::{Documents, Limits, Node, Value, print};

use super::{Case, Read, counted};
use crate::error::HardenError;

/// What a patch of kubeadm may be called after: `TARGET[SUFFIX][+TYPE].EXTENSION`. kubeadm passes over files of other names.
/// Source: <https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/control-plane-flags/#patches>.
const TARGETS: [&str; 6] = [
    "corednsdeployment",
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubeletconfiguration",
];

pub(super) fn verify(case: &mut Case<'_>, read: &[Read]) -> Result<(), HardenError> {
    let outputs = case.plan.outputs(&[0; 32])?;
    let wanted: BTreeMap<&str, &str> =
        outputs.iter().map(|output| (output.path.as_str(), output.text.as_str())).collect();
    let paths: Vec<&String> = case.folder.keys().collect();
    let mut patches = 0;
    let before = case.problems.len();
    for path in paths.iter().filter(|path| path.contains("/patches/")) {
        patches += 1;
        patch(case, read, path, wanted.get(path.as_str()).copied());
    }
    if patches > 0 {
        case.verified_since(before, || {
            format!(
                "{} of kubeadm: names that it takes, and all that the profile wants",
                counted(patches, "patch")
            )
        });
    }
    for path in paths {
        let Some(text) = case.text(path).map(str::to_owned) else { continue };
        let wanted = wanted.get(path.as_str()).copied();
        match (path, wanted) {
            (path, Some(wanted)) if path.contains("/nftables.d/") => firewall(case, path, &text, wanted),
            (path, _) if path.contains("/tmpfiles.d/") => tmpfiles(case, path, &text),
            (path, Some(wanted)) if path.contains("/sysctl.d/") => sysctls(case, path, &text, wanted),
            _ => {}
        }
    }
    Ok(())
}

/// A patch: its name, and that it still says what the generated one does.
fn patch(case: &mut Case<'_>, read: &[Read], path: &str, wanted: Option<&str>) {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let (target, ty) = stem.split_once('+').unwrap_or((stem, "strategic"));
    let is_target = TARGETS.iter().any(|known| {
        target
            .strip_prefix(known)
            .is_some_and(|suffix| suffix.chars().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase()))
    });
    if !is_target || !matches!(ty, "strategic" | "merge" | "json") || !matches!(extension, "yaml" | "json") {
        case.problem(
            path,
            "kubeadm passes over it: its name is none of a patch",
            "TARGET[SUFFIX][+strategic|merge|json].yaml, as in kubeletconfiguration0+merge.yaml",
        );
        return;
    }
    let Some(wanted) = wanted.and_then(first) else { return };
    let Some(root) = read.iter().find(|read| read.path == path).and_then(|read| read.roots.first()) else {
        case.problem(path, "it holds no document, so kubeadm changes nothing", "generate it anew");
        return;
    };
    let (is, should) = (leaves(root), leaves(&wanted));
    for (key, value) in &should {
        match is.get(key) {
            Some(own) if own == value => {}
            Some(own) => case.problem(
                path,
                format!("{key} is {own}, and should be {value}"),
                format!("set it to {value}"),
            ),
            None => case.problem(
                path,
                format!("{key} is missing, and should be {value}"),
                format!("set it to {value}"),
            ),
        }
    }
    let more: Vec<&str> = is.keys().filter(|key| !should.contains_key(*key)).map(String::as_str).collect();
    if !more.is_empty() {
        case.open.push(format!("{path}: what it says besides: {}", more.join(", ")));
    }
}

fn first(text: &str) -> Option<Node> {
    Documents::new(text, Limits::default()).find_map(Result::ok).map(|document| document.root)
}

/// The values of a document by their paths. Items of lists are found by their names where they have some.
fn leaves(root: &Node) -> BTreeMap<String, String> {
    fn walk(node: &Node, path: &str, all: &mut BTreeMap<String, String>) {
        let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match node.value() {
            Value::Map(map) if map.iter().next().is_some() => {
                map.iter().for_each(|(key, value)| walk(value, &below(key), all));
            }
            Value::List(items) if items.iter().any(|item| item.as_map().is_some()) => {
                for (at, item) in items.iter().enumerate() {
                    let name =
                        item.get("name").and_then(Node::as_str).map_or_else(|| at.to_string(), str::to_owned);
                    walk(item, &format!("{path}[{name}]"), all);
                }
            }
            _ => _ = all.insert(path.to_owned(), print::json(node)),
        }
    }
    let mut all = BTreeMap::new();
    walk(root, "", &mut all);
    all
}

/// What a file of nftables says, as far as this reads it: statements in their blocks, comments away, blanks made one.
fn statements(text: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    let mut all = Vec::new();
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default();
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if line == "}" {
            blocks.pop();
        } else if let Some(head) = line.strip_suffix('{') {
            blocks.push(head.trim().to_owned());
        } else if !line.is_empty() {
            let within = blocks.join(" / ");
            all.push(if within.is_empty() { line } else { format!("{within} / {line}") });
        }
    }
    all
}

/// The addresses of the sets: who reaches etcd.
fn admitted(statements: &[String]) -> BTreeSet<IpAddr> {
    let lists = statements.iter().filter_map(|one| one.split_once("elements = {"));
    let items = lists.flat_map(|(_, list)| list.trim_end_matches('}').split(','));
    items.filter_map(|item| item.trim().parse().ok()).collect()
}

/// The firewall's rules. nft itself is not started, and says the rest.
fn firewall(case: &mut Case<'_>, path: &str, text: &str, wanted: &str) {
    let before = case.problems.len();
    let (is, should) = (statements(text), statements(wanted));
    let balance = text.matches('{').count() == text.matches('}').count();
    if !balance {
        case.problem(
            path,
            "its braces do not match, so nft refuses all of it",
            "mend it, or generate it anew",
        );
    }
    let (own, ours) = (admitted(&is), admitted(&should));
    for stranger in own.difference(&ours) {
        let message =
            format!("{stranger} reaches etcd, and is none of the control plane that the folder was made for");
        case.problem(path, message, "take it away, or generate the folder anew with --control-plane");
    }
    for missing in ours.difference(&own) {
        let message = format!("{missing} is of the control plane, and does not reach etcd");
        case.problem(path, message, "add it to the set, or etcd loses its members");
    }
    let rules = |all: &[String]| -> Vec<String> {
        all.iter().filter(|one| !one.contains("elements = {")).cloned().collect()
    };
    let (is, should) = (rules(&is), rules(&should));
    for missing in should.iter().filter(|one| !is.contains(one)) {
        let rule = missing.rsplit(" / ").next().unwrap_or(missing);
        case.problem(path, format!("this rule is missing: {rule}"), "generate it anew");
    }
    for other in is.iter().filter(|one| !should.contains(one)) {
        let rule = other.rsplit(" / ").next().unwrap_or(other);
        case.problem(
            path,
            format!("this rule was not generated: {rule}"),
            "keep rules of yours in a table of your own",
        );
    }
    // The first rule that fits decides.
    let place = |all: &[String]| -> Vec<String> {
        all.iter().filter(|one| one.contains("chain ") && should.contains(one)).cloned().collect()
    };
    if case.problems.len() == before && place(&is) != place(&should) {
        case.problem(
            path,
            "its rules stand in another order, and the first that fits decides",
            "generate it anew",
        );
    }
    case.verified_since(before, || {
        let hosts = counted(ours.len(), "address");
        format!("{path}: the chain, its rules in their order, and {hosts} that reach etcd")
    });
    case.open.push(format!("{path}: whether this host's nft takes it: `nft -c -f` there"));
}

/// The kinds of lines of tmpfiles.d(5) that are generated, and those that set modes likewise.
const SETS_MODES: [&str; 4] = ["d", "z", "D", "Z"];

/// Modes and owners: a line for each file that is to have one, and none that opens it further.
fn tmpfiles(case: &mut Case<'_>, path: &str, text: &str) {
    let before = case.problems.len();
    let is_control_plane = path.starts_with("control-plane");
    let mut said: BTreeMap<String, (u32, String)> = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [kind, file, mode, user, group, ..] = *words else {
            if words.first().is_some_and(|word| !word.starts_with('#')) {
                let message = format!("line {number} has too few fields, so systemd-tmpfiles passes over it");
                case.problem(path, message, "TYPE PATH MODE USER GROUP AGE, as in tmpfiles.d(5)");
            }
            continue;
        };
        if kind.starts_with('#') {
            continue;
        }
        let Some(bits) =
            u32::from_str_radix(mode.trim_start_matches(['~', ':']), 8).ok().filter(|bits| *bits <= 0o7777)
        else {
            case.problem(
                path,
                format!("line {number}: {mode:?} is no mode"),
                "four octal digits, as in 0600",
            );
            continue;
        };
        if SETS_MODES.contains(&kind.trim_end_matches(['!', '-', '+', '='])) {
            said.insert(file.to_owned(), (bits, format!("{user}:{group}")));
        }
    }
    let wanted: Vec<_> =
        case.plan.modes.iter().filter(|mode| mode.is_control_plane == is_control_plane).collect();
    for mode in &wanted {
        match said.get(&mode.path) {
            None => case.problem(path, format!("nothing sets the mode of {}", mode.path), "generate it anew"),
            Some((bits, _)) if bits & !mode.mode != 0 => case.problem(
                path,
                format!("{} is opened further than wanted: {bits:04o}, not {:04o}", mode.path, mode.mode),
                format!("set {:04o}", mode.mode),
            ),
            Some((_, owner)) if owner != mode.owner => case.problem(
                path,
                format!("{} goes to {owner}, and should to {}", mode.path, mode.owner),
                format!("set {}", mode.owner.replace(':', " ")),
            ),
            Some(_) => {}
        }
    }
    case.verified_since(before, || format!("{path}: modes and owners of {}", counted(wanted.len(), "path")));
}

/// The kernel settings of a file of sysctl.d(5); the last of a name counts.
pub(super) fn kernel(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';']));
    let pairs = lines.filter_map(|line| line.split_once('='));
    pairs
        .map(|(name, value)| (name.trim().trim_start_matches('-').replace('/', "."), value.trim().to_owned()))
        .collect()
}

fn sysctls(case: &mut Case<'_>, path: &str, text: &str, wanted: &str) {
    let before = case.problems.len();
    let (is, should) = (kernel(text), kernel(wanted));
    for (name, value) in &should {
        let own = is.get(name);
        if own != Some(value) {
            let own = own.map_or("not set", String::as_str);
            case.problem(
                path,
                format!("{name} is {own}, and should be {value}"),
                format!("{name} = {value}"),
            );
        }
    }
    case.verified_since(before, || format!("{path}: {} as wanted", counted(should.len(), "kernel setting")));
}
