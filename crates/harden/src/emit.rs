//! The files of each distribution.

mod kubeadm;
mod kubespray;
mod rancher;
mod talos;

use ironsides_settings::Component;

use crate::describe::{DESCRIPTION, describe};
use crate::distribution::Distribution;
use crate::error::HardenError;
use crate::parts::Output;
use crate::parts::{firewall, modes, sysctl};
use crate::plan::Plan;
use crate::readme;
use crate::wanted::{By, Value, Wanted};
use crate::yaml::{Text, quoted};

/// The folder of what goes to nodes of the control plane, as their own root has it.
pub(crate) const CONTROL_PLANE: &str = "control-plane";
/// The folder of what goes to all nodes.
pub(crate) const ALL_NODES: &str = "all-nodes";

pub(crate) fn outputs(plan: &Plan, key: &[u8; 32]) -> Result<Vec<Output>, HardenError> {
    let mut all = match plan.options.distribution {
        Distribution::Kubeadm => kubeadm::outputs(plan, key)?,
        Distribution::K3s | Distribution::Rke2 => rancher::outputs(plan)?,
        Distribution::Talos => talos::outputs(plan)?,
        Distribution::Kubespray => kubespray::outputs(plan)?,
    };
    all.push(Output::new(
        DESCRIPTION,
        describe(&plan.options),
        "what was asked for; `harden diff` and `verify` read it",
    ));
    let readme = readme::text(plan, &all);
    all.push(Output::new("README.md", readme, "what each setting is for, how to install it, what may break"));
    Ok(all)
}

/// The files of the host itself: kernel settings, modes, the firewall.
fn host(plan: &Plan) -> Vec<Output> {
    let mut all = vec![Output::new(
        format!("{ALL_NODES}/etc/sysctl.d/90-kubelet.conf"),
        sysctl::text(),
        "kernel settings that the kubelet insists on",
    )];
    for (folder, is_control_plane, what) in [
        (ALL_NODES, false, "modes and owners of files on every node"),
        (CONTROL_PLANE, true, "modes and owners of files of the control plane"),
    ] {
        let name = if is_control_plane { "kubernetes-control-plane" } else { "kubernetes-node" };
        all.push(Output::new(
            format!("{folder}/etc/tmpfiles.d/{name}.conf"),
            modes::tmpfiles(&plan.modes, is_control_plane),
            what,
        ));
    }
    if plan.modes.iter().any(|mode| mode.owner == "etcd:etcd") {
        all.push(Output::new(
            format!("{CONTROL_PLANE}/etc/sysusers.d/etcd.conf"),
            modes::sysusers(),
            "the user that etcd's data belongs to",
        ));
    }
    all.push(Output::new(
        format!("{CONTROL_PLANE}/etc/nftables.d/ironsides-etcd.nft"),
        firewall::text(&plan.options),
        "firewall rules: etcd for API servers and its own peers alone",
    ));
    all
}

impl Plan {
    /// The settings of a component that are written, in their order.
    pub(crate) fn written(&self, component: Component) -> impl Iterator<Item = &Wanted> {
        self.wanted.iter().filter(move |one| one.component == component && one.by == By::Us)
    }
}

/// The settings of a configuration file with fields in fields, each with its comment.
fn fields<'a>(text: &mut Text, wanted: &[(&'a str, &'a Wanted)]) {
    let mut done: Vec<&str> = Vec::new();
    for (path, one) in wanted {
        match path.split_once('.') {
            None => {
                text.comment(&one.comment());
                match &one.value {
                    Value::List(items) => {
                        text.list(path, items);
                    }
                    Value::Text(value) => {
                        text.line(&format!("{path}: {}", quoted(value)));
                    }
                    value => {
                        text.line(&format!("{path}: {value}"));
                    }
                }
            }
            Some((head, _)) if !done.contains(&head) => {
                done.push(head);
                let below: Vec<(&str, &Wanted)> = wanted
                    .iter()
                    .filter_map(|(path, one)| Some((path.strip_prefix(head)?.strip_prefix('.')?, *one)))
                    .collect();
                text.line(&format!("{head}:")).within(|text| fields(text, &below));
            }
            Some(_) => {}
        }
    }
}

/// The fields of a component's configuration.
fn configuration(text: &mut Text, plan: &Plan, component: Component) {
    let wanted: Vec<(&str, &Wanted)> = plan.written(component).map(|one| (one.key, one)).collect();
    fields(text, &wanted);
}
