//! A cluster that can be asked.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ironsides_core::{Facts, Server};
use ironsides_tree::Node;

use crate::collect;
use crate::connect::Connect;
use crate::discovery::{Discovery, parse};
use crate::environment::Environment;
use crate::error::ClusterError;
use crate::list::Lister;
use crate::plan::{Plan, Read};
use crate::seen::Seen;
use crate::session::Session;
use crate::settings::Settings;
use crate::trouble::Trouble;
use crate::wanted::Wanted;
use crate::watch::Watch;

/// A cluster that can be asked.
#[derive(Clone)]
pub struct Cluster {
    session: Session,
    version: String,
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster")
            .field("address", &self.address())
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl Cluster {
    /// Finds the cluster that kubectl would find with the same flags, and asks its server for its version, so that what
    /// is wrong with the connection shows at once.
    pub async fn connect(connect: &Connect) -> Result<Self, ClusterError> {
        Self::from(connect, &Environment::here()).await
    }

    pub(crate) async fn from(connect: &Connect, environment: &Environment) -> Result<Self, ClusterError> {
        let settings = Settings::resolve(connect, environment)?;
        let session = Session::new(settings, connect.request_timeout, environment.terminal)?;
        session.open().await?;
        let version = match session.get("/version", "application/json").await {
            Ok(reply) => parse(&reply.body)
                .map(|root| root.get("gitVersion").and_then(Node::as_str).unwrap_or_default().to_owned()),
            // Who may not see the version may see other things.
            Err(Trouble::Status(status)) if matches!(status.code, 403 | 404) => Ok(String::new()),
            Err(trouble) => Err(trouble),
        };
        let version = version.map_err(|trouble| ClusterError::Server { address: session.way(), trouble })?;
        Ok(Self { session, version })
    }

    /// The namespace that commands without one mean.
    pub fn namespace(&self) -> &str {
        &self.session.settings().namespace
    }

    /// Where the server is: `https://10.0.0.1:6443`.
    pub fn address(&self) -> String {
        self.session.address()
    }

    /// The context of the kubeconfig; empty where there is none.
    pub fn context(&self) -> &str {
        &self.session.settings().context
    }

    /// The version of the server, `v1.36.3`; empty where it may not be known.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What a collection would ask for: asks the server what it serves, and nothing else.
    pub async fn plan(&self, wanted: &Wanted) -> Result<Plan, ClusterError> {
        let discovery = Discovery::of(&self.session).await;
        let discovery =
            discovery.map_err(|trouble| ClusterError::Server { address: self.session.way(), trouble })?;
        let server = Server {
            address: self.address(),
            context: self.context().to_owned(),
            version: self.version.clone(),
            resources: discovery.resources.clone(),
            anonymous: Vec::new(),
        };
        Ok(Plan::of(wanted, &discovery, server))
    }

    /// Puts a value under a key of a `ConfigMap` that is there already (server-side apply), and leaves its other keys alone:
    /// every `manager` owns what it has put there. This is the only thing that is ever written to a cluster.
    ///
    /// # Errors
    ///
    /// The server refuses: the object is not there, may not be written, or would hold more than 1 MiB.
    pub async fn keep(
        &self,
        (namespace, name): (&str, &str),
        manager: &str,
        (key, value): (&str, &[u8]),
    ) -> Result<(), ClusterError> {
        let plain =
            |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'));
        if let Some(odd) =
            [namespace, name, manager, key].into_iter().find(|text| text.is_empty() || !plain(text))
        {
            return Err(ClusterError::Setting(format!("{odd:?} cannot be the name of an object or a key")));
        }
        // Neither the names nor base64 hold anything that JSON would have to escape.
        let fields = format!(
            r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{name}","namespace":"{namespace}"}},"binaryData":{{"{key}":"{}"}}}}"#,
            STANDARD.encode(value)
        );
        let path =
            format!("/api/v1/namespaces/{namespace}/configmaps/{name}?fieldManager={manager}&force=true");
        let applied = self.session.apply(&path, &fields).await;
        let what = format!("ConfigMap {namespace}/{name}");
        applied.map(|_| ()).map_err(|trouble| ClusterError::Write { what, trouble })
    }

    /// Follows the objects of a read, from those that are there now on.
    pub fn watch(&self, read: &Read) -> Result<Watch, ClusterError> {
        Ok(Watch::new(Lister::new(&self.session)?, read.clone()))
    }

    /// Reads what a plan says. What cannot be read is said in the extent of its listing; only where the server answers
    /// nothing at all, or no longer accepts the credentials, is that an error.
    pub async fn collect(&self, plan: &Plan, seen: &dyn Seen) -> Result<Facts, ClusterError> {
        collect::collect(&self.session, plan, seen).await
    }
}
