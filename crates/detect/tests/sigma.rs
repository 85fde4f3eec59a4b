//! Sigma rules for audit events: what they become, what they match, and what is said of them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may stop where it stands"
)]

use std::sync::Arc;

use ironsides_detect::correlation::Correlator;
use ironsides_detect::engine::{Engine, Matching};
use ironsides_detect::k8s_audit::AuditEvent;
use ironsides_detect::rules::{Code, Loaded, Options, Priority, RuleFile, RuleSet, Severity, load};
use ironsides_tree::{Node, parse_one};

fn loaded(texts: &[&str]) -> Loaded {
    let names = ["a.yml", "b.yml", "c.yml"];
    let files: Vec<RuleFile<'_>> =
        texts.iter().zip(names).map(|(text, name)| RuleFile { name, text }).collect();
    load(&files, &Options::default())
}

fn rules(texts: &[&str]) -> Arc<RuleSet> {
    let loaded = loaded(texts);
    Arc::new(loaded.rules.unwrap_or_else(|| panic!("{:#?}", loaded.messages)))
}

/// A rule with this detection.
fn rule(title: &str, detection: &str) -> String {
    let detection = detection.replace('\n', "\n  ");
    format!(
        "title: {title}\nid: id-of-{title}\nname: name_of_{title}\nlogsource:\n  product: kubernetes\n  service: audit\n\
         detection:\n  {detection}\nlevel: high\ntags: [attack.t1609]\n"
    )
}

/// A rule that asks for one selection.
fn selecting(selection: &str) -> String {
    rule("t", &format!("selection:\n  {}\ncondition: selection", selection.replace('\n', "\n  ")))
}

/// The condition that comes of a selection.
fn condition(selection: &str) -> String {
    rules(&[&selecting(selection)]).rules[0].condition.to_string()
}

const EXEC: &str = r#"{"kind":"Event","level":"RequestResponse","auditID":"1f","stage":"ResponseStarted",
    "requestURI":"/api/v1/namespaces/shop/pods/web-0/exec?command=%2Fbin%2Fsh","verb":"create",
    "user":{"username":"Eve@example.com","groups":["dev","system:masters"],
        "extra":{"authentication.kubernetes.io/credential-id":["X509SHA256=0f"]}},
    "sourceIPs":["10.1.2.3","192.0.2.9"],"userAgent":"kubectl/v1.36.3 (linux/amd64)",
    "objectRef":{"resource":"pods","namespace":"shop","name":"web-0","apiVersion":"v1","subresource":"exec"},
    "responseStatus":{"code":101},"stageTimestamp":"2026-01-02T03:04:05.000001Z",
    "requestObject":{"spec":{"hostNetwork":true,"containers":[{"name":"a","image":"docker.io/x:1"},
        {"name":"b","image":"quay.io/y","securityContext":{"privileged":true,"capabilities":{"add":["NET_ADMIN"]}}}],
        "volumes":[{"name":"v","hostPath":{"path":"/var/run"}}]}},
    "annotations":{"authorization.k8s.io/decision":"allow","note":"say \"hello\""}}"#;

fn exec() -> Node {
    parse_one(EXEC).unwrap()
}

fn matches(texts: &[&str], event: &Node) -> Vec<String> {
    let mut engine = Engine::new(rules(texts), "k8s_audit", Matching::All);
    engine.fire(&AuditEvent::new(event, 1)).rules().map(|rule| rule.name.clone()).collect()
}

