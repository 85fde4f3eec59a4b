//! A webhook or policy that is skipped when it fails.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "webhook-fails-open",
        title: "webhook lets objects pass when it does not answer",
        severity: Severity::Medium,
        family: "admission",
        since: "0.1.0",
        page: include_str!("webhook_fails_open.md"),
    },
    run: Run::Kinds(VALIDATORS, run),
};

const VALIDATORS: &[(&str, &str)] = &[
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
];

fn run(object: &Object, out: &mut Out<'_>) {
    let root = object.cursor();
    // The first version of webhooks was lenient by default.
    let old = object.reference().api_version.ends_with("/v1beta1");
    let policy = root.get("spec").get("failurePolicy");
    let places = root.get("webhooks").items().map(|webhook| webhook.get("failurePolicy"));
    let places: Vec<Cursor<'_>> = if &*object.reference().kind == "ValidatingAdmissionPolicy" {
        vec![policy]
    } else {
        places.collect()
    };
    let mutating = &*object.reference().kind == "MutatingWebhookConfiguration";
    for at in places {
        let webhook = !at.path().to_string().starts_with("spec");
        let open = at.str() == Some("Ignore") || old && webhook && !at.is_set();
        if !open {
            out.pass(&at);
            continue;
        }
        let finding = out.fail(&at, "failurePolicy Ignore lets every object pass when there is no answer");
        if !at.is_set() {
            finding.effective("Ignore", "the default of v1beta1");
        }
        if mutating {
            finding.severity(Severity::Low);
        }
    }
}
