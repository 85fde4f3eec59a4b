//! Names of fields: paths in the JSON of an event.

use ironsides_tree::Span;

use super::Remarks;
use crate::filter::FieldRef;

/// What an audit event has at its top (`audit.k8s.io/v1`, `Event`).
const TOP: [&str; 18] = [
    "kind",
    "apiVersion",
    "metadata",
    "level",
    "auditID",
    "stage",
    "requestURI",
    "verb",
    "user",
    "impersonatedUser",
    "authenticationMetadata",
    "sourceIPs",
    "userAgent",
    "objectRef",
    "responseStatus",
    "requestObject",
    "responseObject",
    "annotations",
];

/// The other keys at the top.
const TIMES: [&str; 2] = ["requestReceivedTimestamp", "stageTimestamp"];

/// What the parts that have keys of their own hold.
const BELOW: [(&str, &[&str]); 3] = [
    (
        "objectRef",
        &["resource", "namespace", "name", "uid", "apiGroup", "apiVersion", "resourceVersion", "subresource"],
    ),
    ("user", &["username", "uid", "groups", "extra"]),
    ("impersonatedUser", &["username", "uid", "groups", "extra"]),
];

/// Paths that one of our fields holds: the same comparison in a rule of ours is made once.
const OURS: [(&str, &str); 29] = [
    ("auditID", "ka.auditid"),
    ("stage", "ka.stage"),
    ("verb", "ka.verb"),
    ("requestURI", "ka.uri"),
    ("userAgent", "ka.useragent"),
    ("sourceIPs", "ka.sourceips"),
    ("user.username", "ka.user.name"),
    ("user.groups", "ka.user.groups"),
    ("impersonatedUser.username", "ka.impuser.name"),
    ("objectRef.resource", "ka.target.resource"),
    ("objectRef.subresource", "ka.target.subresource"),
    ("objectRef.namespace", "ka.target.namespace"),
    ("objectRef.name", "ka.target.name"),
    ("responseStatus.code", "ka.response.code"),
    ("responseStatus.reason", "ka.response.reason"),
    ("annotations.authorization.k8s.io/decision", "ka.auth.decision"),
    ("annotations.authorization.k8s.io/reason", "ka.auth.reason"),
    ("requestObject.spec.containers.image", "ka.req.pod.containers.image"),
    ("requestObject.spec.containers.command", "ka.req.pod.containers.command"),
    ("requestObject.spec.containers.args", "ka.req.pod.containers.args"),
    ("requestObject.spec.containers.securityContext.privileged", "ka.req.pod.containers.privileged"),
    (
        "requestObject.spec.containers.securityContext.capabilities.add",
        "ka.req.pod.containers.add_capabilities",
    ),
    (
        "requestObject.spec.containers.securityContext.allowPrivilegeEscalation",
        "ka.req.pod.containers.allow_privilege_escalation",
    ),
    ("requestObject.spec.initContainers.securityContext.privileged", "ka.req.pod.initContainers.privileged"),
    ("requestObject.spec.volumes.hostPath.path", "ka.req.pod.volumes.hostpath"),
    ("requestObject.rules.verbs", "ka.req.role.rules.verbs"),
    ("requestObject.rules.resources", "ka.req.role.rules.resources"),
    ("requestObject.rules.apiGroups", "ka.req.role.rules.apiGroups"),
    ("requestObject.roleRef.name", "ka.req.binding.role"),
];

/// Bare names that rules use for something further down, though events have nothing of that name at their top.
const BARE: [(&str, &str); 15] = [
    ("apiGroup", "objectRef.apiGroup"),
    ("resource", "objectRef.resource"),
    ("subresource", "objectRef.subresource"),
    ("namespace", "objectRef.namespace"),
    ("username", "user.username"),
    ("groups", "user.groups"),
    ("hostPath", "requestObject.spec.volumes.hostPath.path"),
    ("capabilities", "requestObject.spec.containers.securityContext.capabilities.add"),
    ("privileged", "requestObject.spec.containers.securityContext.privileged"),
    ("hostNetwork", "requestObject.spec.hostNetwork"),
    ("hostPID", "requestObject.spec.hostPID"),
    ("hostIPC", "requestObject.spec.hostIPC"),
    ("image", "requestObject.spec.containers.image"),
    ("code", "responseStatus.code"),
    ("decision", "annotations.authorization.k8s.io/decision"),
];

/// A field as a rule names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// The path in the event, with dots.
    pub(super) path: String,
    /// How our conditions name it.
    pub(super) field: FieldRef,
    /// Whether it has several values at once.
    pub(super) list: bool,
}

