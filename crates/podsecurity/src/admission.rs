//! Requests to an API server, answered as its Pod Security plug-in answers them.

mod answer;
mod namespace;
mod request;
mod update;

use std::collections::BTreeMap;

use ironsides_core::{Object, Pod, PodTemplates};

use crate::configuration::Configuration;
use crate::evaluate::Evaluator;
use crate::facts::PodFacts;
use crate::labels::{LabelError, listed};
use crate::level::Level;
use crate::policy::Policy;
use crate::violation::{forbidden, would_violate};

pub use answer::{AUDIT_VIOLATIONS, Answer, ENFORCE_POLICY, ERROR, EXEMPT, Refusal};
pub use request::{AdmissionError, Operation, Request, Surroundings};

/// A Pod Security plug-in.
#[derive(Clone, Debug, Default)]
pub struct Admission {
    /// The policy of unlabelled namespaces and the exemptions.
    pub configuration: Configuration,
    /// What the server knows of the standards.
    pub evaluator: Evaluator,
    templates: PodTemplates,
}

/// Resources whose objects hold pod templates.
const CONTROLLERS: [(&str, &str); 8] = [
    ("", "podtemplates"),
    ("", "replicationcontrollers"),
    ("apps", "daemonsets"),
    ("apps", "deployments"),
    ("apps", "replicasets"),
    ("apps", "statefulsets"),
    ("batch", "cronjobs"),
    ("batch", "jobs"),
];

/// Subresources of pods that cannot change what a pod may do. Any other is looked at.
const IGNORED: [&str; 8] = ["attach", "binding", "eviction", "exec", "log", "portforward", "proxy", "status"];

impl Admission {
    /// A plug-in with a configuration, in a server with that knowledge.
    pub fn new(configuration: Configuration, evaluator: Evaluator) -> Self {
        Self { configuration, evaluator, templates: PodTemplates::default() }
    }

    /// Whether Pod Security looks at a resource at all.
    pub fn concerns(group: &str, resource: &str) -> bool {
        matches!((group, resource), ("", "pods" | "namespaces")) || CONTROLLERS.contains(&(group, resource))
    }

    /// The answer to a request.
    pub fn admit(&self, request: &Request<'_>, around: &dyn Surroundings) -> Result<Answer, AdmissionError> {
        if request.operation == Operation::Other {
            return Ok(Answer::default());
        }
        match (request.group, request.resource) {
            ("", "namespaces") => self.namespace(request, around),
            ("", "pods") => self.pod(request, around),
            resource if CONTROLLERS.contains(&resource) => self.controller(request, around),
            _ => Ok(Answer::default()),
        }
    }

    fn pod(&self, request: &Request<'_>, around: &dyn Surroundings) -> Result<Answer, AdmissionError> {
        if IGNORED.contains(&request.subresource) {
            return Ok(Answer::default());
        }
        if let Some(answer) = self.exempt(request) {
            return Ok(answer);
        }
        let Some(labels) = around.labels() else {
            let lookup = format!("failed to lookup namespace \"{}\"", request.namespace);
            let message = format!("Internal error occurred: {lookup}");
            let answer = Answer::refused(500, "InternalError", message.clone());
            return Ok(Answer { audit: BTreeMap::from([(ERROR, message)]), ..answer });
        };
        let (policy, errors) = labels.policy(&self.configuration.defaults);
        if errors.is_empty() && policy.is_fully_privileged() {
            return Ok(Answer::audited(ENFORCE_POLICY, "privileged:latest".to_owned()));
        }
        let object = request.object.ok_or(AdmissionError::Missing("object"))?;
        let pod = self.read(request, object)?;
        if request.operation == Operation::Update {
            let old = request.old_object.ok_or(AdmissionError::Missing("old object"))?;
            if !update::is_significant(&pod, &self.read(request, old)?) {
                return Ok(Answer::default());
            }
        }
        self.judge(request, &policy, &errors, &pod, true)
    }

    fn controller(&self, request: &Request<'_>, around: &dyn Surroundings) -> Result<Answer, AdmissionError> {
        if !request.subresource.is_empty() {
            return Ok(Answer::default());
        }
        if let Some(answer) = self.exempt(request) {
            return Ok(answer);
        }
        let Some(labels) = around.labels() else {
            let problem = format!("failed to lookup namespace \"{}\"", request.namespace);
            return Ok(Answer::audited(ERROR, problem));
        };
        let (policy, errors) = labels.policy(&self.configuration.defaults);
        let quiet = policy.warn.level == Level::Privileged && policy.audit.level == Level::Privileged;
        if errors.is_empty() && quiet {
            return Ok(Answer::default());
        }
        let object = request.object.ok_or(AdmissionError::Missing("object"))?;
        let pod = self.read(request, object)?;
        // This kind alone may do without a template.
        let bare = !pod.metadata().is_set() && !pod.spec().is_set();
        if bare && request.resource == "replicationcontrollers" {
            return Ok(Answer::default());
        }
        self.judge(request, &policy, &errors, &pod, false)
    }

    fn exempt(&self, request: &Request<'_>) -> Option<Answer> {
        let exemptions = &self.configuration.exemptions;
        if exemptions.namespace(request.namespace) {
            return Some(Answer::exempt("namespace"));
        }
        exemptions.user(request.user).then(|| Answer::exempt("user"))
    }

    fn read<'a>(&'a self, request: &Request<'_>, object: &'a Object) -> Result<Pod<'a>, AdmissionError> {
        let pod = Pod::of(object, &self.templates);
        pod.filter(|pod| pod.is_template() == (request.resource != "pods")).ok_or_else(|| {
            AdmissionError::Kind {
                kind: object.reference().kind.to_string(),
                resource: request.resource.to_owned(),
            }
        })
    }

    /// Judges a pod or a template; only pods are ever refused.
    fn judge(
        &self,
        request: &Request<'_>,
        policy: &Policy,
        errors: &[LabelError],
        pod: &Pod<'_>,
        enforce: bool,
    ) -> Result<Answer, AdmissionError> {
        let facts = PodFacts::of(pod);
        if !facts.malformed().is_empty() {
            return Err(AdmissionError::malformed(facts.malformed()));
        }
        if self.configuration.exemptions.runtime_class(facts.runtime_class) {
            return Ok(Answer::exempt("runtimeClass"));
        }
        let mut answer = Answer::default();
        if !errors.is_empty() {
            answer.audit.insert(ERROR, format!("Failed to parse policy: {}", listed(errors)));
        }
        if enforce {
            answer.audit.insert(ENFORCE_POLICY, policy.enforce.to_string());
            let violations = self.evaluator.evaluate(&facts, policy.enforce);
            if !violations.is_empty() {
                let written = pod.metadata().get("name").str().unwrap_or_default();
                let name = if request.name.is_empty() { written } else { request.name };
                let message = forbidden(name, policy.enforce, &violations);
                answer.refusal = Some(Refusal { code: 403, reason: "Forbidden", message });
            }
        }
        let audited = self.evaluator.evaluate(&facts, policy.audit);
        if !audited.is_empty() {
            answer.audit.insert(AUDIT_VIOLATIONS, would_violate(policy.audit, &audited));
        }
        if answer.is_allowed() {
            let warned = self.evaluator.evaluate(&facts, policy.warn);
            answer.warnings.extend((!warned.is_empty()).then(|| would_violate(policy.warn, &warned)));
        }
        Ok(answer)
    }
}
