//! Names that nobody chose: tomorrow's are others, so a rule for today's would be worth nothing.

/// The letters and digits of generated suffixes: no vowels, and nothing that is easily mistaken. (Source: `rand` of
/// `k8s.io/apimachinery/pkg/util/rand`.)
const SAFE: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
/// The length of the suffix that `generateName` appends.
const SUFFIX: usize = 5;

/// Whether the name of an object of a resource (with its group, without subresource) was generated, as far as its form
/// tells: the suffix of `generateName`, the hash of a pod template, the minute of a CronJob's Job, the time in an Event's
/// name, a UUID.
pub(super) fn is_generated(group: &str, resource: &str, name: &str) -> bool {
    let (front, last) = name.rsplit_once('-').unwrap_or(("", name));
    let has_front = !front.is_empty();
    let by_controller = match (group, resource) {
        ("", "pods") => is_suffix(last),
        ("apps", "replicasets") => is_hash(last),
        ("apps", "controllerrevisions") => is_suffix(last) || is_hash(last),
        ("batch", "jobs") => {
            last.len() >= 8 && last.bytes().all(|byte| byte.is_ascii_digit()) || is_suffix(last)
        }
        ("discovery.k8s.io", "endpointslices") | ("certificates.k8s.io", "certificatesigningrequests") => {
            is_suffix(last)
        }
        ("" | "events.k8s.io", "events") => name.rsplit_once('.').is_some_and(|(_, time)| is_hex(time, 10)),
        _ => (is_suffix(last) || is_hash(last)) && last.bytes().any(|byte| byte.is_ascii_digit()),
    };
    has_front && by_controller || is_dotted_event(group, resource, name) || is_uuid(name)
}

/// The names of Events need no dash.
fn is_dotted_event(group: &str, resource: &str, name: &str) -> bool {
    matches!((group, resource), ("" | "events.k8s.io", "events"))
        && name.rsplit_once('.').is_some_and(|(_, time)| is_hex(time, 10))
}

fn is_safe(text: &str) -> bool {
    text.bytes().all(|byte| SAFE.contains(&byte))
}

fn is_suffix(text: &str) -> bool {
    text.len() == SUFFIX && is_safe(text)
}

/// The hash of a template, of a kustomization: six to ten characters.
fn is_hash(text: &str) -> bool {
    (6..=10).contains(&text.len()) && is_safe(text)
}

fn is_hex(text: &str, least: usize) -> bool {
    text.len() >= least && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A name that is a UUID, or ends in one.
fn is_uuid(name: &str) -> bool {
    let Some(tail) = name.len().checked_sub(36).and_then(|at| name.get(at..)) else { return false };
    let groups: Vec<&str> = tail.split('-').collect();
    let lengths = [8, 4, 4, 4, 12];
    groups.len() == lengths.len()
        && groups.iter().zip(lengths).all(|(group, length)| group.len() == length && is_hex(group, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_names_are_known_by_their_form() {
        for (group, resource, name, expected) in [
            ("", "pods", "cart-6f8d9c7b5d-k4vtx", true),
            ("", "pods", "node-agent-x2mkq", true),
            ("", "pods", "backup-29384410-jklmn", true),
            ("", "pods", "ledger-0", false),
            ("", "pods", "k4vtx", false),
            ("", "pods", "cart-cache", false),
            ("", "secrets", "cart-session", false),
            ("", "secrets", "ingress-https", false),
            ("", "secrets", "default-token-x7f2z", true),
            ("", "configmaps", "settings-5h2m6k9t4b", true),
            ("", "configmaps", "kube-root-ca.crt", false),
            ("apps", "replicasets", "cart-6f8d9c7b5d", true),
            ("apps", "deployments", "cart", false),
            ("batch", "jobs", "report-29384410", true),
            ("batch", "jobs", "migrate-frontend", false),
            ("", "events", "cart.18c1f0a3b5d7e921", true),
            ("discovery.k8s.io", "endpointslices", "cart-bx5zt", true),
            ("coordination.k8s.io", "leases", "kube-scheduler", false),
            ("", "persistentvolumes", "pvc-8a679724-a7fa-4a44-96f7-62cf05314597", true),
        ] {
            assert_eq!(is_generated(group, resource, name), expected, "{resource} {name}");
        }
    }
}
