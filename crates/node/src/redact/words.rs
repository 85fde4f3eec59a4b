//! What is a secret by its name, and what by its form.

use std::borrow::Cow;
use std::sync::{LazyLock, OnceLock};

use regex::Regex;

use super::STARS;
use crate::names::plain;

/// Parts of names that announce a secret, lower case and without punctuation.
const PARTS: [&str; 20] = [
    "accesskey",
    "accountkey",
    "apikey",
    "basicauth",
    "certificatedata",
    "cookie",
    "credential",
    "dsn",
    "httpauth",
    "joinkey",
    "keydata",
    "licensekey",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "sharedaccesssignature",
    "token",
    "vpnauth",
];

/// Names that are a secret as a whole.
const WHOLE: [&str; 6] =
    ["auth", "authorization", "proxyauthorization", "caauthoritydata", "certificateauthoritydata", "sig"];

/// How names of secrets end, whatever stands before.
const ENDS: [&str; 4] = ["pass", "psk", "pw", "pwd"];

/// How names end that say something about a secret and are none.
const ABOUT: [&str; 32] = [
    "algorithm",
    "attributes",
    "audience",
    "audiences",
    "cacheduration",
    "cachettl",
    "cleanupperiod",
    "config",
    "configfile",
    "dir",
    "directory",
    "expiration",
    "expirationseconds",
    "file",
    "files",
    "issuer",
    "kind",
    "kubeconfig",
    "lookup",
    "maxage",
    "mode",
    "name",
    "names",
    "namespace",
    "path",
    "period",
    "provider",
    "ref",
    "syncs",
    "ttl",
    "version",
    "webhook",
];

/// Whether the value under a name is a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let name = plain(name);
    // `secrets-encryption`, `resources: [secrets]`; `--auth-token=jwt,…` of etcd says how tokens are made.
    let without = name.replace("secrets", "");
    if ABOUT.iter().any(|end| name.ends_with(end))
        || matches!(&*name, "authtoken" | "enablebootstraptokenauth")
    {
        return false;
    }
    WHOLE.contains(&&*name)
        || ENDS.iter().any(|end| name.ends_with(end)) && !name.ends_with("bypass")
        || PARTS.iter().any(|part| without.contains(part))
}

/// A form of secrets.
struct Form {
    /// What a text holds where it has such a secret, in lower case: one of these. Most texts have none of them, and an expression
    /// that nobody needs is not built.
    holds: &'static [&'static str],
    expression: &'static str,
    /// What stands in its place.
    with: &'static str,
    built: OnceLock<Regex>,
}

impl Form {
    const fn new(holds: &'static [&'static str], expression: &'static str, with: &'static str) -> Self {
        Self { holds, expression, with, built: OnceLock::new() }
    }

    #[expect(clippy::unwrap_used, reason = "a constant, and a test uses each")]
    fn hide<'a>(&self, lower: &str, text: &'a str) -> Cow<'a, str> {
        if !self.holds.iter().any(|part| lower.contains(part)) {
            return Cow::Borrowed(text);
        }
        self.built.get_or_init(|| Regex::new(self.expression).unwrap()).replace_all(text, self.with)
    }
}

