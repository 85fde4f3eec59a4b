//! Events in all the forms in which they reach us.

use ironsides_audit::{Event, EventError, Level, Stage, each_event, each_event_text};

const EVENT: &str = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a-1","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/shop/pods/web/exec?command=sh","verb":"get","user":{"username":"ann","uid":"7","groups":["dev","system:authenticated"],"extra":{"scopes":["a","b"]}},"impersonatedUser":{"username":"bob"},"authenticationMetadata":{"impersonationConstraint":"impersonate:user-info"},"sourceIPs":["1.2.3.4","10.0.0.1"],"userAgent":"kubectl \"x\"","objectRef":{"resource":"pods","namespace":"shop","name":"web","apiVersion":"v1","subresource":"exec"},"responseStatus":{"metadata":{},"status":"Failure","message":"no","reason":"Forbidden","code":403},"requestReceivedTimestamp":"2026-01-01T00:00:00.000000Z","stageTimestamp":"2026-01-01T00:00:00.010000Z","annotations":{"authorization.k8s.io/decision":"forbid","authorization.k8s.io/reason":""}}"#;

fn gathered(text: &str) -> Result<Vec<(String, String, String)>, EventError> {
    let mut all = Vec::new();
    each_event(text, &mut |event| {
        let resource = event.object.as_ref().map(|object| object.resource.to_string()).unwrap_or_default();
        all.push((event.audit_id.to_string(), event.verb.to_string(), resource));
    })?;
    Ok(all)
}

#[test]
fn every_field_is_read() {
    let event = Event::read(EVENT).unwrap();
    assert_eq!((event.level, event.stage), (Some(Level::Metadata), Some(Stage::ResponseComplete)));
    assert_eq!(event.user.name, "ann");
    assert_eq!(event.user.groups.as_slice(), ["dev", "system:authenticated"]);
    assert_eq!(event.user.extra, [("scopes".into(), vec!["a".into(), "b".into()])]);
    assert_eq!(event.effective_user().name, "bob");
    assert_eq!(event.impersonation_constraint, "impersonate:user-info");
    assert_eq!(event.source_ips.last().unwrap(), "10.0.0.1");
    assert_eq!(event.user_agent, "kubectl \"x\"");
    let object = event.object.as_ref().unwrap();
    assert_eq!((&*object.resource, &*object.name, &*object.subresource), ("pods", "web", "exec"));
    let response = event.response.as_ref().unwrap();
    assert_eq!((response.code, &*response.reason), (403, "Forbidden"));
    assert_eq!(event.is_allowed(), Some(false));
    assert!(event.request_body.is_empty());
}