#[test]
fn selections_match_as_sigma_means() {
    let event = exec();
    for (selection, expected) in [
        ("verb: CREATE", true),
        ("verb|cased: CREATE", false),
        ("verb: [get, create]", true),
        ("verb|neq: create", false),
        ("verb: create\nobjectRef.resource: pods\nobjectRef.subresource: 'ex?c'", true),
        ("verb: create\nobjectRef.resource: deployments", false),
        ("user.username|startswith: eve@", true),
        ("user.username|endswith: ['.org', '.COM']", true),
        ("user.username|contains|all: [eve, example]", true),
        ("user.username|contains|all: [eve, nobody]", false),
        ("userAgent|contains: KUBECTL", true),
        ("userAgent|contains|cased: KUBECTL", false),
        ("requestURI: '*%2fbin%2fsh'", true),
        ("requestURI|re: '%2Fbin%2F(ba|z)?sh$'", true),
        ("requestURI|re: '%2fbin'", false),
        ("requestURI|re|i: '%2fbin'", true),
        ("userAgent|re: '^kubectl/v\\d+\\.(3[0-9]|4)'", true),
        ("user.groups: system:masters", true),
        ("user.groups|contains: MASTERS", true),
        ("user.groups: admins", false),
        ("sourceIPs: 10.1.2.3", true),
        ("sourceIPs|cidr: 192.0.2.0/24", true),
        ("sourceIPs|cidr: [198.51.100.0/24, 10.1.2.3]", true),
        ("sourceIPs|cidr: ['198.51.100.0/24', '2001:db8::/32']", false),
        ("responseStatus.code: 101", true),
        ("responseStatus.code: [401, 403]", false),
        ("responseStatus.code|lt: 400", true),
        ("responseStatus.code|gte: 400", false),
        ("objectRef.apiGroup: ''", true),
        ("objectRef.apiGroup: null", true),
        ("objectRef.apiGroup: '*'", false),
        ("objectRef.name|exists: true", true),
        ("impersonatedUser.username|exists: false", true),
        ("annotations.authorization.k8s.io/decision: allow", true),
        ("user.extra.authentication.kubernetes.io/credential-id[0]|startswith: X509", true),
        ("requestObject.spec.containers.image|startswith: quay.io/", true),
        ("requestObject.spec.containers[].securityContext.privileged: true", true),
        ("requestObject.spec.containers.1.name: b", true),
        ("requestObject.spec.hostNetwork: true", true),
        ("hostPath: '*'", true),
        ("capabilities: '*'", true),
        ("apiGroup: apps", false),
        ("- verb: get\n- verb: create\n  objectRef.name: web-0", true),
        ("- nothing\n- NET_admin", true),
        ("- nothing", false),
        ("- 'say \"hello\"'", true),
        ("'|all': [quay, docker]", true),
        ("'|all': [quay, nothing]", false),
        ("objectRef.namespace|fieldref: objectRef.name", false),
    ] {
        let text = selecting(selection);
        assert_eq!(!matches(&[&text], &event).is_empty(), expected, "{selection}: {}", condition(selection));
    }
}

#[test]
fn conditions_combine_selections() {
    let event = exec();
    let selections = "selection_a:\n  verb: create\nselection_b:\n  verb: get\nfilter:\n  user.username: bob\n_x:\n  verb: get\n";
    for (condition, expected) in [
        ("selection_a", true),
        ("not selection_a", false),
        ("selection_a and not filter", true),
        ("selection_b or selection_a and filter", false),
        ("(selection_b or selection_a) and not 1 of filter*", true),
        ("1 of selection_*", true),
        ("any of selection*", true),
        ("all of selection_*", false),
        ("1 of them", true),
        ("all of them", false),
        ("NOT (filter OR selection_b) AND 1 OF *_a", true),
        ("[selection_b, selection_a]", true),
    ] {
        let text = rule("t", &format!("{selections}condition: {condition}"));
        assert_eq!(!matches(&[&text], &event).is_empty(), expected, "{condition}");
    }
}

#[test]
fn rules_become_rules() {
    let text = selecting("verb: delete")
        .replace("level: high", "level: high\nfields: [objectRef.uid, verb]\ndescription: d");
    let set = rules(&[&text]);
    let rule = &set.rules[0];
    assert_eq!(
        (rule.name.as_str(), rule.priority, rule.source.as_str()),
        ("t", Priority::Error, "k8s_audit")
    );
    assert_eq!((&rule.tags[..], rule.description.as_str()), (&["attack.t1609".to_owned()][..], "d"));
    let event = exec();
    let output = rule.output.text(&AuditEvent::new(&event, 1));
    assert!(
        output.starts_with("t: user=Eve@example.com verb=create resource=pods subresource=exec ns=shop"),
        "{output}"
    );
    assert!(output.ends_with("objectRef.uid=<NA>"), "{output}");
    // Names of lists in other files mean nothing to Sigma's values.
    let lists = "- list: create\n  items: [get]\n- list: system\n  items: [x]\n";
    assert_eq!(matches(&[lists, &selecting("verb: create\nuser.groups: 'system*'")], &event).len(), 1);
}