static FORMS: [Form; 15] = [
    // A private key, in whole or in part.
    Form::new(
        &["-----begin "],
        r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\z)",
        STARS,
    ),
    // Who logs in to a database: passwords may hold anything, and the last `@` ends them (go-sql-driver/mysql, `ParseDSN`).
    Form::new(
        &["mysql://", "postgres", "nats://", "redis", "amqp", "mongodb"],
        r"(?i)((?:mysql|postgres(?:ql)?|nats|rediss?|amqps?|mongodb(?:\+srv)?)://)\S+@",
        "${1}********@",
    ),
    // Who logs in by an address.
    Form::new(&["://"], r#"([A-Za-z][A-Za-z0-9+.-]*://)[^\s/"']+@"#, "${1}********@"),
    // JSON web tokens.
    Form::new(&["eyj"], r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?", STARS),
    Form::new(&["bearer", "basic"], r"(?i)\b(bearer|basic)(\s+)[A-Za-z0-9+/=._~-]{6,}", "${1}${2}********"),
    // Bootstrap tokens; those of k3s and RKE2 with the hash of their authority.
    Form::new(&["."], r"(?-u:\b)[a-z0-9]{6}\.[a-z0-9]{16}(?-u:\b)", STARS),
    Form::new(&["k10"], r"\bK10[0-9a-f]{16,}::\S+", STARS),
    Form::new(&["akia", "asia"], r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", STARS),
    // Tokens of GitHub and Slack.
    Form::new(
        &["gh", "xox"],
        r"\b(?:gh[opsur]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|xox[abeoprs]-[A-Za-z0-9-]{10,})",
        STARS,
    ),
    // Headers.
    Form::new(
        &["authorization", "cookie", "x-"],
        r#"(?i)\b((?:proxy-)?authorization|cookie|x-[a-z-]*(?:token|key|auth))([ \t]*:[ \t]*)[^\n"']+"#,
        "${1}${2}********",
    ),
    // `{"name": "A_PASSWORD", "value": "…"}`
    Form::new(
        &["\"name"],
        concat!(
            r#"(?i)("name\\*"\s*:\s*\\*"[^"\\]*(?:auth|credential|key|pass|psk|pw|secret|token)[^"\\]*"#,
            r#"\\*"\s*,\s*\\*"value\\*"\s*:\s*\\*")[^"\\]+"#
        ),
        "${1}********",
    ),
    // `curl -u name:secret`, `etcdctl --user name:secret`
    Form::new(
        &["-u", "-proxy-user"],
        r#"((?:^|[\s"'])(?:-u|-U|--user|--proxy-user)(?:["']?\s+|=)?["']?)[^\s"'=-][^\s"']*:[^\s"']+"#,
        "${1}********",
    ),
    // `mysql -pSECRET`, `redis-cli -a SECRET`, `k3s server -t SECRET`
    Form::new(
        &["mysql", "mariadb"],
        r#"((?:^|[\s/])(?:mysql\w*|mariadb[\w-]*)\s(?:[^\n;|&]*?\s)?-p)[^\s"']+"#,
        "${1}********",
    ),
    Form::new(
        &["redis-cli"],
        r#"((?:^|[\s/])redis-cli\s(?:[^\n;|&]*?\s)?-a\s*["']?)[^\s"']+"#,
        "${1}********",
    ),
    Form::new(
        &["k3s", "rke2"],
        r#"((?:^|[\s/=])(?:k3s|rke2)["']?\s(?:[^\n;|&]*?\s)?["']?-t(?:["']?\s+|=)["']?)[^\s"']+"#,
        "${1}********",
    ),
];

/// How a name stands before its value in a text.
struct Named {
    /// The name, group 1, and what stands between it and the value.
    name: Regex,
    /// The value, from where it begins.
    value: Regex,
}

impl Named {
    #[expect(clippy::unwrap_used, reason = "constants, and a test uses each")]
    fn new(name: &str, value: &str) -> Self {
        Self { name: Regex::new(name).unwrap(), value: Regex::new(value).unwrap() }
    }

    /// The text without what names announce. What follows a name that announces nothing may hold another: of
    /// `--flag=name=secret` and `Environment="NAME=secret"` the inner one counts.
    fn hide<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut hidden = String::new();
        let (mut at, mut told) = (0, 0);
        while let Some(found) = self.name.captures_at(text, at) {
            let Some(whole) = found.get(0) else { break };
            at = whole.end();
            let name = found.get(1).map_or("", |name| name.as_str()).trim_start_matches('-');
            let rest = text.get(at..).unwrap_or_default();
            let stars = if is_secret_name(name) {
                self.value
                    .find(rest)
                    .filter(|value| !is_switch(value.as_str()))
                    .map(|value| (value, STARS.to_owned()))
            } else if rest.starts_with(['"', '\'']) {
                self.value.find(rest).and_then(|value| Some((value, in_quotes(value.as_str())?)))
            } else {
                None
            };
            if let Some((value, stars)) = stars {
                hidden.push_str(text.get(told..at).unwrap_or_default());
                hidden.push_str(&stars);
                at += value.end();
                told = at;
            }
        }
        if told == 0 {
            return Cow::Borrowed(text);
        }
        hidden.push_str(text.get(told..).unwrap_or_default());
        Cow::Owned(hidden)
    }
}

/// `name=value` with whatever quotes there are, `--name value`, `name: value`.
static NAMED: LazyLock<[Named; 3]> = LazyLock::new(|| {
    [
        Named::new(
            r#"([A-Za-z_][A-Za-z0-9_.-]*)(?:\s*=\s*|"\s*:\s*)"#,
            r#"\A(?:"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s"']+)"#,
        ),
        Named::new(r"(--?[A-Za-z][A-Za-z0-9_.-]*)\s+", r"\A[^\s-]\S*"),
        Named::new(r#"([A-Za-z_][A-Za-z0-9_.-]*)["']?[ \t]*:[ \t]+"#, r"\A[^\s,{}\[\]][^\n,{}\[\]]*"),
    ]
});

/// A text without what is a secret by its form, or by the name that stands before it. The time is that of a few readings,
/// however many names there are.
pub(crate) fn value(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    let lower = text.to_ascii_lowercase();
    for form in &FORMS {
        if let Cow::Owned(new) = form.hide(&lower, &text) {
            text = Cow::Owned(new);
        }
    }
    if !text.contains(['=', '-', ':']) {
        return text;
    }
    for named in &*NAMED {
        if let Cow::Owned(new) = named.hide(&text) {
            text = Cow::Owned(new);
        }
    }
    text
}

/// `"NAME=secret with blanks"` without the secret.
fn in_quotes(text: &str) -> Option<String> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (name, value) = text.strip_prefix(quote)?.strip_suffix(quote)?.split_once('=')?;
    let is_secret = is_secret_name(name.trim_start_matches('-')) && !is_switch(value);
    is_secret.then(|| format!("{quote}{name}={STARS}{quote}"))
}

/// Whether a value turns something on or off.
pub(crate) fn is_switch(value: &str) -> bool {
    matches!(value.trim_matches(['"', '\'']).to_ascii_lowercase().as_str(), "true" | "false" | "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_announce_secrets() {
        for (name, expected) in [
            ("token", true),
            ("agent-token", true),
            ("client-key-data", true),
            ("K3S_TOKEN", true),
            ("AWS_SECRET_ACCESS_KEY", true),
            ("etcd-s3-secret-key", true),
            ("oidc-client-secret", true),
            ("password", true),
            ("auth", true),
            ("identitytoken", true),
            ("Authorization", true),
            ("vpn-auth", true),
            ("K3S_VPN_AUTH", true),
            ("joinKey", true),
            ("KUBE_PW", true),
            ("PW", true),
            ("MYSQL_PWD", true),
            ("bgp_peerpass", true),
            ("LICENSE_KEY", true),
            ("HTTP_AUTH", true),
            ("basic-auth", true),
            ("psk", true),
            ("vpn-auth-file", false),
            ("basic-auth-file", false),
            ("anonymous-auth", false),
            ("client-cert-auth", false),
            ("token-auth-file", false),
            ("tokenFile", false),
            ("authentication-token-webhook", false),
            ("authentication-token-webhook-cache-ttl", false),
            ("auth-token", false),
            ("enable-bootstrap-token-auth", false),
            ("secrets-encryption", false),
            ("secretName", false),
            ("service-account-key-file", false),
            ("tls-private-key-file", false),
            ("key", false),
            ("authorization-mode", false),
            ("concurrent-serviceaccount-token-syncs", false),
            ("authorization-webhook-version", false),
        ] {
            assert_eq!(is_secret_name(name), expected, "{name}");
        }
    }

    #[test]
    fn no_flag_of_a_component_is_taken_for_a_secret() {
        let flags = [
            include_str!("../../../settings/src/flags/etcd.tsv"),
            include_str!("../../../settings/src/flags/kube_apiserver.tsv"),
            include_str!("../../../settings/src/flags/kube_controller_manager.tsv"),
            include_str!("../../../settings/src/flags/kube_scheduler.tsv"),
        ];
        let names = flags.iter().flat_map(|table| table.lines()).filter(|line| !line.starts_with('#'));
        let taken: Vec<&str> =
            names.filter_map(|line| line.split('\t').next()).filter(|name| is_secret_name(name)).collect();
        // Secrets, a switch, and what tells clusters of etcd apart.
        let expected = [
            "discovery-password",
            "discovery-token",
            "initial-cluster-token",
            "use-service-account-credentials",
        ];
        assert_eq!(taken, expected);
    }

    #[test]
    fn however_many_names_follow_each_other_they_are_read() {
        for part in ["a=", "a: ", "-a ", "a='", "{\"a\": "] {
            let text = part.repeat(100_000);
            assert_eq!(value(&text), text, "{part}");
            assert_eq!(value(&format!("{text}token=hunter2")), format!("{text}token=********"), "{part}");
        }
    }

    #[test]
    fn secrets_are_known_by_their_form() {
        for (text, expected) in [
            ("postgres://a:hunter2@db:5432/k3s", "postgres://********@db:5432/k3s"),
            ("http://hunter2@proxy", "http://********@proxy"),
            ("mysql://root:hunter2/a'a@b@tcp(db:3306)/k3s", "mysql://********@tcp(db:3306)/k3s"),
            ("https://root:hunter@2@e:2379", "https://********@e:2379"),
            ("AccountName=a;AccountKey=hunter2==;X=y", "AccountName=a;AccountKey=********"),
            ("https://h/c?sp=r&sig=hunter2", "https://h/c?sp=r&sig=********"),
            ("ghp_hunter2hunter2hunter2hunter2", "********"),
            ("xoxb-123456-hunter2hunter2", "********"),
            ("--feature-gates=A=true,B=false,C=true", "--feature-gates=A=true,B=false,C=true"),
            ("--a=b=c=token=hunter2", "--a=b=c=token=********"),
            ("https://10.0.0.1:6443/x@y", "https://10.0.0.1:6443/x@y"),
            ("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrIn0.c2ln", "********"),
            ("Authorization: Bearer hunter2hunter2", "Authorization: ********"),
            ("curl -sf -u admin:hunter2 https://h", "curl -sf -u ******** https://h"),
            ("wget --header=Authorization:hunter2 h", "wget --header=Authorization:********"),
            ("etcdctl --user root:hunter2 get", "etcdctl --user ******** get"),
            ("etcdctl --user=root:hunter2 get", "etcdctl --user=******** get"),
            ("mysql -u root -phunter2 db", "mysql -u root -p******** db"),
            ("redis-cli -a hunter2 ping", "redis-cli -a ******** ping"),
            ("k3s server -t hunter2 --v 2", "k3s server -t ******** --v 2"),
            ("a: 1\npassword: hunter2\nb: 2", "a: 1\npassword: ********\nb: 2"),
            ("{a: 1, password: hunter2, b: 2}", "{a: 1, password: ********, b: 2}"),
            (r#"{"name":"DB_PASSWORD","value":"hunter2"}"#, r#"{"name":"DB_PASSWORD","value":"********"}"#),
            (
                r#"{\"name\":\"DB_PW\",\"value\":\"hunter2\"}"#,
                r#"{\"name\":\"DB_PW\",\"value\":\"********\"}"#,
            ),
            ("--vpn-auth=name=tailscale,joinKey=hunter2", "--vpn-auth=********"),
            ("abcdef.0123456789abcdef", "********"),
            ("K10aaaabbbbccccddddeeee::server:hunter2", "********"),
            ("a\n-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\nb", "a\n********\nb"),
            ("-----BEGIN PRIVATE KEY-----\nAAAA", "********"),
            ("--token=hunter2 --v=2", "--token=******** --v=2"),
            ("--token hunter2 --v 2", "--token ******** --v 2"),
            ("sh -c 'DB_PASSWORD=\"hunter 2\" run'", "sh -c 'DB_PASSWORD=******** run'"),
            ("{\"password\": \"hunter2\"}", "{\"password\": ********}"),
            ("Environment=\"K3S_TOKEN=hunter2\" A=b", "Environment=\"K3S_TOKEN=********\" A=b"),
            ("X=\"A_TOKEN=hunter 2\" B=c", "X=\"A_TOKEN=********\" B=c"),
            ("--authentication-token-webhook=true", "--authentication-token-webhook=true"),
            ("--token-auth-file=/etc/tokens.csv", "--token-auth-file=/etc/tokens.csv"),
            ("--anonymous-auth=false", "--anonymous-auth=false"),
            ("AKIAABCDEFGHIJKLMNOP", "********"),
        ] {
            assert_eq!(value(text), expected);
        }
    }
}
