//! Loading rule files: what is put together, what is refused, and what is said.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may stop where it stands"
)]

use std::fmt::Write;

use ironsides_detect::rules::{Code, Loaded, Message, Options, Priority, RuleFile, Severity, load};

fn loaded(texts: &[&str]) -> Loaded {
    let names = ["a.yaml", "b.yaml", "c.yaml"];
    let files: Vec<RuleFile<'_>> =
        texts.iter().zip(names).map(|(text, name)| RuleFile { name, text }).collect();
    load(&files, &Options::default())
}

/// A rule with this condition, and what else it has.
fn rule(condition: &str, more: &str) -> String {
    format!("- rule: r\n  desc: d\n  condition: {condition}\n  output: o\n  priority: INFO\n{more}")
}

/// The condition that comes of it.
fn condition(texts: &[&str]) -> String {
    let loaded = loaded(texts);
    let Some(rules) = &loaded.rules else { panic!("{:?}", loaded.messages) };
    rules.rules[0].condition.to_string()
}

fn error(texts: &[&str]) -> Message {
    let loaded = loaded(texts);
    assert!(loaded.rules.is_none(), "it loads");
    loaded.messages.into_iter().find(|message| message.severity == Severity::Error).unwrap()
}

fn codes(texts: &[&str]) -> Vec<Code> {
    loaded(texts).messages.into_iter().map(|message| message.code).collect()
}

#[test]
fn lists_are_spliced_and_macros_kept() {
    let text = "
- list: shells
  items: [bash, sh]
- list: more
  items: [shells, '\"(systemd)\"', 8080, yes, '\"a \\\"b\\\"\"']
- macro: shell
  condition: proc.name in (more)
";
    let text =
        format!("{text}{}", rule("evt.type = execve and shell and not proc.pname in (shells, cron)", ""));
    assert_eq!(condition(&[&text]), "evt.type = execve and shell and not proc.pname in (bash, sh, cron)");
    let rules = loaded(&[&text]).rules.unwrap();
    assert_eq!(
        rules.macros["shell"].to_string(),
        "proc.name in (bash, sh, \"(systemd)\", 8080, yes, \"a \\\"b\\\"\")"
    );
}

#[test]
fn later_files_change_earlier_ones() {
    let base = format!("- list: l\n  items: [a]\n- macro: m\n  condition: proc.name = x\n{}", {
        rule("evt.type = open and m and fd.name in (l)", "  tags: [one]\n")
    });
    let change = "
- list: l
  items: [b]
  override: {items: append}
- macro: m
  condition: or proc.name = y
  override: {condition: append}
- rule: r
  condition: and not user.name = root
  output: and %user.name
  tags: [two, one]
  priority: error
  enabled: false
  override: {condition: append, output: append, tags: append, priority: replace, enabled: replace}
";
    let loaded = loaded(&[&base, change]);
    let rules = loaded.rules.as_ref().unwrap_or_else(|| panic!("{:?}", loaded.messages));
    let rule = &rules.rules[0];
    assert_eq!(
        rule.condition.to_string(),
        "evt.type = open and m and fd.name in (a, b) and not user.name = root"
    );
    assert_eq!(rules.macros["m"].to_string(), "proc.name = x or proc.name = y");
    assert_eq!(
        (rule.priority, rule.enabled, &*rule.tags),
        (Priority::Error, false, &["one".into(), "two".into()][..])
    );
    assert_eq!((rule.file.as_str(), rule.line), ("a.yaml", 5));
}

#[test]
fn what_changes_nothing_is_refused() {
    for (text, said) in [
        ("- list: l\n  items: [a]\n  append: true\n", "no list by that name already exists"),
        (
            "- macro: m\n  condition: a\n  override: {condition: append}\n",
            "no macro by that name already exists",
        ),
        ("- rule: r\n  condition: and a\n  append: true\n", "no rule by that name already exists"),
        ("- rule: r\n  tags: [a]\n  append: true\n", "must have exceptions or condition"),
        (
            "- rule: r\n  condition: a\n  append: true\n  override: {condition: append}\n",
            "cannot be used together",
        ),
        ("- rule: r\n  condition: a\n  override: {condition: merge}\n", "Invalid override operation"),
        ("- rule: r\n  priority: INFO\n  override: {priority: append}\n", "cannot be overridden with append"),
        ("- rule: r\n  desc: x\n  override: {condition: append}\n", "'condition' is not defined"),
        ("- rule: r\n  enabled: true\n", "no rule by that name already exists"),
        ("- rule: r\n  desc: d\n  condition: evt.num=1\n  output: o\n", "no mapping for key 'priority'"),
        (&rule("evt.num = 1", "  tags: x\n"), "Tags value is not a sequence"),
        ("- list: l\n  items: a\n", "Items value is not a sequence"),
        ("- required_engine_version: 99.0.0\n", "Rules require engine version 99.0.0"),
        ("- required_engine_version: soon\n", "as a semver string"),
        ("- required_plugin_versions: [{name: cloudtrail, version: 0.1.0}]\n", "cloudtrail 0.1.0"),
        ("a: b\n", "not yaml array of objects"),
        ("- a\n", "should be a yaml associative array"),
        ("- [\n", ""),
    ] {
        let error = error(&[text]);
        assert!(error.text.contains(said), "{text}: {error}");
        assert!(error.place.is_some(), "{text}");
    }
}

