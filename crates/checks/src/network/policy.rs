//! The rules of a network policy, as they are written.

use ironsides_core::Object;
use ironsides_network::Direction;
use ironsides_network::kinds::network_policy::NetworkPolicy;
use ironsides_tree::Cursor;

/// The rules of a policy in a direction that count, where they are written. `read` is what the policy says.
pub(super) fn rules<'a>(
    policy: &'a Object,
    read: &NetworkPolicy,
    direction: Direction,
) -> impl Iterator<Item = Cursor<'a>> + use<'a> {
    let counts = read.isolates(direction);
    let rules = policy.cursor().get("spec").get(direction.field());
    counts.then(|| rules.items()).into_iter().flatten()
}
