//! Many fixes of one object, made at once.

use std::cmp::Ordering;

use ironsides_tree::Node;
use ironsides_tree::edit::{Edit, OwnedPath, Part};

/// Maps and lists that say nothing once they are empty: whoever takes the last thing out of one takes it away too.
const WORTHLESS: [&str; 9] = [
    "add",
    "annotations",
    "capabilities",
    "drop",
    "seLinuxOptions",
    "securityContext",
    "supplementalGroups",
    "sysctls",
    "windowsOptions",
];

/// The edits of several fixes of one object as one list that can be made in order: equal ones once, items of lists
/// from the last to the first, since each that goes moves those behind it. What a removal leaves empty goes as well
/// where it says nothing empty. Edits that [`clash`] are the caller's to keep apart.
pub fn combine<'e>(root: &Node, edits: impl IntoIterator<Item = &'e Edit>) -> Vec<Edit> {
    let (mut puts, mut gone): (Vec<Edit>, Vec<OwnedPath>) = (Vec::new(), Vec::new());
    for edit in edits {
        match edit {
            Edit::Remove { path } if gone.contains(path) => {}
            Edit::Remove { path } => gone.push(path.clone()),
            put if puts.contains(put) => {}
            put => puts.push(put.clone()),
        }
    }
    while let Some(emptied) = gone.iter().find_map(|path| emptied_by(root, path, &gone, &puts)) {
        gone.retain(|path| !is_above(&emptied, path));
        gone.push(emptied);
    }
    gone.sort_by(|a, b| compare(b, a));
    puts.extend(gone.into_iter().map(Edit::remove));
    puts
}

/// Whether two different edits touch the same place, so that the order would decide what becomes of it.
pub fn clash(a: &Edit, b: &Edit) -> bool {
    if a == b || matches!((a, b), (Edit::Append { .. }, Edit::Append { .. })) {
        return false;
    }
    let reaches = |a: &Edit, b: &Edit| match (a, b) {
        // What is put behind a list's items leaves them alone.
        (Edit::Append { .. }, _) => a.path() == b.path(),
        _ => a.path() == b.path() || is_above(a.path(), b.path()),
    };
    reaches(a, b) || reaches(b, a)
}

/// What holds the value at a path and would be empty and worthless after all the removals.
fn emptied_by(root: &Node, path: &OwnedPath, gone: &[OwnedPath], puts: &[Edit]) -> Option<OwnedPath> {
    let (_, above) = path.parts().split_last()?;
    let holder: OwnedPath = above.iter().cloned().collect();
    let Some(Part::Key(name)) = above.last() else { return None };
    let count =
        holder.of(root).map(|node| node.as_map().map_or(node.items().len(), ironsides_tree::Map::len))?;
    let leaving = gone.iter().filter(|gone| {
        gone.parts().len() == path.parts().len() && is_above(&holder, gone) && gone.of(root).is_some()
    });
    let filled = puts.iter().any(|put| *put.path() == holder || is_above(&holder, put.path()));
    (WORTHLESS.contains(&name.as_str()) && leaving.count() == count && !filled).then_some(holder)
}

/// Whether one path leads on from another.
fn is_above(above: &OwnedPath, path: &OwnedPath) -> bool {
    above.parts().len() < path.parts().len() && path.parts().starts_with(above.parts())
}

fn compare(a: &OwnedPath, b: &OwnedPath) -> Ordering {
    let steps = a.parts().iter().zip(b.parts()).map(|(a, b)| match (a, b) {
        (Part::Index(a), Part::Index(b)) => a.cmp(b),
        (Part::Key(a), Part::Key(b)) => a.cmp(b),
        (Part::Index(_), Part::Key(_)) => Ordering::Less,
        (Part::Key(_), Part::Index(_)) => Ordering::Greater,
    });
    steps.fold(Ordering::Equal, Ordering::then).then(a.parts().len().cmp(&b.parts().len()))
}

#[cfg(test)]
mod tests {
    use ironsides_tree::edit::apply;
    use ironsides_tree::parse_one;

    use super::*;

    fn path(text: &str) -> OwnedPath {
        text.split('.').map(|part| part.parse().map_or_else(|_| Part::from(part), Part::Index)).collect()
    }

    fn set(at: &str, value: bool) -> Edit {
        Edit::set(path(at), Node::bare(value.into()))
    }

    fn remove(at: &str) -> Edit {
        Edit::remove(path(at))
    }

    fn combined(text: &str, edits: &[Edit]) -> String {
        apply(text, 0, &combine(&parse_one(text).unwrap(), edits)).unwrap()
    }

    #[test]
    fn items_go_from_the_last_to_the_first() {
        let text = "l: [a, b, c, d]\n";
        assert_eq!(combined(text, &[remove("l.0"), remove("l.2"), remove("l.0")]), "l: [b, d]\n");
        let text = "l: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n";
        assert_eq!(combined(text, &[remove("l.2"), remove("l.10")]), "l: [0, 1, 3, 4, 5, 6, 7, 8, 9]\n");
    }

    #[test]
    fn what_says_nothing_empty_goes_too() {
        let text = "a: 1\nsecurityContext:\n  capabilities:\n    add: [x, y]\n";
        let both =
            [remove("securityContext.capabilities.add.0"), remove("securityContext.capabilities.add.1")];
        assert_eq!(combined(text, &both), "a: 1\n");
        assert_eq!(combined(text, &both[..1]), "a: 1\nsecurityContext:\n  capabilities:\n    add: [y]\n");
        let filled = [both[0].clone(), both[1].clone(), set("securityContext.privileged", false)];
        assert_eq!(combined(text, &filled), "a: 1\nsecurityContext:\n  privileged: false\n");
        // An emptyDir is something even when it is empty.
        assert_eq!(
            combined("a: 1\nemptyDir: {medium: Memory}\n", &[remove("emptyDir.medium")]),
            "a: 1\nemptyDir: {}\n"
        );
    }

    #[test]
    fn edits_clash_where_the_order_would_matter() {
        assert!(clash(&set("a.b", true), &set("a.b", false)));
        assert!(!clash(&set("a.b", true), &set("a.b", true)));
        assert!(!clash(&set("a.b", true), &set("a.c", false)));
        assert!(clash(&set("a", true), &set("a.c", false)));
        assert!(clash(&remove("a"), &set("a.c", false)) && clash(&set("a.c", false), &remove("a")));
        let append = |at: &str, value: &str| Edit::append(path(at), Node::bare(value.into()));
        assert!(!clash(&append("a.l", "x"), &append("a.l", "y")));
        assert!(
            !clash(&append("a.l", "x"), &remove("a.l.0")) && !clash(&remove("a.l.0"), &append("a.l", "x"))
        );
        assert!(clash(&append("a.l", "x"), &remove("a.l")) && clash(&remove("a"), &append("a.l", "x")));
        assert!(clash(&append("a.l", "x"), &set("a.l", true)));
    }
}
