//! The audit policy: made for a goal by the generator of `ironsides audit generate`.

use ironsides_audit::{Cluster, Goal, Policy, bytes_text, generate};

use crate::error::HardenError;
use crate::profile::Profile;

/// What the policy of a profile is for, and the word of it.
fn goal(profile: Profile) -> (Goal, &'static str) {
    match profile {
        Profile::Baseline | Profile::CisL1 => (Goal::Cis, "cis"),
        Profile::CisL2 | Profile::Paranoid => (Goal::Detection, "detection"),
    }
}

/// The policy as a file.
pub(crate) fn text(profile: Profile) -> Result<String, HardenError> {
    let (goal, word) = goal(profile);
    let cluster = Cluster { nodes: 3, pods: 60, controllers: 3 };
    let made = generate(goal, None, &cluster.loads());
    let heading = format!(
        "Which requests the API server records. CIS 3.2.1, 3.2.2.\n\
         Made by `ironsides audit generate --goal {word}`: {} a day in a cluster of 3 nodes and 60 pods that start\n\
         once a day. With `--from` and a day of your own audit log it fits your cluster.\n\
         Contents of Secrets and tokens are never recorded.",
        bytes_text(made.bytes)
    );
    let text = made.text(&heading);
    match Policy::read(&text) {
        Ok(read) if read.notes.is_empty() => Ok(text),
        Ok(_) => Err(HardenError::Policy("it has fields that the API server drops".to_owned())),
        Err(errors) => {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            Err(HardenError::Policy(errors.join("; ")))
        }
    }
}
