//! What containers may use and what is set aside for them.

use ironsides_core::{Confidence, Container, ContainerKind, Pod};
use ironsides_tree::{Cursor, Node, Value};

/// The containers that resources can be given to: all but ephemeral ones.
pub(super) fn containers<'a>(pod: &Pod<'a>) -> impl Iterator<Item = Container<'a>> {
    pod.containers().filter(|container| container.kind != ContainerKind::Ephemeral)
}

/// Where the limit in force for a container is written: its own, or else the pod's as a whole. An amount of nothing
/// limits nothing.
pub(super) fn limit<'a>(container: &Container<'a>, pod: &Pod<'a>, resource: &'a str) -> Option<Cursor<'a>> {
    amount(&container.at, "limits", resource).or_else(|| amount(pod.spec(), "limits", resource))
}

/// Where the request in force for a container is written: its own or, where it has none, its limit, which then is
/// the request too; or else the pod's as a whole.
pub(crate) fn request<'a>(container: &Container<'a>, pod: &Pod<'a>, resource: &'a str) -> Option<Cursor<'a>> {
    let own = || amount(&container.at, "requests", resource);
    let is_written = container.at.at(&["resources", "requests", resource]).is_set();
    let filled_in = || if is_written { None } else { amount(&container.at, "limits", resource) };
    let shared =
        || amount(pod.spec(), "requests", resource).or_else(|| amount(pod.spec(), "limits", resource));
    own().or_else(filled_in).or_else(shared)
}

/// An amount of more than nothing.
fn amount<'a>(holder: &Cursor<'a>, which: &'a str, resource: &'a str) -> Option<Cursor<'a>> {
    Some(holder.at(&["resources", which, resource])).filter(is_something)
}

/// How sure it is that what is not written is not there: a `LimitRange` may fill it in as a pod is created.
pub(super) fn confidence(pod: &Pod<'_>) -> Confidence {
    if pod.is_stored() { Confidence::High } else { Confidence::Medium }
}

/// Whether an amount is written that is more than nothing.
fn is_something(amount: &Cursor<'_>) -> bool {
    match amount.node().map(Node::value) {
        Some(Value::Int(number)) => *number > 0,
        Some(Value::Float(number)) => *number > 0.0,
        Some(Value::String(text)) => {
            let mantissa = text.trim_end_matches(|char: char| char.is_ascii_alphabetic());
            // The digits of an exponent do not make an amount of something out of nothing.
            let mantissa = mantissa.split(['e', 'E']).next().unwrap_or_default();
            // The server refuses amounts below nothing.
            !mantissa.starts_with('-') && mantissa.contains(|char: char| matches!(char, '1'..='9'))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ironsides_tree::parse_one;

    #[test]
    fn an_amount_of_nothing_is_none() {
        for (text, something) in [
            ("128Mi", true),
            ("100m", true),
            ("0.5", true),
            ("1", true),
            ("1e3", true),
            ("'2E'", true),
            ("10", true),
            ("-1Gi", false),
            ("'-1'", false),
            ("-1", false),
            ("+1Gi", true),
            ("0", false),
            ("'0'", false),
            ("0Mi", false),
            ("0.0", false),
            ("0m", false),
            ("'0e3'", false),
            ("", false),
            ("[]", false),
        ] {
            let node = parse_one(&format!("amount: {text}")).unwrap();
            assert_eq!(is_something(&Cursor::root(&node).get("amount")), something, "{text}");
        }
    }
}
