//! What is asked: the request, and what is known around it.

use ironsides_core::Object;
use ironsides_tree::Cursor;
use thiserror::Error;

use crate::labels::Labels;

/// What a request wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Make an object.
    Create,
    /// Change one, by an update or a patch.
    Update,
    /// Anything else, which Pod Security never looks at.
    Other,
}

/// A request as it reaches validating admission.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// What it wants to do.
    pub operation: Operation,
    /// The API group, empty for the core.
    pub group: &'a str,
    /// The resource, such as `pods`.
    pub resource: &'a str,
    /// The subresource, empty for none.
    pub subresource: &'a str,
    /// The namespace; for a namespace, its name.
    pub namespace: &'a str,
    /// The object's name.
    pub name: &'a str,
    /// The user who sent it.
    pub user: &'a str,
    /// The object as it would be stored.
    pub object: Option<&'a Object>,
    /// The object as it is stored, for updates.
    pub old_object: Option<&'a Object>,
}

/// What a server knows of the namespace a request is about.
pub trait Surroundings {
    /// The labels of the namespace, or `None` where it cannot be read.
    fn labels(&self) -> Option<Labels<'_>>;

    /// The pods in the namespace, or `None` where they cannot be listed. Only asked for where a namespace gets a
    /// stricter policy.
    fn pods(&self) -> Option<Vec<&Object>>;
}

/// A request that never reaches admission, or that was not given in full.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AdmissionError {
    /// The object holds what no server takes.
    #[error("the server would refuse the object before any admission: {} cannot be read", paths.join(", "))]
    Malformed {
        /// The fields, from the root of the object.
        paths: Vec<String>,
    },
    /// The request lacks an object that it needs.
    #[error("the request has no {0}")]
    Missing(&'static str),
    /// The object is of a kind that its resource is not of.
    #[error("a {kind} is not what {resource} are")]
    Kind {
        /// The kind of the object.
        kind: String,
        /// The resource of the request.
        resource: String,
    },
}

impl AdmissionError {
    pub(super) fn malformed(places: &[Cursor<'_>]) -> Self {
        Self::Malformed { paths: places.iter().map(|at| at.path().to_string()).collect() }
    }
}
