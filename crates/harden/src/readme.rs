//! The page of a generated folder: how it is installed, what each setting is for, what may break.

use std::fmt::Write as _;

use crate::describe::DESCRIPTION;
use crate::distribution::Distribution;
use crate::emit::{ALL_NODES, CONTROL_PLANE};
use crate::old_advice;
use crate::options::{Encryption, Join, Options};
use crate::parts::Output;
use crate::parts::sysctl;
use crate::plan::Plan;
use crate::profile::Profile;
use crate::wanted::{By, Wanted};
use crate::yaml::wrap;

/// The page.
pub(crate) fn text(plan: &Plan, outputs: &[Output]) -> String {
    let options = &plan.options;
    let mut text = format!(
        "# Hardened {} configuration: profile {}, Kubernetes {}\n\n",
        options.distribution, options.profile, options.version
    );
    paragraph(&mut text, options.profile.summary());
    paragraph(
        &mut text,
        "Made by `ironsides harden generate`. `ironsides harden verify .` reads it back, also after you edited it; \
         `ironsides harden diff` tells what a node that runs does otherwise.",
    );
    text.push_str("## Install\n\n");
    steps(&mut text, options, outputs);
    text.push_str("## Files\n\n| file | mode | what |\n|---|---|---|\n");
    let mut files: Vec<&Output> = outputs.iter().collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    for file in files {
        _ = writeln!(text, "| `{}` | {:04o} | {} |", file.path, file.mode, file.what);
    }
    text.push_str("\n## Settings\n\n");
    paragraph(&mut text, "Controls are those of CIS 1.12, whose numbers 2.0 keeps.");
    table(&mut text, plan, By::Us);
    text.push_str("\n## Set by the distribution\n\n");
    paragraph(
        &mut text,
        &format!(
            "{} sets these itself; nothing here changes them, and `harden diff` looks at them too.",
            options.distribution
        ),
    );
    table(&mut text, plan, By::Distribution);
    host(&mut text, plan);
    old(&mut text);
    text
}

fn paragraph(text: &mut String, words: &str) {
    for line in wrap(words, 116) {
        text.push_str(&line);
        text.push('\n');
    }
    text.push('\n');
}

fn table(text: &mut String, plan: &Plan, by: By) {
    text.push_str(
        "| component | setting | value | why | controls | what may break |\n|---|---|---|---|---|---|\n",
    );
    for one in plan.wanted.iter().filter(|one| one.by == by) {
        row(text, one);
    }
}

