//! The users and groups of a host, from its own files: the names of the program's own system would be another's.

use std::collections::BTreeMap;

use crate::root::Root;

/// How much is read of either file.
const LIMIT: usize = 1 << 20;

/// Names by their numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Users {
    users: BTreeMap<u32, String>,
    groups: BTreeMap<u32, String>,
}

impl Users {
    /// Those of a root; none where its files cannot be read.
    pub(crate) fn of(root: &Root) -> Self {
        Self {
            users: names(&root.text("/etc/passwd", LIMIT).unwrap_or_default()),
            groups: names(&root.text("/etc/group", LIMIT).unwrap_or_default()),
        }
    }

    pub(crate) fn user(&self, id: u32) -> Option<String> {
        self.users.get(&id).cloned()
    }

    pub(crate) fn group(&self, id: u32) -> Option<String> {
        self.groups.get(&id).cloned()
    }
}

/// The first field by the third, both as passwd(5) and group(5) have them. The first name of a number counts.
fn names(text: &str) -> BTreeMap<u32, String> {
    let mut names = BTreeMap::new();
    for line in text.lines() {
        let mut fields = line.split(':');
        let (Some(name), Some(id)) = (fields.next(), fields.nth(1)) else { continue };
        if let Ok(id) = id.parse::<u32>() {
            names.entry(id).or_insert_with(|| name.to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_of_a_number_counts() {
        let names = names("root:x:0:0:root:/root:/bin/sh\netcd:x:997:\ntoor:x:0:\n\nbroken\nx:y:z\n");
        assert_eq!(names.into_iter().collect::<Vec<_>>(), [(0, "root".into()), (997, "etcd".into())]);
    }
}
