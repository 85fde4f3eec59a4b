//! What stands in the files of the nodes themselves: patches of kubeadm, firewall rules, modes, kernel settings. Each is held
//! against what would be generated, by what it says and not by its letters: comments and blanks are free. What is said besides
//! is not understood, and so not verified.

mod firewall;
mod modes;
mod patches;

use std::collections::BTreeMap;

use super::{Case, Read, counted};
use crate::error::HardenError;

pub(super) fn verify(case: &mut Case<'_>, read: &[Read]) -> Result<(), HardenError> {
    let outputs = case.plan.outputs(&[0; 32])?;
    let wanted: BTreeMap<&str, &str> =
        outputs.iter().map(|output| (output.path.as_str(), output.text.as_str())).collect();
    patches::verify(case, read, &wanted);
    let paths: Vec<&String> = case.folder.keys().collect();
    for path in paths {
        let Some(text) = case.text(path).map(str::to_owned) else { continue };
        let Some(wanted) = wanted.get(path.as_str()).copied() else {
            if is_applied(path) {
                case.problem(
                    path,
                    "nodes apply what is in this folder, and nothing generates it: it may undo what the profile wants",
                    "take it away, and install it beside the folder",
                );
            }
            continue;
        };
        match path {
            path if path.contains("/nftables.d/") => firewall::verify(case, path, &text, wanted),
            path if path.contains("/tmpfiles.d/") => modes::verify(case, path, &text, wanted),
            path if path.contains("/sysusers.d/") => users(case, path, &text, wanted),
            path if path.contains("/sysctl.d/") => sysctls(case, path, &text, wanted),
            _ => {}
        }
    }
    Ok(())
}

/// Whether a file counts by lying where it lies: in a folder of drop-ins, or among the manifests of static pods.
fn is_applied(path: &str) -> bool {
    let is_of_nodes = ["all-nodes/", "control-plane/", "agent/"].iter().any(|root| path.starts_with(root));
    let is_drop_in = |folder: &str| folder.rsplit_once('.').is_some_and(|(_, end)| end == "d");
    let mut folders = path.rsplit('/').skip(1);
    is_of_nodes && folders.any(|folder| is_drop_in(folder) || folder.ends_with("manifests"))
}

/// The lines of a file that systemd reads, with their numbers, without blank ones and comments. A carriage return and a
/// zero byte end a line there as well.
fn lines<'a>(text: &'a str, comments: &'a [char]) -> impl Iterator<Item = (usize, &'a str)> {
    let all = text.split(['\n', '\r', '\0']).map(|line| line.trim_matches([' ', '\t']));
    (1..).zip(all).filter(move |(_, line)| !line.is_empty() && !line.starts_with(comments))
}

/// The users that systemd-sysusers makes: those that were generated, to the word.
fn users(case: &mut Case<'_>, path: &str, text: &str, wanted: &str) {
    let before = case.problems.len();
    let read = |text: &str| -> Vec<String> {
        let one = |line: &str| {
            line.split([' ', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
        };
        lines(text, &['#']).map(|(_, line)| one(line)).collect()
    };
    let (is, should) = (read(text), read(wanted));
    for missing in should.iter().filter(|one| !is.contains(one)) {
        case.problem(path, format!("this line is missing: {missing}"), "generate it anew");
    }
    for other in is.iter().filter(|one| !should.contains(one)) {
        case.problem(path, format!("this line was not generated: {other}"), "keep it in a file of your own");
    }
    case.verified_since(before, || format!("{path}: {}, and nothing besides", counted(should.len(), "user")));
}

/// The kernel settings of a file of sysctl.d(5); the last of a name counts.
pub(super) fn kernel(text: &str) -> BTreeMap<String, String> {
    let pairs = lines(text, &['#', ';']).filter_map(|(_, line)| line.split_once('='));
    pairs
        .map(|(name, value)| (name.trim().trim_start_matches('-').replace('/', "."), value.trim().to_owned()))
        .collect()
}

fn sysctls(case: &mut Case<'_>, path: &str, text: &str, wanted: &str) {
    let before = case.problems.len();
    let (is, should) = (kernel(text), kernel(wanted));
    for (number, line) in lines(text, &['#', ';']) {
        let name = line.split('=').next().unwrap_or(line).trim().trim_start_matches('-').replace('/', ".");
        if !should.contains_key(&name) || !line.contains('=') {
            let message = format!("line {number} was not generated: {line}");
            case.problem(path, message, "keep settings of yours in a file of your own");
        }
    }
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
