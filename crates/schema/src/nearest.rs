//! The field that a misspelt one was probably meant to be.

use crate::table::Type;

/// The field of `ty` that `name` most resembles: one that differs only in case, else the one fewest edits away, if
/// that is not more than a quarter of the name.
pub(crate) fn nearest(name: &str, ty: &'static Type) -> Option<&'static str> {
    nearest_of(name, || ty.fields.iter().map(|field| field.name))
}

/// The one of `names` that `name` most resembles, by the same rule.
pub(crate) fn nearest_of<I>(name: &str, names: impl Fn() -> I) -> Option<&'static str>
where
    I: Iterator<Item = &'static str>,
{
    names().find(|field| field.eq_ignore_ascii_case(name)).or_else(|| {
        let limit = (name.len() / 4).max(1);
        let near = names().filter(|field| field.len().abs_diff(name.len()) <= limit);
        let (edits, field) = near.map(|field| (edits(name.as_bytes(), field.as_bytes()), field)).min()?;
        (edits <= limit).then_some(field)
    })
}

/// How many letters to insert, delete, replace or swap with their neighbour to turn one name into the other,
/// case aside (optimal string alignment).
fn edits(a: &[u8], b: &[u8]) -> usize {
    let same = |i: usize, j: usize| a[i].eq_ignore_ascii_case(&b[j]);
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let mut least = (above[j + 1] + 1).min(row[j] + 1).min(above[j] + usize::from(!same(i, j)));
            if i > 0 && j > 0 && same(i, j - 1) && same(i - 1, j) {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind;

    #[test]
    fn misspelt_fields_are_recognised() {
        let pod = kind("v1", "Pod").unwrap().ty();
        let container = pod.at(&["spec", "containers"]).and_then(|field| field.shape.object()).unwrap();
        let context = container.at(&["securityContext"]).and_then(|field| field.shape.object()).unwrap();
        for (ty, name, meant) in [
            (pod, "Metadata", Some("metadata")),
            (container, "imagepullpolicy", Some("imagePullPolicy")),
            (container, "resource", Some("resources")),
            (container, "evn", Some("env")),
            (container, "commnad", Some("command")),
            (container, "imagePulPolcy", Some("imagePullPolicy")),
            (context, "readOnlyFilesystem", Some("readOnlyRootFilesystem")),
            (context, "runAsNonroot", Some("runAsNonRoot")),
            (container, "nodeSelector", None),
            (container, "é", None),
            (container, "", None),
        ] {
            assert_eq!(nearest(name, ty), meant, "{name}");
        }
    }
}
