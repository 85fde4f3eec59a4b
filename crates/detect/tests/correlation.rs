//! Correlations: what loads, what they find, and that they count as a slow and obvious evaluator does.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may stop where it stands"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ironsides_detect::correlation::{Correlator, Detection, Tally};
use ironsides_detect::engine::{Engine, Matching, alert};
use ironsides_detect::field::FieldUse;
use ironsides_detect::k8s_audit::AuditEvent;
use ironsides_detect::rules::{Code, Loaded, Message, Options, RuleFile, RuleSet, Severity, load};
use ironsides_detect::{Event, Value};
use ironsides_tree::parse_one;
use proptest::prelude::*;

const SECOND: i64 = 1_000_000_000;

/// An event with texts by field, at a time in seconds.
#[derive(Clone, Debug, Default)]
struct Plain {
    time: Option<i64>,
    fields: BTreeMap<&'static str, String>,
}

impl Event for Plain {
    fn value(&self, field: &FieldUse) -> Option<Value<'_>> {
        let name = field.to_string();
        if name == "evt.rawtime" {
            return Some(Value::Uint(u64::try_from(self.time? * SECOND).unwrap()));
        }
        Some(Value::text(self.fields.get(name.as_str())?))
    }
}

const ID: &str = "ka.auditid";
const USER: &str = "ka.user.name";
const VERB: &str = "ka.verb";
const NAME: &str = "ka.target.name";

