use super::*;

const ONE: &str = "
apiVersion: v1
kind: Config
current-context: ''
clusters:
- {name: near, cluster: {server: 'https://near:6443', certificate-authority: pki/ca.crt}}
- {name: far, cluster: {server: 'https://far', insecure-skip-tls-verify: true, proxy-url: 'http://proxy:1'}}
users:
- {name: me, user: {token: ' secret ', as: boss}}
contexts:
- {name: near, context: {cluster: near, user: me, namespace: shop}}
- {name: nobody, context: {cluster: far}}
- {name: ghost, context: {cluster: far, user: gone}}
- {name: lost, context: {cluster: gone, user: me}}
";

const TWO: &str = "
current-context: near
clusters:
- {name: near, cluster: {server: 'https://other', tls-server-name: api}}
users:
- {name: me, user: {username: a, password: b}}
- {name: basic, user: {username: a, password: b}}
contexts:
- {name: near, context: {cluster: far}}
";

/// A folder with the files `a/one`, `a/pki/ca.crt` and `two`.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("a/pki")).unwrap();
    for (file, text) in [("a/one", ONE), ("a/pki/ca.crt", "pem"), ("two", TWO), ("empty", "")] {
        std::fs::write(folder.path().join(file), text).unwrap();
    }
    folder
}

fn at(folder: &tempfile::TempDir, files: &[&str]) -> Environment {
    let files = files.iter().map(|file| folder.path().join(file));
    Environment { kubeconfig: Some(std::env::join_paths(files).unwrap()), ..Environment::default() }
}