fn row(text: &mut String, one: &Wanted) {
    let value = one.value.to_string().replace(',', ", ");
    _ = writeln!(
        text,
        "| {} | `{}` | `{}` | {} | {} | {} |",
        one.component,
        one.name(),
        value,
        cell(&one.why),
        one.controls.join(", "),
        cell(one.breaks)
    );
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// Numbered steps, each with the commands that it takes.
fn steps(text: &mut String, options: &Options, outputs: &[Output]) {
    let mut all: Vec<(String, String)> = Vec::new();
    let mut add = |what: &str, commands: &str| all.push((what.to_owned(), commands.to_owned()));
    match options.distribution {
        Distribution::Kubeadm => kubeadm_steps(&mut add, options, outputs),
        Distribution::K3s | Distribution::Rke2 => rancher_steps(&mut add, options, outputs),
        Distribution::Talos => {
            add(
                "Every node, then the nodes of the control plane, one after the other.",
                "talosctl -n NODE patch machineconfig --patch @talos/all-nodes.yaml\n\
                 talosctl -n NODE patch machineconfig --patch @talos/control-plane.yaml\n\
                 talosctl -n NODE patch machineconfig --patch @talos/etcd-firewall.yaml",
            );
        }
        Distribution::Kubespray => {
            add(
                "Put the group variables into your inventory, and run kubespray.",
                "cp -r kubespray/group_vars inventory/YOURS/\n\
                 ansible-playbook -i inventory/YOURS/inventory.ini -b cluster.yml",
            );
            bring(&mut add, "", "`control-plane/` goes to nodes of the control plane alone.");
            install(
                &mut add,
                outputs,
                ALL_NODES,
                "Modes and the firewall are kubespray's no matter. On every node:",
            );
            install(&mut add, outputs, CONTROL_PLANE, "On nodes of the control plane:");
            add("On every node.", "systemd-tmpfiles --create");
        }
    }
    for (at, (what, commands)) in all.iter().enumerate() {
        let number = format!("{}. ", at + 1);
        for (line, words) in wrap(what, 112).iter().enumerate() {
            _ = writeln!(text, "{}{words}", if line == 0 { number.as_str() } else { "   " });
        }
        if !commands.is_empty() {
            text.push_str("\n   ```sh\n");
            for line in commands.lines() {
                _ = writeln!(text, "   {}", line.trim_start());
            }
            text.push_str("   ```\n");
        }
        text.push('\n');
    }
}

/// The step that brings the folder to the nodes. `more` stands for what all nodes get besides.
fn bring(add: &mut dyn FnMut(&str, &str), more: &str, why: &str) {
    add(
        &format!(
            "Bring the folder to the nodes, over a channel that you trust. {why} What follows is run in it, as root, \
             where nothing else is said."
        ),
        &format!(
            "ssh root@NODE mkdir -p -m 700 hardening\n\
             scp -r {DESCRIPTION} {more}{ALL_NODES} {CONTROL_PLANE} root@NODE:hardening/   # nodes of the control plane\n\
             scp -r {DESCRIPTION} {more}{ALL_NODES} root@NODE:hardening/                 # the others"
        ),
    );
}

/// The step that puts the files of a folder into their places, each with its mode. The modes of folders that are there stay
/// as they are, which is not so with `cp -r --preserve`: it would give `/etc` the mode of a generated folder.
fn install(add: &mut dyn FnMut(&str, &str), outputs: &[Output], folder: &str, what: &str) {
    let mut files: Vec<(&str, u32)> = outputs
        .iter()
        .filter_map(|output| Some((output.path.strip_prefix(folder)?, output.mode)))
        .filter(|(path, _)| path.starts_with('/'))
        .collect();
    files.sort_unstable();
    let lines: Vec<String> =
        files.iter().map(|(path, mode)| format!("install -D -m {mode:04o} {folder}{path} {path}")).collect();
    if !lines.is_empty() {
        add(what, &lines.join("\n"));
    }
}

fn rancher_steps(add: &mut dyn FnMut(&str, &str), options: &Options, outputs: &[Output]) {
    let name = options.distribution;
    bring(add, "agent ", "Agents get no `control-plane/`, and servers need no `agent/`.");
    install(add, outputs, ALL_NODES, "On every node:");
    install(add, outputs, CONTROL_PLANE, "On servers:");
    install(add, outputs, "agent", "On agents:");
    add(
        "Set kernel settings, users and modes before it starts.",
        "systemd-sysusers\nsystemd-tmpfiles --create\nsysctl --system",
    );
    let service = match name {
        Distribution::Rke2 => "systemctl restart rke2-server      # rke2-agent on agents",
        _ => "systemctl restart k3s              # k3s-agent on agents",
    };
    add("Start it anew, one node after the other.", service);
    if options.distribution == Distribution::Rke2 {
        add("Load the firewall rules on servers.", "nft -f /etc/nftables.d/ironsides-etcd.nft");
    } else {
        add(
            "With embedded etcd: load the firewall rules on servers.",
            "nft -f /etc/nftables.d/ironsides-etcd.nft",
        );
    }
    add("Look at what a node makes of it all.", "ironsides harden diff --node --generated .");
}

fn kubeadm_steps(add: &mut dyn FnMut(&str, &str), options: &Options, outputs: &[Output]) {
    bring(
        add,
        "kubeadm ",
        "`control-plane/` goes to nodes of the control plane alone: it holds the key that encrypts Secrets. Nodes that \
         join later need the same.",
    );
    install(add, outputs, ALL_NODES, "On every node, before kubeadm:");
    install(add, outputs, CONTROL_PLANE, "On nodes of the control plane, before kubeadm:");
    let has_user = options.profile >= Profile::CisL1;
    let host = format!(
        "{}systemd-tmpfiles --create\nsysctl --system\n",
        if has_user { "systemd-sysusers\n" } else { "" }
    );
    add("Set kernel settings, and make the folders, on every node.", &host);
    if options.encryption == Encryption::Kms {
        add(
            "Start the KMS v2 plug-in on every control plane node: it must answer at /run/kmsplugin/socket.sock before the \
             API server starts.",
            "",
        );
    }
    if options.control_plane.len() > 1 && options.endpoint.is_none() {
        add(
            "A new cluster of several control plane nodes: write controlPlaneEndpoint into `kubeadm/init.yaml`, the host \
             and port of a load balancer or a virtual address, or generate the folder anew with --endpoint HOST:PORT. \
             Without it `kubeadm join` refuses a second control plane node, and it cannot be added later.",
            "",
        );
    }
    add("A new cluster: on the first control plane node.", "kubeadm init --config kubeadm/init.yaml");
    add(
        "A cluster that exists: put apiServer, controllerManager, scheduler and etcd of `kubeadm/init.yaml` into its \
         configuration, then write the manifests anew, on one control plane node after the other. Look that the API \
         server is back before you go on.",
        "export KUBECONFIG=/etc/kubernetes/admin.conf\n\
         kubectl -n kube-system edit configmap kubeadm-config\n\
         kubectl -n kube-system get configmap kubeadm-config -o jsonpath='{.data.ClusterConfiguration}' > cluster.yaml\n\
         kubeadm init phase control-plane all --config cluster.yaml --patches /etc/kubernetes/hardening/patches\n\
         kubeadm init phase etcd local --config cluster.yaml\n\
         kubectl get --raw /readyz",
    );
    add(
        "Its kubelets, on one node after the other.",
        "kubeadm upgrade node phase kubelet-config --patches /etc/kubernetes/hardening/patches\n\
         systemctl restart kubelet",
    );
    if options.profile >= Profile::CisL1 {
        add(
            "Approve the serving certificate of each kubelet once. Compare the names and addresses in it with those of \
             the node first: Kubernetes does not.",
            "kubectl get certificatesigningrequests\n\
             kubectl certificate approve NAME",
        );
    }
    if options.restricts_anonymous() && options.join == Join::File {
        add(
            "Nodes that join: the API server answers nobody without credentials, so they bring a file with a token that \
             lives an hour. On a control plane node:",
            "umask 077\n\
             export KUBECONFIG=/etc/kubernetes/admin.conf\n\
             kubectl config --kubeconfig discovery.conf set-cluster kubernetes --embed-certs \\\n\
             \x20 --certificate-authority=/etc/kubernetes/pki/ca.crt \\\n\
             \x20 --server=\"$(kubectl config view --minify -o jsonpath='{.clusters[0].cluster.server}')\"\n\
             kubectl config --kubeconfig discovery.conf set-credentials join --token \"$(kubeadm token create --ttl 1h)\"\n\
             kubectl config --kubeconfig discovery.conf set-context join --cluster=kubernetes --user=join\n\
             kubectl config --kubeconfig discovery.conf use-context join",
        );
        add(
            "Bring it to the new node as /etc/kubernetes/discovery.conf, over a channel that you trust; it names the CA, \
             so it takes the place of the CA's hash. Then, in the folder that the first step brought there:",
            "kubeadm join --config kubeadm/join-worker.yaml          # a control plane node: join-control-plane.yaml\n\
             rm /etc/kubernetes/discovery.conf",
        );
    } else {
        add(
            "Nodes that join: fill in `kubeadm/join-worker.yaml` (a control plane node: `kubeadm/join-control-plane.yaml`), in \
             the folder that the first step brought there, what the first command prints on a control plane node.",
            "kubeadm token create --ttl 1h --print-join-command\n\
             kubeadm join --config kubeadm/join-worker.yaml",
        );
    }
    add(
        "Where nodes run etcd: load the firewall rules, and have them loaded at boot.",
        "nft -f /etc/nftables.d/ironsides-etcd.nft\n\
         echo 'include \"/etc/nftables.d/ironsides-etcd.nft\"' >> /etc/nftables.conf",
    );
    add(
        "Encrypt what was written before, and look at what a node makes of it all.",
        "kubectl get secrets --all-namespaces -o json | kubectl replace -f -\n\
         ironsides harden diff --node --generated .",
    );
}

/// What is set on the host.
fn host(text: &mut String, plan: &Plan) {
    if !plan.sysctls.is_empty() {
        text.push_str("\n## Kernel\n\n| setting | value | why |\n|---|---|---|\n");
        for (name, value, why) in sysctl::SETTINGS {
            _ = writeln!(text, "| `{name}` | {value} | {why} |");
        }
    }
    if !plan.modes.is_empty() {
        text.push_str(
            "\n## Modes and owners\n\n| path | mode | owner | controls | what |\n|---|---|---|---|---|\n",
        );
        for mode in &plan.modes {
            _ = writeln!(
                text,
                "| `{}` | {:04o} | {} | {} | {} |",
                mode.path,
                mode.mode,
                mode.owner,
                mode.controls.join(", "),
                mode.what
            );
        }
    }
}

/// What guides still name.
fn old(text: &mut String) {
    text.push_str("\n## Old advice\n\n");
    paragraph(text, "Guides still name these. Nothing here has them, and `harden verify` refuses them.");
    text.push_str("| component | what | gone since | instead |\n|---|---|---|---|\n");
    for old in &old_advice::ALL {
        let gone = old.gone.map_or_else(|| "still there".to_owned(), |minor| format!("1.{minor}"));
        _ = writeln!(text, "| {} | `{}` | {gone} | {} |", old.component, old.label(), cell(old.instead));
    }
}
