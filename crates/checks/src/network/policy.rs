//! The rules of a network policy.

use ironsides_core::Object;
use ironsides_network::Direction;
use ironsides_tree::Cursor;

/// Whether a policy isolates the pods it selects in a direction. Without `policyTypes` every policy isolates ingress, and
/// one with rules for egress that too.
pub(super) fn isolates(policy: &Object, direction: Direction) -> bool {
    let spec = policy.cursor().get("spec");
    let types = spec.get("policyTypes");
    if types.items().next().is_some() {
        return types.items().any(|word| word.str() == Some(direction.word()));
    }
    direction == Direction::Ingress || spec.get("egress").items().next().is_some()
}

/// The rules of a policy in a direction that count.
pub(super) fn rules(policy: &Object, direction: Direction) -> impl Iterator<Item = Cursor<'_>> {
    let counts = isolates(policy, direction);
    let rules = policy.cursor().get("spec").get(direction.field());
    counts.then(|| rules.items()).into_iter().flatten()
}
