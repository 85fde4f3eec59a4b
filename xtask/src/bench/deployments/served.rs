//! What a cluster makes of a Deployment, as its API server returns it.

use std::fmt::Write as _;

const STATUS: &str = "\
status:
  availableReplicas: 2
  conditions:
  - lastTransitionTime: \"2026-01-01T00:00:00Z\"
    lastUpdateTime: \"2026-01-01T00:00:00Z\"
    message: Deployment has minimum availability.
    reason: MinimumReplicasAvailable
    status: \"True\"
    type: Available
  - lastTransitionTime: \"2026-01-01T00:00:00Z\"
    lastUpdateTime: \"2026-01-01T00:00:00Z\"
    message: ReplicaSet has successfully progressed.
    reason: NewReplicaSetAvailable
    status: \"True\"
    type: Progressing
  observedGeneration: 3
  readyReplicas: 2
  replicas: 2
  updatedReplicas: 2
";

const SET_STATUS: &str = "\
status:
  availableReplicas: 2
  fullyLabeledReplicas: 2
  observedGeneration: 1
  readyReplicas: 2
  replicas: 2
";

const POD_STATUS: &str = "\
status:
  conditions:
  - lastProbeTime: null
    lastTransitionTime: \"2026-01-01T00:00:00Z\"
    status: \"True\"
    type: PodReadyToStartContainers
  - lastProbeTime: null
    lastTransitionTime: \"2026-01-01T00:00:00Z\"
    status: \"True\"
    type: Initialized
  - lastProbeTime: null
    lastTransitionTime: \"2026-01-01T00:00:00Z\"
    status: \"True\"
    type: Ready
  - lastProbeTime: null
    lastTransitionTime: \"2026-01-01T00:00:00Z\"
    status: \"True\"
    type: PodScheduled
  containerStatuses:
  - containerID: containerd://4d5c2f2e5a1b4b6d9f0d6b1a7f0c9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b3a29
    image: ghcr.io/acme/api:v2.3.4
    imageID: ghcr.io/acme/api@sha256:abababababababababababababababababababababababababababababababab
    lastState: {}
    name: c0
    ready: true
    restartCount: 0
    started: true
    state:
      running:
        startedAt: \"2026-01-01T00:00:00Z\"
    volumeMounts:
    - mountPath: /var/run/secrets/kubernetes.io/serviceaccount
      name: kube-api-access-abcde
      readOnly: true
      recursiveReadOnly: Disabled
  hostIP: 10.0.0.7
  hostIPs:
  - ip: 10.0.0.7
  phase: Running
  podIP: 10.244.1.23
  podIPs:
  - ip: 10.244.1.23
  qosClass: Burstable
  startTime: \"2026-01-01T00:00:00Z\"
";

const POD_DEFAULTS: &str = "  dnsPolicy: ClusterFirst
  enableServiceLinks: true
  nodeName: node-7
  preemptionPolicy: PreemptLowerPriority
  priority: 0
  restartPolicy: Always
  schedulerName: default-scheduler
  terminationGracePeriodSeconds: 30
  tolerations:
  - effect: NoExecute
    key: node.kubernetes.io/not-ready
    operator: Exists
    tolerationSeconds: 300
  - effect: NoExecute
    key: node.kubernetes.io/unreachable
    operator: Exists
    tolerationSeconds: 300
";

/// The objects that stand in a cluster for the Deployment in `manifest`, each in a string of its own.
pub(super) fn objects(manifest: &str, number: usize) -> Vec<String> {
    let namespace = number % 50;
    let meta = |name: &str, owner: &str| {
        format!(
            "metadata:\n  annotations:\n    deployment.kubernetes.io/revision: \"3\"\n  creationTimestamp: \
             \"2026-01-01T00:00:00Z\"\n  generation: 3\n  labels:\n    app: app-{number}\n  name: {name}\n  namespace: \
             ns-{namespace}\n{owner}  resourceVersion: \"{number}\"\n  uid: 00000000-0000-4000-8000-{number:012}\n"
        )
    };
    let owner = |kind: &str, name: &str| {
        format!(
            "  ownerReferences:\n  - apiVersion: apps/v1\n    blockOwnerDeletion: true\n    controller: true\n    kind: \
             {kind}\n    name: {name}\n    uid: 00000000-0000-4000-8000-{number:012}\n"
        )
    };
    // The pod spec begins after the template's `spec:`, six spaces deep.
    let spec = manifest.split_once("    spec:\n").map(|(_, spec)| spec).unwrap_or_default();
    let deeper = |by: usize| {
        spec.lines().fold(String::new(), |mut text, line| {
            _ = writeln!(text, "{:by$}{}", "", line.get(6..).unwrap_or_default());
            text
        })
    };
    let template = deeper(6);
    let name = format!("app-{number}");
    let set = format!("{name}-7c9d8f6b5d");
    let workload = |kind: &str, meta: &str, more: &str, status: &str| {
        format!(
            "apiVersion: apps/v1\nkind: {kind}\n{meta}spec:\n{more}  replicas: 2\n  selector:\n    matchLabels:\n      app: {name}\n  template:\n    metadata:\n      \
             labels:\n        app: {name}\n    spec:\n{template}{status}"
        )
    };
    let pod = |suffix: &str| {
        let meta = meta(&format!("{set}-{suffix}"), &owner("ReplicaSet", &set));
        format!("apiVersion: v1\nkind: Pod\n{meta}spec:\n{}{POD_DEFAULTS}{POD_STATUS}", deeper(2))
    };
    let service = format!(
        "apiVersion: v1\nkind: Service\n{}spec:\n  clusterIP: 10.96.3.4\n  clusterIPs:\n  - 10.96.3.4\n  \
         internalTrafficPolicy: Cluster\n  ipFamilies:\n  - IPv4\n  ipFamilyPolicy: SingleStack\n  ports:\n  - name: http\n    \
         port: 80\n    protocol: TCP\n    targetPort: 8080\n  selector:\n    app: {name}\n  sessionAffinity: None\n  type: \
         ClusterIP\nstatus:\n  loadBalancer: {{}}\n",
        meta(&name, "")
    );
    let lines: String = (0..30).fold(String::new(), |mut text, line| {
        _ = writeln!(text, "    setting.{line} = the value of setting {line}");
        text
    });
    let config =
        format!("apiVersion: v1\ndata:\n  app.properties: |\n{lines}kind: ConfigMap\n{}", meta(&name, ""));
    vec![
        workload(
            "Deployment",
            &meta(&name, ""),
            "  progressDeadlineSeconds: 600\n  revisionHistoryLimit: 10\n",
            STATUS,
        ),
        workload("ReplicaSet", &meta(&set, &owner("Deployment", &name)), "", SET_STATUS),
        pod("4xk2p"),
        pod("9zq7w"),
        service,
        config,
    ]
}