#[test]
fn versions_are_met_as_they_always_were() {
    for text in [
        "- required_engine_version: 15\n",
        "- required_engine_version: 0.57.0\n",
        "- required_engine_version: \"0.63.0\"\n",
        "- required_plugin_versions:\n  - name: k8saudit\n    version: 0.18.0\n    alternatives: [{name: x, version: 1.0.0}]\n",
        "- required_plugin_versions: [{name: x, version: 1.0.0, alternatives: [{name: json, version: 0.7.0}]}]\n",
    ] {
        assert!(loaded(&[text]).ok(), "{text}");
    }
}

#[test]
fn places_are_exact_in_every_style_of_scalar() {
    for (text, position) in [
        (rule("proc.nmae = cat", ""), "3:14"),
        (rule("\"evt.num = 1 and proc.nmae = cat\"", ""), "3:31"),
        (rule(">\n    evt.num = 1\n    and\n      proc.nmae = cat", ""), "6:7"),
        (rule("|\n    evt.num = 1 and\n    proc.nmae = cat", ""), "5:5"),
        (rule("evt.num = 1 and\n    proc.nmae = cat", ""), "4:5"),
    ] {
        let error = error(&[&text]);
        assert_eq!(error.code, Code::LoadErrCompileCondition);
        assert_eq!(error.place.as_ref().unwrap().position.to_string(), position, "{text}\n{error}");
        assert_eq!(error.hint.as_deref(), Some("did you mean proc.name?"));
        assert_eq!(error.context, ["rule \"r\"", "condition"]);
    }
    let change = "- rule: r\n  condition: and proc.nmae = cat\n  override: {condition: append}\n";
    let error = error(&[&rule("evt.num = 1", ""), change]);
    assert_eq!((error.place.unwrap().name.as_str(), &*error.text), ("b.yaml", &*error.text));
}

#[test]
fn names_that_are_not_known_come_with_the_nearest() {
    let error = |text: &str| error(&[text]);
    let text = format!("- macro: spawned\n  condition: evt.type = execve\n{}", rule("spawnd", ""));
    assert_eq!(error(&text).hint.as_deref(), Some("did you mean \"spawned\"?"));
    let text = rule("ka.verb = get", "");
    assert!(error(&text).hint.unwrap().contains("source k8s_audit"));
    let text = rule("evt.num = 1", "").replace("INFO", "WARN");
    assert!(error(&text).text.contains("Invalid priority"));
    let unknown = loaded(&[&rule("evt.num = 1", "  tagz: [a]\n")]);
    let unknown = unknown.messages.iter().find(|message| message.code == Code::LoadUnknownKey).unwrap();
    assert_eq!(unknown.hint.as_deref(), Some("did you mean \"tags\"?"));
}

#[test]
fn macros_that_lead_back_to_themselves_are_named() {
    let text = "
- macro: a
  condition: evt.num = 1
- macro: b
  condition: a or evt.num = 2
- macro: a
  condition: b or evt.num = 3
";
    let error = error(&[&format!("{text}{}", rule("a", ""))]);
    assert!(error.text.starts_with("reference loop in macro"), "{error}");
    let own = "- macro: a\n  condition: evt.num = 1\n- macro: a\n  condition: a\n";
    assert!(loaded(&[own]).rules.is_none());
}

