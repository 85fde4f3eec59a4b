//! What the configuration files of `KubeLinter`, Polaris and Checkov leave out.

use ironsides_core::{Matcher, Pattern};
use ironsides_tree::{Cursor, SyntaxError};

use super::Noted;
use super::file::{IgnoreFile, Reading, Terms, strings};
use crate::foreign::Tool;

/// Reads a `.kube-linter.yaml`: `checks.exclude` for all files, `checks.ignorePaths` for all checks.
pub fn kube_linter(file: &IgnoreFile<'_>) -> Result<Noted, SyntaxError> {
    let mut reading = Reading::new(file, Tool::KubeLinter);
    let root = reading.root()?;
    let checks = Cursor::root(&root).get("checks");
    for (id, span) in strings(&checks.get("exclude")) {
        reading.id(span, id, &Terms::default(), &[Matcher::default()]);
    }
    let every = reading.every();
    for at in checks.get("ignorePaths").items() {
        let Some(path) = at.str() else { continue };
        match Pattern::path(path) {
            Ok(pattern) => {
                reading.tell(at.mark(), path, None);
                let matchers = reading.at_paths(&[pattern]);
                reading.checks(at.mark(), &every, &Terms::default(), &matchers);
            }
            Err(why) => reading.tell(at.mark(), path, Some(why)),
        }
    }
    Ok(reading.noted)
}

/// Reads the `exemptions` of a Polaris configuration. Names of controllers and containers are what theirs begin with;
/// without rules all are meant.
pub fn polaris(file: &IgnoreFile<'_>) -> Result<Noted, SyntaxError> {
    let mut reading = Reading::new(file, Tool::Polaris);
    let root = reading.root()?;
    let every = reading.every();
    for at in Cursor::root(&root).get("exemptions").items() {
        let matchers = exempted(&at);
        let rules = strings(&at.get("rules"));
        if rules.is_empty() {
            reading.tell(at.mark(), "(every rule)", None);
            reading.checks(at.mark(), &every, &Terms::default(), &matchers);
        }
        for (id, span) in rules {
            reading.id(span, id, &Terms::default(), &matchers);
        }
    }
    Ok(reading.noted)
}

fn exempted(at: &Cursor<'_>) -> Vec<Matcher> {
    let namespace = at.get("namespace").str().filter(|text| !text.is_empty());
    let prefixes = |key| {
        let names = strings(&at.get(key)).into_iter().map(|(name, _)| Some(Pattern::Prefix(name.to_owned())));
        let names: Vec<Option<Pattern>> = names.collect();
        if names.is_empty() { vec![None] } else { names }
    };
    let containers = prefixes("containerNames");
    let one = |name: Option<Pattern>| {
        containers.clone().into_iter().map(move |container| Matcher {
            namespace: namespace.map(|namespace| Pattern::Exactly(namespace.to_owned())),
            name: name.clone(),
            container,
            ..Matcher::default()
        })
    };
    prefixes("controllerNames").into_iter().flat_map(one).collect()
}

