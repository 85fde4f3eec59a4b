//! Random edits of random documents: each is either refused or does exactly what it says.

use ironsides_tree::edit::{Edit, EditError, OwnedPath, Part, apply, apply_to};
use ironsides_tree::{Documents, Limits, Node, print};
use proptest::prelude::*;

use crate::dice::{Dice, Writer, map, node};

fn trees(text: &str) -> Vec<Node> {
    let limits = Limits { split_lists: false, ..Limits::default() };
    Documents::new(text, limits).map(|read| read.map(|found| found.root)).collect::<Result<_, _>>().unwrap()
}

/// A path into a tree, or a little beyond.
fn path(dice: &mut Dice, root: &Node) -> OwnedPath {
    let mut parts = Vec::new();
    let mut node = root;
    loop {
        let stop = !parts.is_empty() && dice.one_in(3);
        if let Some(map) = node.as_map() {
            if stop {
                break;
            }
            if map.is_empty() || dice.one_in(4) {
                parts.push(dice.pick(&["new", "a", "securityContext", "yes", "k: v"]).into());
                if dice.one_in(2) {
                    parts.push("below".into());
                }
                break;
            }
            let entry = &map.entries()[dice.below(map.len())];
            parts.push(Part::Key(entry.key.clone()));
            node = &entry.value;
        } else if let Some(items) = node.as_list() {
            if stop || items.is_empty() {
                break;
            }
            let at = dice.below(items.len());
            parts.push(Part::Index(u32::try_from(at).unwrap()));
            node = &items[at];
        } else {
            break;
        }
    }
    parts.into_iter().collect()
}

fn edit(dice: &mut Dice, root: &Node) -> Edit {
    let path = path(dice, root);
    match dice.below(5) {
        0 | 1 => Edit::remove(path),
        2 if path.of(root).is_some_and(|node| node.as_list().is_some()) => Edit::append(path, node(dice, 2)),
        _ => Edit::set(path, node(dice, 2)),
    }
}

/// Whether comments may go with what an edit takes away.
fn takes_away(edit: &Edit) -> bool {
    matches!(edit, Edit::Remove { .. } | Edit::Set { .. })
}

/// The lines, counted from 0, of the entry or item at a path.
fn lines_of(text: &str, root: &Node, path: &OwnedPath) -> std::ops::RangeInclusive<usize> {
    let line = |at: u32| text[..at as usize].matches('\n').count();
    let value = path.of(root).unwrap().span();
    let (last, above) = path.parts().split_last().unwrap();
    let holder: OwnedPath = above.iter().cloned().collect();
    let start = match last {
        Part::Key(key) => holder.of(root).unwrap().as_map().unwrap().entry(key).unwrap().key_span.start,
        Part::Index(_) => value.start,
    };
    line(start)..=line(value.end.max(start))
}

/// Makes a document and an edit from a seed, and checks the edit; false where it was refused.
fn holds(seed: u64) -> bool {
    let mut dice = Dice::new(seed);
    let count = [1, 1, 1, 3][dice.below(4)];
    let mut text = String::new();
    let mut comments = 0;
    let mut before = Vec::new();
    for number in 0..count {
        let tree = map(&mut dice, 4);
        let (document, written) = Writer::new(&mut dice).document(&tree);
        if number > 0 {
            text.push_str(if text.ends_with('\n') { "---\n" } else { "\n---\n" });
        }
        // Every document counts its comments on its own; the letter tells them apart.
        text.push_str(&document.replace("# c", &format!("# {}c", ["x", "y", "z"][number])));
        comments += written;
        before.push(tree);
    }
    assert_eq!(trees(&text), before, "{text}");
    let document = dice.below(count);
    let edits: Vec<Edit> = (0..=dice.below(3)).map(|_| edit(&mut dice, &before[document])).collect();
    let Ok(intended) = apply_to(&before[document], &edits) else {
        // Such edits are no edits: both must say so.
        let refused = apply(&text, u32::try_from(document).unwrap(), &edits);
        assert!(refused.is_err(), "{edits:?}\n{text}");
        return true;
    };
    let after = match apply(&text, u32::try_from(document).unwrap(), &edits) {
        Ok(after) => after,
        Err(error @ (EditError::Unsafe { .. } | EditError::Shared { .. })) => {
            if std::env::var_os("SHOW_REFUSED").is_some() {
                println!("{error}\n{edits:?}\n{text}\n=====");
            }
            return false;
        }
        Err(error) => panic!("{error}\n{edits:?}\n{text}"),
    };
    let mut expected = before.clone();
    expected[document] = intended;
    assert_eq!(trees(&after), expected, "{edits:?}\n{text}");
    for number in 0..count {
        for comment in 1..=comments {
            let comment = format!("# {}c{comment}.", ["x", "y", "z"][number]);
            let (was, is) = (text.matches(&comment).count(), after.matches(&comment).count());
            assert!(is <= was, "{comment} {edits:?}\n{text}\n{after}");
            let may_go = number == document && edits.iter().any(takes_away);
            assert!(is == was || may_go, "{comment} {edits:?}\n{text}\n{after}");
            if let ([only], true) = (edits.as_slice(), is < was) {
                let lines = lines_of(&text, &trees(&text)[document], only.path());
                let line = text[..text.find(&comment).unwrap()].matches('\n').count();
                assert!(lines.contains(&line), "{comment} {edits:?}\n{text}\n{after}");
            }
        }
    }
    if expected == before && edits.len() == 1 {
        assert_eq!(after, text, "{edits:?}");
    }
    true
}

/// The same for JSON, compact and indented.
fn holds_in_json(seed: u64) -> bool {
    let mut dice = Dice::new(seed);
    let tree = map(&mut dice, 4);
    let text = match dice.below(3) {
        0 => print::json(&tree),
        1 => serde_json::to_string_pretty(
            &serde_json::from_str::<serde_json::Value>(&print::json(&tree)).unwrap(),
        )
        .unwrap(),
        _ => print::json(&tree).replace(',', " ,\n"),
    };
    let before = trees(&text);
    let edits: Vec<Edit> = (0..=dice.below(3)).map(|_| edit(&mut dice, &before[0])).collect();
    let Ok(intended) = apply_to(&before[0], &edits) else { return true };
    match apply(&text, 0, &edits) {
        Ok(after) => {
            assert_eq!(trees(&after), [intended], "{edits:?}\n{text}\n{after}");
            true
        }
        Err(error) => {
            if std::env::var_os("SHOW_REFUSED").is_some() {
                println!("{error}\n{edits:?}\n{text}\n=====");
            }
            false
        }
    }
}

#[test]
fn few_edits_are_refused() {
    let refused = (0..3000).filter(|seed| !holds(*seed)).count();
    println!("{refused} of 3000 YAML edits refused");
    assert!(refused < 30, "{refused} of 3000");
    let refused = (0..1000).filter(|seed| !holds_in_json(*seed)).count();
    println!("{refused} of 1000 JSON edits refused");
    assert!(refused == 0, "{refused} of 1000");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edit_does_what_it_says_or_nothing(seed: u64) {
        holds(seed);
        holds_in_json(seed);
    }
}
