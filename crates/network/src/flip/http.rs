//! Ways to let one HTTP request through, or to refuse it, where a proxy looks at requests.

use std::collections::BTreeSet;

use ironsides_tree::Node;

use crate::flip::{Step, Wanted, edit, write};
use crate::l7::Request;
use crate::matcher::Match;
use crate::reach::{Case, Tried, tried};
use crate::rule::Direction;

/// Ways to let a request through: an item more in a list of HTTP rules at each end that refuses it. Each is tried.
pub(super) fn opened(wanted: &Wanted<'_>, case: &Case, request: &Request) -> Vec<Vec<Step>> {
    let all = tried(wanted.state, wanted.lowered, case, request);
    let mut ways: Vec<Vec<Step>> = vec![Vec::new()];
    for direction in [Direction::Egress, Direction::Ingress] {
        let asked: Vec<&Tried> = all.iter().filter(|one| one.direction == direction).collect();
        if asked.is_empty() || asked.iter().any(|one| one.answer == Match::Yes) {
            continue;
        }
        let Some(item) = item(request) else { return Vec::new() };
        let mut seen = BTreeSet::new();
        let lists: Vec<Step> = asked
            .into_iter()
            .filter_map(|one| Some((one, one.ports.as_ref()?)))
            .filter(|(_, ports)| seen.insert((ports.document, ports.path.clone())))
            .map(|(one, ports)| {
                let at = format!("{}.rules.http", ports.path);
                edit(&one.policy, ports.document, &at, Some(item.clone()))
            })
            .collect();
        ways = ways
            .iter()
            .flat_map(|way| lists.iter().map(|step| [way.as_slice(), std::slice::from_ref(step)].concat()))
            .collect();
    }
    ways.retain(|way| !way.is_empty());
    ways
}

/// Ways to refuse a request: all items that take it removed at one end. A list that would be empty lets everything through, which
/// is found when it is tried.
pub(super) fn closed(wanted: &Wanted<'_>, case: &Case, request: &Request) -> Vec<Vec<Step>> {
    let all = tried(wanted.state, wanted.lowered, case, request);
    let mut ways = Vec::new();
    for direction in [Direction::Egress, Direction::Ingress] {
        let mut taking: Vec<&Tried> =
            all.iter().filter(|one| one.direction == direction && one.answer == Match::Yes).collect();
        // From behind, so that places stay what they are.
        taking.sort_by_key(|one| std::cmp::Reverse((one.place.document, one.place.span.start)));
        let removed =
            taking.into_iter().map(|one| edit(&one.policy, one.place.document, &one.place.path, None));
        let removed: Vec<Step> = removed.collect();
        if !removed.is_empty() {
            ways.push(removed);
        }
    }
    ways
}

/// An item that takes this request by its method and path, which are regular expressions where they are written.
fn item(request: &Request) -> Option<Node> {
    write::node(&format!(
        "{{method: {}, path: {}}}",
        write::quoted(&regex_syntax::escape(&request.method)),
        write::quoted(&regex_syntax::escape(&request.path))
    ))
}
