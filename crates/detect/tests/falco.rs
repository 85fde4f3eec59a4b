//! `falco.yaml`: what it says, what is refused, and what it does to rules.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop where it stands")]

use ironsides_detect::engine::Matching;
use ironsides_detect::falco::{ConfigFile, FalcoConfig, Include, Note, Strategy, includes, read};
use ironsides_detect::rules::{Deed, Loaded, PartKind, Priority, RuleFile, RuleSet, Severity, load};

fn env(name: &str) -> Option<String> {
    (name == "ROOT").then(|| "/srv".to_owned())
}

fn config(text: &str) -> (FalcoConfig, Vec<Note>) {
    read(&[ConfigFile { name: "falco.yaml", text, strategy: Strategy::Append }], &env)
}

/// The only note there is: severity, text, hint, line.
fn note(text: &str) -> (Severity, String, Option<String>, u32) {
    let mut notes = config(text).1;
    assert_eq!(notes.len(), 1, "{notes:?}");
    let note = notes.remove(0);
    (note.severity, note.text, note.hint, note.place.unwrap().position.line)
}

#[test]
fn an_empty_configuration_has_falcos_defaults() {
    let (config, notes) = config("# nothing\n");
    assert!(notes.is_empty() && config.rules_files.is_empty() && config.plugins.is_empty());
    assert_eq!((config.matching, config.least), (Matching::First, Priority::Debug));
    let outputs = config.outputs;
    assert!(outputs.with_output && outputs.with_tags && outputs.with_fields && !outputs.with_message);
    assert!(!outputs.json && !outputs.stdout && !outputs.syslog && !outputs.iso_8601);
    assert_eq!((outputs.file, outputs.http, outputs.program, outputs.timeout), (None, None, None, 2000));
}

