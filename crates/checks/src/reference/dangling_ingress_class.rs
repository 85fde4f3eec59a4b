//! An ingress class that nobody brings.

use ironsides_core::Inventory;

use super::look_up_global;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "dangling-ingress-class",
        title: "ingress names a class that is not in the input",
        severity: Severity::Low,
        family: "reference",
        since: "0.1.0",
        page: include_str!("dangling_ingress_class.md"),
    },
    run: Run::Together {
        judges: INGRESS,
        needs: &[("networking.k8s.io", "IngressClass")],
        welcomes: &[],
        run,
    },
};

const INGRESS: &[(&str, &str)] = &[("networking.k8s.io", "Ingress")];
const KIND: (&str, &str) = ("networking.k8s.io", "IngressClass");

fn run(ingress: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = ingress.cursor().at(&["spec", "ingressClassName"]);
    if let Some(finding) = look_up_global(out, inventory, KIND, &at) {
        finding.confidence(Confidence::Low);
    }
}
