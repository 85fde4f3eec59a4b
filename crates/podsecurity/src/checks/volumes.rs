//! Volumes.

use std::collections::BTreeSet;

use ironsides_tree::Cursor;

use crate::facts::{PodFacts, VolumeKind, item};
use crate::violation::Fault;
use crate::wording::{counted, counted_set, plural};

pub(crate) fn host_path<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    let bad = || facts.volumes.iter().filter(|volume| volume.host_path);
    bad().next()?;
    let names: Vec<&str> = bad().map(|volume| volume.name).collect();
    Some(Fault {
        reason: "hostPath volumes",
        detail: counted(&names, "volume", "volumes"),
        places: bad().filter_map(|volume| place(facts, volume.index, "hostPath")).collect(),
    })
}

pub(crate) fn restricted<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    let bad = || {
        facts.volumes.iter().filter_map(|volume| match volume.kind {
            VolumeKind::Allowed => None,
            VolumeKind::Restricted { word, field } => Some((volume, word, field)),
        })
    };
    bad().next()?;
    let names: Vec<&str> = bad().map(|(volume, ..)| volume.name).collect();
    let kinds: BTreeSet<&str> = bad().map(|(_, word, _)| word).collect();
    let kinds = counted_set(&kinds, "restricted volume type", "restricted volume types");
    Some(Fault {
        reason: "restricted volume types",
        detail: format!(
            "{} {} {kinds}",
            counted(&names, "volume", "volumes"),
            plural(names.len(), "uses", "use")
        ),
        places: bad().filter_map(|(volume, _, field)| place(facts, volume.index, field)).collect(),
    })
}

fn place<'a>(facts: &PodFacts<'a>, index: usize, field: &'a str) -> Option<Cursor<'a>> {
    Some(item(&facts.pod.spec().get("volumes"), index)?.get(field))
}
