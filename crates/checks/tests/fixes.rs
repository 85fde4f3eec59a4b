//! Fixes close what they say they close, on every page and on other people's manifests, and nothing else.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it stands")]

use std::sync::Arc;

use ironsides_checks::page::{Expect, Page};
use ironsides_checks::{CATALOGUE, Check, Judge, Options, mend};
use ironsides_core::{Finding, Inventory, Object, Origin, Safety, Target, Verdict};
use ironsides_tree::edit::{Edit, apply_all};
use ironsides_tree::{Documents, Limits};

fn checks() -> impl Iterator<Item = &'static Check> {
    CATALOGUE.iter().copied().flatten().copied()
}

fn judge(id: &str) -> Judge {
    Judge::new(Options { only: vec![id.into()], fixes: true, ..Options::default() })
}

/// The objects of a text with what is found about each, and their documents and items.
fn look(judge: &Judge, text: &str) -> Vec<(Object, u32, Option<u32>, Vec<Finding>)> {
    let (path, source): (Arc<str>, Arc<str>) = (Arc::from("example.yaml"), Arc::from(text));
    let (mut counts, mut inventory, mut seen) = (judge.counts(), Inventory::default(), Vec::new());
    for document in Documents::new(text, Limits::default()) {
        let document = document.unwrap_or_else(|error| panic!("{}: {error}\n{text}", error.position(text)));
        let origin = Origin::File { path: Arc::clone(&path), text: Arc::clone(&source) };
        let object = Object::new(document.root, origin, document.remarks);
        let mut findings = Vec::new();
        judge.object(&object, &mut findings, &mut counts);
        if judge.keeps(&object) {
            inventory.push(object.clone());
        }
        seen.push((object, document.number, document.item, findings));
    }
    let mut together = Vec::new();
    judge.together(&inventory, &mut together, &mut counts);
    for finding in together {
        // What is about a node is about no object.
        let of = seen.iter_mut().find(|(object, ..)| Arc::ptr_eq(&object.target, &finding.target));
        match of {
            Some(of) => of.3.push(finding),
            None => assert!(matches!(*finding.target, Target::Node { .. }) && finding.fix.is_none()),
        }
    }
    seen
}

/// The text with all the fixes that a judge knows, and what is left to find that it knows a fix for.
fn fixed(judge: &Judge, text: &str) -> (String, usize) {
    let mut edits: Vec<(u32, Vec<Edit>)> = Vec::new();
    let mut fixable = 0;
    for (object, number, item, findings) in look(judge, text) {
        let of_object: Vec<&Edit> =
            findings.iter().filter_map(|finding| finding.fix.as_ref()).flat_map(|fix| &fix.edits).collect();
        for (at, a) in of_object.iter().enumerate() {
            for b in &of_object[at..] {
                assert!(!mend::clash(a, b), "two fixes clash: {a:?}\n{b:?}\n{text}");
            }
        }
        fixable += findings.iter().filter(|finding| finding.fix.is_some()).count();
        let combined = mend::combine(&object.root, of_object);
        edits.push((number, combined.into_iter().map(|edit| edit.of_item(item)).collect()));
    }
    let text = apply_all(text, edits.iter().map(|(number, edits)| (*number, edits.as_slice())))
        .unwrap_or_else(|error| panic!("{error}\n{text}"));
    (text, fixable)
}

/// With `PAGES_UPDATE=1` the pages are written anew instead of compared: what stands in fixed examples, and one behind
/// the first flagged example that a fix changes where the page has none yet.
fn rewrite(check: &Check, judge: &Judge) {
    let file = format!("src/{}/{}.md", check.meta.family, check.meta.id.replace('-', "_"));
    let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
    let old = std::fs::read_to_string(&path).unwrap();
    let page = Page::parse(&old);
    let shown = page.examples.iter().any(|example| example.expect == Expect::Fixed);
    let (mut new, mut done, mut before) = (String::new(), 0, None);
    let mut wants_one = !shown;
    for example in &page.examples {
        let start = example.text.as_ptr() as usize - old.as_ptr() as usize;
        let end = start + example.text.len();
        match example.expect {
            Expect::Flagged => before = Some(fixed(judge, &example.unmarked())),
            Expect::Fixed => {
                new.push_str(&old[done..start]);
                new.push_str(before.take().map_or(example.text, |(text, _)| text.leak()));
                done = end;
            }
            Expect::Passes => {}
        }
        if let (true, Expect::Flagged, Some((text, 1..))) = (wants_one, example.expect, &before) {
            new.push_str(&old[done..end]);
            new.extend(["```\n\nWith `--fix`:\n\n```yaml fixed\n", text]);
            (done, wants_one) = (end, false);
        }
    }
    new.push_str(&old[done..]);
    std::fs::write(path, new).unwrap();
}