#[test]
fn macros_that_multiply_are_bounded() {
    let mut text = String::from("- macro: m0\n  condition: proc.name = a\n");
    for level in 1..40 {
        let below = level - 1;
        writeln!(text, "- macro: m{level}\n  condition: m{below} or m{below}").unwrap();
    }
    let error = error(&[&format!("{text}{}", rule("m39", ""))]);
    assert!(error.text.contains("more than 1000000 comparisons"), "{error}");
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}evt.num = 1{}", "not (".repeat(depth), ")".repeat(depth));
    assert!(loaded(&[&rule(&nested(520), "")]).ok());
    assert!(error(&[&rule(&nested(20_000), "")]).text.contains("nested more than 550 deep"));
    let mut text = String::from("- macro: m0\n  condition: evt.num = 1\n");
    for level in 1..20_000 {
        let below = level - 1;
        writeln!(text, "- macro: m{level}\n  condition: m{below}").unwrap();
    }
    let error = error(&[&format!("{text}{}", rule("m19999", ""))]);
    assert!(error.text.contains("nests more than 550 deep"), "{error}");
}

#[test]
fn lists_that_multiply_are_bounded() {
    let mut text = String::from("- list: l0\n  items: [a, b, c, d, e, f, g, h, i, j]\n");
    for level in 1..12 {
        let below = vec![format!("l{}", level - 1); 10].join(", ");
        writeln!(text, "- list: l{level}\n  items: [{below}]").unwrap();
    }
    let error = error(&[&format!("{text}{}", rule("proc.name in (l11)", ""))]);
    assert!(error.text.contains("more than 1000000 items"), "{error}");
    let mut text = String::from("- list: l0\n  items: [a]\n");
    for level in 1..5000 {
        writeln!(text, "- list: l{level}\n  items: [l{}]", level - 1).unwrap();
    }
    assert!(loaded(&[&format!("{text}{}", rule("proc.name in (l4999)", ""))]).rules.is_none());
}

#[test]
fn long_lists_load() {
    let mut text = String::from("- list: long\n  items:\n");
    for item in 0..100_000 {
        writeln!(text, "  - item-{item}").unwrap();
    }
    text.push_str(&rule("evt.type = execve and (proc.name in (long) or proc.pname in (long, x))", ""));
    let loaded = loaded(&[&text]);
    assert!(loaded.ok(), "{:?}", loaded.messages.first());
}

#[test]
fn exceptions_become_conditions() {
    let more = "  exceptions:
  - name: both
    fields: [proc.name, fd.name]
    comps: [=, startswith]
    values:
    - [cat, /etc/]
    - [sed, '\"a b\"']
  - name: one
    fields: user.name
    values: [root, app]
  - name: lists
    fields: [proc.name, fd.directory]
    comps: [in, pmatch]
    values:
    - [[a, b], (/x)]
  - name: empty
    fields: [proc.name]
  - name: modified
    fields: [fd.name]
    comps: [endswith oneof]
    values:
    - [[.so, .a]]
";
    let expected = "evt.num = 1 and not ((proc.name = cat and fd.name startswith /etc/) or \
                    (proc.name = sed and fd.name startswith \"a b\")) and not user.name in (root, app) and \
                    not (proc.name in (a, b) and fd.directory pmatch (/x)) and not fd.name endswith oneof (.so, .a)";
    let base = rule("evt.num = 1", more);
    assert_eq!(condition(&[&base]), expected);
    let append =
        "- rule: r\n  exceptions:\n  - name: one\n    values: [web]\n  override: {exceptions: append}\n";
    assert!(condition(&[&base, append]).contains("not user.name in (root, app, web)"));
}

#[test]
fn exceptions_that_do_not_fit_are_refused() {
    for (more, said) in [
        (
            "[{name: e, fields: [proc.name, fd.name], values: [[a]]}]",
            "Fields and values lists must have equal length",
        ),
        ("[{name: e, fields: [proc.name, fd.name], comps: [=], values: [[a, b]]}]", "equal length"),
        ("[{name: e, fields: [proc.nope], values: [[a]]}]", "'proc.nope' is not a supported filter field"),
        (
            "[{name: e, fields: [proc.name], comps: [like], values: [[a]]}]",
            "'like' is not a supported comparison",
        ),
        ("[{name: e}]", "must have fields property"),
        ("[{fields: [proc.name]}]", "no mapping for key 'name'"),
    ] {
        let error = error(&[&rule("evt.num = 1", &format!("  exceptions: {more}\n"))]);
        assert!(error.text.contains(said), "{more}: {error}");
    }
}

