//! Schemas that reports are held against.

use serde_json::Value;

/// A schema that says where a document is wrong.
pub(crate) struct Schema(jsonschema::Validator);

impl Schema {
    /// Formats (dates, say) are asserted too.
    pub(crate) fn new(text: &str) -> Self {
        let schema: Value = serde_json::from_str(text).unwrap();
        Self::of(&schema)
    }

    pub(crate) fn of(schema: &Value) -> Self {
        Self(jsonschema::options().should_validate_formats(true).build(schema).unwrap())
    }

    pub(crate) fn check(&self, document: &Value) {
        let errors: Vec<String> = self
            .0
            .iter_errors(document)
            .take(5)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }

    pub(crate) fn refuses(&self, document: &Value) {
        assert!(!self.0.is_valid(document), "the schema takes what it should not: {document}");
    }
}
