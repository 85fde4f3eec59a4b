//! Who set a field: the pod, some of its containers, or both.

use ironsides_tree::Cursor;

use crate::facts::{ContainerFacts, PodFacts, Security};
use crate::wording::counted;

/// The pod and the containers that something holds for.
pub(super) struct Setters<'f, 'a> {
    facts: &'f PodFacts<'a>,
    pod: bool,
    containers: Vec<&'f ContainerFacts<'a>>,
}

impl<'f, 'a> Setters<'f, 'a> {
    /// Whoever has a security context of which `bad` holds.
    pub(super) fn of(facts: &'f PodFacts<'a>, bad: impl Fn(&Security<'a>) -> bool) -> Self {
        let pod = bad(&facts.security);
        Self { facts, pod, containers: containers(facts, |container| bad(&container.security)) }
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.pod && self.containers.is_empty()
    }

    /// The security contexts, the pod's first.
    pub(super) fn contexts(&self) -> impl Iterator<Item = &'f Security<'a>> {
        let pod = self.pod.then_some(&self.facts.security);
        pod.into_iter().chain(self.containers.iter().map(|container| &container.security))
    }

    /// `pod and containers "a", "b"`.
    pub(super) fn words(&self) -> String {
        match (self.pod, self.containers.is_empty()) {
            (true, true) => "pod".to_owned(),
            (true, false) => format!("pod and {}", named(&self.containers)),
            (false, _) => named(&self.containers),
        }
    }

    /// The places of a field below every security context that is meant.
    pub(super) fn places(&self, field: &[&'static str]) -> Vec<Cursor<'a>> {
        self.places_where(field, |_| true)
    }

    /// The same, leaving out containers of which `written` does not hold.
    pub(super) fn places_where(
        &self,
        field: &[&'static str],
        written: impl Fn(&ContainerFacts<'a>) -> bool,
    ) -> Vec<Cursor<'a>> {
        let pod = self.pod.then(|| self.facts.pod.spec().get("securityContext").at(field));
        let containers: Vec<_> =
            self.containers.iter().copied().filter(|container| written(container)).collect();
        pod.into_iter().chain(places(&containers, field)).collect()
    }
}

/// The containers that something holds for.
pub(super) fn containers<'f, 'a>(
    facts: &'f PodFacts<'a>,
    bad: impl Fn(&ContainerFacts<'a>) -> bool,
) -> Vec<&'f ContainerFacts<'a>> {
    facts.containers.iter().filter(|container| bad(container)).collect()
}

/// `containers "a", "b"`.
pub(super) fn named(containers: &[&ContainerFacts<'_>]) -> String {
    let names: Vec<&str> = containers.iter().map(|container| container.name).collect();
    counted(&names, "container", "containers")
}

/// The places of a field of these containers' security contexts.
pub(super) fn places<'a>(containers: &[&ContainerFacts<'a>], field: &[&'static str]) -> Vec<Cursor<'a>> {
    containers.iter().map(|container| container.view.at.get("securityContext").at(field)).collect()
}
