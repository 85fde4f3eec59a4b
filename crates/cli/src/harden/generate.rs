//! `ironsides harden generate`: a folder of hardened configuration.

use anyhow::{Context, Result, anyhow, bail};
use ironsides_harden::{Distribution, Encryption, Join, Plan, Profile};

use super::folder::{self, Before};
use crate::args::harden::GenerateArgs;
use crate::exit::Exit;
use crate::say::Say;

pub(crate) fn run(args: &GenerateArgs, say: &Say) -> Result<Exit> {
    let (Some(distribution), Some(profile)) = (args.wanted.distribution, args.wanted.profile) else {
        bail!("name the distribution with --for and the profile with --profile");
    };
    let options = args.wanted.options(distribution, profile);
    let plan = Plan::new(&options)?;
    let before = folder::before(&args.to)?;
    let place = args.to.display();
    match &before {
        Before::Nothing => {}
        Before::Generated if args.force => {}
        Before::Generated => bail!(
            "{place} was generated before; take another folder, or --force to write over it (its encryption key is kept)"
        ),
        Before::Other(first) => {
            bail!("{place} holds something else ({}); take an empty folder", first.display())
        }
    }
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| anyhow!("no randomness for the encryption key: {error}"))?;
    let mut outputs = plan.outputs(&key)?;
    let mut kept = false;
    if matches!(before, Before::Generated) {
        // A key that is lost takes with it whatever it encrypted.
        for output in outputs.iter_mut().filter(|output| output.holds_key) {
            let path = args.to.join(&output.path);
            if path.exists() {
                output.text = std::fs::read_to_string(&path).with_context(|| {
                    format!("cannot read the key in {}, which must not be lost", path.display())
                })?;
                kept = true;
            }
        }
    }
    folder::write(&args.to, &outputs)?;
    say.news(
        "written",
        &format!("{} files to {place}; {place}/README.md says what to do with them", outputs.len()),
    );
    if kept {
        say.note(&"the files with the encryption key were kept as they are");
    } else if outputs.iter().any(|output| output.holds_key) {
        say.note(&"the folder holds a fresh encryption key: keep a copy apart from etcd's backups, and tell nobody");
    }
    if options.encryption == Encryption::Kms {
        say.note(
            &"the KMS v2 plug-in must answer at /run/kmsplugin/socket.sock before the API server starts",
        );
    }
    if distribution == Distribution::Kubeadm && options.control_plane.len() > 1 && options.endpoint.is_none()
    {
        say.warning(&"kubeadm lets no second control plane node join without an endpoint; name it with --endpoint HOST:PORT");
    }
    let runs_etcd =
        matches!(distribution, Distribution::Kubeadm | Distribution::Kubespray | Distribution::Rke2);
    if options.etcd_clients().is_empty() && runs_etcd {
        say.warning(&"the firewall rules let this host alone reach etcd; name all control plane nodes with --control-plane");
    }
    if options.restricts_anonymous() && options.join == Join::File && profile >= Profile::CisL1 {
        say.note(&"nodes join with a discovery file, because anonymous requests are for health alone: see README.md");
    }
    Ok(Exit::Clean)
}
