//! Any text as an image reference: what is read is written back as something that is read the same.

#![no_main]

use ironsides_checks::Reference;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(reference) = Reference::parse(text) {
        let written = reference.to_string();
        let again = Reference::parse(&written).map(|again| again.to_string());
        assert_eq!(again.ok().as_deref(), Some(written.as_str()), "{text:?}");
    }
});