#[test]
fn rules_can_be_changed_as_ours() {
    let change = "
- rule: t
  condition: and not ka.user.name = Eve@example.com
  priority: INFO
  override: {condition: append, priority: replace}
";
    let base = selecting("verb: create");
    assert!(matches(&[&base, change], &exec()).is_empty());
    assert_eq!(rules(&[&base, change]).rules[0].priority, Priority::Informational);
}

#[test]
fn conditions_share_comparisons_with_ours() {
    let ours = "- rule: r\n  desc: d\n  condition: ka.response.code = 403\n  output: o\n  priority: INFO\n  source: k8s_audit\n";
    assert_eq!(rules(&[ours, &selecting("responseStatus.code: 403")]).comparisons("k8s_audit"), 1);
}

#[test]
fn what_can_never_match_is_told_with_its_place() {
    for (selection, position, said, hint) in [
        ("apiGroup: apps", "9:5", "apiGroup as written can never match", "objectRef.apiGroup"),
        (
            "hostPath: '*'",
            "9:5",
            "hostPath as written can never match",
            "requestObject.spec.volumes.hostPath.path",
        ),
        ("file_path: '*gcc*'", "9:5", "no key \"file_path\"", "paths in the JSON"),
        ("objectRef.subresourc: exec", "9:5", "objectRef has no key", "objectRef.subresource"),
        ("verb: [create, replace]", "9:20", "no request has the verb \"replace\"", "update"),
        ("verb|contains: exec", "9:20", "no request has the verb", "subresource"),
        ("responseStatus.code: ALLOW", "9:26", "the code is a number", "authorization.k8s.io/decision"),
        ("stage: ResponseCompleted", "9:12", "no event has the stage", "ResponseComplete"),
        ("objectRef.apiGroup: core", "9:25", "the core group has no name", "''"),
        ("objectRef.apiGroup: apps/v1", "9:25", "no version in it", "apiVersion"),
        ("objectRef.resource: pods/exec", "9:25", "no slash in it", "subresource"),
        ("annotations.authorization.k8s.io/decision: deny", "9:48", "no request is decided", "forbid"),
        (
            "verb: create\nobjectRef.subresource: exec",
            "9:11",
            "verb create alone misses most of exec",
            "add get",
        ),
    ] {
        let loaded = loaded(&[&selecting(selection)]);
        assert!(loaded.ok(), "{selection}: {:?}", loaded.messages);
        let [message] = &loaded.messages[..] else { panic!("{selection}: {:#?}", loaded.messages) };
        assert_eq!(
            (message.severity, message.code),
            (Severity::Warning, Code::LoadCompileCondition),
            "{selection}"
        );
        assert!(message.text.contains(said), "{selection}: {message}");
        assert!(message.hint.as_ref().unwrap().contains(hint), "{selection}: {:?}", message.hint);
        assert_eq!(message.place.as_ref().unwrap().position.to_string(), position, "{selection}: {message}");
        assert_eq!(message.context, ["rule \"t\""]);
    }
    for fine in [
        "verb: [create, get]\nobjectRef.subresource: exec",
        "verb: '*'",
        "verb|startswith: del",
        "responseStatus.code: '4*'",
    ] {
        assert!(loaded(&[&selecting(fine)]).messages.is_empty(), "{fine}");
    }
}

