//! Labels by which a workload can be told from the others of its namespace, for as long as it lives.

use ironsides_tree::Text;

use crate::cluster::Labels;

/// Labels that Kubernetes or a release sets anew: of no use to select by.
const CHANGING: [&str; 12] = [
    "pod-template-hash",
    "pod-template-generation",
    "controller-revision-hash",
    "controller-uid",
    "job-name",
    "app.kubernetes.io/version",
    "app.kubernetes.io/managed-by",
    "helm.sh/chart",
    "chart",
    "heritage",
    "release-revision",
    "version",
];

/// Beginnings of keys that Kubernetes sets by itself, for each pod or node, and that Cilium does not take for identities
/// either.
const OWN: [&str; 9] = [
    "batch.kubernetes.io/",
    "statefulset.kubernetes.io/",
    "apps.kubernetes.io/",
    "topology.kubernetes.io/",
    "kubernetes.io/",
    "beta.kubernetes.io/",
    "node.kubernetes.io/",
    "io.kubernetes.",
    "io.cilium.",
];

/// The keys that people select by, the plainest first.
const PREFERRED: [&str; 9] = [
    "app.kubernetes.io/name",
    "app.kubernetes.io/component",
    "app.kubernetes.io/instance",
    "app",
    "k8s-app",
    "name",
    "component",
    "tier",
    "role",
];

/// Whether the value of a label stays as long as its workload lives, so that one can select by it.
pub fn is_stable(key: &str) -> bool {
    !CHANGING.contains(&key)
        && !OWN.iter().any(|own| key.starts_with(own))
        && !key.contains("k8s.io/")
        && !key.starts_with("annotation")
}

/// The fewest and plainest labels by which something is told from others; `None` where its labels are also those of another,
/// or it has none that stay.
pub fn telling(own: &Labels, others: &[&Labels]) -> Option<Labels> {
    let mut keys: Vec<&str> = own.keys().map(Text::as_str).filter(|key| is_stable(key)).collect();
    let rank = |key: &str| PREFERRED.iter().position(|known| *known == key).unwrap_or(PREFERRED.len());
    keys.sort_by_key(|key| (rank(key), key.len(), *key));
    let pick = |wanted: &[&str]| -> Labels {
        own.iter()
            .filter(|(key, _)| wanted.contains(&key.as_str()))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect()
    };
    let tells = |labels: &Labels| {
        others.iter().all(|other| labels.iter().any(|(key, value)| other.get(key) != Some(value)))
    };
    // The plainest alone, then with another, then any two, then all.
    if let Some(plainest) = keys.first() {
        let labels = pick(&[plainest]);
        if tells(&labels) {
            return Some(labels);
        }
    }
    for (at, one) in keys.iter().enumerate() {
        for two in keys.get(at + 1..).unwrap_or_default() {
            let labels = pick(&[one, two]);
            if tells(&labels) {
                return Some(labels);
            }
        }
    }
    let all = pick(&keys);
    (!all.is_empty() && tells(&all)).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Labels {
        text.split_whitespace()
            .filter_map(|pair| pair.split_once('='))
            .map(|(k, v)| (Text::new(k), Text::new(v)))
            .collect()
    }

    #[test]
    fn the_fewest_labels_that_tell_something_apart() {
        let shown = |own: &str, others: &[&str]| {
            let others: Vec<Labels> = others.iter().map(|text| labels(text)).collect();
            telling(&labels(own), &others.iter().collect::<Vec<_>>()).map(|labels| {
                labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ")
            })
        };
        let table: [(&str, &[&str], Option<&str>); 7] = [
            ("app=cart pod-template-hash=1", &["app=web"], Some("app=cart")),
            ("app=cart tier=back", &["app=cart tier=front"], Some("app=cart tier=back")),
            ("app=shop component=a role=x", &["app=shop component=a role=y"], Some("app=shop role=x")),
            (
                "app=shop component=a x=1",
                &["app=shop component=b x=1", "app=mall component=a x=1"],
                Some("app=shop component=a"),
            ),
            ("app=cart", &["app=cart"], None),
            ("pod-template-hash=1 version=2", &[], None),
            ("team=a", &[], Some("team=a")),
        ];
        for (own, others, expected) in table {
            assert_eq!(shown(own, others).as_deref(), expected, "{own}");
        }
    }
}
