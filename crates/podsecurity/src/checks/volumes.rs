//! Volumes.

use std::collections::BTreeSet;

use ironsides_tree::Cursor;

use crate::facts::{PodFacts, VolumeKind, pick};
use crate::violation::Fault;
use crate::wording::{counted, counted_set, plural};

pub(crate) fn host_path<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    let bad = || facts.volumes.iter().filter(|volume| volume.host_path);
    bad().next()?;
    let names: Vec<&str> = bad().map(|volume| volume.name).collect();
    Some(Fault {
        reason: "hostPath volumes",
        detail: counted(&names, "volume", "volumes"),
        places: places(facts, bad().map(|volume| (volume.index, "hostPath"))),
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
        places: places(facts, bad().map(|(volume, _, field)| (volume.index, field))),
    })
}

fn places<'a>(facts: &PodFacts<'a>, fields: impl Iterator<Item = (usize, &'a str)>) -> Vec<Cursor<'a>> {
    pick(&facts.pod.spec().get("volumes"), fields).map(|(volume, field)| volume.get(field)).collect()
}
