//! Namespaces that are made or get another policy.

use std::collections::{BTreeMap, BTreeSet};

use ironsides_core::{Object, Pod};

use super::{Admission, AdmissionError, Answer, Operation, Request, Surroundings};
use crate::facts::PodFacts;
use crate::labels::{Labels, listed};
use crate::level::Level;
use crate::policy::{LevelVersion, Policy};
use crate::violation::reasons;

/// How many pods the server looks at when a namespace gets a stricter policy.
const MOST_PODS: usize = 3000;

impl Admission {
    pub(super) fn namespace(
        &self,
        request: &Request<'_>,
        around: &dyn Surroundings,
    ) -> Result<Answer, AdmissionError> {
        if !request.subresource.is_empty() {
            return Ok(Answer::default());
        }
        let object = request.object.ok_or(AdmissionError::Missing("object"))?;
        let malformed = Labels::malformed(&object.cursor());
        if !malformed.is_empty() {
            return Err(AdmissionError::malformed(&malformed));
        }
        let name = object.reference().name.as_str();
        let labels = Labels::of(&object.cursor());
        let (policy, errors) = labels.policy(&self.configuration.defaults);
        let invalid = || {
            let message = format!("Namespace \"{name}\" is invalid: {}", listed(&errors));
            Answer::refused(422, "Invalid", message)
        };
        let exempt = self.configuration.exemptions.namespace(request.namespace);
        if request.operation == Operation::Create {
            if !errors.is_empty() {
                return Ok(invalid());
            }
            let warning = if exempt { self.ignored(name, &policy, &labels) } else { None };
            return Ok(Answer { warnings: warning.into_iter().collect(), ..Answer::default() });
        }
        let old = request.old_object.ok_or(AdmissionError::Missing("old object"))?;
        let (before, errors_before) = Labels::of(&old.cursor()).policy(&self.configuration.defaults);
        // What was wrong already may stay.
        if !errors.is_empty() && errors != errors_before {
            return Ok(invalid());
        }
        let (new, old) = (policy.enforce, before.enforce);
        if new == old
            || new.level == Level::Privileged
            || (new.version == old.version && new.level <= old.level)
        {
            return Ok(Answer::default());
        }
        let warnings = if exempt {
            self.ignored(name, &policy, &labels).into_iter().collect()
        } else {
            match around.pods() {
                Some(pods) => self.existing(name, new, &pods),
                None => vec!["failed to list pods while checking new PodSecurity enforce level".to_owned()],
            }
        };
        Ok(Answer { warnings, ..Answer::default() })
    }

    /// The warning that the labels of an exempt namespace do nothing.
    fn ignored(&self, name: &str, policy: &Policy, labels: &Labels<'_>) -> Option<String> {
        if policy.is_fully_privileged() || policy.equivalent(&self.configuration.defaults) {
            return None;
        }
        let modes = [
            ("enforce", labels.enforce, policy.enforce),
            ("audit", labels.audit, policy.audit),
            ("warn", labels.warn, policy.warn),
        ];
        let told = modes.iter().filter(|(_, set, asked)| set.is_set() && asked.level != Level::Privileged);
        let told: Vec<String> = told.map(|(mode, _, asked)| format!("{mode}={asked}")).collect();
        let told = told.join(", ");
        Some(format!(
            "namespace \"{name}\" is exempt from Pod Security, and the policy ({told}) will be ignored"
        ))
    }

    /// What a new policy would refuse of the pods that are there: one line for all pods with the same reasons.
    fn existing(&self, namespace: &str, policy: LevelVersion, pods: &[&Object]) -> Vec<String> {
        let pods: Vec<Pod<'_>> = pods.iter().filter_map(|object| Pod::of(object, &self.templates)).collect();
        let (pods, total) = self.in_turn(&pods);
        let mut found: BTreeMap<String, (&str, usize)> = BTreeMap::new();
        for (pod, facts) in &pods {
            let violations = self.evaluator.evaluate(facts, policy);
            if violations.is_empty() {
                continue;
            }
            let name = pod.metadata().get("name").str().unwrap_or_default();
            let (first, count) = found.entry(reasons(&violations)).or_insert((name, 0));
            *first = name.min(first);
            *count += 1;
        }
        let mut warnings = Vec::new();
        if pods.len() < total {
            let checked = pods.len();
            warnings.push(format!(
                "new PodSecurity enforce level only checked against the first {checked} of {total} existing pods"
            ));
        }
        if !found.is_empty() {
            warnings.push(format!(
                "existing pods in namespace \"{namespace}\" violate the new PodSecurity enforce level \"{policy}\""
            ));
        }
        let mut lines: Vec<String> =
            found.iter().map(|(reasons, (pod, count))| line(pod, *count, reasons)).collect();
        lines.sort();
        warnings.append(&mut lines);
        warnings
    }

    /// The pods to look at, as many as the server has time for, and how many there would be: one of every
    /// controller first, without those of exempt runtime classes.
    fn in_turn<'p, 'a>(&self, pods: &'p [Pod<'a>]) -> (Vec<(&'p Pod<'a>, PodFacts<'a>)>, usize) {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut first = Vec::new();
        let mut later = Vec::new();
        for pod in pods {
            let facts = PodFacts::of(pod);
            if self.configuration.exemptions.runtime_class(facts.runtime_class) {
                continue;
            }
            match controller(pod) {
                Some(uid) if !seen.insert(uid) => later.push((pod, facts)),
                _ => first.push((pod, facts)),
            }
        }
        first.append(&mut later);
        let total = first.len();
        first.truncate(MOST_PODS);
        (first, total)
    }
}

/// The uid of the controller that made a pod.
fn controller<'a>(pod: &Pod<'a>) -> Option<&'a str> {
    let mut owners = pod.metadata().get("ownerReferences").items();
    let owner = owners.find(|owner| owner.get("controller").is(true))?;
    Some(owner.get("uid").str().unwrap_or_default())
}

fn line(pod: &str, count: usize, reasons: &str) -> String {
    match count {
        1 => format!("{pod}: {reasons}"),
        2 => format!("{pod} (and 1 other pod): {reasons}"),
        more => format!("{pod} (and {} other pods): {reasons}", more - 1),
    }
}
