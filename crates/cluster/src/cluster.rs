//! A cluster that can be asked.

use ironsides_core::Facts;

use crate::connect::Connect;
use crate::error::ClusterError;
use crate::plan::Plan;
use crate::seen::Seen;
use crate::wanted::Wanted;

/// A cluster that can be asked.
#[derive(Clone, Debug)]
pub struct Cluster {
    namespace: String,
    address: String,
    context: String,
}

impl Cluster {
    /// Finds the cluster that kubectl would find with the same flags, and asks its server for its version, so that what
    /// is wrong with the connection shows at once.
    #[expect(clippy::unused_async, reason = "asks the server from the next slice on")]
    pub async fn connect(connect: &Connect) -> Result<Self, ClusterError> {
        let _ = connect;
        Err(ClusterError::NoKubeconfig { looked: String::new() })
    }

    /// The namespace that commands without one mean.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Where the server is: `https://10.0.0.1:6443`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The context of the kubeconfig; empty where there is none.
    pub fn context(&self) -> &str {
        &self.context
    }

    /// What a collection would ask for: asks the server what it serves, and nothing else.
    #[expect(clippy::unused_async, reason = "asks the server from the next slice on")]
    pub async fn plan(&self, wanted: &Wanted) -> Result<Plan, ClusterError> {
        let _ = (self, wanted);
        Err(ClusterError::NoKubeconfig { looked: String::new() })
    }

    /// Reads what a plan says. What cannot be read is said in the extent of its listing; only where nothing at all can be
    /// read is that an error.
    #[expect(clippy::unused_async, reason = "asks the server from the next slice on")]
    pub async fn collect(&self, plan: &Plan, seen: &dyn Seen) -> Result<Facts, ClusterError> {
        let _ = (self, plan, seen);
        Err(ClusterError::NoKubeconfig { looked: String::new() })
    }
}
