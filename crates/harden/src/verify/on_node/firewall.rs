//! The firewall's rules, held against the generated ones: comments, blanks and the order within a set are free, all else is
//! as generated. nft itself is not started.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::super::{Case, counted};

const ELEMENTS: &str = "elements = {";

/// The lines of a file of nftables with the blocks that they stand in, comments away, blanks made one. A head of a block
/// and its end are lines as well, so that nothing is passed over.
fn statements(text: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    let mut all = Vec::new();
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default();
        let line = line.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        if line.is_empty() {
            continue;
        }
        if line == "}" {
            blocks.pop();
        }
        let within = blocks.join(" / ");
        if let Some(head) = line.strip_suffix('{') {
            blocks.push(head.trim().to_owned());
        }
        all.push(if within.is_empty() { line } else { format!("{within} / {line}") });
    }
    all
}

/// A set's elements: the block that they stand in, and their list.
fn elements(statement: &str) -> Option<(&str, &str)> {
    let (within, line) = statement.rsplit_once(" / ")?;
    let list = line.strip_prefix(ELEMENTS)?.strip_suffix('}')?;
    (!list.contains(['{', '}', ';'])).then_some((within, list))
}

/// Who reaches etcd: plain addresses with the set that holds them, and all else that stands there.
fn admitted(statements: &[String]) -> (BTreeSet<(&str, IpAddr)>, Vec<&str>) {
    let mut addresses = BTreeSet::new();
    let mut others = Vec::new();
    for (within, list) in statements.iter().filter_map(|one| elements(one)) {
        for item in list.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            match item.parse() {
                Ok(address) => _ = addresses.insert((within, address)),
                Err(_) => others.push(item),
            }
        }
    }
    (addresses, others)
}

/// Judges a file of rules.
pub(super) fn verify(case: &mut Case<'_>, path: &str, text: &str, wanted: &str) {
    let before = case.problems.len();
    let (is, should) = (statements(text), statements(wanted));
    if text.matches('{').count() != text.matches('}').count() {
        case.problem(
            path,
            "its braces do not match, so nft refuses all of it",
            "mend it, or generate it anew",
        );
    }
    let ((own, others), (ours, _)) = (admitted(&is), admitted(&should));
    for other in others {
        let message = format!("{other} is no plain address: whom it lets reach etcd was not generated");
        case.problem(path, message, "name each address, with --control-plane and --etcd");
    }
    for (_, stranger) in own.difference(&ours) {
        let message =
            format!("{stranger} reaches etcd, and is none of the control plane that the folder was made for");
        case.problem(path, message, "take it away, or generate the folder anew with --control-plane");
    }
    for (_, missing) in ours.difference(&own) {
        let message = format!("{missing} is of the control plane, and does not reach etcd");
        case.problem(path, message, "add it to the set, or etcd loses its members");
    }
    // The list of a set was judged by its addresses. A set that should have none and has one was told above.
    let rules = |all: &[String]| -> Vec<String> {
        all.iter().filter(|one| elements(one).is_none()).cloned().collect()
    };
    let (is, should) = (rules(&is), rules(&should));
    for (all, others, what, hint) in [
        (&should, &is, "this rule is missing", "generate it anew"),
        (
            &is,
            &should,
            "this rule was not generated",
            "keep rules of yours in a file and a table of your own",
        ),
    ] {
        for (at, rule) in all.iter().enumerate() {
            // The second of a kind is held against the second.
            let nth = all.iter().take(at).filter(|one| *one == rule).count();
            if others.iter().filter(|one| *one == rule).count() <= nth {
                let rule = rule.rsplit(" / ").next().unwrap_or(rule);
                case.problem(path, format!("{what}: {rule}"), hint);
            }
        }
    }
    // The first rule that fits decides, and what is deleted below the table is gone.
    if case.problems.len() == before && is != should {
        case.problem(
            path,
            "its rules stand in another order, and the first that fits decides",
            "generate it anew",
        );
    }
    case.verified_since(before, || {
        let hosts = counted(ours.len(), "address");
        format!("{path}: the chain, its rules in their order, {hosts} that reach etcd, and nothing besides")
    });
    case.open.push(format!("{path}: whether this host's nft takes it: `nft -c -f` there"));
}