/// The field of a name. Says what events do not have.
pub(super) fn named(written: &str, span: Span, remarks: &mut Remarks) -> Named {
    let path = written.strip_prefix("kubernetes.audit.").unwrap_or(written);
    let path = path.replace("[*]", "").replace("[]", "").replace("{}", "");
    let path = known(&path, span, remarks);
    let ours = OURS.iter().find(|(known, _)| *known == path).map(|(_, ours)| *ours);
    let field = match ours {
        Some(ours) => FieldRef { name: ours.into(), argument: None, span: Span::NONE },
        None => {
            FieldRef { name: "jevt.value".into(), argument: Some(pointer(&path).into()), span: Span::NONE }
        }
    };
    let list = crate::field::FieldId::named(&field.name).is_some_and(|id| id.field().list);
    Named { path, field, list }
}

/// A path as events have it. Case is put right, bare names are completed, and what nothing has is told.
fn known(path: &str, span: Span, remarks: &mut Remarks) -> String {
    let (top, rest) = match path.split_once('.') {
        Some((top, rest)) => (top, Some(rest)),
        None => (path, None),
    };
    let tops = || TOP.iter().chain(&TIMES).copied();
    let Some(exact) = tops().find(|known| known.eq_ignore_ascii_case(top)) else {
        if rest.is_none()
            && let Some((_, meant)) = BARE.iter().find(|(bare, _)| bare.eq_ignore_ascii_case(path))
        {
            let text =
                format!("{path} as written can never match: audit events have no such key at their top");
            remarks.never(span, text, format!("it is read as {meant}; write that"));
            return (*meant).to_owned();
        }
        let text = format!("{path} can never match: audit events have no key {top:?} at their top");
        let names: Vec<&str> = tops().collect();
        let hint = match crate::rules::near(top, &names) {
            Some(near) => format!("did you mean {near:?}?"),
            None => {
                "fields are paths in the JSON of an event: verb, objectRef.resource, user.username".to_owned()
            }
        };
        remarks.never(span, text, hint);
        return path.to_owned();
    };
    let Some(rest) = rest else { return exact.to_owned() };
    let Some((_, keys)) = BELOW.iter().find(|(above, _)| *above == exact) else {
        return format!("{exact}.{rest}");
    };
    let key = rest.split('.').next().unwrap_or(rest);
    let Some(found) = keys.iter().find(|known| known.eq_ignore_ascii_case(key)) else {
        let text = format!("{path} can never match: {exact} has no key {key:?}");
        let hint = match crate::rules::near(key, keys) {
            Some(near) => format!("did you mean {exact}.{near}?"),
            None => format!("{exact} has {}", keys.join(", ")),
        };
        remarks.never(span, text, hint);
        return format!("{exact}.{rest}");
    };
    format!("{exact}.{found}{}", rest.get(key.len()..).unwrap_or_default())
}

/// A path as a JSON pointer. Keys of annotations, labels and the like have dots themselves.
fn pointer(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while !rest.is_empty() {
        let above = out.rsplit('/').next().unwrap_or_default();
        let dotted =
            matches!(above, "annotations" | "labels" | "extra" | "matchLabels" | "nodeSelector" | "data");
        let (key, behind) = if dotted { (rest, "") } else { rest.split_once('.').unwrap_or((rest, "")) };
        // A[0] is the first item of A.
        for (at, part) in key.split('[').enumerate() {
            let part = if at > 0 { part.strip_suffix(']').unwrap_or(part) } else { part };
            out.push('/');
            out.push_str(&part.replace('~', "~0").replace('/', "~1"));
        }
        rest = behind;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_fields() {
        for (written, field, warned) in [
            ("verb", "ka.verb", false),
            ("objectRef.resource", "ka.target.resource", false),
            ("objectref.Resource", "ka.target.resource", false),
            ("kubernetes.audit.objectRef.apiGroup", "jevt.value[/objectRef/apiGroup]", false),
            ("requestUri", "ka.uri", false),
            ("annotations.authorization.k8s.io/decision", "ka.auth.decision", false),
            (
                "annotations.pod-security.kubernetes.io/enforce-policy",
                "jevt.value[/annotations/pod-security.kubernetes.io~1enforce-policy]",
                false,
            ),
            (
                "user.extra.authentication.kubernetes.io/credential-id[0]",
                "jevt.value[/user/extra/authentication.kubernetes.io~1credential-id/0]",
                false,
            ),
            ("requestObject.spec.containers[*].image", "ka.req.pod.containers.image", false),
            (
                "requestObject.spec.containers[1].image",
                "jevt.value[/requestObject/spec/containers/1/image]",
                false,
            ),
            (
                "requestObject.spec.containers.0.name",
                "jevt.value[/requestObject/spec/containers/0/name]",
                false,
            ),
            ("apiGroup", "jevt.value[/objectRef/apiGroup]", true),
            ("hostPath", "ka.req.pod.volumes.hostpath", true),
            ("file_path", "jevt.value[/file_path]", true),
            ("objectRef.resorce", "jevt.value[/objectRef/resorce]", true),
        ] {
            let mut remarks = Remarks::default();
            let named = named(written, Span::NONE, &mut remarks);
            assert_eq!(
                (named.field.to_string().as_str(), !remarks.all.is_empty()),
                (field, warned),
                "{written}"
            );
        }
    }
}
