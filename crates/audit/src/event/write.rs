//! An event as JSON text.

use std::sync::Arc;

use ironsides_tree::{Map, Node, Text, Value, print};

use super::{Body, Event, ObjectReference, Response, User, Word};

impl Event<'_> {
    /// The event as one line of JSON, in the form of `audit.k8s.io/v1`. What is empty is left out.
    ///
    /// [`Event::read`] finds the same event in it, but for keys that stand twice and bodies written in another way.
    pub fn json(&self) -> String {
        let mut fields = Fields::default();
        fields.text("kind", "Event");
        fields.text("apiVersion", "audit.k8s.io/v1");
        fields.text("level", self.level.map_or("", |level| level.as_str()));
        fields.text("auditID", &self.audit_id);
        fields.text("stage", self.stage.map_or("", |stage| stage.as_str()));
        fields.text("requestURI", &self.request_uri);
        fields.text("verb", &self.verb);
        fields.put("user", user(&self.user));
        if let Some(impersonated) = &self.impersonated_user {
            fields.put("impersonatedUser", user(impersonated));
        }
        if !self.impersonation_constraint.is_empty() {
            let mut inner = Fields::default();
            inner.text("impersonationConstraint", &self.impersonation_constraint);
            fields.put("authenticationMetadata", inner.node());
        }
        fields.list("sourceIPs", &self.source_ips);
        fields.text("userAgent", &self.user_agent);
        if let Some(reference) = &self.object {
            fields.put("objectRef", object(reference));
        }
        if let Some(answer) = &self.response {
            fields.put("responseStatus", response(answer));
        }
        fields.body("requestObject", &self.request_body);
        fields.body("responseObject", &self.response_body);
        fields.text("requestReceivedTimestamp", &self.received);
        fields.text("stageTimestamp", &self.staged);
        let mut annotations = Fields::default();
        for (key, value) in &self.annotations {
            annotations.put(key, string(value));
        }
        if !annotations.0.is_empty() {
            fields.put("annotations", annotations.node());
        }
        print::json(&fields.node())
    }
}

fn user(user: &User<'_>) -> Node {
    let mut fields = Fields::default();
    fields.text("username", &user.name);
    fields.text("uid", &user.uid);
    fields.list("groups", &user.groups);
    if !user.extra.is_empty() {
        let mut extra = Fields::default();
        for (key, values) in &user.extra {
            extra.put(key, list(values));
        }
        fields.put("extra", extra.node());
    }
    fields.node()
}

fn object(object: &ObjectReference<'_>) -> Node {
    let mut fields = Fields::default();
    fields.text("resource", &object.resource);
    fields.text("namespace", &object.namespace);
    fields.text("name", &object.name);
    fields.text("uid", &object.uid);
    fields.text("apiGroup", &object.group);
    fields.text("apiVersion", &object.version);
    fields.text("resourceVersion", &object.resource_version);
    fields.text("subresource", &object.subresource);
    fields.node()
}

fn response(response: &Response<'_>) -> Node {
    let mut fields = Fields::default();
    fields.text("status", &response.status);
    fields.text("message", &response.message);
    fields.text("reason", &response.reason);
    if response.code != 0 {
        fields.put("code", Node::bare(Value::Int(i64::from(response.code))));
    }
    fields.node()
}

fn string(text: &str) -> Node {
    Node::bare(text.into())
}

fn list(items: &[Word<'_>]) -> Node {
    Node::bare(Value::List(items.iter().map(|item| string(item)).collect()))
}

/// The entries of a map that is being written.
#[derive(Default)]
struct Fields(Vec<(Text, Node)>);

impl Fields {
    fn put(&mut self, key: &str, value: Node) {
        self.0.push((Text::new(key), value));
    }

    fn text(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.put(key, string(text));
        }
    }

    fn list(&mut self, key: &str, items: &[Word<'_>]) {
        if !items.is_empty() {
            self.put(key, list(items));
        }
    }

    fn body(&mut self, key: &str, body: &Body<'_>) {
        if let Some(tree) = body.tree() {
            self.put(key, tree);
        }
    }

    fn node(self) -> Node {
        Node::bare(Value::Map(Arc::new(self.0.into_iter().collect::<Map>())))
    }
}
