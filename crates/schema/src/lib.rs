//! The built-in kinds of Kubernetes as tables: fields, types, list keys, pod templates.