#[test]
fn lists_wrappers_and_cloud_records_give_the_same_events() {
    let quoted = serde_json::to_string(EVENT).unwrap();
    let one = vec![("a-1".to_owned(), "get".to_owned(), "pods".to_owned())];
    for text in [
        EVENT.to_owned(),
        format!("[{EVENT}]"),
        format!(r#"{{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{{}},"items":[{EVENT}]}}"#),
        format!(r#"{{"@timestamp":"x","@message":{EVENT}}}"#),
        format!(r#"{{"timestamp":1,"message":{quoted}}}"#),
        format!(r#"{{"category":"kube-audit","properties":{{"log":{quoted},"stream":"stdout"}}}}"#),
        format!(r#"{{"records":[{{"category":"kube-audit","properties":{{"log":{quoted}}}}}]}}"#),
        format!(r#"{{"messageType":"DATA_MESSAGE","logEvents":[{{"id":"1","message":{quoted}}}]}}"#),
    ] {
        assert_eq!(gathered(&text).as_ref(), Ok(&one), "{text}");
    }
}

/// The texts of all events in a text.
fn texts(text: &str) -> Result<Vec<String>, EventError> {
    let mut all = Vec::new();
    each_event_text(text, &mut |text| all.push(text.to_owned()))?;
    Ok(all)
}

#[test]
fn wrappers_are_taken_off_the_text() {
    let quoted = serde_json::to_string(EVENT).unwrap();
    for (text, count) in [
        (format!("  {EVENT}\r\n"), 1),
        (format!("[{EVENT} , {EVENT}]"), 2),
        (format!(r#"{{"kind":"EventList","items":[ {EVENT},{{}}, {EVENT} ],"metadata":{{}}}}"#), 2),
        (format!(r#"{{"message":{quoted}}}"#), 1),
        (
            format!(r#"{{"records":[{{"properties":{{"log":{quoted}}}}},{{"properties":{{"log":"hi"}}}}]}}"#),
            1,
        ),
    ] {
        assert_eq!(texts(&text), Ok(vec![EVENT.to_owned(); count]), "{text}");
    }
    assert_eq!(texts("{\"message\":\"hello\"}"), Err(EventError::Foreign));
    assert!(matches!(texts("{\"auditID\":\"a"), Err(EventError::Broken { .. })));
}

/// An event apart from its text.
fn shown(event: &Event<'_>) -> String {
    format!("{event:?}")
}

#[test]
fn what_is_written_is_read_again() {
    let event = Event::read(EVENT).unwrap();
    assert_eq!(shown(&Event::read(&event.json()).unwrap()), shown(&event));
    let bodies = EVENT.replace(
        r#""requestReceived"#,
        r#""requestObject":{"spec":{"n":1}},"responseObject":{"kind":"Status"},"requestReceived"#,
    );
    assert_eq!(bodies.matches("Object\":").count(), 2);
    let event = Event::read(&bodies).unwrap();
    assert_eq!(shown(&Event::read(&event.json()).unwrap()), shown(&event));
}

const GKE: &str = r#"{"insertId":"i","labels":{"authorization.k8s.io/decision":"allow"},"operation":{"id":"op-1"},"protoPayload":{"@type":"type.googleapis.com/google.cloud.audit.AuditLog","authenticationInfo":{"principalEmail":"ann@example.com"},"methodName":"io.k8s.core.v1.pods.exec.create","requestMetadata":{"callerIp":"1.2.3.4","callerSuppliedUserAgent":"kubectl"},"resourceName":"core/v1/namespaces/shop/pods/web/exec","serviceName":"k8s.io","status":{"code":7}},"timestamp":"2026-01-01T00:00:00Z"}"#;

#[test]
fn the_text_of_a_record_of_gke_is_written_anew() {
    let all = texts(GKE).unwrap();
    let mut read = String::new();
    each_event(GKE, &mut |event| read = shown(event)).unwrap();
    assert_eq!(shown(&Event::read(&all[0]).unwrap()), read);
}

#[test]
fn a_record_of_gke_is_an_event() {
    let text = GKE;
    let mut seen = 0;
    each_event(text, &mut |event| {
        seen += 1;
        let object = event.object.as_ref().unwrap();
        assert_eq!((&*object.namespace, &*object.name, &*object.subresource), ("shop", "web", "exec"));
        assert_eq!(
            (&*event.verb, &*event.user.name, &*event.audit_id),
            ("create", "ann@example.com", "op-1")
        );
        assert_eq!(event.request_uri, "/api/v1/namespaces/shop/pods/web/exec");
        assert_eq!(event.response.as_ref().unwrap().code, 403);
        assert_eq!(event.is_allowed(), Some(true));
    })
    .unwrap();
    assert_eq!(seen, 1);
    let other = text.replace("k8s.io\",\"status", "compute.googleapis.com\",\"status");
    assert_eq!(gathered(&other), Err(EventError::Foreign));
}

#[test]
fn half_an_event_is_told_with_its_place_and_never_an_event() {
    let mut refused = 0;
    for end in (0..EVENT.len()).filter(|end| EVENT.is_char_boundary(*end)) {
        refused += usize::from(gathered(&EVENT[..end]).is_err());
    }
    assert_eq!(refused, EVENT.len());
    assert!(matches!(gathered("{\"a\": 1"), Err(EventError::Broken { at: 7, .. })));
    for foreign in ["{}", "[]", "{\"message\":\"hello\"}", "{\"message\":\"{}\"}", "{\"items\":[]}"] {
        assert_eq!(gathered(foreign), Err(EventError::Foreign), "{foreign}");
    }
    for broken in ["", "x", "\u{feff}", "{", "]", "{\"message\":", "nul"] {
        assert!(gathered(broken).is_err(), "{broken}");
    }
}
