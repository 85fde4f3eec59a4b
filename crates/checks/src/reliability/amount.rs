//! Numbers of pods that may also be given in per cent: `2`, `25%`.

use ironsides_tree::{Cursor, Node, Value};

/// So many pods, or so many in a hundred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Amount {
    Count(i64),
    Percent(i64),
}

/// What is written here; `None` where nothing is, and for what the server would refuse.
pub(crate) fn amount(at: &Cursor<'_>) -> Option<Amount> {
    match at.node().map(Node::value)? {
        Value::Int(count) if *count >= 0 => Some(Amount::Count(*count)),
        Value::String(text) => {
            let percent: i64 = text.strip_suffix('%')?.parse().ok()?;
            (percent >= 0).then_some(Amount::Percent(percent))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_counts_or_percentages() {
        for (text, expected) in [
            ("2", Some(Amount::Count(2))),
            ("0", Some(Amount::Count(0))),
            ("25%", Some(Amount::Percent(25))),
            ("'150%'", Some(Amount::Percent(150))),
            ("'2'", None),
            ("-1", None),
            ("-1%", None),
            ("'%'", None),
            ("1.5", None),
        ] {
            let node = ironsides_tree::parse_one(&format!("at: {text}")).unwrap();
            assert_eq!(amount(&Cursor::root(&node).get("at")), expected, "{text}");
        }
    }
}
