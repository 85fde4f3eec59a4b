//! Any text as YAML: no panic, places that lie in the text, and trees that print and read back the same.

#![no_main]

use ironsides_tree::{Documents, Format, Limits, Node, Value, print};
use libfuzzer_sys::fuzz_target;

/// Checks that every value's place is a piece of the text.
fn places(node: &Node, text: &str) {
    let found = |span: ironsides_tree::Span| !span.is_some() || span.slice(text).is_some();
    assert!(found(node.span()), "{node:?} {:?}", node.span());
    node.items().iter().for_each(|item| places(item, text));
    if let Some(map) = node.as_map() {
        for entry in map.entries() {
            assert!(found(entry.key_span), "{:?} {:?}", entry.key, entry.key_span);
            places(&entry.value, text);
        }
    }
}

/// Whether JSON has words for all numbers in a tree.
fn is_finite(node: &Node) -> bool {
    match node.value() {
        Value::Float(value) => value.is_finite(),
        Value::List(items) => items.iter().all(is_finite),
        Value::Map(map) => map.iter().all(|(_, value)| is_finite(value)),
        _ => true,
    }
}

fn read(text: &str, format: Format) -> Node {
    let limits = Limits { split_lists: false, ..Limits::default() };
    let mut documents = Documents::with_format(text, format, limits);
    let root = documents.next().expect("a document").expect("what was printed can be read").root;
    assert!(documents.next().is_none(), "{text}");
    root
}

fuzz_target!(|text: &str| {
    for split_lists in [true, false] {
        let limits = Limits { expanded: 1000, split_lists, ..Limits::default() };
        for read_one in Documents::new(text, limits).chain(Documents::with_format(text, Format::Yaml, limits)) {
            match read_one {
                Ok(document) => {
                    places(&document.root, text);
                    assert_eq!(read(&print::yaml(&document.root), Format::Yaml), document.root);
                    if is_finite(&document.root) {
                        assert_eq!(read(&print::json(&document.root), Format::Json), document.root);
                    }
                }
                Err(error) => assert!(error.offset as usize <= text.len() && error.position(text).line > 0),
            }
        }
    }
});