#[test]
fn fixed_examples_are_what_the_fixes_make() {
    if std::env::var_os("PAGES_UPDATE").is_some() {
        checks().for_each(|check| rewrite(check, &judge(check.meta.id)));
        return;
    }
    let mut wrong = Vec::new();
    for check in checks() {
        let (id, judge) = (check.meta.id, judge(check.meta.id));
        let (mut before, mut fixes, mut shown) = (None, false, false);
        for example in Page::parse(check.meta.page).examples {
            match example.expect {
                Expect::Flagged => {
                    let (text, fixable) = fixed(&judge, &example.unmarked());
                    fixes |= fixable > 0;
                    before = Some(text);
                }
                Expect::Fixed => match before.take() {
                    Some(text) if text == example.text => shown = true,
                    Some(text) => wrong.push(format!("{id}: line {}: the fixes make\n{text}", example.line)),
                    None => {
                        wrong.push(format!("{id}: line {}: no flagged example stands before", example.line));
                    }
                },
                Expect::Passes => {}
            }
        }
        if fixes && !shown && wrong.iter().all(|text| !text.starts_with(&format!("{id}:"))) {
            wrong.push(format!("{id}: has fixes, but its page shows no `yaml fixed` example"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn fixed_examples_pass_and_stay_as_they_are() {
    for check in checks() {
        let (id, judge) = (check.meta.id, judge(check.meta.id));
        for example in Page::parse(check.meta.page).examples {
            let before = look(&judge, example.text);
            let (text, fixable) = fixed(&judge, example.text);
            if fixable == 0 {
                assert_eq!(text, example.text, "{id}");
                continue;
            }
            // What had a fix is gone, what had none is as it was.
            let after = look(&judge, &text);
            assert_eq!(before.len(), after.len(), "{id}");
            for ((.., was), (.., is)) in before.iter().zip(&after) {
                let unfixable = was.iter().filter(|finding| finding.fix.is_none()).count();
                assert!(is.iter().all(|finding| finding.fix.is_none()), "{id} is found again in\n{text}");
                assert!(is.len() <= unfixable, "{id} finds more in\n{text}");
            }
            assert_eq!(fixed(&judge, &text), (text.clone(), 0), "{id}");
            // A comment goes only with the line that it speaks of.
            for (line, comment) in example.text.lines().filter_map(|line| line.split_once(" # ")) {
                let stays = || text.lines().any(|other| other.trim_end() == line.trim_end());
                assert!(text.contains(comment) || !stays(), "{id} loses {comment:?}:\n{text}");
            }
        }
    }
}

#[test]
fn fixes_say_what_they_do() {
    for check in checks() {
        let judge = judge(check.meta.id);
        for example in Page::parse(check.meta.page).examples {
            for finding in look(&judge, example.text).iter().flat_map(|(.., findings)| findings) {
                let Some(fix) = &finding.fix else { continue };
                let id = check.meta.id;
                assert!(finding.verdict == Verdict::Fail, "{id}: only failures can be fixed");
                // A patch cannot tell equal keys apart.
                let is_patched = !fix.patch.is_empty() || matches!(fix.edits[..], [Edit::Unrepeat { .. }]);
                assert!(!fix.edits.is_empty() && is_patched, "{id}: {fix:?}");
                let sentence = |text: &str| {
                    !text.is_empty()
                        && !text.ends_with('.')
                        && text.starts_with(|c: char| c.is_ascii_lowercase())
                };
                assert!(sentence(&fix.summary), "{id}: {:?}", fix.summary);
                assert_eq!(
                    fix.test.is_some(),
                    fix.safety == Safety::Unsafe,
                    "{id}: unsafe fixes say what to try"
                );
                assert!(fix.test.iter().all(|test| sentence(test)), "{id}: {:?}", fix.test);
            }
        }
    }
}

#[test]
fn nobody_pays_for_edits_that_nobody_wants() {
    let judge = Judge::new(Options { only: vec!["stale-image-pull".into()], ..Options::default() });
    let text =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: a, image: a:1}\n";
    let findings = &look(&judge, text)[0].3;
    let fix = findings[0].fix.as_ref().unwrap();
    assert_eq!((fix.safety, &*fix.summary), (Safety::Safe, "set imagePullPolicy to Always"));
    assert!(fix.edits.is_empty() && fix.patch.is_empty());
}
