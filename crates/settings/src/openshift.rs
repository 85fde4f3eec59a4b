//! The flags that the API server of `OpenShift` makes of its configuration (`--openshift-config`): a `KubeAPIServerConfig`,
//! whose `apiServerArguments` are flags with lists of values, and some fields of which count where no argument says the same.
//! They are read behind the command line, so they overrule it.
//!
//! Source: `ConfigToFlags` in
//! <https://github.com/openshift/kubernetes/blob/master/openshift-kube-apiserver/openshiftkubeapiserver/flags.go>, and
//! `AuditFlags` and `SetIfUnset` in <https://github.com/openshift/apiserver-library-go/tree/master/pkg/configflags>. The
//! controller manager gets its flags on the command line, and the scheduler the file of every scheduler.

use std::collections::BTreeSet;

use ironsides_tree::{Cursor, Lines, Node, parse_one};

use crate::beside::{Files, scalar};
use crate::command_line::{CommandLine, Given, Value};
use crate::component::{Component, FlagType};
use crate::k3s::Doubt;
use crate::place::Place;

const FLAG: &str = "openshift-config";

/// Fields that stand for a flag.
const FIELDS: [(&str, &[&str]); 5] = [
    ("cors-allowed-origins", &["corsAllowedOrigins"]),
    ("service-account-key-file", &["serviceAccountPublicKeyFiles"]),
    ("service-cluster-ip-range", &["servicesSubnet"]),
    ("tls-cipher-suites", &["servingInfo", "cipherSuites"]),
    ("tls-min-version", &["servingInfo", "minTLSVersion"]),
];

/// Fields of `auditConfig` that stand for a flag where it is on; numbers that are not there are zero.
const AUDIT: [(&str, &str, &str); 5] = [
    ("audit-log-maxage", "maximumFileRetentionDays", "0"),
    ("audit-log-maxbackup", "maximumRetainedFiles", "0"),
    ("audit-log-maxsize", "maximumFileSizeMegabytes", "0"),
    ("audit-log-path", "auditFilePath", "-"),
    ("audit-policy-file", "policyFile", ""),
];

/// Adds the flags of the configuration that a command line names. Where that is not known, says why.
pub(crate) fn add(line: &mut CommandLine, component: Component, files: Files<'_>) -> Option<Doubt> {
    if component != Component::KubeApiserver {
        return None;
    }
    let (path, place) = match line.value(FLAG, FlagType::Single) {
        Value::Known(path, flag, _) if !path.is_empty() => (path, flag.place.clone()),
        _ => return None,
    };
    let read = match files(&path) {
        None => Err("nobody looked at it".to_owned()),
        Some(file) => match &file.content {
            Some(text) => match parse_one(text) {
                Ok(root) => Ok(Reader { path: &path, text, lines: Lines::new(text) }.flags(&root)),
                Err(error) => Err(format!("it is no YAML: {error}")),
            },
            None => Err(file.why.clone().or(file.unread.clone()).unwrap_or("its text is not known".into())),
        },
    };
    let why = match read {
        Ok(flags) => {
            line.given.extend(flags);
            return None;
        }
        Err(why) => why,
    };
    // What stands there overrules what stands here.
    line.hidden = Some(place.clone());
    line.before_hidden = line.given.len();
    Some(Doubt {
        why: format!("{path} may say more of what it is given: {why}"),
        missing: format!("{path} as the API server sees it, as root: `ironsides scan --node` there"),
        place,
        flags: None,
    })
}

struct Reader<'r> {
    path: &'r str,
    text: &'r str,
    lines: Lines,
}

