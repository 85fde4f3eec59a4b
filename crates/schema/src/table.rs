//! The form of the tables: kinds and types. What stands in them is generated.

use crate::field::Field;
use crate::generated::TYPES;

/// A kind that the API server serves as a resource of its own.
#[derive(Debug)]
pub struct Kind {
    /// API group; empty for the core group.
    pub group: &'static str,
    /// Version within the group.
    pub version: &'static str,
    /// The kind, in the singular and in camel case.
    pub kind: &'static str,
    /// The resource name in URLs and RBAC rules.
    pub plural: &'static str,
    /// Whether objects live in a namespace.
    pub namespaced: bool,
    /// Where the object lies that holds a pod's `metadata` and `spec`; empty for a Pod, `None` for kinds that make
    /// no pods. Found by following the type graph to `PodTemplateSpec`.
    pub pod_template: Option<&'static [&'static str]>,
    pub(crate) ty: TypeId,
}

impl Kind {
    /// The type of the whole object.
    pub fn ty(&self) -> &'static Type {
        self.ty.get()
    }
}

/// The number of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TypeId(pub(crate) u16);

impl TypeId {
    /// The type of this number.
    pub fn get(self) -> &'static Type {
        &TYPES[usize::from(self.0)]
    }
}

/// A map with known fields.
#[derive(Debug)]
pub struct Type {
    /// Group, version and name, such as `core.v1.Container` or `meta.v1.ObjectMeta`.
    pub name: &'static str,
    /// All fields, sorted by name.
    pub fields: &'static [Field],
    /// The enforced fields, one bit each by their place in `fields`.
    pub(crate) enforced: u64,
}

impl Type {
    pub(crate) const fn new(name: &'static str, fields: &'static [Field]) -> Self {
        let mut enforced = 0;
        let mut at = 0;
        while at < fields.len() {
            if fields[at].enforced() {
                enforced |= 1 << at;
            }
            at += 1;
        }
        Self { name, fields, enforced }
    }

    /// The field of this name. Names are case-sensitive, as they are for the API server.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.position(name).map(|at| &self.fields[at])
    }

    /// The field at the end of a chain of names; lists and maps on the way stand for their items, as in
    /// `kubectl explain pod.spec.containers.ports`.
    pub fn at(&self, names: &[&str]) -> Option<&'static Field> {
        let (last, way) = names.split_last()?;
        let Some((first, rest)) = way.split_first() else { return self.field(last) };
        let inner = self.field(first)?.shape.object()?;
        rest.iter().try_fold(inner, |ty, name| ty.field(name)?.shape.object())?.field(last)
    }

    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.fields.binary_search_by(|field| field.name.cmp(name)).ok()
    }
}
