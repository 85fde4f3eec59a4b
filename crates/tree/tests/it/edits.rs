//! Edits, one after another: what stood there, what was asked for, what must stand there afterwards.

use ironsides_tree::edit::{Edit, EditError, OwnedPath, Part, apply, apply_all};
use ironsides_tree::{Document, Documents, Limits, parse_one};

/// `a.b[0].c` as a path; a key in quotes may hold anything.
pub(crate) fn path(text: &str) -> OwnedPath {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (index, after) = inner.split_once(']').unwrap();
            parts.push(Part::Index(index.parse().unwrap()));
            rest = after;
        } else if let Some(inner) = rest.strip_prefix('\'') {
            let (key, after) = inner.split_once('\'').unwrap();
            parts.push(key.into());
            rest = after;
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            parts.push(rest[..end].into());
            rest = &rest[end..];
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
    }
    parts.into_iter().collect()
}

/// `path = value`, `path += value` or `-path`.
fn edit(text: &str) -> Edit {
    if let Some(gone) = text.strip_prefix('-') {
        return Edit::remove(path(gone));
    }
    if let Some((to, value)) = text.split_once(" += ") {
        return Edit::append(path(to), parse_one(value).unwrap());
    }
    let (to, value) = text.split_once(" = ").unwrap();
    Edit::set(path(to), parse_one(value).unwrap())
}

fn run(before: &str, document: u32, edits: &str) -> Result<String, EditError> {
    let edits: Vec<Edit> = edits.split(" ; ").map(edit).collect();
    let after = apply(before, document, &edits)?;
    let once = |edit: &Edit| {
        let item = matches!(edit.path().parts().last(), Some(Part::Index(_)));
        matches!(edit, Edit::Append { .. }) || item && matches!(edit, Edit::Remove { .. })
    };
    if !edits.iter().any(once) {
        assert_eq!(apply(&after, document, &edits).as_deref(), Ok(after.as_str()), "again: {edits:?}");
    }
    Ok(after)
}

#[track_caller]
fn becomes(before: &str, edits: &str, after: &str) {
    match run(before, 0, edits) {
        Ok(found) => assert_eq!(found, after, "\n--- {edits}\n{before}"),
        Err(error) => panic!("{error}\n--- {edits}\n{before}"),
    }
}

#[test]
fn scalars_are_replaced_where_they_stand() {
    becomes("a: 1\nb: 2\n", "a = 3", "a: 3\nb: 2\n");
    becomes("a: true # why\nb: 2\n", "a = false", "a: false # why\nb: 2\n");
    becomes("a: true", "a = false", "a: false");
    becomes("a:   1   # c\n", "a = x", "a:   x   # c\n");
    becomes("a: 'x'\nb: \"y\"\n", "a = z ; b = w", "a: 'z'\nb: \"w\"\n");
    becomes("a: x\n", "a = '0644'", "a: \"0644\"\n");
    becomes("a: x\n", "a = 'yes'", "a: \"yes\"\n");
    becomes("a: 'x'\n", "a = true", "a: true\n");
    becomes("a:\nb: 1\n", "a = 2", "a: 2\nb: 1\n");
    becomes("a: # c\nb: 1\n", "a = 2", "a: 2 # c\nb: 1\n");
    becomes("a: ~\n", "a = 2", "a: 2\n");
    becomes("a: |\n  x\n  y\nb: 1\n", "a = z", "a: z\nb: 1\n");
    becomes("a: x\n  y\n  z # c\nb: 1\n", "a = w", "a: w # c\nb: 1\n");
    becomes("- 1\n- 2 # two\n- 3\n", "[1] = 5", "- 1\n- 5 # two\n- 3\n");
    becomes("- a: 1\n  b: 2\n-\n", "[0].b = 3 ; [1] = 4", "- a: 1\n  b: 3\n- 4\n");
    becomes("a: !!str 12\n", "a = 13", "a: 13\n");
    becomes("on: 1\n", "'true' = 2", "on: 2\n");
    becomes("\u{feff}a: 1\n", "a = 2 ; b = 3", "\u{feff}a: 2\nb: 3\n");
}

