//! Inputs for benches: Deployments with every security setting sometimes right, sometimes wrong, sometimes absent.

mod served;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A small generator (xorshift64*), so that the same text comes out everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33
    }

    /// True `percent` times of a hundred.
    fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    fn choose<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let at = usize::try_from(self.next()).unwrap_or_default() % from.len();
        from.get(at).copied().unwrap_or_default()
    }
}

const IMAGES: [&str; 6] = [
    "nginx",
    "nginx:latest",
    "ghcr.io/acme/api:v2.3.4",
    "registry.k8s.io/pause:3.9",
    "docker.io/library/redis:7.2",
    "quay.io/acme/web@sha256:abababababababababababababababababababababababababababababababab",
];

/// Writes `count` Deployments, one a file, and returns the folder.
pub(crate) fn write(folder: &Path, count: u64) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut random = Random(1);
    for number in 0..count {
        fs::write(folder.join(format!("deployment-{number:04}.yaml")), deployment(number, &mut random))?;
    }
    Ok(folder.to_owned())
}

/// Writes a `List` of at least `bytes` bytes, made of the files of `folder` again and again. With `served`, each comes
/// with what a cluster makes of it: status and defaults, a replica set, two running pods, a service, a config map, as
/// `kubectl get -A -o yaml` prints them; else the bare manifests follow one another, which is the worst there is to judge.
pub(crate) fn dump(folder: &Path, path: &Path, bytes: usize, served: bool) -> Result<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.sort();
    let items: Vec<String> = files.iter().map(fs::read_to_string).collect::<Result<_, _>>()?;
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut file =
        BufWriter::new(File::create(path).with_context(|| format!("cannot write {}", path.display()))?);
    file.write_all(b"apiVersion: v1\nitems:\n")?;
    let mut written = 0;
    for (number, item) in items.iter().cycle().enumerate() {
        let objects = if served { served::objects(item, number) } else { vec![item.clone()] };
        for (at, line) in
            objects.iter().flat_map(|object| object.lines().filter(|line| !line.is_empty()).enumerate())
        {
            let lead = if at == 0 { "- " } else { "  " };
            writeln!(file, "{lead}{line}")?;
            written += line.len() + 3;
        }
        if written >= bytes {
            break;
        }
    }
    file.write_all(b"kind: List\nmetadata:\n  resourceVersion: \"\"\n")?;
    file.flush()?;
    Ok(path.to_owned())
}

fn deployment(number: u64, random: &mut Random) -> String {
    let mut text = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-{number:04}\n  namespace: ns-{}\n  labels:\n    \
         app: app-{number}\nspec:\n  replicas: 2\n  selector:\n    matchLabels:\n      app: app-{number}\n  template:\n    \
         metadata:\n      labels:\n        app: app-{number}\n    spec:\n",
        number % 20
    );
    for field in ["hostNetwork", "hostPID", "hostIPC"] {
        if random.chance(4) {
            _ = writeln!(text, "      {field}: true");
        }
    }
    if random.chance(50) {
        text += "      automountServiceAccountToken: false\n";
    }
    if random.chance(35) {
        text += "      securityContext:\n        runAsNonRoot: true\n        seccompProfile:\n          type: RuntimeDefault\n";
    }
    text += "      containers:\n";
    for container in 0..=random.next() % 2 {
        self::container(container, random, &mut text);
    }
    if random.chance(20) {
        text += "      volumes:\n      - name: data\n        hostPath:\n          path: ";
        text += random.choose(&["/data\n", "/etc\n", "/var/run/docker.sock\n"]);
    }
    text
}

fn container(number: u64, random: &mut Random, text: &mut String) {
    _ = writeln!(text, "      - name: c{number}\n        image: {}", random.choose(&IMAGES));
    if random.chance(85) {
        text.push_str("        securityContext:\n          readOnlyRootFilesystem: ");
        text.push_str(random.choose(&["true\n", "false\n"]));
        for (percent, line) in [
            (8, "privileged: true"),
            (50, "allowPrivilegeEscalation: false"),
            (40, "runAsUser: 1000"),
            (10, "runAsUser: 0"),
            (50, "capabilities: {drop: [ALL]}"),
        ] {
            if random.chance(percent) && !text.ends_with("runAsUser: 1000\n") {
                _ = writeln!(text, "          {line}");
            }
        }
    }
    if random.chance(60) {
        text.push_str("        resources:\n          requests:\n            cpu: 100m\n            memory: 64Mi\n          limits:\n            memory: 256Mi\n");
    }
    text.push_str("        ports:\n        - containerPort: 8080\n");
    if random.chance(50) {
        text.push_str("        livenessProbe:\n          httpGet:\n            path: /healthz\n            port: 8080\n");
    }
    if random.chance(40) {
        text.push_str("        env:\n        - name: MODE\n          value: prod\n        - name: DB_PASSWORD\n          value: x\n");
    }
}
