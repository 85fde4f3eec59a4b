//! Modes and owners that systemd-tmpfiles sets: a line for each path that is to have one, and no other line.

use std::collections::BTreeSet;

use super::super::{Case, counted};
use super::lines;

/// Judges a file of tmpfiles.d(5) against the one that would be generated.
pub(super) fn verify(case: &mut Case<'_>, path: &str, text: &str, wanted: &str) {
    let before = case.problems.len();
    let is_control_plane = path.starts_with("control-plane");
    let modes: Vec<_> =
        case.plan.modes.iter().filter(|mode| mode.is_control_plane == is_control_plane).collect();
    let kinds: Vec<(&str, &str)> =
        lines(wanted, &['#']).filter_map(|(_, line)| line.split_once(' ')).collect();
    let mut said: BTreeSet<&str> = BTreeSet::new();
    for (number, line) in lines(text, &['#']) {
        let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
        let (kind, file) =
            (words.first().copied().unwrap_or_default(), words.get(1).copied().unwrap_or_default());
        // Globs, specifiers and quotes can reach any path, and other types change modes too: only what is known counts.
        let Some(mode) = modes.iter().find(|mode| mode.path == file) else {
            case.problem(
                path,
                format!("line {number} was not generated, and may open what the others close: {line}"),
                "take it away, or keep it in a file of your own that touches no path of Kubernetes",
            );
            continue;
        };
        if !said.insert(file) {
            case.problem(
                path,
                format!("line {number} is the second for {file}, and it is not sure which counts"),
                "take one of them away",
            );
        }
        let is_kind =
            |of: &str| kinds.iter().any(|(known, rest)| *known == of && rest.split(' ').next() == Some(file));
        if !is_kind(kind.strip_suffix('-').unwrap_or(kind)) {
            let message =
                format!("line {number}: the type {kind} is not the one that was generated for {file}");
            case.problem(path, message, "generate it anew");
        }
        let [_, _, bits, user, group, ref rest @ ..] = *words else {
            case.problem(
                path,
                format!("line {number} has too few fields: it sets no mode and owner of {file}"),
                "TYPE PATH MODE USER GROUP AGE, as in tmpfiles.d(5)",
            );
            continue;
        };
        if !rest.iter().all(|word| *word == "-") {
            case.problem(
                path,
                format!("line {number}: an age or an argument was not generated: {}", rest.join(" ")),
                "write - in their place: with an age, files are deleted",
            );
        }
        // With `~` no bit is added to those that are set.
        let octal = bits.strip_prefix('~').unwrap_or(bits);
        let is_octal = !octal.is_empty() && octal.chars().all(|digit| ('0'..='7').contains(&digit));
        let Some(bits) = u32::from_str_radix(octal, 8).ok().filter(|bits| is_octal && *bits <= 0o7777) else {
            case.problem(
                path,
                format!("line {number}: {bits:?} is no mode that holds for files that are there"),
                "four octal digits, as in 0600",
            );
            continue;
        };
        if bits & !mode.mode != 0 {
            case.problem(
                path,
                format!("{} is opened further than wanted: {bits:04o}, not {:04o}", mode.path, mode.mode),
                format!("set {:04o}", mode.mode),
            );
        }
        let owner = format!("{user}:{group}");
        if owner != mode.owner {
            case.problem(
                path,
                format!("{} goes to {owner}, and should to {}", mode.path, mode.owner),
                format!("set {}", mode.owner.replace(':', " ")),
            );
        }
    }
    for mode in modes.iter().filter(|mode| !said.contains(mode.path.as_str())) {
        case.problem(path, format!("nothing sets the mode of {}", mode.path), "generate it anew");
    }
    case.verified_since(before, || {
        format!("{path}: modes and owners of {}, and nothing besides", counted(modes.len(), "path"))
    });
}