#[test]
fn keys_are_added_behind_the_others() {
    becomes("a: 1\n", "b = 2", "a: 1\nb: 2\n");
    becomes("a: 1", "b = 2", "a: 1\nb: 2");
    becomes("a: 1 # c\n# end\n", "b = 2", "a: 1 # c\nb: 2\n# end\n");
    becomes("a:\n    b: 1\nc: 2\n", "a.d = 3", "a:\n    b: 1\n    d: 3\nc: 2\n");
    becomes("a:\n    b: 1\nc: 2\n", "d.e.f = 3", "a:\n    b: 1\nc: 2\nd:\n    e:\n        f: 3\n");
    becomes(
        "a:\n- b: 1\n  c: 2\n- d: 3\n",
        "a[0].x.z = [1]",
        "a:\n- b: 1\n  c: 2\n  x:\n    z:\n    - 1\n- d: 3\n",
    );
    becomes(
        "a:\n  - b: 1\n",
        "a[0].x = [1, {c: 2, d: 3}]",
        "a:\n  - b: 1\n    x:\n      - 1\n      - c: 2\n        d: 3\n",
    );
    becomes("a: {b: 1}\n", "a.c = {d: [1]}", "a: {b: 1, c: {d: [1]}}\n");
    becomes("a: {}\nb: 1\n", "a.c = 2", "a:\n  c: 2\nb: 1\n");
    becomes("a: {} # none\nb: 1\n", "a.c.d = 2", "a: # none\n  c:\n    d: 2\nb: 1\n");
    becomes("a: []\n", "a = [1, 2]", "a:\n- 1\n- 2\n");
    becomes("a:\nb: 1\n", "a.c = 2", "a:\n  c: 2\nb: 1\n");
    becomes("a: # todo\n", "a.c = 2", "a: # todo\n  c: 2\n");
    becomes("a: |\n  text\n\nb: |+\n  text\n\n", "c = 1", "a: |\n  text\n\nb: |+\n  text\n\nc: 1\n");
    becomes(
        "x: {\n  a: 1, # one\n  b: 2 # two\n}\n",
        "x.c = 3",
        "x: {\n  a: 1, # one\n  b: 2, # two\n  c: 3\n}\n",
    );
    becomes("x: {a: 1,}\n", "x.b = 2", "x: {a: 1, b: 2}\n");
    becomes("a: 1\r\nb:\r\n  c: 1\r\n", "b.d = [1, 2]", "a: 1\r\nb:\r\n  c: 1\r\n  d:\r\n  - 1\r\n  - 2\r\n");
    becomes("", "a.b = 1", "a:\n  b: 1\n");
    becomes("# only this", "a = 1", "# only this\na: 1\n");
    becomes("---\n", "a = 1", "---\na: 1\n");
    becomes("-\n  a: 1\n", "[0].b = 2", "-\n  a: 1\n  b: 2\n");
    becomes("- - a: 1\n  - 2\n", "[0][0].b = 2", "- - a: 1\n    b: 2\n  - 2\n");
}

