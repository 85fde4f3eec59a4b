//! What could not be read of a cluster, in sentences.

use ironsides_core::{Coverage, Fact};

/// Up to so many lists that are forbidden are told one by one, each with what grants it.
const EACH: usize = 4;

/// Each gap that is not a file's, with what is missing and why: files are told with their places.
pub(crate) fn each(coverage: &Coverage) -> impl Iterator<Item = (String, &str)> {
    coverage.gaps().filter_map(|(fact, why)| Some((name(fact)?, why)))
}

/// What a fact is about; none for a file.
fn name(fact: &Fact) -> Option<String> {
    match fact {
        Fact::File { .. } => None,
        Fact::Object => Some("the objects".to_owned()),
        Fact::Objects { resource, namespace } => {
            let of = namespace.as_deref().map(|of| format!(" of {of}")).unwrap_or_default();
            Some(format!("{resource}{of}"))
        }
    }
}

/// One sentence for each gap. Many lists that are forbidden are told together, because one role mends them all.
pub(crate) fn sentences(coverage: &Coverage) -> Vec<String> {
    let mut told = Vec::new();
    let mut forbidden = Vec::new();
    for (fact, why) in coverage.gaps() {
        let Some(what) = name(fact) else { continue };
        let sentence = format!("{what}: {why}");
        if coverage.of(fact).is_forbidden() {
            forbidden.push((what, sentence));
        } else {
            told.push(sentence);
        }
    }
    if forbidden.len() > EACH {
        let names: Vec<&str> = forbidden.iter().map(|(name, _)| name.as_str()).collect();
        told.push(format!(
            "forbidden: to list {}; one role allows all of it, and `ironsides scan --cluster --dry-run` prints it",
            names.join(", ")
        ));
    } else {
        told.extend(forbidden.into_iter().map(|(_, sentence)| sentence));
    }
    told
}

#[cfg(test)]
mod tests {
    use ironsides_core::Extent;

    use super::*;

    #[test]
    fn many_forbidden_lists_are_one_sentence() {
        let mut coverage = Coverage::default();
        let absent = |why: &str| Extent::Absent { why: why.to_owned() };
        for resource in ["a", "b", "c", "d"] {
            coverage.record(Fact::objects("", resource, None), absent("forbidden; grant it"));
        }
        coverage.record(Fact::objects("apps", "x", Some("shop")), absent("timed out"));
        assert_eq!(sentences(&coverage).len(), 5);
        coverage.record(Fact::objects("", "e", Some("shop")), absent("forbidden; grant it"));
        let told = sentences(&coverage);
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(told[0], "x.apps of shop: timed out");
        assert!(told[1].starts_with("forbidden: to list a, b, c, d, e of shop; "), "{told:?}");
    }
}