/// Reads the `skip-check` of a `.checkov.yaml`, where `*` stands for any text.
pub fn checkov(file: &IgnoreFile<'_>) -> Result<Noted, SyntaxError> {
    let mut reading = Reading::new(file, Tool::Checkov);
    let root = reading.root()?;
    for (id, span) in strings(&Cursor::root(&root).get("skip-check")) {
        if !id.contains('*') {
            reading.id(span, id, &Terms::default(), &[Matcher::default()]);
            continue;
        }
        let pattern = Pattern::name(&id.to_ascii_uppercase());
        let known = crate::foreign::ids(Tool::Checkov).into_iter();
        let ids: Vec<&str> =
            known.filter(|id| pattern.as_ref().is_ok_and(|pattern| pattern.matches(id))).collect();
        if ids.is_empty() {
            reading.tell(span, id, Some("no rule that is known here matches".into()));
        }
        for id in ids {
            reading.id(span, id, &Terms::default(), &[Matcher::default()]);
        }
    }
    Ok(reading.noted)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::sync::Arc;

    use ironsides_core::Scope;

    use super::super::{Place, kubescape, trivy};
    use super::*;

    fn read(text: &str, read: impl Fn(&IgnoreFile<'_>) -> Noted) -> String {
        let (path, bases) = (Arc::from("file"), [Arc::from("/repo")]);
        let line = |at: u32| u32::try_from(text[..at as usize].matches('\n').count() + 1).unwrap();
        let place = Place { path: &path, line: &line };
        let file = IgnoreFile { place, text, bases: &bases, today: "2026-06-15".parse().unwrap() };
        let noted = read(&file);
        let mut said = String::new();
        for entry in noted.foreign {
            let why = entry.why_not.map(|why| format!(": {why}")).unwrap_or_default();
            writeln!(said, "{} {}{why}", entry.line, entry.id).unwrap();
        }
        for waiver in noted.waivers {
            let checks = waiver.checks.unwrap();
            let checks = if checks.len() > 2 { "(many)".to_owned() } else { checks.join(",") };
            let expires = waiver.expires.map(|date| format!(" until {date}")).unwrap_or_default();
            let Scope::Matching(matcher) = waiver.scope else { panic!() };
            let shown = |pattern: &Option<Pattern>| match pattern {
                Some(Pattern::Exactly(text)) => format!(" ={text}"),
                Some(Pattern::Prefix(text)) => format!(" ={text}…"),
                Some(Pattern::Glob(glob)) => format!(" ={}", glob.glob()),
                Some(Pattern::Regex(regex)) => format!(" ={regex}"),
                None => " -".into(),
            };
            let path = matcher.path.as_ref().map(|(_, pattern)| pattern.clone());
            let names =
                [&matcher.kind, &matcher.namespace, &matcher.name, &matcher.container, &path].map(shown);
            writeln!(said, "  {checks}{expires}:{} {:?} {}", names.concat(), matcher.labels, waiver.reason)
                .unwrap();
        }
        said
    }

    #[test]
    fn trivy_s_files_are_read() {
        let text = "# ours\nAVD-KSV-0010\n\nKSV009 exp:2026-12-31\nksv-0008 exp:2026-06-15\nCVE-2024-1\nKSV010 exp:soon\n";
        assert_eq!(
            read(text, trivy::trivyignore),
            "2 AVD-KSV-0010\n4 KSV009\n5 ksv-0008: it ended on 2026-06-14\n6 CVE-2024-1: trivy has no rule for Kubernetes of this name that is known here\n7 KSV010: \"soon\" is no date; write it as 2027-01-31\n  host-pid: - - - - - [] \n  host-network until 2026-12-30: - - - - - [] \n"
        );
        let text = "vulnerabilities:\n- id: CVE-2024-1\nmisconfigurations:\n- id: AVD-KSV-0010\n  paths:\n  - 'apps/**'\n  - b.yaml\n  statement: it must\n- id: KSV-0009\n  expired_at: 2027-01-01\n";
        assert_eq!(
            read(text, |file| trivy::trivyignore_yaml(file).unwrap()),
            "4 AVD-KSV-0010\n9 KSV-0009\n  host-pid: - - - - =apps/** [] it must\n  host-pid: - - - - =b.yaml [] it must\n  host-network until 2026-12-31: - - - - - [] \n"
        );
    }

    #[test]
    fn kubescape_s_exceptions_are_read() {
        let text = r#"[{"name": "a", "policyType": "postureExceptionPolicy", "actions": ["alertOnly"],
  "resources": [{"designatorType": "Attributes", "attributes": {"kind": "Deploy.*", "namespace": "kube-system", "env": "dev"}}],
  "posturePolicies": [{"controlID": "C-0038"}, {"controlName": "Host PID"}, {"controlID": "C-9999"}]},
 {"name": "b", "resources": [{"attributes": {"cluster": "prod"}}], "posturePolicies": [{"controlID": "C-0038"}]},
 {"name": "c", "expirationDate": "2026-01-01T00:00:00Z", "resources": [{"attributes": {"kind": ".*"}}], "posturePolicies": [{"controlID": "C-0038"}]}]"#;
        let said = read(text, |file| kubescape::kubescape_exceptions(file).unwrap());
        let told: Vec<&str> = said.lines().filter(|line| !line.starts_with(' ')).collect();
        // Whether an id is known is the map's to say; everything else is not.
        assert!(told[0].starts_with("1 C-0038"), "{said}");
        assert_eq!(
            told[1..],
            [
                "1 Host PID: controls are known here by their ids, not by names or frameworks",
                "1 C-9999: kubescape has no rule for Kubernetes of this name that is known here",
                "4 b: it is about a cluster, which files have none of",
                "5 C-0038: it is over",
            ]
        );
        if told[0] == "1 C-0038" {
            let matcher = ": =^(?:Deploy.*)$ =kube-system - - - [(\"env\", \"dev\")] a\n";
            assert!(said.contains(matcher), "{said}");
        }
    }

    #[test]
    fn the_linters_files_are_read() {
        let text = "checks:\n  exclude: [host-pid, no-such]\n  ignorePaths:\n  - legacy/**\n";
        assert_eq!(
            read(text, |file| kube_linter(file).unwrap()),
            "2 host-pid\n2 no-such: kube-linter has no rule for Kubernetes of this name that is known here\n4 legacy/**\n  host-pid: - - - - - [] \n  (many): - - - - =legacy/** [] \n"
        );
        let text = "exemptions:\n- namespace: kube-system\n  controllerNames: [dns, proxy]\n  rules: [hostNetworkSet]\n- containerNames: [side]\n";
        assert_eq!(
            read(text, |file| polaris(file).unwrap()),
            "4 hostNetworkSet\n5 (every rule)\n  host-network: - =kube-system =dns… - - [] \n  host-network: - =kube-system =proxy… - - [] \n  (many): - - - =side… - [] \n"
        );
        assert_eq!(
            read("skip-check: CKV_K8S_17, CKV_AWS_1\n", |file| checkov(file).unwrap()),
            "1 CKV_K8S_17\n1 CKV_AWS_1: checkov has no rule for Kubernetes of this name that is known here\n  host-pid: - - - - - [] \n"
        );
        assert!(read("skip-check: ['CKV_K8S_1*']\n", |file| checkov(file).unwrap()).contains("host-network"));
    }
}
