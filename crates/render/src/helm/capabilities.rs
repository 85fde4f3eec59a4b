//! What a chart may ask of the cluster: `.Capabilities`.

use super::options::Options;

/// The version of Kubernetes.
#[derive(Clone, Debug)]
pub(crate) struct KubeVersion {
    /// As given, with a `v` before it.
    pub(crate) version: String,
    /// Without what follows the three numbers.
    pub(crate) normal: String,
    pub(crate) major: String,
    pub(crate) minor: String,
}

/// The cluster that a chart is rendered for.
#[derive(Debug)]
pub(crate) struct Capabilities {
    pub(crate) kube: KubeVersion,
    pub(crate) api_versions: Vec<String>,
}

/// The API versions that Helm takes for granted, those of its client library.
const BUILT_IN: &str = "v1 admissionregistration.k8s.io/v1 admissionregistration.k8s.io/v1alpha1 \
    admissionregistration.k8s.io/v1beta1 internal.apiserver.k8s.io/v1alpha1 apps/v1 apps/v1beta1 apps/v1beta2 \
    authentication.k8s.io/v1 authentication.k8s.io/v1alpha1 authentication.k8s.io/v1beta1 \
    authorization.k8s.io/v1 authorization.k8s.io/v1beta1 autoscaling/v1 autoscaling/v2 batch/v1 batch/v1beta1 \
    certificates.k8s.io/v1 certificates.k8s.io/v1beta1 certificates.k8s.io/v1alpha1 \
    coordination.k8s.io/v1alpha2 coordination.k8s.io/v1beta1 coordination.k8s.io/v1 discovery.k8s.io/v1 \
    discovery.k8s.io/v1beta1 events.k8s.io/v1 events.k8s.io/v1beta1 extensions/v1beta1 \
    flowcontrol.apiserver.k8s.io/v1 flowcontrol.apiserver.k8s.io/v1beta1 flowcontrol.apiserver.k8s.io/v1beta2 \
    flowcontrol.apiserver.k8s.io/v1beta3 lifecycle.k8s.io/v1alpha1 networking.k8s.io/v1 \
    networking.k8s.io/v1beta1 node.k8s.io/v1 node.k8s.io/v1alpha1 node.k8s.io/v1beta1 policy/v1 policy/v1beta1 \
    rbac.authorization.k8s.io/v1 rbac.authorization.k8s.io/v1beta1 rbac.authorization.k8s.io/v1alpha1 \
    resource.k8s.io/v1 resource.k8s.io/v1beta2 resource.k8s.io/v1beta1 resource.k8s.io/v1alpha3 \
    scheduling.k8s.io/v1alpha3 scheduling.k8s.io/v1beta1 scheduling.k8s.io/v1 storage.k8s.io/v1beta1 \
    storage.k8s.io/v1 storage.k8s.io/v1alpha1 storagemigration.k8s.io/v1 storagemigration.k8s.io/v1beta1 \
    apiextensions.k8s.io/v1beta1 apiextensions.k8s.io/v1";

impl Capabilities {
    /// The version of Helm that charts see.
    pub(crate) const HELM_VERSION: &str = "v4.3";

    /// Those of a cluster as the options name it; what is wrong with the version they name, if anything.
    pub(crate) fn new(options: &Options) -> Result<Self, String> {
        let version = options.kube_version.as_deref().unwrap_or(Options::KUBE_VERSION);
        let kube = KubeVersion::parse(version)
            .ok_or_else(|| format!("{version:?} is no Kubernetes version such as 1.37 or v1.37.2"))?;
        let built_in = BUILT_IN.split_whitespace().map(str::to_owned);
        let api_versions = built_in.chain(options.api_versions.iter().cloned()).collect();
        Ok(Self { kube, api_versions })
    }
}

impl KubeVersion {
    fn parse(version: &str) -> Option<Self> {
        let plain = version.trim();
        let plain = plain.strip_prefix('v').unwrap_or(plain);
        let end = plain.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(plain.len());
        let numbers: Vec<u32> = plain
            .get(..end)?
            .trim_end_matches('.')
            .split('.')
            .map(|part| part.parse().ok())
            .collect::<Option<_>>()?;
        let [major, minor, ref rest @ ..] = numbers[..] else { return None };
        Some(Self {
            version: format!("v{}", version.strip_prefix('v').unwrap_or(version)),
            normal: format!("v{major}.{minor}.{}", rest.first().copied().unwrap_or(0)),
            major: major.to_string(),
            minor: minor.to_string(),
        })
    }
}
