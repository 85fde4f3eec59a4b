//! Rights that are missing, and how to grant them.

/// The right that a list needs.
pub(crate) struct Permission<'a> {
    pub(crate) verb: &'a str,
    pub(crate) group: &'a str,
    pub(crate) resource: &'a str,
    pub(crate) namespace: Option<&'a str>,
}

impl Permission<'_> {
    /// What to grant, and the commands that do; `message` is what the server said, which names who asked.
    pub(crate) fn grant(&self, message: &str) -> String {
        let Self { verb, group, resource, namespace } = self;
        let full = if group.is_empty() { (*resource).to_owned() } else { format!("{resource}.{group}") };
        let of_group = if group.is_empty() { String::new() } else { format!(" of API group \"{group}\"") };
        // No name of an object holds the slash of a subresource.
        let name = format!("ironsides-{verb}-{}", full.replace('/', "-"));
        let subject = subject(message);
        let (scope, commands) = match namespace {
            Some(namespace) => (
                format!("in namespace \"{namespace}\""),
                format!(
                    "kubectl create role {name} -n {namespace} --verb={verb} --resource={full} && kubectl create \
                     rolebinding {name} -n {namespace} --role={name} {subject}"
                ),
            ),
            None => (
                "in the whole cluster".to_owned(),
                format!(
                    "kubectl create clusterrole {name} --verb={verb} --resource={full} && kubectl create \
                     clusterrolebinding {name} --clusterrole={name} {subject}"
                ),
            ),
        };
        format!("grant \"{verb}\" on \"{resource}\"{of_group} {scope}: {commands}")
    }
}

/// The flag that names who was refused, taken from the server's words: `User "x" cannot list …`.
fn subject(message: &str) -> String {
    let user = message.split_once("User \"").and_then(|(_, rest)| rest.split_once("\" cannot "));
    let Some((user, _)) = user else { return "--user=NAME".to_owned() };
    if let Some((namespace, name)) =
        user.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'))
    {
        return format!("--serviceaccount={namespace}:{name}");
    }
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "@%+=:,./-_".contains(char);
    if user.is_empty() {
        "--user=NAME".to_owned()
    } else if user.chars().all(is_plain) {
        format!("--user={user}")
    } else {
        format!("--user='{}'", user.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_and_who_needs_it_are_named() {
        let message = |user: &str| {
            format!("deployments.apps is forbidden: User \"{user}\" cannot list resource \"deployments\"")
        };
        let permission = Permission { verb: "list", group: "apps", resource: "deployments", namespace: None };
        assert_eq!(
            permission.grant(&message("alice")),
            "grant \"list\" on \"deployments\" of API group \"apps\" in the whole cluster: kubectl create clusterrole \
             ironsides-list-deployments.apps --verb=list --resource=deployments.apps && kubectl create clusterrolebinding \
             ironsides-list-deployments.apps --clusterrole=ironsides-list-deployments.apps --user=alice"
        );
        let permission = Permission { verb: "list", group: "", resource: "pods", namespace: Some("shop") };
        let text = permission.grant(&message("system:serviceaccount:ops:scan"));
        assert!(text.starts_with("grant \"list\" on \"pods\" in namespace \"shop\": "), "{text}");
        assert!(text.ends_with("--role=ironsides-list-pods --serviceaccount=ops:scan"), "{text}");
        assert!(permission.grant(&message("o'neill $x")).ends_with(r"--user='o'\''neill $x'"));
        assert!(permission.grant("no").ends_with("--user=NAME"));
    }
}
