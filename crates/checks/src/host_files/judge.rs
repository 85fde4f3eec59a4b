//! Modes and owners, as they should be.

use ironsides_settings::File;

use super::place::{Seen, Sought};
use crate::out::Out;

/// Judges modes: no permission may be there that is not in `mask`.
pub(super) fn mode<'a>(out: &mut Out<'a>, sought: Sought<'a>, mask: u32) {
    each(out, sought, |out, path, file| {
        let Some(mode) = file.mode else {
            return unsure(out, path, "mode");
        };
        let written = format!("{mode:04o}");
        let fact = out.file(path, path, Some(written.clone()));
        let excess = mode & 0o7777 & !mask;
        if excess == 0 {
            return out.pass_with(fact);
        }
        let message = format!("{path} has mode {written}, more than {mask:04o}: {}", permissions(excess));
        out.fail_with(fact, path, message);
    });
}

/// Judges owners: user and group must be these.
pub(super) fn owner<'a>(out: &mut Out<'a>, sought: Sought<'a>, user: &str, group: &str) {
    each(out, sought, |out, path, file| {
        let Some(owner) = file.owner() else {
            return unsure(out, path, "owner");
        };
        let fact = out.file(path, path, Some(owner.clone()));
        if is(user, file.uid, file.user.as_deref()) && is(group, file.gid, file.group.as_deref()) {
            return out.pass_with(fact);
        }
        let message = format!("{path} belongs to {owner}, and should to {user}:{group}");
        out.fail_with(fact, path, message);
    });
}

/// Whether a file's user or group is the wanted one. Number 0 is root, whatever the node calls it.
fn is(wanted: &str, id: Option<u32>, name: Option<&str>) -> bool {
    match (wanted, id) {
        ("root", Some(id)) => id == 0,
        _ => name == Some(wanted),
    }
}

/// Asks about each file that is there; where none is, the question does not arise.
pub(super) fn each<'a>(
    out: &mut Out<'a>,
    sought: Sought<'a>,
    mut ask: impl FnMut(&mut Out<'a>, &str, &'a File),
) {
    let places = match sought {
        Sought::These(places) => places,
        Sought::None(why) => return out.not_applicable(why),
        Sought::Unseen(what) => {
            out.say_unseen(&what);
            return;
        }
    };
    let mut absent = Vec::new();
    let mut any = false;
    for Seen { path, file } in places {
        let Some(file) = out.look(file, &path) else {
            any = true;
            continue;
        };
        if file.exists() {
            any = true;
            ask(out, &path, file);
        } else {
            absent.push(path);
        }
    }
    if !any {
        let these = absent.join(", ");
        out.not_applicable(match absent.len() {
            0 => "there is no such file on this node".to_owned(),
            1 => format!("{these} is not on this node"),
            _ => format!("none of these is on this node: {these}"),
        });
    }
}

fn unsure(out: &mut Out<'_>, path: &str, what: &str) {
    let fact = out.file(path, path, None);
    let missing = format!("the {what} of {path}: `ironsides scan --node` there, as root");
    out.unknown_with(fact, path, format!("the {what} of {path} is not known"), missing);
}

/// What a mode allows, in words.
fn permissions(mode: u32) -> String {
    let mut said = Vec::new();
    for (who, shift) in [("its owner", 6), ("its group", 3), ("everybody", 0)] {
        let bits = mode >> shift & 7;
        let words: Vec<&str> = [(4, "read"), (2, "write"), (1, "run")]
            .into_iter()
            .filter(|(bit, _)| bits & bit != 0)
            .map(|(_, word)| word)
            .collect();
        if let Some((last, before)) = words.split_last() {
            let words = if before.is_empty() {
                (*last).to_owned()
            } else {
                format!("{} and {last}", before.join(", "))
            };
            said.push(format!("{who} may {words}"));
        }
    }
    let special =
        [(0o4000, "it runs as its owner"), (0o2000, "it runs as its group"), (0o1000, "it is sticky")];
    said.extend(special.into_iter().filter(|(bit, _)| mode & bit != 0).map(|(_, words)| words.to_owned()));
    said.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_told_in_words() {
        for (mode, words) in [
            (0o044, "its group may read, everybody may read"),
            (0o100, "its owner may run"),
            (0o002, "everybody may write"),
            (0o077, "its group may read, write and run, everybody may read, write and run"),
            (0o4000, "it runs as its owner"),
        ] {
            assert_eq!(permissions(mode), words, "{mode:o}");
        }
    }

    #[test]
    fn number_0_is_root_whatever_it_is_called() {
        assert!(is("root", Some(0), Some("toor")));
        assert!(is("root", None, Some("root")));
        assert!(!is("root", Some(1000), Some("root")));
        assert!(is("etcd", Some(997), Some("etcd")));
        assert!(!is("etcd", Some(997), None));
    }
}
