//! Any edit of any text: refused, or done exactly.

#![no_main]

use ironsides_tree::edit::{Edit, EditError, OwnedPath, Part, apply, apply_to};
use ironsides_tree::{Documents, Limits, Node, parse_one};
use libfuzzer_sys::fuzz_target;

const VALUES: [&str; 8] = ["true", "0644", "'yes'", "{a: {b: [1, x]}}", "[]", "{}", "null", "[a, {b: c}, \"#\"]"];

fn trees(text: &str) -> Option<Vec<Node>> {
    let limits = Limits { split_lists: false, expanded: 10_000, ..Limits::default() };
    Documents::new(text, limits).map(|read| read.ok().map(|document| document.root)).collect()
}

/// A path that the bytes choose, and perhaps a step beyond the tree.
fn path(bytes: &[u8], root: &Node) -> OwnedPath {
    let mut node = root;
    let mut parts = Vec::new();
    for &byte in bytes.iter().take_while(|byte| **byte != 0) {
        let at = usize::from(byte >> 1);
        if let Some(entry) = node.as_map().filter(|map| !map.is_empty()).map(|map| &map.entries()[at % map.len()]) {
            parts.push(Part::Key(entry.key.clone()));
            node = &entry.value;
        } else if !node.items().is_empty() {
            parts.push(Part::Index((at % node.items().len()) as u32));
            node = &node.items()[at % node.items().len()];
        } else {
            break;
        }
        if byte & 1 == 1 {
            parts.push(["new", "on", "a: b", ""][at % 4].into());
            break;
        }
    }
    parts.into_iter().collect()
}

fuzz_target!(|input: (u8, [u8; 6], &str)| {
    let (choice, bytes, text) = input;
    let Some(before) = trees(text) else { return };
    if before.is_empty() || text.contains("{{") {
        return;
    }
    let document = usize::from(bytes[5]) % before.len();
    let path = path(&bytes[..5], &before[document]);
    let value = parse_one(VALUES[usize::from(choice >> 2) % VALUES.len()]).expect("a value");
    let edit = match choice & 3 {
        0 => Edit::remove(path),
        1 => Edit::append(path, value),
        _ => Edit::set(path, value),
    };
    let edits = [edit];
    let after = match (apply(text, document as u32, &edits), apply_to(&before[document], &edits)) {
        (Ok(after), Ok(tree)) => {
            let mut expected = before.clone();
            expected[document] = tree;
            assert_eq!(trees(&after).expect("still readable"), expected);
            after
        }
        (Ok(_), Err(error)) => panic!("{error}"),
        (Err(EditError::Mismatch { .. } | EditError::NoItem { .. }), Ok(_)) => panic!("refused without a reason"),
        (Err(_), _) => return,
    };
    if matches!(edits[0], Edit::Set { .. }) {
        assert_eq!(apply(&after, document as u32, &edits).as_deref(), Ok(after.as_str()));
    }
});
