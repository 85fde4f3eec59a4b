//! Credentials that come from programs and files.

use std::path::Path;

use ironsides_cluster::{Cluster, Connect};

use crate::fake::{Fake, json, status};

fn kubeconfig(folder: &Path, fake: &Fake, user: &str) -> Connect {
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: test\n\
         clusters: [{{name: test, cluster: {{server: 'http://127.0.0.1:{}'}}}}]\n\
         contexts: [{{name: test, context: {{cluster: test, user: me, namespace: shop}}}}]\n\
         users:\n- name: me\n  user:\n    {}\n",
        fake.port,
        user.replace('\n', "\n    ")
    );
    let file = folder.join("config");
    std::fs::write(&file, text).unwrap();
    Connect { kubeconfig: vec![file], ..Connect::default() }
}

fn plugin(script: &str) -> String {
    let script = script.replace('\'', "''");
    format!(
        "exec:\n  apiVersion: client.authentication.k8s.io/v1\n  interactiveMode: Never\n  command: sh\n  \
         installHint: ask the team\n  env: [{{name: WORD, value: hunter2}}]\n  args: ['-c', '{script}']"
    )
}

const HEAD: &str =
    r#"echo "{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{"#;

#[tokio::test]
async fn a_plugin_s_token_is_sent_and_renewed_when_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let count = folder.path().join("count").display().to_string();
    let fake = Fake::start(|asked, before| {
        if asked.path == "/version" && before == 0 {
            assert!(asked.head.contains("authorization: bearer hunter2-1\r"), "{}", asked.head);
        }
        let is_good = asked.head.contains("authorization: bearer hunter2-2\r");
        if is_good { None } else { status(401, "Unauthorized", "Unauthorized") }
    })
    .await;
    let script = format!(r#"echo x >> {count}; n=$(wc -l < {count}); {HEAD}\"token\":\"$WORD-$((n))\"}}}}""#);
    let connect = kubeconfig(folder.path(), &fake, &plugin(&script));
    let cluster = Cluster::connect(&connect).await.unwrap();
    assert_eq!((cluster.context(), cluster.namespace(), cluster.version()), ("test", "shop", "v1.36.3"));
    assert_eq!(fake.count("/version"), 2);
    assert_eq!(std::fs::read_to_string(count).unwrap().lines().count(), 2);
}

#[tokio::test]
async fn a_plugin_that_fails_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(|_, _| None).await;
    for (user, expected) in [
        (
            plugin("echo please log in >&2; exit 3"),
            "the credential plugin \"sh\" of user \"me\" failed: it ended with exit code 3: please log in",
        ),
        (plugin("echo hello"), "it printed apiVersion \"\""),
        (plugin(&format!("{HEAD}}}}}\"")), "it printed neither a token nor a certificate"),
        (
            plugin(&format!(r#"{HEAD}\"token\":\"a\",\"expirationTimestamp\":\"soon\"}}}}""#)),
            "it printed \"soon\"",
        ),
        (plugin("x").replace("command: sh", "command: no-such-plugin"), "it is not installed: ask the team"),
        (
            plugin("x").replace("k8s.io/v1\n", "k8s.io/v1alpha1\n"),
            "must have client.authentication.k8s.io/v1",
        ),
        (plugin("x").replace("Never", "Always"), "the standard input is no terminal"),
        (plugin("x").replace("interactiveMode: Never\n", "\n"), "must have an interactiveMode"),
        ("{tokenFile: nowhere}".into(), "nowhere: No such file"),
        ("{token: 5}".into(), "token must be a string, not integer"),
        ("{client-certificate-data: '%%'}".into(), "client-certificate-data is no base64"),
        ("{client-certificate: nowhere, client-key: nowhere}".into(), "cannot use the client certificate"),
        ("{auth-provider: {name: gcp}}".into(), "no longer supported"),
    ] {
        if user.contains("Always") && std::io::IsTerminal::is_terminal(&std::io::stdin()) {
            continue;
        }
        let connect = kubeconfig(folder.path(), &fake, &user);
        let error = Cluster::connect(&connect).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{user}: {error}");
    }
}

#[tokio::test]
async fn a_token_file_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    let fake = Fake::start(|asked, _| {
        let token = asked.head.split("authorization: bearer ").nth(1).unwrap_or_default();
        let token = token.split('\r').next().unwrap_or_default().to_owned();
        (asked.path == "/version").then(|| json(200, format!("{{\"gitVersion\": \"{token}\"}}"))).flatten()
    })
    .await;
    std::fs::write(&file, "first\n").unwrap();
    // A path is meant from the folder of its kubeconfig.
    let connect = kubeconfig(
        folder.path(),
        &fake,
        "{tokenFile: token, as: bob, as-groups: [dev], as-user-extra: {example.com/a: [b]}}",
    );
    let cluster = Cluster::connect(&connect).await.unwrap();
    assert_eq!(cluster.version(), "first");
    std::fs::write(&file, "second").unwrap();
    cluster.plan(&ironsides_cluster::Wanted::default()).await.unwrap();
    let asked = fake.asked.lock().unwrap().clone();
    let last = asked.last().unwrap();
    assert!(last.head.contains("bearer second"), "{last:?}");
    for header in ["impersonate-user: bob", "impersonate-group: dev", "impersonate-extra-example.com%2fa: b"]
    {
        assert!(last.head.contains(header), "{last:?}");
    }
}

#[tokio::test]
async fn a_plugin_that_hangs_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(|_, _| None).await;
    let connect = kubeconfig(folder.path(), &fake, &plugin("sleep 600"));
    let connect = Connect { request_timeout: Some(std::time::Duration::from_millis(300)), ..connect };
    let error = Cluster::connect(&connect).await.unwrap_err().to_string();
    assert!(error.contains("it gave no answer within 0.3 s"), "{error}");
}
