//! The paths of an API server's resources.

/// What a request path is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target<'a> {
    pub(super) group: &'a str,
    pub(super) resource: &'a str,
    pub(super) namespace: &'a str,
    pub(super) name: &'a str,
    pub(super) subresource: &'a str,
}

impl<'a> Target<'a> {
    /// Reads `/api/v1/namespaces/a/pods/b/status` and its like; what follows a question mark is passed over.
    pub(super) fn of(path: &'a str) -> Option<Self> {
        let path = path.split('?').next().unwrap_or(path);
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let group = match parts.next()? {
            "api" => "",
            _ => parts.next()?,
        };
        parts.next()?;
        let rest: Vec<&str> = parts.collect();
        let (namespace, rest) = match rest.as_slice() {
            // A namespace lies in itself.
            ["namespaces", name] | ["namespaces", name, "status" | "finalize"] => (*name, rest.as_slice()),
            ["namespaces", namespace, inside @ ..] => (*namespace, inside),
            all => ("", all),
        };
        let mut rest = rest.iter().copied();
        let resource = rest.next()?;
        let (name, subresource) = (rest.next().unwrap_or_default(), rest.next().unwrap_or_default());
        Some(Self { group, resource, namespace, name, subresource })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart() {
        let of = |path| {
            let found = Target::of(path).unwrap();
            [found.group, found.resource, found.namespace, found.name, found.subresource]
        };
        assert_eq!(of("/api/v1/namespaces?dryRun=All"), ["", "namespaces", "", "", ""]);
        assert_eq!(of("/api/v1/namespaces/a?dryRun=All"), ["", "namespaces", "a", "a", ""]);
        assert_eq!(of("/api/v1/namespaces/a/finalize"), ["", "namespaces", "a", "a", "finalize"]);
        assert_eq!(of("/api/v1/namespaces/a/pods"), ["", "pods", "a", "", ""]);
        assert_eq!(
            of("/apis/apps/v1/namespaces/a/deployments/b/scale"),
            ["apps", "deployments", "a", "b", "scale"]
        );
        assert_eq!(Target::of("/healthz"), None);
    }
}
