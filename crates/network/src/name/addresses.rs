//! Sets of addresses by names that people read.

use crate::address::{AddressRange, AddressSet};
use crate::name::internet;
use crate::reach::range_told;

impl AddressSet {
    /// Its addresses for people: `outside` for all, `internet`, `10.0.0.0/8, 192.0.2.1-192.0.2.7`, `0.0.0.0/0 but 10.0.0.0/8`,
    /// `outside but 169.254.169.254`. Of more stretches than `most` the first, and how many more there are.
    pub fn told(&self, most: usize) -> String {
        if *self == internet() {
            return "internet".to_owned();
        }
        let everything = Self::everything();
        let mut parts = Vec::new();
        let mut missing = Vec::new();
        let mut whole = 0;
        for &family in everything.ranges() {
            let all: Self = [family].into_iter().collect();
            let (own, left) = (self.and(&all), all.minus(self));
            if own.is_empty() {
                continue;
            }
            if effort(&left) + 1 < effort(&own) || left.is_empty() {
                whole += 1;
                missing.extend_from_slice(left.ranges());
                let but = listed(left.ranges(), most);
                let but = if left.is_empty() { String::new() } else { format!(" but {but}") };
                parts.push(format!("{}{but}", range_told(family)));
            } else {
                parts.push(listed(own.ranges(), most));
            }
        }
        match (whole == everything.ranges().len(), missing.as_slice()) {
            (true, []) => "outside".to_owned(),
            (true, missing) => format!("outside but {}", listed(missing, most)),
            (false, _) => parts.join(" and "),
        }
    }
}

/// How much there is to read: stretches that are no blocks have two ends.
fn effort(set: &AddressSet) -> usize {
    set.ranges().iter().map(|&range| 1 + usize::from(range_told(range).contains('-'))).sum()
}

fn listed(ranges: &[AddressRange], most: usize) -> String {
    let told: Vec<String> = ranges.iter().take(most).map(|&range| range_told(range)).collect();
    match ranges.len().saturating_sub(told.len()) {
        0 => told.join(", "),
        more => format!("{} and {more} more stretches", told.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::{block, range};

    #[test]
    fn sets_are_told_by_the_shortest_name() {
        let set = |texts: &[&str]| -> AddressSet {
            texts.iter().filter_map(|text| block(text)).map(range).collect()
        };
        let all = AddressSet::everything();
        for (addresses, told) in [
            (all.clone(), "outside"),
            (internet(), "internet"),
            (set(&["0.0.0.0/0"]), "0.0.0.0/0"),
            (set(&["10.0.0.0/8"]), "10.0.0.0/8"),
            (set(&["10.0.0.0/8", "::/0"]), "10.0.0.0/8 and ::/0"),
            (set(&["0.0.0.0/0"]).minus(&set(&["10.0.0.0/8"])), "0.0.0.0/0 but 10.0.0.0/8"),
            (all.minus(&set(&["169.254.169.254/32"])), "outside but 169.254.169.254"),
            (
                set(&["10.0.0.0/32", "10.0.0.2/32", "10.0.0.4/32", "10.0.0.6/32"]),
                "10.0.0.0, 10.0.0.2, 10.0.0.4 and 1 more stretches",
            ),
        ] {
            assert_eq!(addresses.told(3), told);
        }
    }
}