#[test]
fn everything_about_rules_and_alerts_is_read() {
    let (config, notes) = config(
        "
rules_files: [\"${ROOT}/a.yaml\", rules.d]
rule_matching: all
priority: ${NOBODY}warning
json_output: yes
json_include_tags_property: false
stdout_output: {enabled: true}
file_output: {enabled: true, filename: \"${ROOT}/alerts\"}
http_output: {enabled: true, url: http://x:1, mtls: true, client_cert: /c, compress_uploads: \"true\"}
program_output: {enabled: false, program: mail}
plugins:
- {name: k8saudit, library_path: a.so, init_config: {maxEventSize: 1}}
- {name: cloudtrail, library_path: b.so}
load_plugins: [cloudtrail]
static_fields: {site: \"${ROOT}\"}
engine: {kind: modern_ebpf}
",
    );
    assert!(notes.is_empty(), "{notes:?}");
    let paths: Vec<&str> = config.rules_files.iter().map(|file| &*file.path).collect();
    assert_eq!(paths, ["/srv/a.yaml", "rules.d"]);
    assert_eq!((config.matching, config.least), (Matching::All, Priority::Warning));
    assert_eq!(config.static_fields, [("site".to_owned(), "/srv".to_owned())]);
    assert_eq!(config.foreign_plugins().collect::<Vec<_>>(), ["cloudtrail"]);
    assert!(!config.loads_audit());
    let outputs = config.outputs;
    assert!(outputs.json && outputs.stdout && !outputs.with_tags);
    assert_eq!((outputs.file.as_deref(), outputs.program), (Some("/srv/alerts"), None));
    let http = outputs.http.unwrap();
    assert_eq!(http.client, Some(("/c".to_owned(), "/etc/ssl/certs/client.key".to_owned())));
    assert!(http.compress && !http.insecure);
    assert_eq!((&*http.user_agent, &*http.ca_path), ("falcosecurity/falco", "/etc/ssl/certs"));
}

#[test]
fn what_falco_refuses_is_an_error_and_what_means_nothing_a_warning() {
    use Severity::{Error, Warning};
    for (text, severity, message, hint, line) in [
        ("a: 1\nrule_filez: x", Warning, "unknown key", None, 1),
        ("json_output: 1", Warning, "", None, 0),
        ("jsn_output: true", Warning, "unknown key 'jsn_output'", Some("json_output"), 1),
        ("http_output:\n  uri: x", Warning, "unknown key 'http_output.uri'", Some("url"), 2),
        ("priority: warn", Error, "unknown priority \"warn\"", None, 1),
        ("priority: warnin", Error, "unknown priority \"warnin\"", Some("Warning"), 1),
        ("rule_matching: last", Error, "unknown rule matching strategy", None, 1),
        ("rules_file: a.yaml", Warning, "'rules_file' is deprecated", Some("rules_files"), 1),
        ("rule_files: [a.yaml]", Warning, "nothing reads it", Some("rules_files"), 1),
        ("file_output: {enabled: true}", Error, "file_output is enabled and has no filename", None, 1),
        ("http_output: {enabled: true, url: \"${NO}\"}", Error, "has no url", None, 1),
        ("plugins: []\nload_plugins: [json]", Error, "load_plugins names \"json\"", None, 2),
        ("stdout_output: {enabled: maybe}", Warning, "must be true or false", None, 1),
        ("rules:\n- disable: {}", Warning, "names no rule and no tag", None, 2),
        ("rules:\n- falco_rules.yaml", Error, "enables or disables", Some("rules_files"), 2),
        ("- rule: x", Error, "is a map of keys", Some("--rules"), 1),
        ("a: [", Error, "no YAML", None, 1),
    ] {
        if line == 0 {
            assert!(config(text).1.is_empty(), "{text}");
            continue;
        }
        let notes = config(text).1;
        let found = notes
            .iter()
            .find(|note| note.text.contains(message))
            .unwrap_or_else(|| panic!("{text}: {notes:?}"));
        assert_eq!(found.severity, severity, "{text}");
        assert_eq!(found.place.as_ref().unwrap().position.line, line, "{text}");
        if let Some(hint) = hint {
            assert!(found.hint.as_ref().unwrap().contains(hint), "{text}: {found:?}");
        }
    }
    assert_eq!(note("priority: x").3, 1);
    let both = config("rules_file: a\nrules_files: [b]").1;
    assert!(both.iter().any(|note| note.severity == Error && note.text.contains("both")));
}

#[test]
fn files_are_joined_as_they_say() {
    let file = |name, text, strategy| ConfigFile { name, text, strategy };
    let main = "rules_files: [a]\npriority: error\nstdout_output: {enabled: true}\nconfig_files: [d, {path: \"${ROOT}/e\", strategy: add-only}]\n";
    let main = file("falco.yaml", main, Strategy::Append);
    assert_eq!(
        includes(main, &env),
        [
            Include { path: "d".to_owned(), strategy: Strategy::Append },
            Include { path: "/srv/e".to_owned(), strategy: Strategy::AddOnly },
        ]
    );
    let more = "rules_files: [b]\npriority: debug\njson_output: true\n";
    for (strategy, rules, priority) in [
        (Strategy::Append, &["a", "b"][..], Priority::Debug),
        (Strategy::Override, &["b"], Priority::Debug),
        (Strategy::AddOnly, &["a"], Priority::Error),
    ] {
        let (config, notes) = read(&[main, file("more.yaml", more, strategy)], &env);
        assert!(notes.is_empty(), "{notes:?}");
        let files: Vec<&str> = config.rules_files.iter().map(|file| &*file.path).collect();
        assert_eq!((&*files, config.least), (rules, priority), "{strategy:?}");
        assert!(config.outputs.json && config.outputs.stdout);
    }
}

const RULES: &str = "
- required_plugin_versions: [{name: cloudtrail, version: 7.1.0}]
- rule: one
  desc: d
  condition: ka.verb = get
  output: >
    one %ka.verb
  priority: NOTICE
  source: k8s_audit
  tags: [a, b]
- rule: two
  desc: d
  condition: ka.verb = list
  output: two
  priority: DEBUG
  source: k8s_audit
  tags: [a]
";

fn loaded(text: &str) -> (Loaded, FalcoConfig) {
    let plugins = "plugins: [{name: cloudtrail, library_path: x}]\n";
    let config = config(&format!("{plugins}{text}")).0;
    (load(&[RuleFile { name: "r.yaml", text: RULES }], &config.options()), config)
}

fn rules(text: &str) -> RuleSet {
    let (loaded, config) = loaded(text);
    let mut rules = loaded.rules.unwrap_or_else(|| panic!("{:?}", loaded.messages));
    rules.select(&config.selections);
    rules
}

/// The names of the rules that are asked.
fn asked(text: &str) -> Vec<String> {
    let rules = rules(text).rules.into_iter();
    rules.filter(|rule| rule.enabled).map(|rule| rule.name).collect()
}

#[test]
fn rules_are_selected_one_wish_after_the_other() {
    assert_eq!(asked(""), ["one", "two"]);
    assert_eq!(asked("priority: info"), ["one"]);
    assert_eq!(asked("rules: [{disable: {rule: \"*\"}}, {enable: {tag: b}}]"), ["one"]);
    assert_eq!(asked("rules: [{enable: {tag: b}}, {disable: {rule: \"*\"}}]"), [] as [&str; 0]);
    assert_eq!(asked("rules: [{disable: {rule: t*o}}]"), ["one"]);
    // Name and tag are two wishes, not one.
    assert_eq!(asked("rules: [{disable: {rule: two, tag: b}}]"), [] as [&str; 0]);
    let (loaded, config) = loaded("rules: [{disable: {rule: three}}]");
    assert_eq!(loaded.rules.unwrap().select(&config.selections).len(), 1);
}

#[test]
fn what_is_appended_shows() {
    use ironsides_detect::Given;
    use ironsides_detect::field::Catalogue;
    let event = ironsides_tree::parse_one(r#"{"ka.verb": "get", "ka.user.name": "mia"}"#).unwrap();
    let event = Given::read(&event, Catalogue::K8S_AUDIT).unwrap();
    let rules = rules(
        "
append_output:
- match: {source: k8s_audit, tags: [a, b]}
  extra_output: by %ka.user.name
  extra_fields: [ka.user.name, {request: \"%ka.verb!\"}]
- match: {rule: two}
  extra_output: never here
- match: {source: syscall}
  extra_output: nor here %proc.name
static_fields: {site: here}
",
    );
    let (one, two) = (rules.rule("one").unwrap(), rules.rule("two").unwrap());
    assert_eq!(one.output.text(&event), "one get by mia");
    let fields = serde_json::Value::Object(one.output.json(&event));
    let expected = serde_json::json!({
        "ka.verb": "get", "ka.user.name": "mia", "request": "get!", "site": "here",
    });
    assert_eq!(fields, expected);
    assert_eq!(two.output.text(&event), "two never here");
}

#[test]
fn what_cannot_be_appended_is_told_of_the_rule() {
    for extra in [
        "extra_output: \"%ka.nothing\"",
        "extra_fields: [ka.nothing]",
        "extra_fields: [{x: \"%ka.nothing\"}]",
    ] {
        let (loaded, _) = loaded(&format!("append_output: [{{{extra}}}]"));
        assert!(loaded.rules.is_none(), "{extra}");
        let message = &loaded.messages[0];
        assert_eq!(message.context, ["rule \"one\"", "append_output"], "{extra}");
    }
}

#[test]
fn what_files_do_to_names_is_kept() {
    let a = "
- list: inner
  items: [x]
- list: outer
  items: [inner, y]
- macro: m
  condition: ka.verb in (outer)
- rule: r
  desc: d
  condition: m and ka.uri in (outer, z)
  output: o
  priority: INFO
  source: k8s_audit
";
    let b = "
- macro: m
  condition: ka.verb = x
- list: inner
  items: [w]
  override: {items: replace}
- rule: r
  priority: ERROR
  condition: and ka.uri = q
  override: {priority: replace, condition: append}
";
    let files = [RuleFile { name: "a.yaml", text: a }, RuleFile { name: "b.yaml", text: b }];
    let loaded = load(&files, &ironsides_detect::rules::Options::default());
    let rules = loaded.rules.unwrap();
    let deeds = |kind, name| -> Vec<(Deed, Vec<&str>, u32)> {
        let part = loaded.parts.get(kind, name).unwrap();
        let of = part.mentions.iter();
        of.map(|mention| (mention.deed, mention.keys.clone(), mention.place.as_ref().unwrap().position.line))
            .collect()
    };
    assert_eq!(deeds(PartKind::Macro, "m"), [(Deed::Defines, vec![], 6), (Deed::Redefines, vec![], 2)]);
    assert_eq!(
        deeds(PartKind::List, "inner"),
        [(Deed::Defines, vec![], 2), (Deed::Replaces, vec!["items"], 4)]
    );
    assert_eq!(
        deeds(PartKind::Rule, "r"),
        [
            (Deed::Defines, vec![], 8),
            (Deed::Appends, vec!["condition"], 7),
            (Deed::Replaces, vec!["priority"], 7)
        ]
    );
    let made_of: Vec<&str> =
        loaded.parts.of_rule(&rules, &rules.rules[0]).iter().map(|part| &*part.name).collect();
    assert_eq!(made_of, ["m", "outer", "inner"]);
}
