//! No secret reaches the document, whatever kind of file it stands in.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::prepared::{Prepared, leaf};

/// A secret that is nowhere else, in forms that files have it in.
const CANARY: &str = "Zq7CanaryKx9mPw4Tt2";

#[test]
fn no_secret_of_any_file_reaches_the_document() {
    let root = Prepared::new();
    let c = CANARY;
    let (certificate, key) = leaf("system:node:a", "system:nodes");
    let both = STANDARD.encode(format!("{certificate}{key}"));
    let key_data = STANDARD.encode(&key);
    let canary = STANDARD.encode(c);
    let kubeconfig = format!(
        "# {c}\napiVersion: v1\nkind: Config\nusers:\n- name: a\n  user:\n    token: {c} # {c}\n    client-key-data: {key_data}\n    \
         client-certificate-data: {both}\n    username: a\n    password: \"{c}\"\n    auth-provider: {{name: oidc, config: {{id-token: {c}, \
         refresh-token: {c}, client-secret: {c}}}}}\n    exec:\n      command: aws\n      args: [--token, {c}, --api-token={c}]\n      \
         env: [{{name: AWS_SECRET_ACCESS_KEY, value: {c}}}]\nclusters: [{{name: a, cluster: {{proxy-url: 'http://a:{c}@p:1', \
         certificate-authority-data: {both}}}}}]\n"
    );
    root.process(
        700,
        &[
            "kubelet",
            "--kubeconfig=/etc/kubernetes/kubelet.conf",
            "--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf",
            "--config=/var/lib/kubelet/config.yaml",
            "--image-credential-provider-config=/etc/creds.yaml",
        ],
        "0::/system.slice/kubelet.service",
    );
    root.process(
        701,
        &[
            "kube-apiserver",
            "--token-auth-file=/etc/tokens.csv",
            "--encryption-provider-config=/etc/enc.yaml",
            "--tls-private-key-file=/etc/tls.key",
            "--client-ca-file=/etc/both.pem",
            "--cloud-config=/etc/cloud.conf",
            "--admission-control-config-file=/etc/admission.yaml",
            "--authentication-config=/etc/authn.yaml",
            &format!("--oidc-client-secret={c}"),
        ],
        "",
    );
    root.process(
        702,
        &[
            "/usr/local/bin/k3s",
            "server",
            "--token",
            c,
            &format!("--agent-token={c}"),
            &format!("--datastore-endpoint=postgres://k:{c}@db/k"),
        ],
        "",
    );
    root.process(
        707,
        &["/usr/local/bin/k3s", "server", "-t", c, "--vpn-auth", &format!("name=tailscale,joinKey={c}")],
        "",
    );
    root.process(708, &["k3s", "agent", &format!("--vpn-auth=name=tailscale,joinKey={c}")], "");
    root.process(703, &["etcd", "--config-file=/etc/etcd.yaml"], "");
    root.process(704, &["containerd"], "");
    root.process(705, &["crio"], "");
    root.process(706, &["dockerd"], "");
    for pid in 700..709 {
        let environment = format!(
            "K3S_VPN_AUTH=name=tailscale,joinKey={c}\0KUBE_PW={c}\0K3S_TOKEN={c}\0ETCD_PASSWORD={c}\0OTHER={c}\0HTTPS_PROXY=http://u:{c}@p\0KUBE_X=--token={c}\0"
        );
        root.file(&format!("/proc/{pid}/environ"), 0o400, &environment);
    }
    root.file("/etc/kubernetes/kubelet.conf", 0o600, &kubeconfig);
    root.file("/etc/kubernetes/bootstrap-kubelet.conf", 0o600, &kubeconfig);
    root.file("/etc/kubernetes/admin.conf", 0o600, &kubeconfig.replace("token:", "token: x\n    token:"));
    root.file("/etc/kubernetes/super-admin.conf", 0o600, &format!("{{users: [{{user: {{token: {c}}}}}"));
    root.file(
        "/var/lib/kubelet/config.yaml",
        0o600,
        &format!("kind: KubeletConfiguration\nstaticPodURL: https://a:{c}@h/x\nstaticPodURLHeader:\n  X-Key: [{c}]\n  Authorization: ['Bearer {c}']\n# {c}\n"),
    );
    root.file("/etc/creds.yaml", 0o600, &format!("kind: CredentialProviderConfig\nproviders: [{{name: a, env: [{{name: A_TOKEN, value: {c}}}], args: ['--password={c}']}}]\n"));
    root.file("/etc/tokens.csv", 0o600, &format!("{c},admin,1\n"));
    root.file(
        "/etc/enc.yaml",
        0o600,
        &format!("kind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - aescbc: {{keys: [{{name: k, secret: {canary}}}]}}\n  \
                  - secretbox:\n      keys:\n      - name: k2\n        secret: >-\n          {canary}\n  - identity: {{}}\n"),
    );
    root.file("/etc/tls.key", 0o600, &key);
    root.file("/etc/both.pem", 0o600, &format!("{c}\n{certificate}{key}"));
    root.file("/etc/cloud.conf", 0o600, &format!("[Global]\nsecret = {c}\n"));
    root.file(
        "/etc/admission.yaml",
        0o600,
        &format!(
            "kind: AdmissionConfiguration\nplugins: [{{name: ImagePolicyWebhook, path: hook.yaml}}]\n# {c}\n"
        ),
    );
    root.file(
        "/etc/hook.yaml",
        0o600,
        &format!("imagePolicy: {{kubeConfigFile: /etc/hook.conf, apiKey: {c}}}\n"),
    );
    root.file("/etc/hook.conf", 0o600, &kubeconfig);
    root.file("/etc/authn.yaml", 0o600, &format!("kind: AuthenticationConfiguration\njwt: [{{issuer: {{url: 'https://u:{c}@i', clientSecret: {c}}}}}]\n"));
    root.file("/etc/etcd.yaml", 0o600, &format!("initial-cluster-token: {c}\ndiscovery: https://u:{c}@d\nclient-transport-security: {{key-file: /etc/tls.key}}\n"));
    root.file(
        "/etc/kubernetes/manifests/a.yaml",
        0o600,
        &format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a, annotations: {{kubectl.kubernetes.io/last-applied-configuration: '{{\"a\":\"{c}\"}}'}}}}\nspec:\n  initContainers:\n  \
                  - {{name: i, command: [curl, -u, 'u:{c}'], args: ['{c}']}}\n  \
                  - {{name: k, command: [kube-apiserver, '--basic-auth=u:{c}', --v=2]}}\n  containers:\n  - name: a\n    command: [sh, -c, 'export DB_PASSWORD={c}; run --token {c}']\n    \
                  env: [{{name: API_TOKEN, value: {c}}}, {{name: bgp_peerpass, value: {c}}}, {{name: N, value: \"a: 1\\nx: {c}\"}}]\n    livenessProbe: {{httpGet: {{httpHeaders: [{{name: Authorization, value: {c}}}]}}}}\n"),
    );
    root.file(
        "/etc/systemd/system/kubelet.service",
        0o600,
        &format!("# {c}\n[Service]\nEnvironment=A_TOKEN={c} \"B={c} {c}\" 'KUBELET_ARGS=--token={c} --v=2'\nExecStartPre=/bin/curl -u u:{c} --header=Authorization:{c} h\nExecStart=/usr/bin/kubelet --token {c} \\\n  --password={c}\nEnvironmentFile=/etc/vars\n"),
    );
    root.file(
        "/etc/systemd/system/kubelet.service.d/a.conf",
        0o600,
        &format!("[Service]\nSetCredential=x:{c}\nEnvironment=\"X={c}\"\n"),
    );
    root.file(
        "/etc/vars",
        0o600,
        &format!("A={c}\nKUBELET_EXTRA_ARGS=\"--token={c}\nmore {c}\"\nexport K3S_TOKEN='{c}'\n; {c}\n{c}\n"),
    );
    root.file(
        "/etc/default/kubelet",
        0o600,
        &format!("HTTP_PROXY=http://{c}@p\nKUBELET_EXTRA_ARGS=--azure-client-secret={c}\n"),
    );
    root.file(
        "/var/lib/kubelet/kubeadm-flags.env",
        0o600,
        &format!("KUBELET_KUBEADM_ARGS=\"--bootstrap-token {c}\"\n"),
    );
    root.file("/etc/rancher/k3s/config.yaml", 0o600, &format!("token: {c}\nvpn-auth: name=tailscale,joinKey={c}\nagent-token: {c}\netcd-s3-secret-key: {c}\netcd-s3-access-key: {c}\ndatastore-endpoint: 'mysql://a:{c}@tcp(d)/k'\nkubelet-arg: ['token={c}']\n"));
    root.file(
        "/etc/rancher/k3s/registries.yaml",
        0o600,
        &format!(
            "configs: {{r: {{auth: {{username: a, password: {c}, auth: {c}, identity_token: {c}}}}}}}\n"
        ),
    );
    root.file("/etc/rancher/k3s/k3s.yaml", 0o600, &kubeconfig);
    root.file(
        "/etc/systemd/system/k3s.service.env",
        0o600,
        &format!("K3S_TOKEN={c}\nK3S_DATASTORE_ENDPOINT=postgres://a:{c}@d\n"),
    );
    root.file("/var/lib/rancher/k3s/server/token", 0o600, &format!("K10aaaaaaaaaaaaaaaaaaaa::server:{c}\n"));
    root.file("/var/lib/rancher/k3s/server/cred/encryption-config.json", 0o600, &format!("{{\"kind\":\"EncryptionConfiguration\",\"resources\":[{{\"providers\":[{{\"aescbc\":{{\"keys\":[{{\"name\":\"a\",\"secret\":\"{canary}\"}}]}}}}]}}]}}"));
    root.file("/var/lib/rancher/k3s/server/cred/ipsec.psk", 0o600, c);
    root.file(
        "/etc/containerd/config.toml",
        0o600,
        &format!("# {c}\n[plugins.\"io.containerd.grpc.v1.cri\".registry.configs.\"r\".auth]\npassword = \"{c}\"\nauth = \"{c}\" # {c}\nidentitytoken = '''\n{c}'''\n[x]\nurl = \"https://a:{c}@r\"\n"),
    );
    root.file("/etc/crio/crio.conf", 0o600, &format!("[crio]\ntoken = \"{c}\"\n# {c}\n"));
    root.file("/etc/crio/crio.conf.d/10.conf", 0o600, &format!("[crio.image]\nglobal_auth_token = '{c}'\n"));
    root.file(
        "/etc/docker/daemon.json",
        0o600,
        &format!("{{\"proxies\": {{\"http-proxy\": \"http://a:{c}@p\"}}, \"registry-token\": \"{c}\"}}"),
    );
    root.file(
        "/etc/cni/net.d/10-a.conflist",
        0o600,
        &format!(
            "{{\"plugins\": [{{\"policy\": {{\"k8s_auth_token\": \"{c}\", \"psk\": \"{c}\"}}, \"etcd_key\": \"{}\"}}]}}",
            key.replace('\n', "\\n")
        ),
    );
    root.file("/etc/cni/net.d/calico-kubeconfig", 0o600, &kubeconfig);
    root.file(
        "/var/snap/microk8s/current/args/kube-apiserver",
        0o600,
        &format!("# {c}\n--oidc-client-secret={c}\n--token {c}\n--v=2\n"),
    );
    root.file("/var/snap/microk8s/current/credentials/known_tokens.csv", 0o600, &format!("{c},a,b\n"));
    root.file("/etc/kubernetes/azure.json", 0o600, &format!("{{\"aadClientSecret\": \"{c}\"}}"));
    root.file("/system/state/config.yaml", 0o600, &format!("machine: {{token: {c}}}\n"));

    let host = root.collect();
    let text = serde_json::to_string(&host).unwrap();
    for secret in [c, &*canary] {
        let at = text.find(secret);
        let around = at.and_then(|at| text.get(at.saturating_sub(300)..(at + 100).min(text.len())));
        assert_eq!(around, None);
    }
    // Nor any part of a private key, as PEM or in base64 once more.
    let body: Vec<&str> = key.lines().filter(|line| !line.starts_with("-----")).collect();
    for part in body.iter().copied().chain([&key_data[60..120], &both[both.len() - 80..both.len() - 20]]) {
        assert!(!text.contains(part), "{part}");
    }
    // And what is no secret is there.
    for kept in [
        "aescbc",
        "secretbox",
        "\\\"k2\\\"",
        "identity",
        "staticPodURLHeader",
        "--v=2",
        "username: a",
        "EnvironmentFile=/etc/vars",
    ] {
        assert!(text.contains(kept) || text.contains(&kept.replace("\\\"", "")), "{kept} is missing");
    }
    let looked = |path: &str| host.files.get(path).is_some_and(|file| file.mode.is_some());
    for path in [
        "/etc/admission.yaml",
        "/etc/authn.yaml",
        "/etc/cni/net.d/10-a.conflist",
        "/etc/cni/net.d/calico-kubeconfig",
        "/etc/crio/crio.conf.d/10.conf",
        "/etc/docker/daemon.json",
        "/etc/enc.yaml",
        "/etc/hook.conf",
        "/etc/kubernetes/admin.conf",
        "/etc/kubernetes/azure.json",
        "/etc/kubernetes/manifests/a.yaml",
        "/etc/rancher/k3s/registries.yaml",
        "/etc/tokens.csv",
        "/etc/vars",
        "/system/state/config.yaml",
        "/var/lib/rancher/k3s/server/cred/encryption-config.json",
        "/var/snap/microk8s/current/args/kube-apiserver",
    ] {
        assert!(looked(path), "nobody looked at {path}");
    }
    assert_eq!(host.files["/etc/kubernetes/kubelet.conf"].certificates.len(), 2);
    let pod = host.files["/etc/kubernetes/manifests/a.yaml"].content.as_deref().unwrap();
    assert!(pod.contains("[kube-apiserver, \"--basic-auth=********\", --v=2]"), "{pod}");
}