#[test]
fn what_is_not_understood_is_refused_with_its_place() {
    let detection = |text: &str| rule("t", text);
    for (text, position, said) in [
        (selecting("verb|contain: a"), "9:5", "no modifier \"contain\""),
        (selecting("verb|re|contains: a"), "9:5", "contradict"),
        (selecting("verb|base64: a"), "9:5", "\"base64\" is not understood"),
        (selecting("user.username|expand: '%admins%'"), "9:5", "placeholders"),
        (selecting("userAgent|re: '(?=a)'"), "9:19", "look-around"),
        (selecting("userAgent|re: '\\bsh\\b'"), "9:19", "boundaries of words"),
        (selecting("userAgent|cidr: 10.0.0.0/8"), "9:21", "holds no addresses"),
        (selecting("sourceIPs|cidr: 10.0.0/8"), "9:21", "unrecognized IPv4 address"),
        (selecting("objectRef.name|gt: 5"), "9:24", "only responseStatus.code"),
        (selecting("objectRef.name|exists: maybe"), "9:28", "true or false"),
        (selecting("verb: {a: b}"), "9:11", "a value is a text"),
        (selecting("verb: []"), "9:11", "empty list"),
        (selecting(&format!("verb: {}", "x".repeat(300))), "9:11", "longer than 255 bytes"),
        (detection("s:\n  verb: a\ncondition: s and"), "10:14", "ends too early"),
        (detection("s:\n  verb: a\ncondition: s s"), "10:14", "unexpected \"s\""),
        (detection("s:\n  verb: a\ncondition: (s"), "10:14", "not closed"),
        (detection("s:\n  verb: a\ncondition: t"), "10:14", "no selection is called \"t\""),
        (detection("s:\n  verb: a\ncondition: 1 of x*"), "10:14", "no selection is called x*"),
        (detection("s:\n  verb: a\ncondition: 2 of s*"), "10:14", "'2 of' is not understood"),
        (detection("s:\n  verb: a\ncondition: s | count() > 5"), "10:14", "old form"),
        (detection("s:\n  verb: a"), "8:3", "no condition"),
        (detection("s: []\ncondition: s"), "8:6", "selection is empty"),
        ("title: t\ndetection: {s: {verb: a}, condition: s}\n".to_owned(), "1:1", "no logsource"),
        ("detection: {s: {verb: a}, condition: s}\n".to_owned(), "1:1", "no title"),
    ] {
        let loaded = loaded(&[&text]);
        assert!(loaded.rules.is_none(), "{text}");
        let error = loaded.messages.iter().find(|message| message.severity == Severity::Error).unwrap();
        assert!(error.text.contains(said), "{text}: {error}");
        assert_eq!(error.place.as_ref().unwrap().position.to_string(), position, "{text}: {error}");
    }
    let deep = detection(&format!("s:\n  verb: a\ncondition: '{}s{}'", "(".repeat(5000), ")".repeat(5000)));
    assert!(loaded(&[&deep]).rules.is_none());
}

#[test]
fn other_sources_are_left_out_with_a_warning() {
    let text = selecting("verb: a")
        .replace("product: kubernetes", "product: windows")
        .replace("service: audit", "service: security");
    let loaded = loaded(&[&text]);
    assert_eq!(loaded.messages[0].code, Code::LoadUnknownSource);
    assert!(loaded.rules.unwrap().rules.is_empty());
    let filter = "title: f\nlogsource: {product: kubernetes}\nfilter: {rules: [x]}\n";
    assert_eq!(self::loaded(&[filter]).messages[0].code, Code::LoadUnknownItem);
}

#[test]
fn titles_may_repeat() {
    let (one, two) = (selecting("verb: create"), selecting("verb: '*'").replace("id-of-t", "other"));
    assert_eq!(matches(&[&one, &two], &exec()), ["t", "t (other)"]);
    let loaded = loaded(&[&one, &two]);
    assert_eq!(loaded.messages.len(), 1);
}

const FAILED: &str = "title: f\nname: failed\nlogsource: {product: kubernetes, service: audit}\n\
                      detection:\n  s: {responseStatus.code: 401}\n  condition: s\n";
const WORKED: &str = "title: w\nid: 0e95725d\nlogsource: {product: kubernetes, service: audit}\n\
                      detection:\n  s: {responseStatus.code: 200}\n  condition: s\n";

fn correlation(body: &str) -> String {
    format!("title: c\nlevel: critical\ncorrelation:\n  {}\n", body.replace('\n', "\n  "))
}

