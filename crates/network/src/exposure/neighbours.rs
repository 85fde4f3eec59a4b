//! Of which other namespaces pods may reach a class.

use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use crate::cluster::{Cluster, Endpoint};
use crate::connectivity::Open;
use crate::engine::{ClassId, ConnectionsId, Engine};

/// For every class a bit for each namespace.
pub(super) struct Neighbours {
    names: Vec<Text>,
    words: usize,
    bits: Vec<u64>,
}

impl Neighbours {
    /// Goes through all pairs of classes; only the first pods count.
    pub(super) fn new(cluster: &Cluster, engine: &Engine<'_>, count: usize) -> Self {
        let names: Vec<Text> = cluster.namespaces.keys().cloned().collect();
        let words = names.len().div_ceil(64);
        let mut home = vec![0; engine.classes().len() * words];
        for (at, pod) in (0..).zip(&cluster.pods).take(count) {
            let class = engine.class_of(Endpoint::Pod(at));
            let name = names.binary_search(&pod.namespace).ok();
            if let (Some(class), Some(name)) = (class, name)
                && let Some(word) = home.get_mut(class.index() * words + name / 64)
            {
                *word |= 1_u64 << (name % 64);
            }
        }
        let own = |class: &ClassId| home.get(class.index() * words..).and_then(|rest| rest.get(..words));
        let parts = engine.rectangles(
            || (vec![0_u64; home.len()], FxHashMap::default()),
            |(bits, known): &mut (Vec<u64>, FxHashMap<ConnectionsId, bool>), rectangle| {
                // What has no ports (ICMP, say) is no way to reach a workload.
                let open = known.entry(rectangle.connections);
                if *open.or_insert_with_key(|id| Open::from(&engine.get(*id)).is_nothing()) {
                    return;
                }
                let mut from = vec![0_u64; words];
                for senders in rectangle.from.iter().filter_map(own) {
                    from.iter_mut().zip(senders).for_each(|(word, more)| *word |= more);
                }
                for class in rectangle.to {
                    let there = bits.get_mut(class.index() * words..).into_iter().flatten();
                    there.zip(&from).for_each(|(word, more)| *word |= more);
                }
            },
        );
        let mut bits = vec![0_u64; home.len()];
        for (part, _) in parts {
            bits.iter_mut().zip(part).for_each(|(word, more)| *word |= more);
        }
        Self { names, words, bits }
    }

    /// The namespaces from which something may reach one of these classes, but for their own, by name.
    pub(super) fn of(&self, home: &str, classes: impl Iterator<Item = ClassId>) -> Vec<Text> {
        let mut all = vec![0_u64; self.words];
        for class in classes {
            let there = self.bits.get(class.index() * self.words..).into_iter().flatten();
            all.iter_mut().zip(there).for_each(|(word, more)| *word |= more);
        }
        let has = |at: usize| all.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1);
        let there = self.names.iter().enumerate().filter(|(at, name)| has(*at) && *name != home);
        there.map(|(_, name)| name.clone()).collect()
    }
}
