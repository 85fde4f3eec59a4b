//! Policies that were made and are there need no others: a second run proposes nothing.

use super::*;

/// The same world with the policies that were made of it.
fn with_made(world: &World, generated: &Generated) -> Policies {
    let mut policies = world.policies.clone();
    for (number, made) in (1000..).zip(&generated.policies) {
        assert!(policies.read(number, &ironsides_tree::parse_one(&made.text).unwrap()), "{}", made.text);
    }
    policies
}

/// Runs twice, the second time on what the first has made.
fn twice(world: World, wishes: &Wishes, profile: Profile) {
    let first = made(&world, wishes, profile);
    let second = World { policies: with_made(&world, &first), ..world };
    let again = made(&second, wishes, profile);
    assert!(again.text().is_empty(), "under {profile}:\n{}\nbeside\n{}", again.text(), first.text());
    assert_eq!(again.proof.holds(), first.proof.holds(), "{}", told(&again, &second.observed));
    assert!(again.proof.newly_denied.is_empty() && again.proof.newly_allowed.is_empty(), "{:?}", again.proof);
    assert!(again.left.iter().all(|left| !left.why.is_empty()), "{:?}", again.left);
    let steps: Vec<&str> = again.steps.iter().map(|step| step.title.as_str()).collect();
    assert!(steps.is_empty(), "{steps:?}");
}

fn kinds() -> [(Wishes, Profile); 4] {
    let cilium = Wishes { kind: PolicyKind::Cilium, ..Wishes::default() };
    [
        (Wishes::default(), Profile::Spec),
        (Wishes::default(), Profile::Calico),
        (Wishes::default(), Profile::Cilium),
        (cilium, Profile::Cilium),
    ]
}

#[test]
fn the_demo_needs_no_second_run() {
    for (wishes, profile) in kinds() {
        twice(world(&demo_manifests(), &demo_log()), &wishes, profile);
        twice(intended(&demo_manifests(), &demo_log()), &wishes, profile);
        twice(intended(&demo_manifests(), ""), &wishes, profile);
    }
}

#[test]
fn the_common_pattern_needs_no_second_run() {
    for (wishes, profile) in kinds() {
        twice(intended(TIERS, ""), &wishes, profile);
    }
}

#[test]
fn the_guide_needs_no_second_run() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/guide/manifests.yaml");
    let Ok(guide) = std::fs::read_to_string(&guide) else {
        eprintln!("SKIPPED: {} is not there", guide.display());
        return;
    };
    for (wishes, profile) in kinds() {
        twice(intended(&(guide.clone() + "\n---\n" + TIERS), ""), &wishes, profile);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Whatever was seen, wherever.
    #[test]
    fn nothing_needs_a_second_run(
        seen in proptest::collection::vec((0usize..9, 0usize..9, 1u16..4, any::<bool>()), 0..14),
        replicas in 0usize..3,
    ) {
        let outside = [("", "203.0.113.9"), ("", "203.0.113.10"), ("", "10.9.0.1"), ("gone", "old")];
        let end = |at: usize| PODS.get(at).or(outside.get(at.saturating_sub(5))).copied().unwrap();
        let lines: Vec<String> = seen
            .iter()
            .filter(|(from, to, ..)| *from < 5 || *to < 5)
            .map(|&(from, to, port, is_web)| {
                let line = hubble(end(from), end(to), 8000 + port);
                if !is_web {
                    return line;
                }
                let request = format!(r#""l7":{{"type":"REQUEST","http":{{"code":0,"method":"GET","url":"http://x/{port}/a","protocol":"HTTP/1.1"}}}},"Type":"L7""#);
                line.replace(r#""Type":"L3_L4""#, &request)
            })
            .collect();
        let extra = deployments(&PODS).replace("kind: Deployment", "kind: StatefulSet");
        let manifests = deployments(&PODS) + if replicas == 0 { "" } else { &extra };
        for (wishes, profile) in kinds() {
            twice(world(&manifests, &lines.join("\n")), &wishes, profile);
        }
    }
}