fn message(connect: &Connect, environment: &Environment) -> String {
    Settings::resolve(connect, environment).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn of_several_files_the_first_that_says_something_counts() {
    let folder = folder();
    let environment = at(&folder, &["missing", "empty", "a/one", "two", "a/one"]);
    let settings = Settings::resolve(&Connect::default(), &environment).ok().unwrap();
    // The empty current context of the first file says nothing; its entries are whole.
    assert_eq!((settings.context.as_str(), settings.namespace.as_str()), ("near", "shop"));
    assert_eq!(settings.address.to_string(), "https://near:6443/");
    assert_eq!(settings.tls_server_name, None);
    // A path is meant from its own file.
    assert_eq!(settings.authorities.as_deref(), Some(&b"pem"[..]));
    assert!(matches!(&settings.credentials, Credentials::Token(token) if token == "secret"));
    assert_eq!(settings.impersonate, [("Impersonate-User".to_owned(), "boss".to_owned())]);
    let connect = Connect { user: Some("basic".into()), ..Connect::default() };
    let settings = Settings::resolve(&connect, &environment).ok().unwrap();
    assert!(matches!(&settings.credentials, Credentials::Basic(user, _) if user == "a"));
    let settings = Settings::resolve(&Connect::default(), &at(&folder, &["two", "a/one"])).ok().unwrap();
    assert_eq!(settings.address.to_string(), "https://far/");
    assert!(settings.insecure && settings.proxy.is_some_and(|proxy| proxy == "http://proxy:1/"));
}

#[test]
fn what_is_named_and_missing_is_an_error() {
    let folder = folder();
    let one = at(&folder, &["a/one"]);
    let context = |name: &str| Connect { context: Some(name.into()), ..Connect::default() };
    for (connect, expected) in [
        (Connect::default(), "no context is current in "),
        (context("elsewhere"), "there is no context \"elsewhere\" in "),
        (context("ghost"), "there is no user \"gone\" in "),
        (context("lost"), "there is no cluster \"gone\" in "),
        (Connect { user: Some("you".into()), ..context("near") }, "there is no user \"you\" in "),
        (Connect { cluster: Some("gone".into()), ..context("near") }, "there is no cluster \"gone\" in "),
        (
            Connect { kubeconfig: vec![folder.path().join("missing")], ..Connect::default() },
            "missing: No such file",
        ),
        (
            Connect { as_groups: vec!["dev".into()], ..context("nobody") },
            "only be impersonated together with a user",
        ),
        (Connect { as_user_extra: vec!["dev".into()], ..context("near") }, "must be of the form key=value"),
        (Connect { server: Some("ftp://x".into()), ..context("near") }, "it must be http:// or https://"),
        (
            Connect { client_key: Some(folder.path().join("two")), ..context("near") },
            "a client key without a certificate",
        ),
    ] {
        let found = message(&connect, &one);
        assert!(found.contains(expected), "{expected}: {found}");
    }
    assert!(message(&context("ghost"), &one).contains("which context \"ghost\" names: there are me"));
    assert_eq!(message(&context("nobody"), &one), "");
}

#[test]
fn broken_files_are_named_with_what_is_wrong() {
    let folder = folder();
    for (text, expected) in [
        ("{bad", "line 1, column"),
        ("kind: Secret", "its kind is \"Secret\""),
        ("[]", "it must be a map, not list"),
        ("users: [{name: a}, {name: a}]", "users has two entries named \"a\""),
        ("contexts: [{}]", "an entry of contexts has no name"),
        (
            "{current-context: a, contexts: [{name: a, context: {cluster: a}}], clusters: [{name: a, cluster: {server: 7}}]}",
            "server must be a string, not integer",
        ),
        (
            "{current-context: a, contexts: [{name: a, context: {cluster: a}}], clusters: [{name: a, cluster: {}}]}",
            "the cluster has no server",
        ),
    ] {
        std::fs::write(folder.path().join("broken"), text).unwrap();
        let found = message(&Connect::default(), &at(&folder, &["broken"]));
        assert!(found.contains(expected) && found.contains("broken"), "{text}: {found}");
    }
}

#[test]
fn without_a_kubeconfig_a_pod_s_own_account_counts() {
    let folder = tempfile::tempdir().unwrap();
    let mut environment = Environment { home: Some(folder.path().to_owned()), ..Environment::default() };
    assert!(message(&Connect::default(), &environment).contains(".kube/config"));
    environment.service = Some(("fd00::1".into(), "443".into()));
    environment.account = folder.path().to_owned();
    assert!(message(&Connect::default(), &environment).contains("no cluster is configured"));
    for (file, text) in [("token", "t"), ("ca.crt", "pem"), ("namespace", "ops\n")] {
        std::fs::write(folder.path().join(file), text).unwrap();
    }
    let settings = Settings::resolve(&Connect::default(), &environment).ok().unwrap();
    assert_eq!(
        (settings.address.to_string().as_str(), settings.namespace.as_str()),
        ("https://[fd00::1]:443/", "ops")
    );
    assert!(matches!(&settings.credentials, Credentials::TokenFile(file, None) if file.ends_with("token")));
    // A server that is named is that server, with this account's token.
    let connect =
        Connect { server: Some("https://other".into()), namespace: Some("x".into()), ..Connect::default() };
    let settings = Settings::resolve(&connect, &environment).ok().unwrap();
    assert_eq!((settings.address.to_string().as_str(), settings.namespace.as_str()), ("https://other/", "x"));
}

#[test]
fn flags_come_before_the_kubeconfig() {
    let folder = folder();
    let one = at(&folder, &["a/one"]);
    let connect = Connect {
        context: Some("near".into()),
        token: Some("other".into()),
        as_user: Some("bob".into()),
        as_groups: vec!["a".into(), "b".into()],
        as_user_extra: vec!["example.com/k=v=w".into()],
        certificate_authority: Some(folder.path().join("two")),
        ..Connect::default()
    };
    let settings = Settings::resolve(&connect, &one).ok().unwrap();
    assert!(matches!(&settings.credentials, Credentials::Token(token) if token == "other"));
    assert_eq!(settings.authorities.as_deref(), Some(TWO.as_bytes()));
    let headers: Vec<String> =
        settings.impersonate.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    assert_eq!(
        headers,
        [
            "Impersonate-User: bob",
            "Impersonate-Group: a",
            "Impersonate-Group: b",
            "Impersonate-Extra-example.com%2Fk: v=w"
        ]
    );
    // Without a scheme it is http, unless something is there that only TLS needs.
    let connect = Connect { server: Some("10.0.0.1:6443".into()), ..Connect::default() };
    let bare = Settings::resolve(&connect, &Environment::default()).ok().unwrap();
    assert_eq!(bare.address.to_string(), "http://10.0.0.1:6443/");
    let connect = Connect { context: Some("near".into()), ..connect };
    let settings = Settings::resolve(&connect, &one).ok().unwrap();
    assert_eq!(settings.address.to_string(), "https://10.0.0.1:6443/");
}
