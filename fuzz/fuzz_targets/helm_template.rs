//! Any text as a Helm template, and behind a NUL any text as its values: no panic, an end, and marks that lie in the
//! texts they speak of.

#![no_main]

use std::sync::Arc;

use ironsides_render::helm::{self, Options};
use ironsides_render::{Files, Item, ReadError};
use libfuzzer_sys::fuzz_target;

struct Memory<'a> {
    template: &'a str,
    values: &'a str,
}

impl Files for Memory<'_> {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        match path {
            "c/Chart.yaml" => Ok((*b"apiVersion: v2\nname: c\nversion: 1.0.0\n").into()),
            "c/values.yaml" => Ok(self.values.as_bytes().into()),
            "c/templates/a.yaml" => Ok(self.template.as_bytes().into()),
            _ => Err(ReadError::Missing { path: path.to_owned() }),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<Item>, ReadError> {
        let item = |name: &str, is_folder| Item { name: name.to_owned(), is_folder };
        Ok(match folder {
            "c" => vec![item("Chart.yaml", false), item("templates", true), item("values.yaml", false)],
            _ => vec![item("a.yaml", false)],
        })
    }
}

fuzz_target!(|text: &str| {
    let (template, values) = text.split_once('\0').unwrap_or((text, ""));
    let Ok(all) = helm::render(&Memory { template, values }, "c", &Options::default()) else { return };
    for rendered in all {
        for mark in &rendered.marks {
            assert!(mark.output.slice(&rendered.text).is_some(), "{mark:?}");
            let file = &rendered.files[mark.file as usize];
            assert!(mark.span.slice(&file.text).is_some(), "{mark:?}");
        }
        assert!(rendered.marks.is_sorted_by_key(|mark| mark.output.start));
    }
});