fn event(time: i64, fields: &[(&'static str, &str)]) -> Plain {
    let fields = fields.iter().map(|(field, value)| (*field, (*value).to_owned())).collect();
    Plain { time: Some(time), fields }
}

fn loaded(texts: &[&str]) -> Loaded {
    let names = ["a.yaml", "b.yaml", "c.yaml"];
    let files: Vec<RuleFile<'_>> =
        texts.iter().zip(names).map(|(text, name)| RuleFile { name, text }).collect();
    load(&files, &Options::default())
}

fn rules(texts: &[&str]) -> Arc<RuleSet> {
    let loaded = loaded(texts);
    Arc::new(loaded.rules.unwrap_or_else(|| panic!("{:#?}", loaded.messages)))
}

/// A correlation with these keys beside those that all have.
fn item(keys: &str) -> String {
    let keys = format!("  {}\n", keys.replace('\n', "\n  "));
    let keys = if keys.contains("source:") { keys } else { format!("{keys}  source: k8s_audit\n") };
    let keys = if keys.contains("output:") { keys } else { format!("{keys}  output: o\n") };
    format!("- correlation: c\n  desc: d\n  priority: WARNING\n{keys}")
}

/// An engine and the correlator behind it.
struct Pair {
    engine: Engine,
    correlator: Correlator,
}

impl Pair {
    fn new(rules: &Arc<RuleSet>) -> Self {
        let engine = Engine::new(Arc::clone(rules), "k8s_audit", Matching::First);
        Self { engine, correlator: Correlator::new(Arc::clone(rules), "k8s_audit") }
    }

    fn add(&mut self, event: &impl Event) -> Vec<Detection> {
        let fired = self.engine.fire(event);
        self.correlator.add(fired.sightings(), event)
    }

    /// The times, in seconds, of the events at which something was found.
    fn times(&mut self, events: &[Plain]) -> Vec<i64> {
        let mut times = Vec::new();
        for event in events {
            times.extend(self.add(event).iter().map(|_| event.time.unwrap_or(-1)));
        }
        times
    }
}

fn times(keys: &str, events: &[Plain]) -> Vec<i64> {
    Pair::new(&rules(&[&item(keys)])).times(events)
}

fn error(texts: &[&str]) -> Message {
    let loaded = loaded(texts);
    assert!(loaded.rules.is_none(), "it loads: {texts:?}");
    loaded.messages.into_iter().find(|message| message.severity == Severity::Error).unwrap()
}

const BURST: &str = "type: event_count\ncondition: ka.verb = list\ngroup-by: [ka.user.name]\ntimespan: 10s\n\
                     at-least: 3\nonce-per: event";

fn list(time: i64, user: &str) -> Plain {
    event(time, &[(VERB, "list"), (USER, user)])
}

#[test]
fn events_are_counted_by_group_and_told_once_a_burst() {
    let mut events: Vec<Plain> = (0..8).map(|time| list(time, "eve")).collect();
    events.extend([
        list(8, "bob"),
        list(9, "bob"),
        event(9, &[(VERB, "get"), (USER, "bob")]),
        list(30, "bob"),
    ]);
    assert_eq!(times(BURST, &events), [2]);
    // Quiet for a timespan behind the last event that met it.
    events.extend([list(31, "eve"), list(32, "eve"), list(33, "eve")]);
    assert_eq!(times(BURST, &events), [2, 33]);
    // The ends of the timespan belong to it.
    assert_eq!(times(BURST, &[list(0, "a"), list(5, "a"), list(10, "a")]), [10]);
    assert!(times(BURST, &[list(0, "a"), list(5, "a"), list(11, "a")]).is_empty());
    let often = format!("{BURST}\nquiet: 0s");
    assert_eq!(times(&often, &(0..5).map(|time| list(time, "a")).collect::<Vec<_>>()), [2, 3, 4]);
}

#[test]
fn what_is_absent_is_a_group_of_its_own() {
    let anonymous = |time| event(time, &[(VERB, "list")]);
    assert_eq!(times(BURST, &[anonymous(0), list(1, "a"), anonymous(2), list(3, "<NA>"), anonymous(4)]), [4]);
}

#[test]
fn a_request_counts_once_unless_its_id_is_borrowed() {
    let received = "jevt.value[/requestReceivedTimestamp]";
    let request = |time, id: &str, at: &str| event(time, &[(VERB, "list"), (ID, id), (received, at)]);
    let keys = BURST.replace("\nonce-per: event", "");
    let two_events_each = [
        request(0, "a", "t0"),
        request(1, "a", "t0"),
        request(1, "b", "t1"),
        request(2, "b", "t1"),
        request(3, "c", "t2"),
    ];
    assert_eq!(times(&keys, &two_events_each), [3]);
    let spoofed = [request(0, "x", "t0"), request(1, "x", "t1"), request(2, "x", "t2")];
    assert_eq!(times(&keys, &spoofed), [2]);
    let by_id = format!("{keys}\nonce-per: ka.auditid");
    assert!(times(&by_id, &spoofed).is_empty());
}

#[test]
fn values_are_counted_once_each() {
    let keys = "type: value_count\ncondition: ka.verb = get\ngroup-by: ka.user.name\nfield: ka.target.name\n\
                timespan: 10s\nat-least: 3";
    let get = |time, name: &str| event(time, &[(VERB, "get"), (USER, "eve"), (NAME, name)]);
    assert!(times(keys, &(0..20).map(|time| get(time, "one")).collect::<Vec<_>>()).is_empty());
    assert_eq!(times(keys, &[get(0, "a"), get(1, "b"), get(2, "a"), get(9, "c")]), [9]);
    // The first was there again, so it is not too old.
    assert_eq!(times(keys, &[get(0, "a"), get(5, "b"), get(8, "a"), get(14, "c")]), [14]);
    let composed = keys.replace("field: ka.target.name", "field: [ka.target.name, tolower(ka.verb)]");
    assert_eq!(times(&composed, &[get(0, "a"), get(1, "b"), get(2, "c")]), [2]);
}

#[test]
fn steps_come_in_order_and_within_the_timespan() {
    let keys = "type: temporal_ordered\nsteps:\n- ka.verb = a\n- ka.verb in (b, both)\n- ka.verb in (c, both)\n\
                group-by: [ka.user.name]\nmaxspan: 10s";
    let at = |time, verb: &str| event(time, &[(VERB, verb), (USER, "eve")]);
    assert_eq!(times(keys, &[at(0, "a"), at(1, "b"), at(10, "c")]), [10]);
    assert!(times(keys, &[at(0, "a"), at(1, "b"), at(11, "c")]).is_empty());
    assert!(times(keys, &[at(0, "b"), at(1, "a"), at(2, "c")]).is_empty());
    // The later beginning counts.
    assert_eq!(times(keys, &[at(0, "a"), at(8, "a"), at(9, "b"), at(17, "c")]), [17]);
    // An event is one step only.
    assert!(times(keys, &[at(0, "a"), at(1, "both")]).is_empty());
    assert_eq!(times(keys, &[at(0, "a"), at(1, "both"), at(2, "both")]), [2]);
    let other = event(1, &[(VERB, "b"), (USER, "bob")]);
    assert!(times(keys, &[at(0, "a"), other, at(2, "c")]).is_empty());
    let unless = format!("{keys}\nunless: ka.verb = stop");
    assert!(times(&unless, &[at(0, "a"), at(1, "b"), at(1, "stop"), at(2, "c")]).is_empty());
    let any_order = keys.replace("temporal_ordered", "temporal");
    assert_eq!(times(&any_order, &[at(0, "c"), at(1, "b"), at(2, "a")]), [2]);
}

const FIRST_SEEN: &str = "type: new_value\ncondition: ka.user.name exists\ngroup-by: [ka.user.name]\n\
                          field: ka.sourceips.last";

fn from(time: i64, user: &str, address: &str) -> Plain {
    event(time, &[(USER, user), ("ka.sourceips.last", address)])
}

#[test]
fn new_values_are_told_once() {
    let keys = format!("{FIRST_SEEN}\nlearn: {{values: 1}}");
    let events =
        [from(0, "a", "1"), from(1, "a", "1"), from(2, "a", "2"), from(3, "a", "2"), from(4, "b", "2")];
    assert_eq!(times(&keys, &events), [2]);
    let by_events = format!("{FIRST_SEEN}\nlearn: {{events: 3}}");
    assert!(times(&by_events, &events).is_empty());
    assert_eq!(times(&by_events, &[&events[..], &[from(5, "a", "3")]].concat()), [5]);
    let by_time = format!("{FIRST_SEEN}\nlearn: 4s");
    assert_eq!(times(&by_time, &[from(0, "a", "1"), from(3, "a", "2"), from(4, "a", "3")]), [4]);
    let forgetting = format!("{keys}\ntimespan: 10s");
    assert_eq!(
        times(&forgetting, &[from(0, "a", "1"), from(9, "a", "1"), from(19, "a", "1"), from(30, "a", "1")]),
        [30]
    );
    let quiet = format!("{FIRST_SEEN}\nlearn: {{values: 1}}\nquiet: 10s");
    assert_eq!(
        times(&quiet, &[from(0, "a", "1"), from(1, "a", "2"), from(5, "a", "3"), from(16, "a", "4")]),
        [1, 16]
    );
}

#[test]
fn known_values_come_from_settings() {
    let settings = "
- list: offices
  items: [192.0.2.0/24]
- table: usual
  rows:
    alice: [10.0.0.1, offices]
    system:node:*: 10.1.0.0/16
";
    let keys = item(&format!("{FIRST_SEEN}\nknown: [usual, 127.0.0.1]\nlearn: always"));
    let events = [
        from(0, "alice", "10.0.0.1"),
        from(1, "alice", "192.0.2.77"),
        from(2, "alice", "127.0.0.1"),
        from(3, "alice", "10.0.0.2"),
        from(4, "bob", "10.0.0.9"),
        from(5, "system:node:x", "10.1.2.3"),
        from(6, "system:node:x", "10.2.2.3"),
    ];
    let found = |texts: &[&str]| Pair::new(&rules(texts)).times(&events);
    assert_eq!(found(&[settings, &keys]), [3, 6]);
    let more =
        "- table: usual\n  rows:\n    alice: [10.0.0.2]\n    bob: [10.0.0.8]\n  override: {rows: append}\n";
    assert_eq!(found(&[settings, &keys, more]), [4, 6]);
    let other = "- table: usual\n  rows: {bob: [10.0.0.9]}\n";
    assert!(found(&[settings, &keys, other]).is_empty());
    let lists = "- list: offices\n  items: [10.0.0.0/8]\n  override: {items: append}\n";
    assert_eq!(found(&[settings, &keys, lists]), [6]);
}

#[test]
fn clocks_that_go_back_are_bounded_and_counted() {
    let rules = rules(&[&item(BURST)]);
    let mut pair = Pair::new(&rules);
    // A little: counted at its own time.
    assert_eq!(pair.times(&[list(100, "a"), list(95, "a"), list(101, "a")]), [101]);
    assert_eq!(pair.correlator.tally(), Tally { late: 1, ..Tally::default() });
    // Before the timespan: not counted.
    let mut pair = Pair::new(&rules);
    assert!(pair.times(&[list(100, "a"), list(80, "a"), list(101, "a")]).is_empty());
    // A day: the group begins anew, and goes on.
    let mut pair = Pair::new(&rules);
    let far = [list(90_000, "a"), list(90_001, "a"), list(1, "a"), list(2, "a"), list(3, "a")];
    assert_eq!(pair.times(&far), [3]);
    assert_eq!(pair.correlator.tally(), Tally { set_back: 1, ..Tally::default() });
    let mut pair = Pair::new(&rules);
    let untimed = || Plain { time: None, ..list(0, "a") };
    assert_eq!(pair.times(&[list(5, "a"), untimed(), untimed()]), [-1]);
    assert_eq!(pair.correlator.tally().untimed, 2);
}

#[test]
fn memory_is_bounded_and_what_is_forgotten_is_counted() {
    let mut pair = Pair::new(&rules(&[&item(&format!("{BURST}\nlimit: 50"))]));
    for user in 0..2000 {
        pair.add(&list(1, &user.to_string()));
        assert!(pair.correlator.groups() <= 50 && pair.correlator.entries() <= 100);
    }
    assert_eq!(pair.correlator.tally().forgotten_groups + pair.correlator.groups() as u64, 2000);
    let keys = format!("{FIRST_SEEN}\nlearn: {{values: 1}}\nlimit: {{values: 20}}");
    let mut pair = Pair::new(&rules(&[&item(&keys)]));
    for address in 0..1000 {
        pair.add(&from(address, "a", &address.to_string()));
        assert!(pair.correlator.entries() <= 20);
    }
    assert_eq!(pair.correlator.tally().forgotten_values + pair.correlator.entries() as u64, 1000);
    // However many events come, a group holds no more of them than are waited for.
    let mut pair = Pair::new(&rules(&[&item(BURST)]));
    (0..10_000).for_each(|_| _ = pair.add(&list(1, "a")));
    assert_eq!(pair.correlator.entries(), 3);
}

#[test]
fn outputs_name_counts_times_and_values() {
    let keys = format!(
        "{BURST}\nfield: ka.target.name\noutput: '%correlation.count in %correlation.seconds s of %correlation.group: \
         %correlation.values, at last %correlation.value by %ka.user.name (%correlation.first to %correlation.last)'"
    );
    let rules = rules(&[&item(&keys)]);
    let mut pair = Pair::new(&rules);
    let get = |time, name: &str| event(time, &[(VERB, "list"), (USER, "eve"), (NAME, name)]);
    pair.times(&[get(0, "a"), get(1, "b")]);
    let last = get(4, "a");
    let found = pair.add(&last);
    let [found] = &found[..] else { panic!("{found:?}") };
    let json = alert(found.rule().unwrap(), &found.at(&last), "T", "h");
    assert_eq!(
        json["message"],
        "3 in 4 s of (eve): (b,a), at last a by eve (1970-01-01T00:00:00.000000Z to 1970-01-01T00:00:04.000000Z)"
    );
    assert_eq!(json["rule"], "c");
    assert_eq!(json["output_fields"]["correlation.values"], serde_json::json!(["b", "a"]));
    assert_eq!(json["output_fields"]["correlation.count"], 3);
}

#[test]
fn conditions_are_shared_with_rules_and_asked_whatever_fires_first() {
    let rule = "
- macro: listed
  condition: ka.verb = list and ka.user.name != bob
- rule: r
  desc: d
  condition: listed
  output: o
  priority: INFO
  source: k8s_audit
";
    let both = format!("{rule}{}", item(&BURST.replace("ka.verb = list", "listed")));
    let rules = rules(&[&both]);
    assert_eq!(rules.comparisons("k8s_audit"), 2);
    let mut pair = Pair::new(&rules);
    assert_eq!(pair.times(&[list(0, "a"), list(1, "bob"), list(1, "a"), list(2, "a")]), [2]);
    let fired: Vec<_> = pair.engine.fire(&list(3, "a")).rules().map(|rule| rule.name.clone()).collect();
    assert_eq!(fired, ["r"]);
}

#[test]
fn real_events_are_correlated() {
    let rules = rules(&[&item(&format!("{FIRST_SEEN}\nlearn: {{values: 1}}\noutput: '%correlation.value'"))]);
    let mut pair = Pair::new(&rules);
    let mut found = Vec::new();
    for (number, address) in (1..).zip(["10.0.0.1", "10.0.0.2"]) {
        let text = format!(
            "{{\"auditID\":\"i\",\"stageTimestamp\":\"2026-01-02T03:04:0{number}.5Z\",\"user\":{{\"username\":\"eve\"}},\
             \"sourceIPs\":[\"1.1.1.1\",\"{address}\"]}}"
        );
        let node = parse_one(&text).unwrap();
        let event = AuditEvent::new(&node, number);
        for detection in pair.add(&event) {
            let rule = detection.rule().unwrap();
            found.push((rule.output.text(&detection.at(&event)), detection.first));
        }
    }
    assert_eq!(found, [("10.0.0.2".to_owned(), 1_767_323_042_500_000_000)]);
}

#[test]
fn later_files_change_correlations() {
    let change = "
- correlation: c
  condition: or ka.verb = watch
  at-least: 2
  exceptions:
  - {name: e, values: [bob]}
  tags: [t]
  override: {condition: append, at-least: replace, exceptions: append, tags: replace}
";
    let base =
        item(&BURST.replace("at-least: 3", "at-least: 3\nexceptions: [{name: e, fields: ka.user.name}]"));
    let rules = rules(&[&base, change]);
    let known = &rules.correlations[0];
    assert_eq!((known.at_least, &known.rule.tags[..]), (2, &["t".to_owned()][..]));
    assert_eq!(
        known.rule.condition.to_string(),
        "(ka.verb = list or ka.verb = watch) and not ka.user.name in (bob)"
    );
    let off = "- correlation: c\n  enabled: false\n  override: {enabled: replace}\n";
    assert!(Pair::new(&self::rules(&[&base, off])).correlator.is_empty());
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let without = |key: &str| {
        let lines = BURST.lines().filter(|line| !line.starts_with(key)).collect::<Vec<_>>();
        item(&lines.join("\n"))
    };
    let with = |from: &str, to: &str| item(&BURST.replace(from, to));
    for (text, position, said, hint) in [
        (with("event_count", "event_cout"), "4:9", "Unknown type of correlation", "event_count"),
        (with("10s", "10"), "7:13", "no length of time", "10s"),
        (with("10s", "soon"), "7:13", "no length of time", "90s"),
        (with("10s", "0s"), "7:13", "the timespan is empty", ""),
        (with("at-least: 3", "at-least: -1"), "8:13", "whole number", ""),
        (with("at-least: 3", "at-least: 0"), "8:13", "between 1 and 100000", ""),
        (with("ka.verb = list", "ka.vreb = list"), "5:14", "unknown field", "ka.verb"),
        (with("[ka.user.name]", "[ka.user.name, ka.usr.name]"), "6:28", "unknown field", "ka.user.name"),
        (with("[ka.user.name]", "['ka.user.name = x']"), "6:15", "\"ka.user.name = x\" is no field", ""),
        (with("ka.verb = list", "lst"), "5:14", "Undefined macro", ""),
        (without("timespan"), "1:3", "'timespan', which event_count needs", ""),
        (without("condition"), "1:3", "'condition', which event_count needs", ""),
        (without("type"), "1:3", "no mapping for key 'type'", ""),
        (
            item(&format!("{BURST}\noutput: '%correlation.cout'")),
            "10:13",
            "invalid formatting token",
            "correlation.count",
        ),
        (item(&format!("{BURST}\nlearn: {{events: x}}")), "10:19", "whole number", ""),
        (item(&format!("{BURST}\nlimit: 0")), "10:10", "whole number", ""),
        (item("type: temporal\nsteps: [ka.verb = a]\ntimespan: 1s"), "5:10", "two steps or more", ""),
        (
            format!(
                "- table: t\n  rows: {{a: [b]}}\n{}",
                item(&format!("{FIRST_SEEN}\nknown: t").replace("group-by: [ka.user.name]\n", ""))
            ),
            "9:10",
            "there is no group-by",
            "name a list",
        ),
        ("- table: t\n  rows: [a]\n".to_owned(), "2:9", "not a map of names", ""),
        (
            "- table: t\n  rows: {a: [b]}\n  override: {rows: append}\n".to_owned(),
            "1:3",
            "no table by that name",
            "",
        ),
        (
            "- correlation: c\n  at-least: 3\n  override: {at-least: replace}\n".to_owned(),
            "1:3",
            "no correlation by that name",
            "",
        ),
    ] {
        let error = error(&[&text]);
        assert!(error.text.contains(said), "{text}\n{error}");
        assert_eq!(error.place.as_ref().unwrap().position.to_string(), position, "{text}\n{error}");
        assert!(error.hint.clone().unwrap_or_default().contains(hint), "{text}\n{:?}", error.hint);
    }
    let rule = "- rule: r\n  desc: d\n  condition: ka.verb = a\n  output: '%correlation.count'\n  priority: INFO\n  source: k8s_audit\n";
    assert_eq!(error(&[rule]).code, Code::LoadErrCompileOutput);
}

#[test]
fn what_is_odd_is_warned_of() {
    let codes =
        |text: &str| loaded(&[text]).messages.into_iter().map(|message| message.code).collect::<Vec<_>>();
    assert!(codes(&item(BURST)).is_empty());
    assert_eq!(codes(&item(FIRST_SEEN)), [Code::LoadWarningExtension]);
    assert_eq!(codes(&item(&format!("{BURST}\nlearn: 10s"))), [Code::LoadUnknownKey]);
    assert_eq!(codes(&item(&format!("{BURST}\ngroupby: x"))), [Code::LoadUnknownKey]);
    assert_eq!(codes("- table: t\n  rows: {}\n"), [Code::LoadUnusedList]);
    let misspelt =
        format!("- list: offices\n  items: [a]\n{}", item(&format!("{FIRST_SEEN}\nknown: [ofices]")));
    assert_eq!(codes(&misspelt), [Code::LoadUnusedList, Code::LoadWarningExtension]);
}

/// Events of few users and names, mostly in order.
fn any_events() -> impl Strategy<Value = Vec<Plain>> {
    let each = (0..6_i64, "[ab]", "[xyz]", "[lmn]");
    proptest::collection::vec(each, 0..80).prop_map(|all| {
        let mut now = 1000;
        let each = all.into_iter().map(|(step, user, name, verb)| {
            now += step - 1;
            event(now, &[(USER, &user), (NAME, &name), (VERB, &verb)])
        });
        each.collect()
    })
}

fn get<'e>(event: &'e Plain, field: &str) -> &'e str {
    event.fields.get(field).map_or("", String::as_str)
}

