//! What kubectl 1.36 (kustomize 5.8.1) built, and what is built here, byte for byte.

use std::process::Command;

use crate::support::{Disk, built_in, folder, said};

fn names() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("expected.yaml").exists())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn kustomizations_build_what_kubectl_built() {
    let names = names();
    assert!(names.len() >= 25, "{} kustomizations", names.len());
    for name in names {
        let expected = std::fs::read_to_string(folder().join(&name).join("expected.yaml")).unwrap();
        let built =
            built_in(&Disk(folder()), &name).unwrap_or_else(|error| panic!("{name}: {}", said(&error)));
        assert!(
            *built.rendered.text == expected,
            "{name}: expected\n{expected}\nbuilt\n{}",
            built.rendered.text
        );
        assert!(!expected.is_empty() && built.reads.contains(&first(&name)), "{name}: {:?}", built.reads);
    }
}

fn first(name: &str) -> String {
    let files = ironsides_render::kustomize::FILE_NAMES;
    let there = files.iter().find(|file| folder().join(name).join(file).exists()).unwrap();
    format!("{name}/{there}")
}

#[test]
fn kubectl_builds_the_same_today() {
    let kubectl = std::env::var_os("IRONSIDES_KUBECTL").unwrap_or_else(|| "kubectl".into());
    let version = Command::new(&kubectl).args(["version", "--client"]).output();
    let version =
        version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let Some(line) = version.lines().find(|line| line.starts_with("Kustomize Version: v5.8")) else {
        eprintln!("SKIPPED: no kubectl with kustomize 5.8 (set IRONSIDES_KUBECTL); found: {version:?}");
        return;
    };
    for name in names() {
        let output = Command::new(&kubectl).arg("kustomize").arg(folder().join(&name)).output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let built =
            built_in(&Disk(folder()), &name).unwrap_or_else(|error| panic!("{name}: {}", said(&error)));
        assert!(built.rendered.text.as_bytes() == output.stdout, "{name} differs from {line}");
    }
}