#[test]
fn keys_and_items_are_removed_with_what_is_said_on_their_lines() {
    becomes("a: 1\nb: 2\nc: 3\n", "-b", "a: 1\nc: 3\n");
    becomes("a: 1\nb: 2", "-b", "a: 1\n");
    becomes("a: 1\n# about b\nb: 2 # why\n# after\nc: 3\n", "-b", "a: 1\n# about b\n# after\nc: 3\n");
    becomes("a:\n  b:\n    # deep\n    c: 1\n  d: 2\n", "-a.b", "a:\n  d: 2\n");
    becomes("a:\n  b: 1\nc: 2\n", "-a.b", "a: {}\nc: 2\n");
    becomes("a: # on a\n  # on b\n  b: 1 # why\nc: 2\n", "-a.b", "a: {} # on a\n  # on b\nc: 2\n");
    becomes("a: 1\n", "-a", "{}\n");
    becomes("- a: 1\n  b: 2\n", "-[0].a", "- b: 2\n");
    becomes("- a: 1 # x\n  b: 2\n", "-[0].a", "- b: 2\n");
    becomes("- a: 1\n- 2\n", "-[0].a", "- {}\n- 2\n");
    becomes("a: [1, 2, 3]\n", "-a[1]", "a: [1, 3]\n");
    becomes("a: [1, 2, 3]\n", "-a[2]", "a: [1, 2]\n");
    becomes("a: [1]\n", "-a[0]", "a: []\n");
    becomes("a:\n- 1\n", "-a[0]", "a: []\n");
    becomes("a:\n- 1\n- 2 # two\n- 3\n", "-a[1]", "a:\n- 1\n- 3\n");
    becomes("- - 1\n  - 2\n", "-[0][0]", "- - 2\n");
    becomes("a: {b: 1, c: 2}\n", "-a.b", "a: {c: 2}\n");
    becomes("a: {b: 1, c: 2}\n", "-a.c", "a: {b: 1}\n");
    becomes("a: {\n  b: 1, # x\n  c: 2\n}\n", "-a.b", "a: {\n  c: 2\n}\n");
    // What stands beside or above others stays there.
    becomes("a: {\n  b: 1, # x\n  # on c\n  c: 2 # y\n}\n", "-a.b", "a: {\n  # on c\n  c: 2 # y\n}\n");
    becomes("a: {\n  b: 1, # x\n  # on c\n  c: 2 # y\n}\n", "-a.c", "a: {\n  b: 1 # x\n  # on c\n}\n");
    becomes("a: [\n  1, # x\n  2, # y\n] # z\n", "-a[1]", "a: [\n  1, # x\n] # z\n");
    becomes("a: [\n  # on 1\n  1 # x\n]\n", "-a[0]", "a: [\n  # on 1\n]\n");
    becomes("a: [1, 2] # both\n", "-a[1]", "a: [1] # both\n");
    becomes("- a: 1 # x\n  # on b\n  b: 2\n", "-[0].a", "# on b\n- b: 2\n");
    becomes("a:\n- b: 1 # x\n- 2\n", "-a[0].b", "a:\n- {}\n- 2\n");
    becomes("a: 1\na: 2\nb: 3\n", "-a", "b: 3\n");
    becomes("a: 1\n", "-b", "a: 1\n");
    becomes("a: 1\r\nb: 2\r\nc: 3\r\n", "-b", "a: 1\r\nc: 3\r\n");
}

#[test]
fn lists_grow_and_change() {
    becomes("a:\n- 1\n- 2\nb: 3\n", "a += 4", "a:\n- 1\n- 2\n- 4\nb: 3\n");
    becomes("a:\n  - x: 1\n", "a += {w: 2, z: [3]}", "a:\n  - x: 1\n  - w: 2\n    z:\n      - 3\n");
    becomes("a: [1, 2]\n", "a += 3 ; a += 4", "a: [1, 2, 3, 4]\n");
    becomes("a: 1\n", "b.c += x", "a: 1\nb:\n  c:\n  - x\n");
    becomes("drop: [NET_RAW] # c\n", "drop = [ALL]", "drop: [ALL] # c\n");
    becomes("a:\n- x # x\n- w # w\n- z # z\n", "a = [x, z]", "a:\n- x # x\n- z # z\n");
    becomes("a:\n- x # x\n", "a = [x, w]", "a:\n- x # x\n- w\n");
    becomes("a: 1 # c\n", "a = {b: 1}", "a: # c\n  b: 1\n");
    becomes("a:\n  b: 1 # c\n", "a = [1]", "a:\n# c\n- 1\n");
    becomes("a:\n  b: 1 # c\nd: 1\n", "a = 1", "a: 1\n  # c\nd: 1\n");
    becomes("- old # c\n", "[0] = {a: 1, b: 2}", "- a: 1\n  b: 2 # c\n");
}

#[test]
fn maps_keep_what_they_share() {
    let before = "s:\n  # why\n  a: 1 # one\n  b: {c: 1} # two\n  d: 4\n";
    becomes(before, "s = {a: 1, b: {c: 2}, e: 5}", "s:\n  # why\n  a: 1 # one\n  b: {c: 2} # two\n  e: 5\n");
    let pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a # main\n    image: x\n  - name: b\n    image: y\n    securityContext:\n      privileged: true # legacy\n";
    let after = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a # main\n    image: x\n    securityContext:\n      allowPrivilegeEscalation: false\n  - name: b\n    image: y\n    securityContext:\n      privileged: false # legacy\n      allowPrivilegeEscalation: false\n      capabilities:\n        drop:\n        - ALL\n";
    becomes(
        pod,
        "spec.containers[0].securityContext.allowPrivilegeEscalation = false ; spec.containers[1].securityContext.privileged = false ; spec.containers[1].securityContext.allowPrivilegeEscalation = false ; spec.containers[1].securityContext.capabilities.drop = [ALL]",
        after,
    );
}

