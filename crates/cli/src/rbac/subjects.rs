//! Subjects as the command line names them.

use anyhow::{Result, bail};
use ironsides_rbac::{Identity, Subject, SubjectKind};
use ironsides_tree::Text;

use super::world::World;

/// The subjects that words mean: those of some binding by that name, or one that is spelled out.
pub(crate) fn subjects(words: &[String], world: &World) -> Result<Vec<Subject>> {
    let mut all: Vec<Subject> = Vec::new();
    for word in words {
        let found = match spelled(word) {
            Some(subject) => vec![subject.canonical().into_owned()],
            None => named(word, world),
        };
        if found.is_empty() {
            bail!(
                "no binding names a subject {word:?}; write User:NAME, Group:NAME or ServiceAccount:NAMESPACE/NAME for one \
                 that none names"
            );
        }
        all.extend(found);
    }
    Ok(all)
}

/// `User:jane`, `Group:developers`, `ServiceAccount:shop/ci` or `ServiceAccount shop/ci`, as tables print it, or the user
/// name of a service account.
pub(super) fn spelled(word: &str) -> Option<Subject> {
    let subject = |kind, namespace: &str, name: &str| {
        Some(Subject { kind, namespace: Text::new(namespace), name: Text::new(name) })
    };
    if let Some((namespace, name)) = ironsides_rbac::service_account(word) {
        return subject(SubjectKind::ServiceAccount, namespace, name);
    }
    let (kind, name) = word.split_once([':', ' '])?;
    match kind.to_ascii_lowercase().as_str() {
        "user" => subject(SubjectKind::User, "", name),
        "group" => subject(SubjectKind::Group, "", name),
        "serviceaccount" | "sa" => {
            let (namespace, name) = name.split_once(['/', ':'])?;
            subject(SubjectKind::ServiceAccount, namespace, name)
        }
        _ => None,
    }
}

/// The subjects of bindings with a name, or NAMESPACE/NAME for service accounts.
fn named(word: &str, world: &World) -> Vec<Subject> {
    let is = |subject: &&Subject| {
        subject.name == word
            || word
                .split_once('/')
                .is_some_and(|(namespace, name)| subject.namespace == namespace && subject.name == name)
    };
    let mut found: Vec<Subject> = {
        let all = world.rbac.bindings().iter().flat_map(|binding| &binding.subjects);
        all.map(|subject| subject.canonical().into_owned()).filter(|subject| is(&subject)).collect()
    };
    found.sort_by(|a, b| (a.kind, &a.namespace, &a.name).cmp(&(b.kind, &b.namespace, &b.name)));
    found.dedup();
    found
}

/// Whom a subject stands for, with the groups of live requests; a group for itself.
pub(crate) fn identity(subject: &Subject) -> Identity {
    match subject.kind {
        SubjectKind::User => Identity::user(&subject.name).live(),
        SubjectKind::Group => Identity::group(&subject.name),
        SubjectKind::ServiceAccount => Identity::service_account(&subject.namespace, &subject.name),
    }
}

#[cfg(test)]
mod tests {
    use super::spelled;

    #[test]
    fn subjects_are_spelled_as_arguments_and_as_tables_write_them() {
        for (words, expected) in [
            (
                &["ServiceAccount:ci/deployer", "ServiceAccount ci/deployer", "sa:ci:deployer"][..],
                "ServiceAccount ci/deployer",
            ),
            (&["system:serviceaccount:ci:deployer"], "ServiceAccount ci/deployer"),
            (&["User:jane", "user jane"], "User jane"),
            (&["User:a b:c", "User a b:c"], "User a b:c"),
            (&["Group:developers", "Group developers"], "Group developers"),
        ] {
            for word in words {
                assert_eq!(spelled(word).unwrap().to_string(), expected, "{word}");
            }
        }
        for word in ["jane", "ci/deployer", "jane doe", "ServiceAccount ci", "system:node:a"] {
            assert!(spelled(word).is_none(), "{word}");
        }
    }
}
