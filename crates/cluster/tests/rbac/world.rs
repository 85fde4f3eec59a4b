//! Random roles and bindings, with everything that rules can hold.

use ironsides_rbac::service_account_user;
use serde_json::{Value, json};

use crate::random::Random;

pub(crate) const VERBS: &[&str] =
    &["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "use", "Get", "*"];
pub(crate) const GROUPS: &[&str] = &["", "apps", "batch", "example.com", "*"];
pub(crate) const RESOURCES: &[&str] = &[
    "pods",
    "pods/log",
    "secrets",
    "configmaps",
    "deployments",
    "deployments/scale",
    "nodes/proxy",
    "*",
    "*/scale",
    "*/log",
    "pods/*",
    "*/*",
    "pod*",
    "",
];
pub(crate) const NAMES: &[&str] = &["web", "db", "a.b", "*", ""];
pub(crate) const URLS: &[&str] =
    &["/healthz", "/healthz/*", "/metrics", "/logs*", "/logs**", "/a*b", "/", "*", "/version", "/api/*"];
/// The label of everything that one run makes.
pub(crate) const LABEL: &str = "ironsides-test-run";

pub(crate) struct World {
    pub(crate) run: String,
    pub(crate) namespaces: Vec<String>,
    pub(crate) users: Vec<String>,
    pub(crate) groups: Vec<String>,
    /// Namespace and name.
    pub(crate) accounts: Vec<(String, String)>,
    /// Roles and bindings, in the order in which they are made.
    pub(crate) objects: Vec<Value>,
    /// Those who write roles and bindings.
    pub(crate) writers: Vec<String>,
    /// Service accounts who act as others: namespace and name.
    pub(crate) actors: Vec<(String, String)>,
    /// Cluster roles to write and bind.
    pub(crate) cluster_roles: Vec<String>,
    /// Roles to write and bind: namespace and name.
    pub(crate) roles: Vec<(String, String)>,
}

impl World {
    pub(crate) fn new(run: String, random: &mut Random) -> Self {
        let namespaces: Vec<String> = ["a", "b", "c"].iter().map(|name| format!("{run}-{name}")).collect();
        let mut users: Vec<String> = (0..24).map(|at| format!("{run}-user-{at}")).collect();
        users.extend([
            format!("{run} o'brien@example.com"),
            format!("{run}-zoë"),
            format!("{run}:night \"shift\""),
        ]);
        let accounts: Vec<(String, String)> = namespaces
            .iter()
            .flat_map(|namespace| {
                ["robot", "default", "robot.v1"].map(|name| (namespace.clone(), name.to_owned()))
            })
            .collect();
        let mut world = Self {
            groups: (0..6).map(|at| format!("{run}-group-{at}")).collect(),
            writers: (0..12).map(|at| format!("{run}-writer-{at}")).collect(),
            actors: (0..8).map(|at| (namespaces[at % 2].clone(), format!("actor-{at}"))).collect(),
            run,
            namespaces,
            users,
            accounts,
            objects: Vec::new(),
            cluster_roles: Vec::new(),
            roles: Vec::new(),
        };
        world.roles(random);
        world.aggregation(random);
        world.bindings(random);
        world.writers(random);
        world.actors(random);
        world.markers();
        world
    }

    fn add(&mut self, kind: &str, namespace: Option<&str>, name: &str, mut more: Value) {
        more["apiVersion"] = "rbac.authorization.k8s.io/v1".into();
        more["kind"] = kind.into();
        more["metadata"]["name"] = name.into();
        more["metadata"]["labels"][LABEL] = self.run.clone().into();
        if let Some(namespace) = namespace {
            more["metadata"]["namespace"] = namespace.into();
        }
        self.objects.push(more);
    }

    fn roles(&mut self, random: &mut Random) {
        for at in 0..40 {
            let name = format!("{}-cluster-{at}", self.run);
            let mut rules: Vec<Value> = (0..=random.below(3)).map(|_| rule(random, true)).collect();
            if let Some(url) = ["*", "/healthz/*", "/version"].get(at) {
                rules.push(json!({"nonResourceURLs": [url], "verbs": ["get"]}));
            }
            self.add("ClusterRole", None, &name, json!({"rules": rules}));
            self.cluster_roles.push(name);
        }
        for at in 0..30 {
            let (name, namespace) = (format!("{}:role {at}", self.run), self.namespaces[at % 3].clone());
            let rules: Vec<Value> = (0..=random.below(3)).map(|_| rule(random, false)).collect();
            self.add("Role", Some(&namespace), &name, json!({"rules": rules}));
            self.roles.push((namespace, name));
        }
    }

    /// Roles that gather from others, from each other and in a circle.
    fn aggregation(&mut self, random: &mut Random) {
        let label = |name: &str| format!("{}/{name}", self.run);
        let (to, level) = (label("to"), label("level"));
        let all = [
            ("x", json!({"matchLabels": {&to: "one"}})),
            ("y", json!({"matchExpressions": [{"key": to, "operator": "In", "values": ["one", "two"]}]})),
            ("z", json!({"matchLabels": {&level: "1"}})),
            ("round-1", json!({"matchLabels": {&level: "round-2"}})),
            (
                "round-2",
                json!({"matchExpressions": [{"key": &level, "operator": "In", "values": ["round-1", "seed"]}]}),
            ),
            ("none", json!({"matchLabels": {&to: "nobody"}})),
        ];
        let levels = [("x", "1"), ("y", "1"), ("round-1", "round-1"), ("round-2", "round-2")];
        for (name, selector) in &all {
            let own = levels.iter().find(|(known, _)| known == name).map_or("top", |(_, level)| level);
            let rules = if matches!(*name, "none" | "x") { vec![rule(random, true)] } else { Vec::new() };
            let name = format!("{}-gather-{name}", self.run);
            self.add(
                "ClusterRole",
                None,
                &name,
                json!({"metadata": {"labels": {&level: own}}, "rules": rules,
                       "aggregationRule": {"clusterRoleSelectors": [selector]}}),
            );
            self.cluster_roles.push(name);
        }
        for at in 0..6 {
            let labels = match at {
                0..3 => json!({&to: "one"}),
                3..5 => json!({&to: "two"}),
                _ => json!({&level: "seed"}),
            };
            let rules: Vec<Value> = (0..=random.below(2)).map(|_| rule(random, true)).collect();
            let name = format!("{}-given-{at}", self.run);
            self.add("ClusterRole", None, &name, json!({"metadata": {"labels": labels}, "rules": rules}));
        }
    }

    fn bindings(&mut self, random: &mut Random) {
        for at in 0..60 {
            let role = if at < 3 {
                role_ref("ClusterRole", &self.cluster_roles[at])
            } else {
                self.cluster_role(random)
            };
            let subjects: Vec<Value> = (0..=random.below(3)).map(|_| self.subject(random, false)).collect();
            let name = format!("{}:cluster {at}", self.run);
            self.add("ClusterRoleBinding", None, &name, json!({"roleRef": role, "subjects": subjects}));
        }
        for at in 0..80 {
            let namespace = random.pick(&self.namespaces).clone();
            let role =
                if random.percent(50) { self.cluster_role(random) } else { self.role(&namespace, random) };
            let subjects: Vec<Value> = (0..=random.below(3)).map(|_| self.subject(random, true)).collect();
            let name = format!("{}:{at}", self.run);
            self.add("RoleBinding", Some(&namespace), &name, json!({"roleRef": role, "subjects": subjects}));
        }
    }

    fn cluster_role(&self, random: &mut Random) -> Value {
        let gathering = &self.cluster_roles[40..];
        let name = match random.below(10) {
            0 => format!("{}-missing-{}", self.run, random.below(3)),
            1 => "view".to_owned(),
            2..4 => random.pick(gathering).clone(),
            _ => random.pick(&self.cluster_roles[..40]).clone(),
        };
        role_ref("ClusterRole", &name)
    }

    fn role(&self, namespace: &str, random: &mut Random) -> Value {
        if random.percent(10) {
            return role_ref("Role", format!("{}-missing-{}", self.run, random.below(3)));
        }
        let own: Vec<&String> =
            self.roles.iter().filter(|(place, _)| place == namespace).map(|(_, name)| name).collect();
        role_ref("Role", random.pick(&own))
    }

    fn subject(&self, random: &mut Random, in_namespace: bool) -> Value {
        let (namespace, name) = random.pick(&self.accounts);
        match random.below(10) {
            0..4 => user(random.pick(&self.users)),
            4..6 => {
                json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": random.pick(&self.groups)})
            }
            6 => user(service_account_user(namespace, name)),
            7 if in_namespace => json!({"kind": "ServiceAccount", "name": name}),
            _ => json!({"kind": "ServiceAccount", "name": name, "namespace": namespace}),
        }
    }

    /// Users who may write roles and bindings, with some rights of their own.
    fn writers(&mut self, random: &mut Random) {
        for (at, writer) in self.writers.clone().into_iter().enumerate() {
            let all = ["roles", "clusterroles", "rolebindings", "clusterrolebindings"];
            let write = ["create", "update", "patch", "delete"];
            let mut rules = vec![json!({"apiGroups": ["rbac.authorization.k8s.io"], "resources": all,
                       "verbs": if at % 4 == 3 { &write[..=random.below(3)] } else { &write[..] }})];
            if random.percent(40) {
                let mut rule = json!({"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles", "clusterroles"],
                                      "verbs": [random.pick(&["bind", "escalate", "*"])]});
                if random.percent(50) {
                    rule["resourceNames"] = json!(random.some(12, &self.cluster_roles));
                }
                rules.push(rule);
            }
            rules.extend((0..random.below(4)).map(|_| rule(random, true)));
            match at {
                0 => rules.push(json!({"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]})),
                1 => rules.extend([
                    json!({"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}),
                    json!({"nonResourceURLs": ["*"], "verbs": ["*"]}),
                ]),
                _ => {}
            }
            let name = format!("{}-may-write-{at}", self.run);
            self.add("ClusterRole", None, &name, json!({"rules": rules}));
            let binding = json!({"roleRef": role_ref("ClusterRole", &name), "subjects": [user(&writer)]});
            if at % 3 == 2 {
                let namespace = self.namespaces[0].clone();
                self.add("RoleBinding", Some(&namespace), &name, binding);
            } else {
                self.add("ClusterRoleBinding", None, &name, binding);
            }
            let more = self.cluster_role(random);
            let namespace = random.pick(&self.namespaces).clone();
            let binding = json!({"roleRef": more, "subjects": [user(&writer)]});
            self.add("RoleBinding", Some(&namespace), &format!("{name}-more"), binding);
        }
    }

    /// Service accounts with the rights to act as others, legacy and constrained.
    fn actors(&mut self, random: &mut Random) {
        for (at, (namespace, name)) in self.actors.clone().into_iter().enumerate() {
            let mut rules = Vec::new();
            for _ in 0..3 + random.below(6) {
                rules.push(self.acting(random));
            }
            if at == 0 {
                rules.push(json!({"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}));
            }
            let role = format!("{}-may-act-{at}", self.run);
            self.add("ClusterRole", None, &role, json!({"rules": rules}));
            let subject = json!({"kind": "ServiceAccount", "name": name, "namespace": namespace});
            let binding = json!({"roleRef": role_ref("ClusterRole", &role), "subjects": [subject]});
            self.add("ClusterRoleBinding", None, &role, binding);
        }
    }

    fn acting(&self, random: &mut Random) -> Value {
        const AUTHENTICATION: &str = "authentication.k8s.io";
        let modes = ["user-info", "serviceaccount", "arbitrary-node"];
        let mode = random.pick(&modes);
        let mut rule = match random.below(8) {
            0 => {
                json!({"apiGroups": [""], "resources": random.some(3, &["users", "groups", "serviceaccounts"]),
                        "verbs": ["impersonate"]})
            }
            1 => json!({"apiGroups": [AUTHENTICATION], "verbs": ["impersonate"],
                        "resources": random.some(3, &["uids", "userextras/scopes", "userextras/acme.com/a", "*/scopes"])}),
            2 | 3 => json!({"apiGroups": [AUTHENTICATION], "verbs": [format!("impersonate:{mode}")],
                        "resources": random.some(4, &["users", "groups", "serviceaccounts", "nodes", "uids", "*"])}),
            4 => json!({"apiGroups": [AUTHENTICATION], "verbs": ["impersonate:user-info"],
                        "resources": ["users", "groups", "userextras/acme.com/a", "userextras/*"]}),
            5 => json!({"apiGroups": ["*"], "resources": ["*"], "verbs":
                        [format!("impersonate-on:{mode}:create"), format!("impersonate-on:{mode}:list")]}),
            6 => json!({"apiGroups": ["", AUTHENTICATION], "resources": ["selfsubjectreviews", "configmaps"],
                        "verbs": ["impersonate-on:user-info:create", "impersonate-on:serviceaccount:list"]}),
            _ => {
                json!({"nonResourceURLs": ["/healthz"], "verbs": [format!("impersonate-on:{mode}:get"), "impersonate"]})
            }
        };
        if rule.get("resources").is_some() && random.percent(25) {
            let mut names = random.some(3, &self.users);
            names.extend(random.some(2, &self.groups));
            names.extend(["robot".to_owned(), "*".to_owned(), "node-1".to_owned(), "view".to_owned()]);
            rule["resourceNames"] = json!(names);
        }
        rule
    }

    /// What is made last: when these count, everything does.
    fn markers(&mut self) {
        let (name, namespace) = (format!("{}-settled", self.run), self.namespaces[2].clone());
        let rules =
            |verb: &str| json!({"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": [verb]}]});
        let subjects = json!([user(&name)]);
        self.add("ClusterRole", None, &name, rules("marked-everywhere"));
        self.add("Role", Some(&namespace), &name, rules("marked"));
        let binding = |kind| json!({"roleRef": role_ref(kind, &name), "subjects": subjects});
        let (everywhere, here) = (binding("ClusterRole"), binding("Role"));
        self.add("ClusterRoleBinding", None, &name, everywhere);
        self.add("RoleBinding", Some(&namespace), &name, here);
    }
}

pub(crate) fn role_ref(kind: &str, name: impl AsRef<str>) -> Value {
    json!({"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name.as_ref()})
}

pub(crate) fn user(name: impl AsRef<str>) -> Value {
    json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": name.as_ref()})
}

/// A rule; about paths only where these may be.
pub(crate) fn rule(random: &mut Random, urls: bool) -> Value {
    let some = |count: usize, from: &[&'static str], random: &mut Random| {
        let count = 1 + random.below(count);
        random.some(count, from)
    };
    if urls && random.percent(35) {
        return json!({"nonResourceURLs": some(2, URLS, random), "verbs": some(3, VERBS, random)});
    }
    let mut rule = json!({
        "apiGroups": some(2, GROUPS, random),
        "resources": some(3, RESOURCES, random),
        "verbs": some(3, VERBS, random),
    });
    if random.percent(30) {
        rule["resourceNames"] = json!(some(2, NAMES, random));
    }
    rule
}