#[test]
fn json_keeps_its_formatting() {
    becomes("{\"a\":1,\"b\":{\"c\":[1]}}", "a = 2", "{\"a\":2,\"b\":{\"c\":[1]}}");
    becomes("{\"a\":1}", "b.c = [1, 2]", "{\"a\":1,\"b\":{\"c\":[1,2]}}");
    becomes(
        "{\n  \"l\": [\n    {\"a\":1,\"s\":{}}\n  ]\n}\n",
        "l[0].b = [1, 2] ; l[0].s.x = 1",
        "{\n  \"l\": [\n    {\"a\":1,\"s\":{\"x\":1},\"b\":[1,2]}\n  ]\n}\n",
    );
    becomes("[{\"a\":1}]", "[0].b = 2", "[{\"a\":1,\"b\":2}]");
    becomes("{\"a\": 1}", "b.c = [1, 2]", "{\"a\": 1, \"b\": {\"c\": [1, 2]}}");
    becomes("{\n  \"a\": 1\n}\n", "b.c = 1", "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": 1\n  }\n}\n");
    becomes("{\n  \"a\": 1,\n  \"b\": 2\n}\n", "-b", "{\n  \"a\": 1\n}\n");
    becomes("{\n  \"a\": 1,\n  \"b\": 2\n}\n", "-a", "{\n  \"b\": 2\n}\n");
    becomes("{\n  \"a\": {\n    \"x\": 1\n  }\n}\n", "-a.x", "{\n  \"a\": {}\n}\n");
    becomes(
        "{\n  \"a\": [\n    1\n  ]\n}\n",
        "a += {x: w}",
        "{\n  \"a\": [\n    1,\n    {\n      \"x\": \"w\"\n    }\n  ]\n}\n",
    );
    becomes("{\n  \"a\": {}\n}\n", "a.b = true", "{\n  \"a\": {\"b\": true}\n}\n");
    becomes("{\"a\": null}", "a.b = yes", "{\"a\": {\"b\": true}}");
    assert_eq!(run("{\"a\":1}\n{\"a\":2}\n", 1, "a = 3"), Ok("{\"a\":1}\n{\"a\":3}\n".into()));
}

#[test]
fn other_documents_stay() {
    let text = "# head\na: 1\n---\n# two\na: 1 # c\n...\n---\na: 1\n";
    assert_eq!(run(text, 1, "a = 2"), Ok("# head\na: 1\n---\n# two\na: 2 # c\n...\n---\na: 1\n".into()));
    assert_eq!(
        run(text, 2, "b = 2"),
        Ok("# head\na: 1\n---\n# two\na: 1 # c\n...\n---\na: 1\nb: 2\n".into())
    );
    assert_eq!(
        run(text, 0, "b = 2"),
        Ok("# head\na: 1\nb: 2\n---\n# two\na: 1 # c\n...\n---\na: 1\n".into())
    );
    let (first, last) = ([edit("a = 5")], [edit("-a")]);
    let all = apply_all(text, [(2, &last[..]), (0, &first[..])]);
    assert_eq!(all, Ok("# head\na: 5\n---\n# two\na: 1 # c\n...\n---\n{}\n".into()));
    assert_eq!(run("%YAML 1.1\n---\na: 1\n", 0, "a = 2"), Ok("%YAML 1.1\n---\na: 2\n".into()));
    assert_eq!(run("{\"a\": 1}\n---\nb: 1 # c\n", 1, "b = 2"), Ok("{\"a\": 1}\n---\nb: 2 # c\n".into()));
}

#[test]
fn objects_of_lists_are_reached_by_their_document() {
    let text =
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  spec: {hostPID: true} # x\n";
    let Document { root, .. } = Documents::new(text, Limits::default()).next().unwrap().unwrap();
    assert!(root.get("spec").is_some());
    let first = Documents::new(text, Limits::default()).next().unwrap().unwrap();
    let inner: ironsides_tree::Path<'_> =
        [ironsides_tree::Segment::Key("spec"), ironsides_tree::Segment::Key("hostPID")].into_iter().collect();
    let edit = Edit::remove(OwnedPath::inside(&first, &inner));
    assert_eq!(edit.path().to_string(), "items[0].spec.hostPID");
    assert_eq!(apply(text, 0, &[edit]), Ok(text.replace("{hostPID: true}", "{}")));
}

