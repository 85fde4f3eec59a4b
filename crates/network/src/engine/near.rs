//! What is otherwise between two that are on the same node.

use rustc_hash::FxHashMap;

use super::pool::ConnectionsId;
use super::{ClassId, Engine};
use crate::cluster::Endpoint;

/// A pair on one node to which other rules apply than to the same classes on two nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Near {
    /// The sender.
    pub from: Endpoint,
    /// The receiver.
    pub to: Endpoint,
    /// What [`Engine::rectangles`] says of their classes.
    pub apart: ConnectionsId,
    /// What is true of them.
    pub together: ConnectionsId,
}

impl Engine<'_> {
    /// All pairs of which [`Engine::rectangles`] does not tell the truth because they are on the same node: only those of which
    /// one is known to its neighbours as something else than to the rest of the cluster, as nodes are. No endpoint is paired
    /// with itself.
    pub fn near(&self) -> impl Iterator<Item = Near> {
        let mut on: FxHashMap<u32, Vec<(Endpoint, ClassId)>> = FxHashMap::default();
        let pods = (0..).zip(&self.lowered.pods).zip(&self.classes.of_pods);
        let nodes = (0..).zip(&self.lowered.nodes).zip(&self.classes.of_nodes);
        let pods = pods.map(|((at, sight), &class)| (sight.node, Endpoint::Pod(at), class));
        for (node, endpoint, class) in
            nodes.map(|((at, sight), &class)| (sight.node, Endpoint::Node(at), class)).chain(pods)
        {
            if let Some(node) = node {
                on.entry(node).or_default().push((endpoint, class));
            }
        }
        let mut on: Vec<(u32, Vec<(Endpoint, ClassId)>)> = on.into_iter().collect();
        on.sort_unstable_by_key(|(node, _)| *node);
        let mut known: FxHashMap<(ClassId, ClassId), (ConnectionsId, ConnectionsId)> = FxHashMap::default();
        on.into_iter().flat_map(move |(_, here)| {
            let differs = |class: ClassId| self.class(class).is_some_and(|own| own.near != class);
            let odd: Vec<bool> = here.iter().map(|(_, class)| differs(*class)).collect();
            let mut found = Vec::new();
            for (at, (&(from, sender), &own)) in here.iter().zip(&odd).enumerate() {
                for (place, (&(to, receiver), &other)) in here.iter().zip(&odd).enumerate() {
                    if at == place || !(own || other) {
                        continue;
                    }
                    let (apart, together) = *known.entry((sender, receiver)).or_insert_with(|| {
                        let nothing = ConnectionsId::NOTHING;
                        (
                            self.between(sender, receiver).unwrap_or(nothing),
                            self.between_near(sender, receiver).unwrap_or(nothing),
                        )
                    });
                    if apart != together {
                        found.push(Near { from, to, apart, together });
                    }
                }
            }
            found
        })
    }
}
