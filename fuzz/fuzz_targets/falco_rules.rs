//! Any text as a rule file and as a condition: no panic, places that lie in the text, and conditions that print and
//! read back the same.

#![no_main]

use ironsides_detect::filter::{Dialect, parse};
use ironsides_detect::rules::{Options, RuleFile, load};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for dialect in [Dialect::Libsinsp023, Dialect::Newest] {
        match parse(text, dialect) {
            Ok(expr) => {
                let printed = expr.to_string();
                let again = parse(&printed, dialect).expect("what was printed can be read");
                assert_eq!(again.to_string(), printed);
            }
            Err(error) => assert!(error.span.start as usize <= text.len()),
        }
    }
    let loaded = load(&[RuleFile { name: "fuzz.yaml", text }], &Options::default());
    for message in &loaded.messages {
        if let Some(place) = &message.place {
            assert!(place.span.start as usize <= text.len() && place.position.line > 0, "{message}");
        }
    }
});
