//! Sets of pods.

use ironsides_podsecurity::{Check, Evaluator, Level, Version};

use crate::support::{SAFE_CONTAINER, SAFE_POD, pod, with_facts};

#[test]
fn a_set_stands_where_its_worst_pod_does() {
    let pods = [pod("a", SAFE_CONTAINER, SAFE_POD), pod("b", "", ""), pod("c", "", ", hostPID: true")];
    with_facts(&pods, |facts| {
        let evaluator = Evaluator::default();
        let level = |count| evaluator.highest_level(&facts[..count], Version::Latest).level();
        assert_eq!(
            (level(1), level(2), level(3)),
            (Some(Level::Restricted), Some(Level::Baseline), Some(Level::Privileged))
        );
        let standing = evaluator.highest_level(facts, Version::Latest);
        assert_eq!(standing.blockers(Level::Baseline).len(), 1);
        assert_eq!(standing.baseline[0].pod, 2);
        assert_eq!(standing.restricted.iter().map(|blocker| blocker.pod).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(evaluator.highest_level(&[], Version::Latest).level(), Some(Level::Restricted));
    });
}

#[test]
fn a_pod_that_cannot_be_decided_leaves_the_level_open() {
    let pods = [pod("a", SAFE_CONTAINER, SAFE_POD), pod("b", SAFE_CONTAINER, ", hostPID: 'true'")];
    with_facts(&pods, |facts| {
        let standing = Evaluator::default().highest_level(facts, Version::Latest);
        assert_eq!((standing.level(), standing.at_most), (None, Level::Restricted));
        assert_eq!(standing.undecided, [1]);
    });
}

#[test]
fn an_upgrade_tells_what_is_new_and_what_is_gone() {
    let probe = ", livenessProbe: {httpGet: {host: h}}";
    let sysctls =
        ", securityContext: {runAsNonRoot: true, runAsUser: 0, sysctls: [{name: net.ipv4.tcp_wmem}]}";
    let unmasked = ", securityContext: {procMount: Unmasked}";
    let pods = [pod("a", probe, ""), pod("b", "", sysctls), pod("c", unmasked, "")];
    with_facts(&pods, |facts| {
        let evaluator = Evaluator::default();
        let changes = evaluator.upgrade(facts, Version::V(22), Version::V(34));
        let told: Vec<_> = changes
            .iter()
            .map(|change| {
                let new: Vec<_> = change.newly_violated.iter().map(|violation| violation.check).collect();
                let gone: Vec<_> =
                    change.no_longer_violated.iter().map(|violation| violation.check).collect();
                (change.pod, change.level, change.allowed_before, change.allowed_after, new, gone)
            })
            .collect();
        let hosts = Check::HostProbesAndHostLifecycle;
        assert_eq!(
            told,
            [
                (0, Level::Baseline, true, false, vec![hosts], vec![]),
                (0, Level::Restricted, false, false, vec![hosts], vec![]),
                (1, Level::Baseline, false, true, vec![], vec![Check::Sysctls]),
                (1, Level::Restricted, false, false, vec![Check::RunAsUser], vec![Check::Sysctls]),
            ]
        );
        assert!(evaluator.upgrade(facts, Version::V(36), Version::V(35)).is_empty());
        assert!(
            evaluator.upgrade(facts, Version::V(34), Version::V(35)).is_empty(),
            "a check that takes another's place and says the same is no news"
        );
    });
}
