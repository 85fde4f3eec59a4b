//! The API server as something to judge.

use std::sync::Arc;

use ironsides_core::{Object, Origin, Server, Target};
use ironsides_tree::parse_one;

/// What an API server tells of itself as a tree, so that checks look at it as at any object: `address`, `version`,
/// `anonymous`, …. The target is the cluster.
pub(crate) fn object(server: &Server) -> Option<Object> {
    let text = serde_json::to_string(server).ok()?;
    let root = parse_one(&text).ok()?;
    let mut object = Object::new(root, Origin::Api { request: Arc::from("GET /version") }, Vec::new());
    object.target = Arc::new(Target::Cluster { name: server.address.clone() });
    Some(object)
}

#[cfg(test)]
mod tests {
    use ironsides_core::Answer;

    use super::*;

    #[test]
    fn a_server_is_looked_at_as_an_object() {
        let server = Server {
            address: "https://10.0.0.1:6443".into(),
            anonymous: vec![Answer {
                request: "GET /version".into(),
                status: 200,
                message: "\u{7f}\n".into(),
            }],
            ..Server::default()
        };
        let object = object(&server).unwrap();
        assert_eq!(object.target.to_string(), "cluster https://10.0.0.1:6443");
        let answer = object.cursor().get("anonymous").items().next().unwrap();
        assert_eq!(answer.get("status").int(), Some(200));
        assert_eq!(answer.get("message").str(), Some("\u{7f}\n"));
    }
}
