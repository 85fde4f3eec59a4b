//! Labels and selectors. Source: `k8s.io/apimachinery/pkg/apis/meta/v1/validation`.

use super::super::draft::Draft;
use super::faults::Faults;
use super::form;

/// Every key and value of a map of labels.
pub(super) fn labels(map: &Draft, key: &str, faults: &mut Faults) {
    for (name, value) in map.entries() {
        faults.ensure(form::is_qualified(name), key, "a key is no qualified name");
        faults.ensure(form::is_label_value(value.text()), key, "a value is no label value");
    }
}

/// A label selector.
pub(super) fn selector(value: &Draft, faults: &mut Faults) {
    labels(value.get("matchLabels"), "matchLabels", faults);
    for (at, expression) in value.get("matchExpressions").items().iter().enumerate() {
        faults.enter("matchExpressions", |faults| {
            faults.item(at, |faults| {
                let values = expression.get("values").items();
                match expression.str("operator") {
                    "In" | "NotIn" => faults.ensure(!values.is_empty(), "values", "must not be empty"),
                    "Exists" | "DoesNotExist" => faults.ensure(values.is_empty(), "values", "must be empty"),
                    _ => faults.add("operator", "must be In, NotIn, Exists or DoesNotExist"),
                }
                faults.ensure(form::is_qualified(expression.str("key")), "key", "must be a qualified name");
                for value in values {
                    faults.ensure(form::is_label_value(value.text()), "values", "must be label values");
                }
            });
        });
    }
}

/// Whether a selector selects what has these labels.
pub(super) fn selects(selector: &Draft, labels: &Draft) -> bool {
    let all = selector.get("matchLabels").entries().iter();
    let mut all = all.map(|(key, value)| labels.has(key) && labels.str(key) == value.text());
    let mut expressions = selector.get("matchExpressions").items().iter().map(|expression| {
        let key = expression.str("key");
        let among = || expression.get("values").items().iter().any(|value| value.text() == labels.str(key));
        match expression.str("operator") {
            "In" => labels.has(key) && among(),
            "NotIn" => !labels.has(key) || !among(),
            "Exists" => labels.has(key),
            _ => !labels.has(key),
        }
    });
    all.all(|right| right) && expressions.all(|right| right)
}
