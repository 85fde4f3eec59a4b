//! Which service account a pod runs as, and whether it is given the account's token.

use ironsides_core::{Confidence, ContainerKind, Inventory, Object, Pod};
use ironsides_tree::Cursor;

/// Where the token of the service account is mounted.
const TOKEN_DIRECTORY: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// How many objects of one account are looked at, for every pod anew: clusters and overlays that were put together.
const COPIES: usize = 32;

/// The account that a pod without one runs as.
pub(super) const DEFAULT: &str = "default";

/// How a pod does without a token, and what to try first.
pub(super) const NO_TOKEN: &str = "set automountServiceAccountToken to false";
pub(super) const TRY_NO_TOKEN: &str = "start it and look for calls of the API server that fail";

/// The account that a pod runs as, and where that is written. `serviceAccount`, the field's old name, counts where
/// the new one is empty.
pub(super) fn account<'a>(pod: &Pod<'a>) -> (Cursor<'a>, &'a str) {
    let written = |field| {
        let at = pod.spec().get(field);
        let name = at.str().filter(|name| !name.is_empty())?;
        Some((at, name))
    };
    let unwritten = || (pod.spec().get("serviceAccountName"), DEFAULT);
    written("serviceAccountName").or_else(|| written("serviceAccount")).unwrap_or_else(unwritten)
}

/// Whether admission mounts the token into the containers of a pod.
pub(super) struct Automount<'a> {
    /// Whether it does.
    pub(super) mounts: bool,
    /// The pod's own field, written or not.
    pub(super) at: Cursor<'a>,
    /// What decided, where the pod's own field did not.
    pub(super) rule: Option<&'static str>,
    /// The service account that decided.
    pub(super) account: Option<&'a Object>,
    /// How sure that is.
    pub(super) confidence: Confidence,
}

/// Asks the pod first, then its service account, then the default.
pub(super) fn automount<'a>(pod: &Pod<'a>, inventory: &'a Inventory) -> Automount<'a> {
    let at = pod.spec().get("automountServiceAccountToken");
    let answer =
        |mounts, rule, account, confidence| Automount { mounts, at: at.clone(), rule, account, confidence };
    let high = Confidence::High;
    // The server refuses what is no boolean.
    if at.is(false) || at.is_set() && at.bool().is_none() {
        return answer(false, None, None, high);
    }
    if pod.is_stored() {
        return answer(holds_token(pod), Some("admission mounted it when the pod was created"), None, high);
    }
    if covers_directory(pod) {
        let rule = "every container has something else mounted where the token would be";
        return answer(false, Some(rule), None, high);
    }
    if at.is(true) {
        return answer(true, None, None, high);
    }
    let (_, name) = account(pod);
    let namespace = pod.object().reference().namespace.as_deref();
    let seen = inventory.named("", "ServiceAccount", namespace, name).take(COPIES);
    let mut refusing = None;
    for object in seen {
        if !object.cursor().get("automountServiceAccountToken").is(false) {
            return answer(
                true,
                Some("neither the pod nor its ServiceAccount disables it"),
                Some(object),
                high,
            );
        }
        refusing = Some(object);
    }
    if refusing.is_some() {
        return answer(false, Some("the ServiceAccount disables it"), refusing, high);
    }
    let rule = "the default; the ServiceAccount is not in the input and may disable it";
    answer(true, Some(rule), None, Confidence::Medium)
}

/// Whether a volume written by hand brings a token of the account.
pub(super) fn projects_token(pod: &Pod<'_>) -> bool {
    let mut sources =
        pod.spec().get("volumes").items().flat_map(|volume| volume.get("projected").get("sources").items());
    sources.any(|source| source.get("serviceAccountToken").is_set())
}

/// Whether a container of a stored pod has the volume that admission adds.
fn holds_token(pod: &Pod<'_>) -> bool {
    let mounts = pod.containers().flat_map(|container| container.get("volumeMounts").items());
    let mut volumes = mounts.filter(is_token_directory).filter_map(|mount| mount.get("name").str());
    // Before Kubernetes 1.22 it was a Secret such as `default-token-7x2pq`.
    volumes.any(|name| name.starts_with("kube-api-access-") || name.contains("-token-"))
}

/// Whether every container has a mount of its own where the token would be: then admission leaves it alone.
fn covers_directory(pod: &Pod<'_>) -> bool {
    let mut containers =
        pod.containers().filter(|container| container.kind != ContainerKind::Ephemeral).peekable();
    containers.peek().is_some()
        && containers
            .all(|container| container.get("volumeMounts").items().any(|mount| is_token_directory(&mount)))
}

fn is_token_directory(mount: &Cursor<'_>) -> bool {
    mount.get("mountPath").str() == Some(TOKEN_DIRECTORY)
}