#[test]
fn shared_values_are_refused() {
    let shared = "a: &x\n  b: 1\nc: *x\n";
    for edits in ["c.b = 2", "a.b = 2", "-a", "a = 1"] {
        assert!(
            matches!(run(shared, 0, edits), Err(EditError::Shared { .. })),
            "{edits}: {:?}",
            run(shared, 0, edits)
        );
    }
    // The alias itself may go, or give way to a value, and unused anchors hinder nobody.
    becomes(shared, "-c", "a: &x\n  b: 1\n");
    becomes(shared, "c = {b: 3}", "a: &x\n  b: 1\nc:\n  b: 3\n");
    becomes("a: &x\n  b: 1\n", "a.b = 2", "a: &x\n  b: 2\n");
    // A merged key is written over by one behind the merge.
    let merged = "x: &x {p: 1, q: {r: 1}}\nw:\n  <<: *x\n  s: 1\n";
    becomes(merged, "w.p = 2", "x: &x {p: 1, q: {r: 1}}\nw:\n  <<: *x\n  s: 1\n  p: 2\n");
    assert!(matches!(run(merged, 0, "-w.p"), Err(EditError::Shared { .. })));
    assert!(matches!(run(merged, 0, "w.q.r = 2"), Err(EditError::Shared { .. })));
}

#[test]
fn errors_say_what_is_in_the_way() {
    let message = |text: &str, document, edits: &str| run(text, document, edits).unwrap_err().to_string();
    assert_eq!(
        message("a: 1\nb: x\n", 0, "b.c = 1"),
        "cannot edit b.c: b (line 2) is a string, not a map; change that first"
    );
    assert_eq!(
        message("a:\n- 1\n", 0, "a.b = 1"),
        "cannot edit a.b: a (line 2) is a list, not a map; change that first"
    );
    assert_eq!(
        message("a: [1]\n", 0, "a[1] = 1"),
        "cannot edit a[1]: a (line 1) has only 1 items; append to the list instead"
    );
    assert_eq!(
        message("a: 1\n", 0, "a += 1"),
        "cannot edit a: a (line 1) is a integer, not a list; change that first"
    );
    assert_eq!(message("a: 1\n", 3, "a = 1"), "cannot edit document 3: the text has only 1, counted from 0");
    assert_eq!(
        message("a: [\n", 0, "a = 1"),
        "cannot edit the text: line 1 cannot be read (this bracket is never closed); mend it first"
    );
    assert!(message("a: 1\nb: \"{{ .x }}\"\n", 0, "a = 2").contains("line 2 holds template syntax ({{)"));
    assert!(message("a: &x 1\nb: *x\n", 0, "a = 2").contains("line 1 shares the value"));
}

#[test]
fn of_equal_keys_the_last_is_left() {
    let one = |text: &str, path: &[&str]| apply(text, 0, &[Edit::unrepeat(OwnedPath::from(path))]).unwrap();
    assert_eq!(one("a: 1 # first\nb: 2\na: 3\n", &["a"]), "b: 2\na: 3\n");
    assert_eq!(one("m:\n  a:\n    x: 1\n  a: 2\n  a: 3\n", &["m", "a"]), "m:\n  a: 3\n");
    assert_eq!(one("- {a: 1, b: 2, a: 3}\n", &["a"]), "- {a: 1, b: 2, a: 3}\n", "there is no such place");
    assert_eq!(one("m: {a: 1, b: 2, a: 3}\n", &["m", "a"]), "m: {b: 2, a: 3}\n");
    assert_eq!(one("l:\n- a: 1\n  b: 2\n", &["l"]), "l:\n- a: 1\n  b: 2\n");
    let item = Edit::unrepeat([Part::Key("l".into()), Part::Index(0), Part::Key("a".into())]);
    assert_eq!(apply("l:\n- a: 1\n  b: 2\n  a: 3\n", 0, &[item]).unwrap(), "l:\n- b: 2\n  a: 3\n");
}