/// The times at which a group that is met is told: not while it was met within the timespan before.
fn told(met: &[(i64, i64, bool)], quiet: i64) -> Vec<i64> {
    let mut last: Option<i64> = None;
    let mut times = Vec::new();
    for (time, now, met) in met {
        if *met {
            if last.is_none_or(|last| now - last > quiet) {
                times.push(*time);
            }
            last = Some(*now);
        }
    }
    times
}

/// What a slow evaluator finds: for every event of the group, whether all events so far meet the correlation.
fn slow(events: &[Plain], span: i64, meets: impl Fn(&[&Plain], i64) -> bool) -> Vec<i64> {
    let mut all = Vec::new();
    for user in ["a", "b"] {
        let group: Vec<&Plain> = events.iter().filter(|event| get(event, USER) == user).collect();
        let mut met = Vec::new();
        for at in 0..group.len() {
            let so_far = &group[..=at];
            let now = so_far.iter().filter_map(|event| event.time).max().unwrap();
            let within: Vec<&Plain> =
                so_far.iter().filter(|event| now - event.time.unwrap() <= span).copied().collect();
            met.push((group[at].time.unwrap(), now, meets(&within, now)));
        }
        all.extend(told(&met, span));
    }
    all.sort_unstable();
    all
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn windows_count_as_the_slow_evaluator(events in any_events(), span in 1..30_i64, least in 1..6_usize) {
        let found = |kind: &str, more: &str| {
            let keys = format!(
                "type: {kind}\ngroup-by: [ka.user.name]\ntimespan: {span}s\n{more}"
            );
            let mut times = times(&keys, &events);
            times.sort_unstable();
            times
        };
        let count = format!("condition: ka.user.name exists\nat-least: {least}\nonce-per: event");
        prop_assert_eq!(found("event_count", &count), slow(&events, span, |within, _| within.len() >= least));
        let names = |within: &[&Plain]| within.iter().map(|event| get(event, NAME).to_owned()).collect::<BTreeSet<_>>();
        let values = format!("condition: ka.user.name exists\nat-least: {least}\nfield: ka.target.name");
        prop_assert_eq!(found("value_count", &values), slow(&events, span, |within, _| names(within).len() >= least));
        let steps = "steps: [ka.verb = l, 'ka.verb in (m, n)', 'ka.verb in (n, l)']";
        let has = |within: &[&Plain], verbs: &[&str]| within.iter().any(|event| verbs.contains(&get(event, VERB)));
        prop_assert_eq!(found("temporal", steps), slow(&events, span, |within, _| {
            has(within, &["l"]) && has(within, &["m", "n"]) && has(within, &["n", "l"])
        }));
    }

    #[test]
    fn chains_are_found_as_by_trying_all(events in any_events(), span in 1..30_i64) {
        let keys = format!(
            "type: temporal_ordered\nsteps: [ka.verb = l, 'ka.verb in (m, n)', 'ka.verb in (n, l)']\n\
             group-by: [ka.user.name]\ntimespan: {span}s\nquiet: 0s"
        );
        let found = times(&keys, &events);
        let is = |event: &Plain, verbs: &[&str]| verbs.contains(&get(event, VERB));
        let mut expected = Vec::new();
        for (at, last) in events.iter().enumerate() {
            let of_group: Vec<&Plain> =
                events[..=at].iter().filter(|event| get(event, USER) == get(last, USER)).collect();
            let end = of_group.len() - 1;
            let chain = is(last, &["n", "l"]) && (0..end).any(|first| {
                is(of_group[first], &["l"])
                    && last.time.unwrap() - of_group[first].time.unwrap() <= span
                    && (first + 1..end).any(|second| {
                        is(of_group[second], &["m", "n"])
                            && of_group[second].time.unwrap() - of_group[first].time.unwrap() <= span
                    })
            });
            if chain {
                expected.push(last.time.unwrap());
            }
        }
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn first_values_are_found_as_by_remembering_all(events in any_events(), learned in 0..4_usize) {
        let keys = format!(
            "type: new_value\ncondition: ka.user.name exists\ngroup-by: [ka.user.name]\n\
             field: [ka.verb, ka.target.name]\nlearn: {{values: {learned}}}"
        );
        let found = times(&keys, &events);
        let mut seen: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
        let mut expected = Vec::new();
        for event in &events {
            let of_group = seen.entry(get(event, USER).to_owned()).or_default();
            let enough = of_group.len() >= learned;
            let new = of_group.insert((get(event, VERB).to_owned(), get(event, NAME).to_owned()));
            if new && enough {
                expected.push(event.time.unwrap());
            }
        }
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn fields_of_a_correlation_are_all_it_asks_for() {
    let rules = rules(&[&item(&format!("{BURST}\nfield: tolower(ka.target.name)\noutput: '%ka.useragent'"))]);
    let fields: Vec<String> =
        rules.fields(&rules.correlations[0].rule).iter().map(ToString::to_string).collect();
    assert_eq!(fields, ["ka.target.name", "ka.user.name", "ka.useragent", "ka.verb"]);
}

#[test]
fn a_new_value_is_told_with_those_before() {
    let keys = "type: new_value\ncondition: ka.user.name exists\ngroup-by: [ka.user.name]\n\
                field: [ka.sourceips.last]\nlearn: {values: 1}\n\
                output: 'now %correlation.values, before %correlation.earlier'";
    let rules = rules(&[&item(keys)]);
    let mut pair = Pair::new(&rules);
    let mut told = Vec::new();
    for (time, address) in
        [(1, "10.0.0.1"), (2, "10.0.0.1"), (3, "10.0.0.2"), (4, "10.0.0.1"), (5, "10.0.0.3")]
    {
        let event = from(time, "ann", address);
        for found in pair.add(&event) {
            told.push(found.rule().unwrap().output.text(&found.at(&event)));
        }
    }
    assert_eq!(told, ["now (10.0.0.2), before (10.0.0.1)", "now (10.0.0.3), before (10.0.0.1,10.0.0.2)"]);
}
