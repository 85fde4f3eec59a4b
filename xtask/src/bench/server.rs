//! An API server on loopback with as many pods as wanted, made page by page while they are asked for.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};

use anyhow::{Context as _, Result};

/// How many pods a Deployment has.
const REPLICAS: usize = 200;
/// How many pods a node runs.
const PER_NODE: usize = 60;
/// How many Deployments a namespace has.
const PER_NAMESPACE: usize = 10;

/// Starts a server with so many pods; returns its port. It runs as long as this process.
pub(super) fn start(pods: usize) -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("cannot listen on loopback")?;
    let port = listener.local_addr()?.port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || serve(stream, pods));
        }
    });
    Ok(port)
}

/// Answers the requests of one connection until it is closed.
fn serve(mut stream: TcpStream, pods: usize) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let mut path = String::new();
        let mut line = String::new();
        while reader.read_line(&mut line).ok()? > 0 && line != "\r\n" {
            if let Some(rest) = line.strip_prefix("GET ") {
                rest.split(' ').next().unwrap_or_default().clone_into(&mut path);
            }
            line.clear();
        }
        if path.is_empty() {
            return None;
        }
        let body = answer(&path, pods);
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).ok()?;
        stream.write_all(body.as_bytes()).ok()?;
    }
}

fn answer(path: &str, pods: usize) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let number = |key: &str, other: usize| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .into_iter()
            .find(|(name, _)| *name == key)
            .and_then(|(_, value)| value.parse().ok())
            .unwrap_or(other)
    };
    let served = |name: &str, kind: &str, namespaced: bool| {
        let scope = if namespaced { "Namespaced" } else { "Cluster" };
        format!(
            r#"{{"resource":"{name}","responseKind":{{"group":"","version":"v1","kind":"{kind}"}},"scope":"{scope}","verbs":["get","list"]}}"#
        )
    };
    match path {
        "/version" => r#"{"gitVersion":"v1.36.3"}"#.to_owned(),
        "/api" => format!(
            r#"{{"kind":"APIGroupDiscoveryList","items":[{{"metadata":{{"name":""}},"versions":[{{"version":"v1","resources":[{},{},{}]}}]}}]}}"#,
            served("pods", "Pod", true),
            served("namespaces", "Namespace", false),
            served("nodes", "Node", false)
        ),
        "/apis" => r#"{"kind":"APIGroupDiscoveryList","items":[]}"#.to_owned(),
        "/api/v1/pods" => list("Pod", pods, number("limit", pods), number("continue", 0), pod),
        "/api/v1/nodes" => {
            let count = pods.div_ceil(PER_NODE);
            list("Node", count, number("limit", count), number("continue", 0), node)
        }
        "/api/v1/namespaces" => {
            let count = pods.div_ceil(REPLICAS * PER_NAMESPACE);
            let namespace = |number| {
                format!(r#"{{"metadata":{{"name":"team-{number:04}","uid":"{}"}}}}"#, uid(1, number))
            };
            list("Namespace", count, number("limit", count), number("continue", 0), namespace)
        }
        _ => r#"{"kind":"AnyList","apiVersion":"v1","metadata":{},"items":[]}"#.to_owned(),
    }
}

/// A page of a list; where it goes on is the number of the next object.
fn list(kind: &str, count: usize, limit: usize, from: usize, object: impl Fn(usize) -> String) -> String {
    let to = if limit == 0 { count } else { (from + limit).min(count) };
    let next = if to < count { to.to_string() } else { String::new() };
    let mut body = format!(
        r#"{{"kind":"{kind}List","apiVersion":"v1","metadata":{{"resourceVersion":"9","continue":"{next}"}},"items":["#
    );
    for number in from..to {
        if number > from {
            body.push(',');
        }
        body.push_str(&object(number));
    }
    body.push_str("]}");
    body
}

/// A number that looks like a random identifier, always the same for the same thing.
fn uid(salt: usize, number: usize) -> String {
    let mut state = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (salt as u64) << 32;
    let mut next = || {
        state ^= state >> 30;
        state = state.wrapping_mul(0xBF58_476D_1CE4_E5B9);
        state ^= state >> 27;
        state
    };
    let (a, b) = (next(), next());
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        a >> 32,
        a >> 16 & 0xffff,
        a & 0xfff,
        b >> 52,
        b & 0xffff_ffff_ffff
    )
}