/// The seconds at which requests with these codes meet a correlation.
fn met(texts: &[&str], codes: &[u16]) -> Vec<usize> {
    let rules = rules(texts);
    let mut engine = Engine::new(Arc::clone(&rules), "k8s_audit", Matching::All);
    let mut correlator = Correlator::new(rules, "k8s_audit");
    let mut seconds = Vec::new();
    for (second, code) in codes.iter().enumerate() {
        let text = format!(
            "{{\"auditID\":\"{second}\",\"responseStatus\":{{\"code\":{code}}},\"objectRef\":{{\"name\":\"n{second}\"}},\
             \"stageTimestamp\":\"2026-01-02T03:04:{second:02}Z\",\"sourceIPs\":[\"10.0.0.1\"]}}"
        );
        let node = parse_one(&text).unwrap();
        let event = AuditEvent::new(&node, 1);
        let fired = engine.fire(&event);
        assert!(
            fired.rules().all(|rule| rule.name != "f"),
            "rules of correlations do not fire by themselves"
        );
        seconds.extend(correlator.add(fired.sightings(), &event).iter().map(|_| second));
    }
    seconds
}

#[test]
fn correlations_become_correlations() {
    let documents = format!("{FAILED}---\n{WORKED}---\n");
    let count = correlation(
        "type: event_count\nrules: [failed]\ngroup-by: [sourceIPs]\ntimespan: 10s\ncondition: {gte: 3}",
    );
    assert_eq!(met(&[&documents, &count], &[401, 200, 401, 401, 401]), [3]);
    // A correlation may come before its rules.
    assert_eq!(met(&[&count, &documents], &[401, 200, 401, 401]), [3]);
    let both = count.replace("[failed]", "[failed, 0e95725d]").replace("gte: 3", "gt: 3");
    assert_eq!(met(&[&documents, &both], &[401, 200, 401, 401]), [3]);
    let ordered =
        correlation("type: temporal_ordered\nrules: [failed, 0e95725d]\ngroup-by: [sourceIPs]\ntimespan: 3s");
    assert_eq!(met(&[&documents, &ordered], &[200, 401, 404, 200]), [3]);
    let any_order = ordered.replace("temporal_ordered", "temporal");
    assert_eq!(met(&[&documents, &any_order], &[200, 401, 404, 200]), [1]);
    let values = correlation(
        "type: value_count\nrules: [f]\ngroup-by: [sourceIPs]\ntimespan: 1m\ncondition: {field: objectRef.name, gte: 2}",
    );
    assert_eq!(met(&[&documents, &values], &[401, 401]), [1]);
    let rules = rules(&[&documents, &count.replace("type:", "generate: true\n  type:")]);
    assert!(rules.rules[0].enabled && rules.correlations[0].rule.priority == Priority::Critical);
}

#[test]
fn correlations_that_are_not_understood_are_refused() {
    let base =
        "type: event_count\nrules: [failed]\ngroup-by: [user.username]\ntimespan: 10s\ncondition: {gte: 3}";
    for (body, position, said) in [
        (base.replace("event_count", "value_avg"), "4:9", "not understood"),
        (base.replace("[failed]", "[nobody]"), "5:11", "no rule in these files is called \"nobody\""),
        (base.replace("10s", "10"), "7:13", "no timespan"),
        (base.replace("gte: 3", "lt: 3"), "8:15", "fewer than a number"),
        (base.replace("gte: 3", "gte: x"), "8:15", "no criterion"),
        (base.replace("event_count", "value_count"), "8:14", "no field"),
        (
            base.replace("user.username", "who")
                + "\naliases: {who: {failed: user.username, other: impersonatedUser.username}}",
            "9:18",
            "another field in each rule",
        ),
    ] {
        let loaded = loaded(&[FAILED, &correlation(&body)]);
        assert!(loaded.rules.is_none(), "{body}");
        let error = loaded.messages.iter().find(|message| message.severity == Severity::Error).unwrap();
        assert!(error.text.contains(said), "{body}: {error}");
        assert_eq!(error.place.as_ref().unwrap().position.to_string(), position, "{body}: {error}");
    }
}