#[test]
fn warnings_have_falcos_codes() {
    let typed = |condition: &str| rule(&format!("evt.type = open and {condition}"), "");
    for (text, code) in [
        (typed("proc.name = a").replace("INFO\n", "INFO\n  source: cloud\n"), Code::LoadUnknownSource),
        (rule("proc.name = a", ""), Code::LoadNoEvttype),
        (format!("- macro: m\n  condition: evt.num = 1\n{}", typed("proc.name = a")), Code::LoadUnusedMacro),
        (format!("- list: l\n  items: [a]\n{}", typed("proc.name = a")), Code::LoadUnusedList),
        (
            format!("- macro: m-x\n  condition: evt.num = 1\n{}", typed("proc.name = a")),
            Code::LoadInvalidMacroName,
        ),
        (format!("- list: 'l x'\n  items: [a]\n{}", typed("proc.name = a")), Code::LoadInvalidListName),
        ("- extension: x\n".to_owned(), Code::LoadUnknownItem),
        (typed("proc.name regex '('"), Code::LoadCompileCondition),
        (typed("fd.ip in (127.0.0.1)"), Code::LoadCompileCondition),
        (
            typed("proc.nope = 1").replace("INFO\n", "INFO\n  skip-if-unknown-filter: true\n"),
            Code::LoadUnknownFilter,
        ),
    ] {
        assert!(codes(&[&text]).contains(&code), "{text}: {:?}", codes(&[&text]));
    }
    let audit = rule("ka.verb = '<NA>'", "  source: k8s_audit\n");
    assert!(codes(&[&audit]).contains(&Code::LoadUnsafeNaCheck));
    assert!(codes(&[&rule("evt.type in (open, openat) and proc.name = a", "")]).is_empty());
    assert!(codes(&[&rule("proc.name = a", "  warn_evttypes: false\n")]).is_empty());
}

#[test]
fn outputs_are_checked() {
    for (output, said) in [
        ("'%proc.nope'", "invalid formatting token"),
        ("'%fd.ip'", "filter only"),
        ("a %", "cannot end with a %"),
    ] {
        let text = rule("evt.type = open", "").replace("output: o", &format!("output: {output}"));
        let error = error(&[&text]);
        assert_eq!(error.code, Code::LoadErrCompileOutput);
        assert!(error.text.contains(said), "{error}");
    }
}

#[test]
fn values_of_an_exception_of_one_field_are_texts() {
    let text =
        rule("evt.type = open", "  exceptions:\n  - name: e\n    fields: proc.name\n    values: [[a, b]]\n");
    let message = error(&[&text]);
    assert_eq!(message.code, Code::LoadErrValidate);
    assert_eq!(message.text, "Expected values array for item 'e' to contain a list of strings");
}

#[test]
fn outputs_lose_the_blanks_around_them() {
    let text = "- rule: r\n  desc: d\n  condition: evt.num > 0 and evt.type = open\n  output: >\n    a\n    b\n  priority: INFO\n";
    let more = "- rule: r\n  output: \" c \"\n  override: {output: append}\n";
    let rules = loaded(&[text, more]).rules.unwrap();
    let event = ironsides_tree::parse_one("{}").unwrap();
    let event = ironsides_detect::Given::read(&event, ironsides_detect::field::Catalogue::SYSCALL).unwrap();
    // What is added is taken as it stands.
    assert_eq!(rules.rules[0].output.text(&event), "a b  c ");
}

#[test]
fn long_cycles_are_told_by_their_ends() {
    let mut text = String::new();
    for at in 0..3000 {
        writeln!(text, "- macro: m{at}\n  condition: m{}", (at + 1) % 3000).unwrap();
    }
    let message = error(&[&(text + &rule("m0", ""))]);
    assert!(message.text.ends_with("m11 → … → m2999 → m0"), "{}", message.text);
}

#[test]
fn texts_are_what_was_written_and_priorities_are_named() {
    let text = "- rule: Y\n  desc: 0x10\n  condition: evt.type = execve\n  output: no\n  priority: INFO\n  tags: [on, 1.0]\n";
    let rules = loaded(&[text]).rules.unwrap();
    let rule = &rules.rules[0];
    assert_eq!((rule.name.as_str(), rule.description.as_str()), ("Y", "0x10"));
    assert_eq!(rule.tags, ["on", "1.0"]);
    let error = error(&[&text.replace("INFO", "WARN")]);
    assert_eq!(error.text, "Invalid priority \"WARN\"");
    let hint = error.hint.unwrap();
    assert!(hint.starts_with("use one of Emergency, Alert,") && hint.contains("Warning"), "{hint}");
}

#[test]
fn rules_know_where_their_exceptions_are() {
    let exceptions = "  exceptions:\n  - name: none\n    fields: proc.name\n  - name: known\n    fields: proc.name\n    \
                      values: [bash]\n";
    let rules = loaded(&[&rule("evt.type = execve", exceptions)]).rules.unwrap();
    let known: Vec<(&str, &str, u32)> =
        rules.rules[0].exceptions.iter().map(|known| (&*known.name, &*known.file, known.line)).collect();
    assert_eq!(known, [("known", "a.yaml", 9)]);
}
