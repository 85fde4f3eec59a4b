//! This machine, and a real node.

use std::os::unix::process::CommandExt;
use std::process::Command;

use ironsides_node::{Options, collect};

use crate::prepared::process;

fn own(root: &str) -> ironsides_settings::Host {
    collect(&Options { root: root.into(), name: None, collected: None, ..Options::default() }).unwrap()
}

/// What the kernel has counted of this process's children, those that ended included: their processor time, in ticks, and
/// the largest of them, in pages. Both are zero only if none ever was.
fn children() -> Vec<String> {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    // cminflt, cmajflt, cutime, cstime of proc(5), counted from the state.
    [8, 10, 13, 14].into_iter().map(|at| fields[at].to_owned()).collect()
}

#[test]
fn nothing_is_started() {
    // In a process of its own, so that no other test starts something meanwhile: this test once more.
    if std::env::var_os("IRONSIDES_TEST_ALONE").is_none() {
        let own = std::env::current_exe().unwrap();
        let mut alone = Command::new(own);
        alone
            .args(["--exact", "live::nothing_is_started", "--test-threads=1"])
            .env("IRONSIDES_TEST_ALONE", "1");
        assert!(alone.status().unwrap().success());
        return;
    }
    assert_eq!(children(), ["0", "0", "0", "0"]);
    let host = own("/");
    assert_eq!(children(), ["0", "0", "0", "0"], "a child was started: {:?}", host.metadata);
    let listed = std::fs::read_to_string("/proc/thread-self/children").unwrap_or_default();
    assert_eq!(listed, "");
    // What is counted does show a child.
    assert!(Command::new("/bin/true").status().unwrap().success());
    assert_ne!(children(), ["0", "0", "0", "0"]);
}

#[test]
fn this_machine_is_looked_at_whatever_it_is() {
    let host = own("/");
    assert!(!host.metadata.name.is_empty());
    assert!(!host.system.kernel.is_empty());
    assert!(host.files.contains_key("/etc/kubernetes/admin.conf"));
}

#[test]
fn who_may_not_look_says_so() {
    if !rustix::process::geteuid().is_root() {
        eprintln!(
            "SKIPPED: only root can become another user; everything else is looked at as the one who runs the tests"
        );
        return;
    }
    // As nobody: the process of root next door is closed.
    let Ok(mut sleeper) = Command::new("/bin/sleep").arg0("kubelet").arg("60").spawn() else {
        eprintln!("SKIPPED: there is no /bin/sleep");
        return;
    };
    let ironsides = std::env::current_exe().unwrap();
    if std::env::var_os("IRONSIDES_TEST_NOBODY").is_some() {
        return;
    }
    let copy = tempfile::tempdir().unwrap();
    std::fs::set_permissions(copy.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let test = copy.path().join("test");
    std::fs::copy(&ironsides, &test).unwrap();
    let output = Command::new(&test)
        .args(["--exact", "live::as_nobody", "--nocapture", "--test-threads=1"])
        .env("IRONSIDES_TEST_NOBODY", sleeper.id().to_string())
        .current_dir("/")
        .uid(65534)
        .gid(65534)
        .output()
        .unwrap();
    let _ = sleeper.kill();
    let _ = sleeper.wait();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn as_nobody() {
    let Some(pid) = std::env::var("IRONSIDES_TEST_NOBODY").ok().and_then(|pid| pid.parse::<u32>().ok())
    else {
        return;
    };
    let host = own("/");
    let kubelet = host.processes.iter().find(|process| process.pid == pid).unwrap();
    assert!(kubelet.environment_unreadable && kubelet.executable.is_none());
    let gap = host.gap("processes").unwrap();
    assert!(gap.why.contains(&format!("kubelet ({pid})")) && gap.why.contains("CAP_SYS_PTRACE"), "{gap:?}");
}

#[test]
fn a_real_node_is_seen_from_outside_and_from_inside() {
    let Ok(pid) = std::env::var("IRONSIDES_TEST_KUBELET") else {
        eprintln!(
            "SKIPPED: set IRONSIDES_TEST_KUBELET to the process id of a kubelet in a mount namespace of its own"
        );
        return;
    };
    let outside = own("/");
    let pid: u32 = pid.parse().unwrap();
    let kubelet = outside.processes.iter().find(|process| process.pid == pid).expect("the kubelet runs");
    let files = kubelet.files.as_ref().expect("it sees files of its own");
    let configuration = files["/var/lib/kubelet/config.yaml"].content.as_ref().unwrap();
    assert!(configuration.contains("KubeletConfiguration"));
    assert!(!outside.files["/var/lib/kubelet/config.yaml"].exists());
    // Its own root is a host of its own, with a /proc of its own.
    let inside = own(&format!("/proc/{pid}/root"));
    let same = process(&inside, "kubelet");
    assert_eq!((&same.arguments, &same.files), (&kubelet.arguments, &None));
    assert_eq!(inside.files["/var/lib/kubelet/config.yaml"].content.as_ref(), Some(configuration));
    let listens =
        |port| inside.listening.iter().any(|socket| socket.port == port && socket.pid == Some(same.pid));
    assert!(listens(10250) && listens(10248), "{:?}", inside.listening);
}
