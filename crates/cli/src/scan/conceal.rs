//! Secrets in the files behind a kustomization, whether or not they are in what it makes.

use std::path::Path;

use ironsides_checks::{sensitive, sensitive_in_kustomization};
use ironsides_core::{Object, Origin, PodTemplates, Source};
use ironsides_report::SourceText;
use ironsides_tree::{Document, Documents, Limits};

use crate::scan::render::is_entry;

/// Conceals the secrets that stand in a kustomization file itself.
pub(crate) fn kustomization(source: &SourceText) {
    for document in documents(source) {
        for span in sensitive_in_kustomization(&document.root, source.text()) {
            source.conceal(span);
        }
    }
}

/// Conceals the secrets of a file that takes part in a kustomization: its own file, a resource, a patch.
pub(crate) fn written(source: &SourceText, templates: &PodTemplates) {
    if is_entry(Path::new(&**source.path())) {
        return kustomization(source);
    }
    for document in documents(source) {
        let origin = Origin::File { path: source.path().clone(), text: source.text().clone() };
        let object = Object::new(document.root, origin, document.remarks);
        for span in sensitive(&object, templates) {
            if let Source::File { span, .. } = object.source(span) {
                source.conceal(span);
            }
        }
    }
}

/// The documents of a file as far as it is YAML.
fn documents(source: &SourceText) -> impl Iterator<Item = Document> {
    Documents::new(source.text(), Limits::default()).filter_map(Result::ok)
}
