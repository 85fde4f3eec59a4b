//! The audit policy: made for a goal by the generator of `ironsides audit generate`.

use ironsides_audit::{Cluster, Goal, Policy, generate};

use crate::error::HardenError;

/// The policy as a file.
pub(crate) fn text() -> Result<String, HardenError> {
    let cluster = Cluster { nodes: 3, pods: 60, controllers: 3 };
    let made = generate(Goal::Detection, None, &cluster.loads());
    let heading = "Which requests the API server records. CIS 3.2.1, 3.2.2.\n\
         Made by `ironsides audit generate --goal detection`, for a cluster of 3 nodes and 60 pods that start once a day;\n\
         with `--from` and a day of your own audit log it fits your cluster.\n\
         Contents of Secrets and tokens are never recorded.";
    let text = made.text(heading);
    match Policy::read(&text) {
        Ok(read) if read.notes.is_empty() => Ok(text),
        Ok(_) => Err(HardenError::Policy("it has fields that the API server drops".to_owned())),
        Err(errors) => {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            Err(HardenError::Policy(errors.join("; ")))
        }
    }
}