impl Reader<'_> {
    fn flags(&self, root: &Node) -> Vec<Given> {
        let root = Cursor::root(root);
        let mut given = Vec::new();
        for (name, values) in root.get("apiServerArguments").entries() {
            self.push(name, &values, &mut given);
        }
        let set: BTreeSet<String> = given.iter().map(|flag| flag.name.clone()).collect();
        let is_free = |name: &str| !set.contains(name);
        for (name, field) in FIELDS.iter().filter(|(name, _)| is_free(name)) {
            self.push(name, &root.at(field), &mut given);
        }
        let bind = root.at(&["servingInfo", "bindAddress"]);
        if let Some((address, port)) = bind.str().and_then(|text| text.rsplit_once(':')) {
            let address = address.trim_start_matches('[').trim_end_matches(']');
            for (name, value) in [("bind-address", address), ("secure-port", port)] {
                if is_free(name) {
                    given.push(self.flag(name, Some(value.to_owned()), &bind));
                }
            }
        }
        let audit = root.get("auditConfig");
        if audit.get("enabled").bool() == Some(true) {
            for (name, field, default) in AUDIT.iter().filter(|(name, ..)| is_free(name)) {
                let at = audit.get(field);
                let value = at.node().and_then(scalar).filter(|value| !value.is_empty());
                let value = value.or_else(|| (!default.is_empty()).then(|| (*default).to_owned()));
                if value.is_some() {
                    given.push(self.flag(name, value, &at));
                }
            }
        }
        // The server writes what stands here into a file of its own when it starts.
        if is_free("admission-control-config-file") {
            let at = root.at(&["admission", "pluginConfig"]);
            given.push(self.flag("admission-control-config-file", None, &at));
        }
        given
    }

    /// The values of a flag, each as if it were given by itself.
    fn push(&self, name: &str, values: &Cursor<'_>, given: &mut Vec<Given>) {
        let items: Vec<Cursor<'_>> = values.items().collect();
        let items = if items.is_empty() { vec![values.clone()] } else { items };
        for at in items {
            if let Some(value) = at.node().and_then(scalar) {
                given.push(self.flag(name, Some(value), &at));
            }
        }
    }

    fn flag(&self, name: &str, value: Option<String>, at: &Cursor<'_>) -> Given {
        let line = at.mark().is_some().then(|| self.lines.position(self.text, at.mark().start).line);
        Given { name: name.replace('_', "-"), value, place: Place::file(self.path, line), value_place: None }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Component, Host, Settings};

    fn server(files: &str) -> Settings {
        let text = format!(
            "apiVersion: ironsides.dev/v1
kind: NodeFacts
metadata: {{name: master-0}}
processes:
- pid: 9
  program: kube-apiserver
  arguments: [kube-apiserver, --openshift-config=/c/config.yaml, --advertise-address=10.0.0.1, -v=2, --profiling=false]
  files: {files}"
        );
        let host = Host::read(&ironsides_tree::parse_one(&text).unwrap()).unwrap();
        Settings::of_host(&host).into_iter().find(|one| one.component() == Component::KubeApiserver).unwrap()
    }

    const CONFIG: &str = "
    /c/config.yaml:
      content: |
        apiVersion: kubecontrolplane.config.openshift.io/v1
        kind: KubeAPIServerConfig
        apiServerArguments:
          authorization-mode: [Scope, SystemMasters, RBAC, Node]
          anonymous-auth: ['true']
          profiling: ['true']
          audit-log-maxage: ['30']
        auditConfig: {enabled: true, maximumRetainedFiles: 10, auditFilePath: /var/log/audit.log}
        servingInfo:
          bindAddress: 0.0.0.0:6443
          cipherSuites: [TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384]
          minTLSVersion: VersionTLS12
        serviceAccountPublicKeyFiles: [/etc/keys]
";

    #[test]
    fn arguments_and_fields_are_flags() {
        let server = server(CONFIG);
        let text = |key: &str| server.get(key).unwrap().text().map(std::borrow::Cow::into_owned);
        assert_eq!(
            server.get("authorization-mode").unwrap().list(),
            ["Scope", "SystemMasters", "RBAC", "Node"]
        );
        assert_eq!(server.get("tls-cipher-suites").unwrap().list().len(), 2);
        for (key, value) in [
            ("advertise-address", "10.0.0.1"),
            ("anonymous-auth", "true"),
            ("audit-log-maxage", "30"),
            ("audit-log-maxbackup", "10"),
            ("audit-log-maxsize", "0"),
            ("audit-log-path", "/var/log/audit.log"),
            ("bind-address", "0.0.0.0"),
            ("secure-port", "6443"),
            ("service-account-key-file", "/etc/keys"),
            ("tls-min-version", "VersionTLS12"),
        ] {
            assert_eq!(text(key).as_deref(), Some(value), "{key}");
        }
        // Behind the command line, so it counts.
        let profiling = server.get("profiling").unwrap();
        assert_eq!(profiling.is_on(), Some(true));
        assert_eq!(profiling.place.to_string(), "/c/config.yaml:6");
        assert_eq!(profiling.overruled[0].0, "false");
        assert!(server.get("admission-control-config-file").is_err());
        assert!(!server.get("token-auth-file").unwrap().is_given());
    }

    #[test]
    fn a_configuration_that_is_not_known_leaves_open_what_is_not_given() {
        for files in
            ["{}", "{/c/config.yaml: {kind: unreadable, why: denied}}", "{/c/config.yaml: {content: '{'}}"]
        {
            let server = server(files);
            let unsure = server.get("anonymous-auth").unwrap_err();
            assert!(unsure.message.contains("/c/config.yaml may say more"), "{}", unsure.message);
            assert!(!server.is_whole());
            assert!(server.get("profiling").is_err(), "the file may overrule it");
        }
    }
}