fn node(number: usize) -> String {
    let images: Vec<String> = (0..50)
        .map(|image| {
            let digest = uid(image, 7).replace('-', "").repeat(2);
            format!(r#"{{"names":["registry.example.com/team/app-{image}@sha256:{digest}"],"sizeBytes":123456789}}"#)
        })
        .collect();
    format!(
        r#"{{"metadata":{{"name":"node-{number:05}","uid":"{}","labels":{{"kubernetes.io/os":"linux","kubernetes.io/hostname":"node-{number:05}"}}}},"spec":{{"podCIDR":"10.0.0.0/24"}},"status":{{"images":[{}]}}}}"#,
        uid(2, number),
        images.join(",")
    )
}

/// A pod as a server gives it: with who manages its fields, a token volume of its own, and the status of its containers.
fn pod(number: usize) -> String {
    let owner = number / REPLICAS;
    let (namespace, app) = (owner / PER_NAMESPACE, owner % PER_NAMESPACE);
    let id = uid(3, number);
    let tail = &id[..5];
    let hash = &uid(4, owner)[..8];
    let digest = uid(5, owner).replace('-', "").repeat(2);
    let name = format!("app-{app}-{hash}-{tail}");
    let mut environment = String::new();
    for variable in 0..12 {
        _ = write!(
            environment,
            r#"{{"name":"SETTING_{variable}","value":"value {variable} of application {owner}"}},"#
        );
    }
    let container = |name: &str, environment: &str| {
        format!(
            r#"{{"name":"{name}","image":"registry.example.com/team-{namespace:04}/{name}-{app}:1.{app}.0","imagePullPolicy":"IfNotPresent","args":["--listen=:8080","--log=json"],"env":[{environment}{{"name":"NODE","valueFrom":{{"fieldRef":{{"apiVersion":"v1","fieldPath":"spec.nodeName"}}}}}}],"ports":[{{"name":"http","containerPort":8080,"protocol":"TCP"}}],"resources":{{"requests":{{"cpu":"100m","memory":"128Mi"}},"limits":{{"memory":"256Mi"}}}},"livenessProbe":{{"httpGet":{{"path":"/live","port":8080,"scheme":"HTTP"}},"periodSeconds":10,"timeoutSeconds":1,"successThreshold":1,"failureThreshold":3}},"securityContext":{{"allowPrivilegeEscalation":false,"capabilities":{{"drop":["ALL"]}},"readOnlyRootFilesystem":true,"runAsNonRoot":true}},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","volumeMounts":[{{"name":"settings","mountPath":"/etc/app"}},{{"name":"kube-api-access-{tail}","readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}}]}}"#
        )
    };
    let status = |name: &str| {
        format!(
            r#"{{"name":"{name}","state":{{"running":{{"startedAt":"2026-11-01T10:{:02}:{:02}Z"}}}},"lastState":{{}},"ready":true,"restartCount":0,"image":"registry.example.com/team-{namespace:04}/{name}-{app}:1.{app}.0","imageID":"registry.example.com/team-{namespace:04}/{name}-{app}@sha256:{digest}","containerID":"containerd://{}","started":true,"allocatedResources":{{"cpu":"100m","memory":"128Mi"}},"resources":{{"limits":{{"memory":"256Mi"}},"requests":{{"cpu":"100m","memory":"128Mi"}}}},"volumeMounts":[{{"name":"kube-api-access-{tail}","mountPath":"/var/run/secrets/kubernetes.io/serviceaccount","readOnly":true,"recursiveReadOnly":"Disabled"}}],"user":{{"linux":{{"uid":1000,"gid":1000,"supplementalGroups":[1000]}}}}}}"#,
            number / 60 % 60,
            number % 60,
            uid(6, number).replace('-', "").repeat(2)
        )
    };
    let managed = r#"{"manager":"kubelet","operation":"Update","apiVersion":"v1","time":"2026-11-01T10:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:status":{"f:conditions":{"k:{\"type\":\"Ready\"}":{".":{},"f:type":{},"f:status":{}}},"f:containerStatuses":{},"f:hostIP":{},"f:podIP":{}}},"subresource":"status"}"#;
    let conditions: Vec<String> = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"]
        .iter()
        .map(|condition| {
            format!(
                r#"{{"type":"{condition}","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-11-01T10:{:02}:{:02}Z"}}"#,
                number / 60 % 60,
                number % 60
            )
        })
        .collect();
    let ip = format!("10.{}.{}.{}", number >> 16, number >> 8 & 255, number & 255);
    let host = number / PER_NODE;
    format!(
        r#"{{"metadata":{{"name":"{name}","generateName":"app-{app}-{hash}-","namespace":"team-{namespace:04}","uid":"{id}","resourceVersion":"{}","generation":1,"creationTimestamp":"2026-11-01T10:{:02}:{:02}Z","labels":{{"app.kubernetes.io/name":"app-{app}","pod-template-hash":"{hash}"}},"annotations":{{"example.com/config-checksum":"{digest}"}},"ownerReferences":[{{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"app-{app}-{hash}","uid":"{}","controller":true,"blockOwnerDeletion":true}}],"managedFields":[{managed},{managed}]}},"spec":{{"volumes":[{{"name":"settings","configMap":{{"name":"settings","defaultMode":420}}}},{{"name":"kube-api-access-{tail}","projected":{{"sources":[{{"serviceAccountToken":{{"expirationSeconds":3607,"path":"token"}}}},{{"configMap":{{"name":"kube-root-ca.crt","items":[{{"key":"ca.crt","path":"ca.crt"}}]}}}},{{"downwardAPI":{{"items":[{{"path":"namespace","fieldRef":{{"apiVersion":"v1","fieldPath":"metadata.namespace"}}}}]}}}}],"defaultMode":420}}}}],"containers":[{},{}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","serviceAccountName":"app","serviceAccount":"app","nodeName":"node-{host:05}","securityContext":{{"runAsUser":1000,"seccompProfile":{{"type":"RuntimeDefault"}}}},"schedulerName":"default-scheduler","tolerations":[{{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}},{{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}}],"priority":0,"enableServiceLinks":true,"preemptionPolicy":"PreemptLowerPriority"}},"status":{{"observedGeneration":1,"phase":"Running","conditions":[{}],"hostIP":"192.168.{}.{}","hostIPs":[{{"ip":"192.168.{}.{}"}}],"podIP":"{ip}","podIPs":[{{"ip":"{ip}"}}],"startTime":"2026-11-01T10:00:00Z","containerStatuses":[{},{}],"qosClass":"Burstable"}}}}"#,
        1_000_000 + number,
        number / 60 % 60,
        number % 60,
        uid(7, owner),
        container("app", &environment),
        container("proxy", ""),
        conditions.join(","),
        host >> 8,
        host & 255,
        host >> 8,
        host & 255,
        status("app"),
        status("proxy")
    )
}
