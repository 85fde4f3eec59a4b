//! Kustomizations: whatever the files hold, a build ends, in documents that can be read or in an error.
#![no_main]

use std::collections::BTreeMap;
use std::sync::Arc;

use ironsides_render::kustomize::{Limits, Options, build};
use ironsides_render::{Files, Item, ReadError};
use libfuzzer_sys::fuzz_target;

/// Files by path: a line `=== path` begins each.
struct Memory(BTreeMap<String, Arc<[u8]>>);

impl Files for Memory {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        self.0.get(path).cloned().ok_or_else(|| ReadError::Missing { path: path.to_owned() })
    }

    fn list(&self, folder: &str) -> Result<Vec<Item>, ReadError> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut items: Vec<Item> = self
            .0
            .keys()
            .filter_map(|path| path.strip_prefix(&prefix))
            .map(|path| match path.split_once('/') {
                Some((name, _)) => Item { name: name.to_owned(), is_folder: true },
                None => Item { name: path.to_owned(), is_folder: false },
            })
            .collect();
        items.sort();
        items.dedup();
        if items.is_empty() { Err(ReadError::Missing { path: folder.to_owned() }) } else { Ok(items) }
    }
}

fuzz_target!(|text: &str| {
    let mut files = BTreeMap::new();
    let mut path = "kustomization.yaml";
    let mut start = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some(next) = line.strip_prefix("=== ") {
            files.insert(path.to_owned(), text.as_bytes()[start..at].into());
            path = next.trim();
            start = at + line.len();
        }
        at += line.len();
    }
    files.insert(path.to_owned(), text.as_bytes()[start..].into());
    let limits = Limits { builds: 100, output: 1 << 20, ..Limits::default() };
    let Ok(built) = build(&Memory(files), "", &Options { limits, ..Options::default() }) else { return };
    let text = &built.rendered.text;
    for document in ironsides_tree::Documents::new(text, ironsides_tree::Limits::default()) {
        // Kubernetes reads scalars that kustomize does not, but never something that is no YAML.
        assert!(document.is_ok(), "{text}");
    }
    for mark in &built.rendered.marks {
        assert!(mark.output.slice(text).is_some());
        assert!(built.rendered.files.get(mark.file as usize).is_some());
    }
});
