//! The arguments of `ironsides harden generate`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use ironsides_harden::{Distribution, Encryption, Join, Options, Profile, Version};

/// What configuration is asked for.
#[derive(Args, Clone, Debug)]
pub(crate) struct WantedArgs {
    /// What the cluster is installed with: kubeadm, k3s, rke2, talos, kubespray
    #[arg(long = "for", value_name = "DISTRIBUTION", value_parser = super::distribution(), hide_possible_values = true)]
    pub(crate) distribution: Option<Distribution>,
    /// How far hardening goes: baseline, cis-l1, cis-l2, paranoid
    #[arg(long, value_name = "PROFILE", value_parser = super::profile(), hide_possible_values = true)]
    pub(crate) profile: Option<Profile>,
    /// The version of Kubernetes, 1.31 to 1.37: 1.36, v1.36.3 [default: 1.36, with which the files were started for real]
    #[arg(long, value_name = "VERSION", value_parser = Version::read)]
    pub(crate) kubernetes_version: Option<Version>,
    /// How Secrets are encrypted in etcd: `secretbox` with a fresh key in a file, `kms` with a KMS v2 plug-in (kubeadm)
    /// [default: secretbox]
    #[arg(long, value_name = "HOW", value_parser = super::encryption(), hide_possible_values = true)]
    pub(crate) encryption: Option<Encryption>,
    /// How nodes join where anonymous requests are for health alone: with a discovery `file`, or with a `token`, for which
    /// one ConfigMap stays open [default: file]
    #[arg(long, value_name = "HOW", value_parser = super::join(), hide_possible_values = true)]
    pub(crate) join: Option<Join>,
    /// The address of a control plane node, which may reach etcd; may be given several times, or with commas
    #[arg(long, value_name = "IP", value_delimiter = ',')]
    pub(crate) control_plane: Vec<IpAddr>,
    /// The host and port by which nodes reach the API servers, where there are several (kubeadm): a load balancer's, say
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) endpoint: Option<String>,
    /// The address of another node that runs etcd; may be given several times, or with commas
    #[arg(long, value_name = "IP", value_delimiter = ',')]
    pub(crate) etcd: Vec<IpAddr>,
    /// A namespace that Pod Security admission leaves alone, as that of a CNI driver; may be given several times, or with
    /// commas
    #[arg(long, value_name = "NAMESPACE", value_delimiter = ',')]
    pub(crate) exempt_namespace: Vec<String>,
}

impl WantedArgs {
    /// What is asked for, for a distribution and a profile.
    pub(crate) fn options(&self, distribution: Distribution, profile: Profile) -> Options {
        let version = self.kubernetes_version.unwrap_or(Version { minor: 36, patch: None });
        let mut options = Options::new(distribution, profile, version);
        options.encryption = self.encryption.unwrap_or(options.encryption);
        options.join = self.join.unwrap_or(options.join);
        options.control_plane.clone_from(&self.control_plane);
        options.endpoint.clone_from(&self.endpoint);
        options.etcd.clone_from(&self.etcd);
        options.exempt.clone_from(&self.exempt_namespace);
        options
    }
}

/// `ironsides harden generate`
#[derive(Args, Debug)]
#[command(
    mut_arg("distribution", |arg| arg.required(true)),
    mut_arg("profile", |arg| arg.required(true)),
    after_help = "\
Profiles:
  baseline  breaks nothing that a fresh cluster does: audit log, encryption at rest, strong TLS
  cis-l1    what CIS 1.12 asks of configuration, at either level
  cis-l2    stricter where more costs something: audit policy, ConfigMaps encrypted, debugging endpoints closed
  paranoid  TLS 1.3 alone, restricted pods unless a namespace says otherwise, every resource encrypted

Every line says why it is there, which controls it meets and what may break; README.md in the folder has it as a table, with \
the steps to install it. The folder is as much a secret as the key in it.

Examples:
  ironsides harden generate --for kubeadm --profile cis-l1 --to hardening --control-plane 10.0.0.10,10.0.0.11 \
--endpoint api.example.com:6443
  ironsides harden generate --for kubeadm --profile paranoid --to hardening --encryption kms --kubernetes-version 1.35
  ironsides harden generate --for rke2 --profile cis-l2 --to hardening

Exit codes:
  0    written
  2    wrong usage, or a folder that cannot be written
  130  interrupted")]
pub(crate) struct GenerateArgs {
    #[command(flatten)]
    pub(crate) wanted: WantedArgs,
    /// The folder to write into; it is made if missing
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) to: PathBuf,
    /// Write over what was generated there before; its encryption key is kept
    #[arg(long)]
    pub(crate) force: bool,
}
