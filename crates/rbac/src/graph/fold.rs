//! Things that are alike become one.

use std::collections::BTreeMap;

use super::{Band, Item};

/// Within a band, subjects of one kind that have the same roles become one box, and then bindings that bind the same
/// boxes.
pub(super) fn fold_band(band: &mut Band) {
    let mut roles_of: Vec<Vec<usize>> = vec![Vec::new(); band.subjects.len()];
    for (subjects, roles) in band.partners() {
        for subject in subjects {
            if let Some(known) = roles_of.get_mut(subject) {
                known.extend(&roles);
            }
        }
    }
    for roles in &mut roles_of {
        roles.sort_unstable();
        roles.dedup();
    }
    let kind =
        |item: &Item| item.all.first().and_then(|full| full.split(' ').next()).unwrap_or_default().to_owned();
    let keys = band.subjects.iter().zip(roles_of).map(|(item, roles)| (kind(item), roles)).collect();
    let map = fold(&mut band.subjects, keys);
    for (subject, _) in &mut band.holds {
        *subject = map.get(*subject).copied().unwrap_or_default();
    }
    band.holds.sort_unstable();
    band.holds.dedup();

    let keys = band.partners();
    let map = fold(&mut band.bindings, keys);
    for (_, binding) in &mut band.holds {
        *binding = map.get(*binding).copied().unwrap_or_default();
    }
    for (binding, _) in &mut band.grants {
        *binding = map.get(*binding).copied().unwrap_or_default();
    }
    for pairs in [&mut band.holds, &mut band.grants] {
        pairs.sort_unstable();
        pairs.dedup();
    }
}

/// Joins items of equal keys. Gives the new place of each.
fn fold<K: Ord>(items: &mut Vec<Item>, keys: Vec<K>) -> Vec<usize> {
    let mut places: BTreeMap<K, usize> = BTreeMap::new();
    let mut folded: Vec<Item> = Vec::new();
    let mut map = Vec::with_capacity(items.len());
    for (item, key) in items.drain(..).zip(keys) {
        let place = *places.entry(key).or_insert(folded.len());
        map.push(place);
        match folded.get_mut(place) {
            Some(known) => known.all.extend(item.all),
            None => folded.push(item),
        }
    }
    for item in &mut folded {
        if item.all.len() > 1 {
            let kind =
                item.all.first().and_then(|full| full.split(' ').next()).unwrap_or_default().to_owned();
            item.detail = format!("such as {}", item.label);
            item.label = format!("{} {kind}s", item.all.len());
        }
    }
    *items = folded;
    map
}

/// Namespaces whose bands look the same, but for names of service accounts and bindings, become one band.
pub(super) fn fold_bands(bands: &mut Vec<Band>) {
    /// What is the same: how many of which kind of subject are bound to which roles.
    type Shape = Vec<(Vec<String>, Vec<(String, String)>)>;
    let shape = |band: &Band| -> Shape {
        let mut shape: Shape = Vec::new();
        for (subjects, roles) in band.partners() {
            let mut subjects: Vec<String> = subjects
                .iter()
                .filter_map(|subject| band.subjects.get(*subject))
                .map(|item| {
                    let full = item.all.first().map(String::as_str).unwrap_or_default();
                    // Service accounts are the namespace's own; users and groups are the same everywhere.
                    if full.starts_with("ServiceAccount ") {
                        "ServiceAccount".to_owned()
                    } else {
                        full.to_owned()
                    }
                })
                .collect();
            subjects.sort_unstable();
            subjects.dedup();
            let roles = roles.iter().filter_map(|role| band.roles.get(*role));
            shape.push((subjects, roles.map(|item| (item.label.clone(), item.detail.clone())).collect()));
        }
        shape.sort_unstable();
        shape
    };
    let mut places: BTreeMap<Shape, usize> = BTreeMap::new();
    let mut folded: Vec<(Band, usize)> = Vec::new();
    for band in bands.drain(..) {
        let place = *places.entry(shape(&band)).or_insert(folded.len());
        match folded.get_mut(place) {
            Some((first, count)) => {
                first.absorb(&band);
                *count += 1;
            }
            None => folded.push((band, 1)),
        }
    }
    bands.extend(folded.into_iter().map(|(mut band, count)| {
        if count > 1 {
            let like = band.title.trim_start_matches("namespace ");
            band.title = format!("{count} namespaces like {like}");
        }
        band
    }));
}

impl Band {
    /// Remembers the names of another band that looks the same.
    fn absorb(&mut self, other: &Self) {
        for (own, others) in [
            (&mut self.subjects, &other.subjects),
            (&mut self.bindings, &other.bindings),
            (&mut self.roles, &other.roles),
        ] {
            for (item, other) in own.iter_mut().zip(others) {
                let new: Vec<String> =
                    other.all.iter().filter(|name| !item.all.contains(name)).cloned().collect();
                item.all.extend(new);
            }
        }
    }
}
