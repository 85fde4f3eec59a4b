//! Flow logs in every format: what they tell, what counts once, what is no flow, and what is told of bad lines.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use ironsides_network::flow::{Capture, Flows, Observed, Request, is_capture};
use proptest::prelude::*;

fn read(lines: &[&str]) -> Observed {
    let mut flows = Flows::new();
    for (line, text) in (1..).zip(lines) {
        flows.record("flows.log", line, text);
    }
    flows.finish()
}

/// `shop/web -> shop/cart TCP 8080 forwarded x2`, with the request behind it.
fn shown(observed: &Observed) -> Vec<String> {
    let request =
        |request: &Option<Request>| request.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
    observed
        .flows
        .iter()
        .map(|flow| {
            format!(
                "{} -> {} {} {} {} x{}{}",
                flow.from,
                flow.to,
                flow.traffic.protocol,
                flow.traffic.port,
                flow.seen,
                flow.count,
                request(&flow.request)
            )
        })
        .collect()
}

const WEB: &str = r#"{"ID":1,"identity":100,"namespace":"shop","labels":["k8s:app=web","k8s:io.kubernetes.pod.namespace=shop","k8s:io.cilium.k8s.namespace.labels.team=a"],"pod_name":"web-1","workloads":[{"name":"web","kind":"Deployment"}]}"#;
const CART: &str =
    r#"{"ID":2,"identity":101,"namespace":"shop","labels":["k8s:app=cart"],"pod_name":"cart-1"}"#;
const WORLD: &str = r#"{"identity":2,"labels":["reserved:world"]}"#;

/// A flow of Hubble in its envelope: its ends, the fields of its layer 4 and further fields.
fn hubble(source: &str, destination: &str, l4: &str, more: &str) -> String {
    format!(
        r#"{{"flow":{{"time":"2026-03-01T10:00:00.5Z","verdict":"FORWARDED","IP":{{"source":"10.0.0.1","destination":"10.0.0.2","ipVersion":"IPv4"}},"l4":{l4},"source":{source},"destination":{destination},"Type":"L3_L4"{more}}},"node_name":"n1","time":"2026-03-01T10:00:00.5Z"}}"#
    )
}

fn tcp(from: u16, to: u16, flags: &str) -> String {
    format!(r#"{{"TCP":{{"source_port":{from},"destination_port":{to},"flags":{{{flags}}}}}}}"#)
}

const SYN: &str = r#""SYN":true"#;
const SYN_ACK: &str = r#""SYN":true,"ACK":true"#;
const ACK: &str = r#""ACK":true"#;

#[test]
fn a_connection_counts_once_from_both_ends_and_at_every_point() {
    let at = |direction: &str, point: &str| {
        format!(r#","is_reply":false,"traffic_direction":"{direction}","trace_observation_point":"{point}""#)
    };
    let lines = [
        hubble(WEB, CART, &tcp(40000, 8080, SYN), &at("EGRESS", "TO_STACK")),
        hubble(WEB, CART, &tcp(40000, 8080, SYN), &at("INGRESS", "TO_ENDPOINT")),
        hubble(CART, WEB, &tcp(8080, 40000, SYN_ACK), r#","is_reply":true"#),
        hubble(WEB, CART, &tcp(40000, 8080, ACK), &at("INGRESS", "TO_ENDPOINT")),
        hubble(WEB, CART, &tcp(40001, 8080, SYN), &at("EGRESS", "TO_STACK")),
        hubble(WEB, CART, &tcp(40001, 8080, SYN), &at("INGRESS", "TO_ENDPOINT")),
    ];
    let observed = read(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(shown(&observed), ["shop/web-1 -> shop/cart-1 TCP 8080 forwarded x2"]);
    let flow = &observed.flows[0];
    assert_eq!(flow.place.to_string(), "flows.log:1");
    assert_eq!(flow.first.unwrap().to_string(), "2026-03-01T10:00:00.5Z");
    assert_eq!(flow.from.labels.keys().map(ironsides_tree::Text::as_str).collect::<Vec<_>>(), ["app"]);
    assert_eq!(flow.from.workload.1, "web");
    assert_eq!((observed.tally.records, observed.tally.flows, observed.tally.replies), (6, 5, 1));
    assert!(observed.tally.is_whole());
}

#[test]
fn replies_are_known_with_and_without_the_field() {
    for more in [r#","is_reply":true"#, r#","reply":true"#, ""] {
        let reply = hubble(CART, WEB, &tcp(8080, 40000, SYN_ACK), more);
        assert_eq!(read(&[&reply]).tally.replies, 1, "{more}");
    }
    // No field and no SYN: the port that systems give to clients tells.
    let late = hubble(CART, WEB, &tcp(8080, 60778, ACK), "");
    assert!(shown(&read(&[&late])).is_empty());
    let late = hubble(WEB, CART, &tcp(60778, 8080, ACK), "");
    assert_eq!(shown(&read(&[&late])), ["shop/web-1 -> shop/cart-1 TCP 8080 forwarded x1"]);
}

#[test]
fn a_flow_without_envelope_is_the_same() {
    let wrapped = hubble(WEB, CART, &tcp(40000, 8080, SYN), "");
    let value: serde_json::Value = serde_json::from_str(&wrapped).unwrap();
    let bare = value["flow"].to_string();
    assert_eq!(shown(&read(&[&wrapped])), shown(&read(&[&bare])));
    assert_eq!(read(&[&bare]).flows.len(), 1);
}

#[test]
fn verdicts_are_kept_apart() {
    let with = |verdict: &str, more: &str| {
        hubble(WEB, CART, &tcp(40000, 8080, SYN), more).replace("\"FORWARDED\"", &format!("\"{verdict}\""))
    };
    let table = [
        ("REDIRECTED", "", "forwarded"),
        ("AUDIT", "", "audited"),
        ("DROPPED", r#","drop_reason_desc":"POLICY_DENIED""#, "denied"),
        ("DROPPED", r#","drop_reason":181"#, "denied"),
        ("DROPPED", r#","event_type":{"type":5}"#, "denied"),
        ("DROPPED", r#","drop_reason_desc":"STALE_OR_UNROUTABLE_IP","drop_reason":151"#, "failed"),
        ("TRACED", "", "seen"),
    ];
    for (verdict, more, seen) in table {
        let expected = format!("shop/web-1 -> shop/cart-1 TCP 8080 {seen} x1");
        assert_eq!(shown(&read(&[&with(verdict, more)])), [expected], "{verdict}{more}");
    }
    assert!(read(&[&with("TRANSLATED", "")]).flows.is_empty());
    let bad = read(&[&with("PERHAPS", "")]);
    assert_eq!(bad.tally.first_bad[0].why, "the unknown verdict \"PERHAPS\"");
}

#[test]
fn what_the_sender_let_through_and_the_receiver_dropped_was_denied() {
    let sent = hubble(
        WEB,
        CART,
        &tcp(40000, 8080, SYN),
        r#","traffic_direction":"EGRESS","trace_observation_point":"TO_OVERLAY""#,
    );
    let dropped = hubble(
        WEB,
        CART,
        &tcp(40000, 8080, SYN),
        r#","traffic_direction":"INGRESS","drop_reason_desc":"POLICY_DENIED""#,
    )
    .replace("\"FORWARDED\"", "\"DROPPED\"");
    assert_eq!(shown(&read(&[&sent, &dropped])), ["shop/web-1 -> shop/cart-1 TCP 8080 denied x1"]);
    // One that did come through, at another time, stays.
    let came = sent.replace("TO_OVERLAY", "TO_ENDPOINT");
    assert_eq!(read(&[&came, &dropped]).flows.len(), 2);
}

#[test]
fn requests_and_names_are_read() {
    let http = hubble(
        WEB,
        CART,
        &tcp(40000, 8080, ""),
        r#","l7":{"type":"REQUEST","http":{"method":"GET","url":"http://cart.shop:8080/items/1?page=2","protocol":"HTTP/1.1"}}"#,
    )
    .replace("L3_L4", "L7");
    let response = http.replace("REQUEST", "RESPONSE");
    let observed = read(&[&http, &http, &response]);
    assert_eq!(shown(&observed), ["shop/web-1 -> shop/cart-1 TCP 8080 forwarded x2 (GET /items/1)"]);
    let Some(Request::Http { host, has_query, .. }) = &observed.flows[0].request else { panic!() };
    assert_eq!((host.as_str(), *has_query), ("cart.shop", true));

    let udp = r#"{"UDP":{"source_port":41000,"destination_port":53}}"#;
    let dns = r#","l7":{"type":"REQUEST","dns":{"query":"API.example.com.","qtypes":["A"]}}"#;
    let question = hubble(WEB, CART, udp, dns).replace("L3_L4", "L7");
    let back = r#"{"UDP":{"source_port":53,"destination_port":41000}}"#;
    let dns = r#","is_reply":true,"l7":{"type":"RESPONSE","dns":{"query":"api.example.com.","ips":["93.184.216.34"],"ttl":30}}"#;
    let answer = hubble(CART, WEB, back, dns).replace("L3_L4", "L7");
    let named = hubble(WEB, WORLD, &tcp(40000, 443, SYN), r#","destination_names":["Example.org"]"#);
    let observed = read(&[&question, &answer, &named]);
    assert_eq!(
        shown(&observed),
        [
            "shop/web-1 -> shop/cart-1 UDP 53 forwarded x1 (lookup of api.example.com)",
            "shop/web-1 -> 10.0.0.2 TCP 443 forwarded x1",
        ]
    );
    let names: Vec<_> =
        observed.names.iter().map(|(address, names)| format!("{address} {names:?}")).collect();
    assert_eq!(names, [r#"10.0.0.2 {"example.org"}"#, r#"93.184.216.34 {"api.example.com"}"#]);
}

#[test]
fn reserved_identities_are_told_apart() {
    let table = [
        (r#"{"identity":1,"labels":["reserved:host"]}"#, "its own node 10.0.0.1"),
        (r#"{"identity":6,"labels":["reserved:remote-node"]}"#, "node 10.0.0.1"),
        (r#"{"identity":7,"labels":["reserved:kube-apiserver","reserved:remote-node"]}"#, "the API server"),
        (r#"{"identity":8,"labels":["reserved:ingress"]}"#, "the ingress proxy"),
        (r#"{"identity":16777217,"labels":["cidr:10.0.0.1/32","reserved:world"]}"#, "10.0.0.1"),
        (r#"{"identity":3,"labels":["reserved:unmanaged"]}"#, "10.0.0.1"),
    ];
    for (source, shows) in table {
        let line = hubble(source, CART, &tcp(40000, 8080, SYN), "");
        assert_eq!(read(&[&line]).flows[0].from.to_string(), shows, "{source}");
    }
    let health = hubble(r#"{"identity":4,"labels":["reserved:health"]}"#, CART, &tcp(40000, 4240, SYN), "");
    assert!(read(&[&health]).flows.is_empty());
}

#[test]
fn nothing_is_lost_in_silence() {
    let flow = hubble(WEB, CART, &tcp(40000, 8080, SYN), "");
    let lines = [
        &flow,
        r#"{"lost_events":{"source":"HUBBLE_RING_BUFFER","num_events_lost":"12","cpu":1}}"#,
        r#"{"node_status":{"state_change":"NODE_CONNECTED","node_names":["n1"]}}"#,
        r#"{"flow":{"verdict":"FORWARDED","IP":{"source":"10.0.0.1x","destination":"10.0.0.2"},"l4":{"TCP":{"source_port":1,"destination_port":2}}}}"#,
        r#"{"flow":{"verdict":"FORWARDED""#,
        r#"{"level":"info","msg":"started"}"#,
        r#"{"flow":{"verdict":"FORWARDED","l4":{"TCP":{"source_port":1,"destination_port":70000}}}}"#,
        "time of the log",
        "",
    ];
    let tally = read(&lines).tally;
    assert_eq!((tally.records, tally.flows, tally.bad, tally.lost), (8, 1, 5, 12));
    assert_eq!(tally.passed.values().sum::<u64>(), 2);
    let told: Vec<_> = tally.first_bad.iter().map(|bad| format!("{}: {}", bad.place, bad.why)).collect();
    assert_eq!(told[0], r#"flows.log:4: "10.0.0.1x" is no address"#);
    assert!(told[1].starts_with("flows.log:5: EOF while parsing"), "{}", told[1]);
    assert!(told[2].starts_with("flows.log:6: none of the known formats"), "{}", told[2]);
    assert!(told[3].starts_with("flows.log:7: invalid value: integer `70000`"), "{}", told[3]);
    assert!(told[4].starts_with("flows.log:8: no JSON, and no line of Calico"), "{}", told[4]);
    assert!(!tally.is_whole());
}

#[test]
fn nulls_are_absent() {
    let line = hubble(
        WEB,
        WORLD,
        &tcp(40000, 443, SYN),
        r#","destination_names":null,"drop_reason_desc":null,"l7":null"#,
    );
    assert_eq!(read(&[&line]).flows.len(), 1);
}

#[test]
fn paths_without_end_are_left_open() {
    let line = |at: u32| {
        hubble(
            WEB,
            CART,
            &tcp(40000, 8080, ""),
            &format!(r#","l7":{{"type":"REQUEST","http":{{"method":"GET","url":"/items/{at}"}}}}"#),
        )
    };
    let lines: Vec<String> = (0..1_400).map(line).collect();
    let observed = read(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(observed.flows.len(), 1_025);
    let many = Some(Request::Many { method: "GET".into() });
    let open = observed.flows.iter().find(|flow| flow.request == many).unwrap();
    assert_eq!(open.count, 1_400 - 1_024);
}

const FELIX: &str = r#"{"start_time":1659621542,"end_time":1659621842,"source_ip":"10.48.116.157","source_name":"web-755cdc7957-abcde","source_name_aggr":"web-755cdc7957-*","source_namespace":"default","source_port":null,"source_type":"wep","source_labels":{"labels":["app=web","pod-template-hash=755cdc7957"]},"dest_ip":null,"dest_name":"-","dest_name_aggr":"cart-598d5b586d-*","dest_namespace":"shop","dest_port":5050,"dest_type":"wep","dest_labels":null,"proto":"tcp","action":"ACTION","reporter":"REPORTER","policies":{"all_policies":["0|default|x|allow|0"]},"num_flows":3,"num_flows_started":2,"dest_domains":null}"#;

fn felix(action: &str, reporter: &str) -> String {
    FELIX.replace("ACTION", action).replace("REPORTER", reporter)
}

#[test]
fn calico_counts_flows_that_began_and_each_end_once() {
    let (sent, received) = (felix("allow", "src"), felix("allow", "dst"));
    let observed = read(&[&sent, &received, &sent]);
    assert_eq!(
        shown(&observed),
        ["default/web-755cdc7957-abcde -> shop/cart-598d5b586d-* TCP 5050 forwarded x4"]
    );
    assert_eq!(observed.flows[0].from.labels.len(), 2);
    assert_eq!(observed.flows[0].first.unwrap().as_second(), 1_659_621_542);
    let observed = read(&[&sent, &felix("deny", "dst")]);
    assert_eq!(observed.flows.len(), 1, "{:?}", shown(&observed));
    assert_eq!(observed.flows[0].seen.to_string(), "denied");
    // As Elasticsearch wraps it, and many in a list.
    let wrapped = format!(r#"{{"_index":"x","_source":{sent}}}"#);
    assert_eq!(read(&[&wrapped]).flows.len(), 1);
    assert_eq!(read(&[&format!("[{sent},{received}]")]).tally.records, 2);
}

#[test]
fn calicos_networks_are_told_apart() {
    let to = |kind: &str, name: &str, address: &str, domains: &str| {
        felix("allow", "src")
            .replace(r#""dest_type":"wep""#, &format!(r#""dest_type":"{kind}""#))
            .replace("cart-598d5b586d-*", name)
            .replace(r#""dest_ip":null"#, &format!(r#""dest_ip":{address}"#))
            .replace(r#""dest_domains":null"#, &format!(r#""dest_domains":{domains}"#))
    };
    let table = [
        (to("net", "pub", "\"93.184.216.34\"", "[\"example.com\"]"), "93.184.216.34"),
        (to("net", "pub", "null", "null"), "public networks"),
        (to("net", "pub", "null", "[\"example.com\"]"), "example.com"),
        (to("net", "pvt", "null", "null"), "private networks"),
        (to("hep", "worker-1", "\"10.1.0.7\"", "null"), "node worker-1"),
    ];
    for (line, shows) in table {
        assert_eq!(read(&[&line]).flows[0].to.to_string(), shows, "{line}");
    }
    assert_eq!(read(&[&to("net", "pub", "\"93.184.216.34\"", "[\"example.com\"]")]).names.len(), 1);
    assert_eq!(
        read(&[&to("moon", "x", "null", "null")]).tally.first_bad[0].why,
        "\"moon\" is no type of an end"
    );
}

#[test]
fn whisker_and_goldmane_are_read() {
    let item = r#"{"start_time":"2026-03-01T10:00:00Z","end_time":"2026-03-01T10:00:15Z","action":"Allow","source_name":"web-755cdc7957-*","source_namespace":"shop","source_labels":"app=web | tier=front","dest_name":"cart-*","dest_namespace":"shop","dest_labels":"app=cart","protocol":"tcp","dest_port":8080,"reporter":"Src","policies":{"enforced":[],"pending":[]}}"#;
    let list = format!(r#"{{"total":{{"totalPages":1}},"items":[{item},{}]}}"#, item.replace("Src", "Dst"));
    for text in [item.to_owned(), list, format!("data: {item}")] {
        let observed = read(&[&text]);
        assert_eq!(
            shown(&observed),
            ["shop/web-755cdc7957-* -> shop/cart-* TCP 8080 forwarded x1"],
            "{text}"
        );
        assert_eq!(observed.flows[0].from.labels.len(), 2);
    }
    let emitted = r#"{"Key":{"source_name":"web-*","source_namespace":"shop","source_type":1,"dest_name":"pub","dest_type":4,"dest_port":443,"proto":"tcp","reporter":1,"action":1,"policies":{}},"start_time":18,"end_time":28,"source_labels":["app=web"],"num_connections_started":3}"#;
    let grpc = r#"{"id":"4","flow":{"Key":{"sourceName":"web-*","sourceNamespace":"shop","sourceType":"WorkloadEndpoint","destName":"pub","destType":"Network","destPort":"443","proto":"tcp","reporter":"Src","action":"Allow"},"startTime":"18","endTime":"28","sourceLabels":["app=web"],"numConnectionsStarted":"3"}}"#;
    for text in [emitted, grpc] {
        let observed = read(&[text]);
        assert_eq!(
            shown(&observed),
            ["shop/web-* -> public networks TCP 443 forwarded x3"],
            "{:?}",
            observed.tally
        );
        assert_eq!(observed.flows[0].last.unwrap().as_second(), 28);
    }
}

#[test]
fn lines_of_fields_are_read_in_both_forms() {
    let table = [
        (
            "1529529591 1529529892 wep policy-demo nginx-7d98456675-2mcs4 - wep kube-system kube-dns-7cc87d595-pxvxb - 192.168.224.225 192.168.135.53 17 36486 53 1 1 1 in 1 1 73 119 allow",
            "policy-demo/nginx-7d98456675-2mcs4 -> kube-system/kube-dns-7cc87d595-pxvxb UDP 53 forwarded x1",
        ),
        (
            r#"1529529591 1529529892 wep policy-demo nginx-7d98456675-2mcs4 nginx-7d98456675-* [app=nginx,x=y] wep kube-system - kube-dns-* - - - 17 - 53 3 2 1 src 1 1 73 119 deny ["0|tier|ns/tier.policy|deny|0"] [1.0.0.1] 1"#,
            "policy-demo/nginx-7d98456675-2mcs4 -> kube-system/kube-dns-* UDP 53 denied x2",
        ),
        (
            "1773396000 1773396300 wep default web-abc* - pub - pub - 192.168.1.5 93.184.216.34 tcp 54321 443 1 1 0 src 0 12 0 1500 allow",
            "default/web-abc* -> 93.184.216.34 TCP 443 forwarded x1",
        ),
    ];
    for (line, shows) in table {
        let observed = read(&[line]);
        assert_eq!(shown(&observed), [shows], "{:?}", observed.tally);
    }
    let cut = table[0].0.rsplit_once(' ').unwrap().0;
    assert_eq!(read(&[cut]).tally.bad, 1);
    let summed = table[0].0.replace("36486 53", "- -");
    assert_eq!(read(&[&summed]).tally.passed.len(), 1);
}

#[test]
fn connect_events_are_read_in_their_shapes() {
    let table = [
        (
            r#"{"source":{"namespace":"shop","pod":"web-1"},"destination":{"address":"10.0.0.9"},"port":8080}"#,
            "shop/web-1 -> 10.0.0.9 TCP 8080 seen x1",
        ),
        (
            r#"{"time":"2026-03-01T10:00:00Z","source":"shop/web-1","destination":"service:shop/cart","port":"8080","protocol":"tcp","count":7,"verdict":"denied"}"#,
            "shop/web-1 -> service shop/cart TCP 8080 denied x7",
        ),
        (
            r#"{"src_ip":"10.0.0.1","dst_ip":"10.0.0.2","dst_port":53,"proto":17}"#,
            "10.0.0.1 -> 10.0.0.2 UDP 53 seen x1",
        ),
        (
            r#"{"source_namespace":"shop","source_pod":"web-1","source_port":40000,"destination_namespace":"data","destination_pod":"db-0","destination_port":5432}"#,
            "shop/web-1 -> data/db-0 TCP 5432 seen x1",
        ),
        (
            r#"{"source":{"namespace":"shop","workload":"Deployment/web"},"destination":"cart.shop.svc.cluster.local","port":80,"path":"/items?x","method":"POST"}"#,
            "shop/web -> service shop/cart TCP 80 seen x1 (POST /items)",
        ),
        (
            r#"{"from":"node:worker-1","to":"api.example.com","port":443}"#,
            "node worker-1 -> api.example.com TCP 443 seen x1",
        ),
        (
            r#"{"process_kprobe":{"process":{"pod":{"namespace":"shop","name":"web-1","workload":"web","workload_kind":"Deployment"}},"function_name":"tcp_connect","args":[{"sock_arg":{"family":"AF_INET","type":"SOCK_STREAM","protocol":"IPPROTO_TCP","saddr":"10.0.0.1","daddr":"10.0.0.2","sport":40000,"dport":5432}}]},"time":"2026-03-01T10:00:00Z"}"#,
            "shop/web-1 -> 10.0.0.2 TCP 5432 seen x1",
        ),
        (
            r#"{"source":"10.0.0.1","destination":"::ffff:10.0.0.2","protocol":"icmp"}"#,
            "10.0.0.1 -> 10.0.0.2 ICMP 8 seen x1",
        ),
    ];
    for (line, shows) in table {
        let observed = read(&[line]);
        assert_eq!(shown(&observed), [shows], "{:?}", observed.tally);
    }
    let bad = [
        (r#"{"source":"shop/web-1","port":80}"#, "no destination"),
        (r#"{"source":"shop/web-1","destination":"10.0.0.1"}"#, "no port"),
        (r#"{"source":"shop/web-1","destination":"10.0.0.1","port":"http"}"#, "\"http\" is no port"),
        (r#"{"source":"web","destination":"10.0.0.1","port":80}"#, "\"web\" is no end"),
        (
            r#"{"source":"shop/web-1","destination":"10.0.0.1","port":80,"verdict":"perhaps"}"#,
            "the unknown verdict",
        ),
        (
            r#"{"source":{"namespace":"shop"},"destination":"10.0.0.1","port":80}"#,
            "an end of a connection says neither",
        ),
    ];
    for (line, why) in bad {
        let tally = read(&[line]).tally;
        assert!(tally.first_bad[0].why.starts_with(why), "{line}: {}", tally.first_bad[0].why);
    }
}

#[test]
fn ciliums_monitor_is_read() {
    let line = |kind: &str, state: &str, from: &str, to: &str, more: &str| {
        format!(
            r#"{{"cpu":"CPU 01:","type":"{kind}","mark":"0x1","state":"{state}","observationPoint":"to-endpoint","source":1,"bytes":74,"srcLabel":300,"dstLabel":2,"dstID":1,{more}"summary":{{"ethernet":"x","ipv4":"x","tcp":"{{Contents=[] SrcPort=1 SYN=true ACK=false}}","l3":{{"src":"10.0.0.1","dst":"93.184.216.34"}},"l4":{{"src":"{from}","dst":"{to}"}}}}}}"#
        )
    };
    let observed = read(&[
        &line("trace", "new", "40000", "443(https)", ""),
        &line("trace", "reply", "443(https)", "40000", ""),
    ]);
    assert_eq!(shown(&observed), ["10.0.0.1 -> 93.184.216.34 TCP 443 forwarded x1"], "{:?}", observed.tally);
    assert_eq!(observed.tally.replies, 1);
    let dropped = read(&[&line("drop", "", "40000", "443", r#""reason":"Policy denied","#)]);
    assert_eq!(shown(&dropped), ["10.0.0.1 -> 93.184.216.34 TCP 443 denied x1"]);
}

/// An Ethernet frame with an IPv4 packet: protocol 6 or 17, flags of TCP.
fn frame(from: [u8; 4], to: [u8; 4], protocol: u8, ports: (u16, u16), flags: u8) -> Vec<u8> {
    let mut frame = vec![0; 12];
    frame.extend([0x08, 0x00]);
    frame.extend(packet(from, to, protocol, ports, flags));
    frame
}

fn packet(from: [u8; 4], to: [u8; 4], protocol: u8, ports: (u16, u16), flags: u8) -> Vec<u8> {
    let mut packet = vec![0x45, 0, 0, 40, 0, 0, 0, 0, 64, protocol, 0, 0];
    packet.extend(from);
    packet.extend(to);
    packet.extend(ports.0.to_be_bytes());
    packet.extend(ports.1.to_be_bytes());
    packet.extend([0; 9]);
    packet.push(flags);
    packet.extend([0; 6]);
    packet
}

fn pcap(link: u32, packets: &[Vec<u8>]) -> Vec<u8> {
    let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0];
    file.extend(link.to_le_bytes());
    for (second, packet) in (1_700_000_000u32..).zip(packets) {
        file.extend(second.to_le_bytes());
        file.extend(500_000u32.to_le_bytes());
        let length = u32::try_from(packet.len()).unwrap();
        file.extend(length.to_le_bytes());
        file.extend(length.to_le_bytes());
        file.extend(packet);
    }
    file
}

fn pcapng(link: u16, packets: &[Vec<u8>]) -> Vec<u8> {
    let block = |kind: u32, body: Vec<u8>| {
        let length = u32::try_from(body.len().div_ceil(4) * 4 + 12).unwrap();
        let mut block = kind.to_be_bytes().to_vec();
        block.extend(length.to_be_bytes());
        block.extend(&body);
        block.resize(usize::try_from(length).unwrap() - 4, 0);
        block.extend(length.to_be_bytes());
        block
    };
    let mut file =
        block(0x0a0d_0d0a, [0x1a2b_3c4du32.to_be_bytes(), [0, 1, 0, 0], [255; 4], [255; 4]].concat());
    // Nanoseconds: the option if_tsresol is 9.
    let interface =
        [link.to_be_bytes().to_vec(), vec![0; 6], vec![0, 9, 0, 1, 9, 0, 0, 0, 0, 0, 0, 0]].concat();
    file.extend(block(1, interface));
    for packet in packets {
        let time: u64 = 1_700_000_000_500_000_000;
        let (high, low) = ((time >> 32) as u32, (time & 0xffff_ffff) as u32);
        let length = u32::try_from(packet.len()).unwrap();
        let head: Vec<u8> =
            [0, high, low, length, length].iter().flat_map(|word| word.to_be_bytes()).collect();
        file.extend(block(6, [head, packet.clone()].concat()));
    }
    file.extend(block(5, vec![0; 12]));
    file
}

fn captured(bytes: &[u8], piece: usize) -> Observed {
    let mut flows = Flows::new();
    let mut capture = Capture::new("x.pcap");
    for piece in bytes.chunks(piece) {
        capture.push(piece, &mut flows);
    }
    capture.end(&mut flows);
    flows.finish()
}

const A: [u8; 4] = [10, 0, 0, 1];
const B: [u8; 4] = [10, 0, 0, 2];

fn talk() -> Vec<Vec<u8>> {
    vec![
        frame(A, B, 6, (40000, 8080), 0x02),
        frame(B, A, 6, (8080, 40000), 0x12),
        frame(A, B, 6, (40000, 8080), 0x10),
        frame(A, B, 6, (40000, 8080), 0x02),
        frame(A, B, 17, (41000, 53), 0),
        frame(B, A, 17, (53, 41000), 0),
        frame(B, A, 17, (53, 41001), 0),
        // Opened before the capture began.
        frame(B, A, 6, (5432, 50000), 0x10),
        frame(A, B, 6, (50000, 5432), 0x10),
    ]
}

#[test]
fn captures_tell_who_opened_connections() {
    let expected = [
        "10.0.0.1 -> 10.0.0.2 TCP 5432 seen x1",
        "10.0.0.1 -> 10.0.0.2 TCP 8080 seen x1",
        "10.0.0.1 -> 10.0.0.2 UDP 53 seen x2",
    ];
    for file in [pcap(1, &talk()), pcapng(1, &talk())] {
        assert!(is_capture(&file));
        for piece in [1, 7, 100_000] {
            let observed = captured(&file, piece);
            assert_eq!(shown(&observed), expected, "{:?}", observed.tally);
            assert_eq!(observed.tally.records, 9);
            assert_eq!(observed.flows[0].first.unwrap().as_millisecond() % 1000, 500);
            assert!(observed.tally.is_whole());
        }
    }
    assert_eq!(captured(&pcap(1, &talk()), 100).flows[1].place.to_string(), "x.pcap:1");
}

#[test]
fn captures_of_every_link_and_of_tunnels() {
    let inner = packet(A, B, 6, (40000, 8080), 0x02);
    let mut cooked = vec![0; 14];
    cooked.extend([0x08, 0x00]);
    cooked.extend(&inner);
    let mut cooked2 = vec![0x08, 0x00];
    cooked2.extend([0; 18]);
    cooked2.extend(&inner);
    let mut tagged = vec![0; 12];
    tagged.extend([0x81, 0x00, 0, 7, 0x08, 0x00]);
    tagged.extend(&inner);
    let mut loopback = vec![2, 0, 0, 0];
    loopback.extend(&inner);
    let mut vxlan = frame([192, 168, 0, 1], [192, 168, 0, 2], 17, (50000, 8472), 0);
    vxlan.truncate(14 + 20 + 8);
    vxlan.extend([8, 0, 0, 0, 0, 0, 1, 0]);
    vxlan.extend(frame(A, B, 6, (40000, 8080), 0x02));
    let mut geneve = frame([192, 168, 0, 1], [192, 168, 0, 2], 17, (50000, 6081), 0);
    geneve.truncate(14 + 20 + 8);
    geneve.extend([1, 0, 0x65, 0x58, 0, 0, 1, 0, 9, 9, 9, 9]);
    geneve.extend(frame(A, B, 6, (40000, 8080), 0x02));
    let mut ipip = packet([192, 168, 0, 1], [192, 168, 0, 2], 4, (0, 0), 0);
    ipip.truncate(20);
    ipip.extend(&inner);
    let mut v6 = vec![0x60, 0, 0, 0, 0, 20, 0, 64];
    v6.extend("::ffff:10.0.0.1".parse::<std::net::Ipv6Addr>().unwrap().octets());
    v6.extend("::ffff:10.0.0.2".parse::<std::net::Ipv6Addr>().unwrap().octets());
    v6.extend([6, 0, 0, 0, 0, 0, 0, 0]);
    v6.extend(&inner[20..]);
    let table = [
        (101, inner.clone()),
        (113, cooked),
        (276, cooked2),
        (1, tagged),
        (0, loopback),
        (1, vxlan),
        (1, geneve),
        (101, ipip),
        (101, v6),
    ];
    for (link, packet) in table {
        let observed = captured(&pcap(link, &[packet]), 64);
        assert_eq!(
            shown(&observed),
            ["10.0.0.1 -> 10.0.0.2 TCP 8080 seen x1"],
            "link {link}: {:?}",
            observed.tally
        );
    }
}

#[test]
fn broken_captures_are_told() {
    let whole = pcap(1, &talk());
    let cut = captured(&whole[..whole.len() - 3], 50);
    assert_eq!((cut.tally.records, cut.tally.bad), (9, 1));
    assert_eq!(cut.tally.first_bad[0].place.line, 9);
    let odd = captured(&pcap(999, &talk()), 50);
    assert!(odd.tally.first_bad[0].why.starts_with("the link type 999 cannot be read"));
    assert_eq!(captured(b"hello, world", 5).tally.bad, 1);
}

proptest! {
    /// Whatever the bytes are, reading ends, and every record is in exactly one count.
    #[test]
    fn any_line_is_in_one_count(text in ".{0,200}", key in "(source|flow|dest_port|Key|items|IP)", value in ".{0,40}") {
        let json = serde_json::json!({ key: value }).to_string();
        let tally = read(&[&text, &json]).tally;
        prop_assert_eq!(tally.records, tally.flows + tally.replies + tally.bad + tally.passed.values().sum::<u64>());
    }

    #[test]
    fn any_bytes_are_no_reason_to_stop(change in 0usize..400, byte: u8, piece in 1usize..300) {
        let mut file = pcapng(1, &talk());
        let at = change % file.len();
        file[at] = byte;
        let whole = captured(&file, usize::MAX);
        prop_assert_eq!(captured(&file, piece), whole);
    }

    /// The order of the lines changes no count.
    #[test]
    fn order_is_of_no_account(seed in proptest::collection::vec(0usize..4, 1..20)) {
        let lines = [
            hubble(WEB, CART, &tcp(40000, 8080, SYN), r#","traffic_direction":"EGRESS""#),
            hubble(WEB, CART, &tcp(40000, 8080, SYN), r#","traffic_direction":"INGRESS""#),
            hubble(CART, WEB, &tcp(40000, 9090, SYN), ""),
            hubble(WEB, WORLD, &tcp(40000, 443, SYN), ""),
        ];
        let forward: Vec<&str> = seed.iter().map(|&at| lines[at].as_str()).collect();
        let backward: Vec<&str> = forward.iter().rev().copied().collect();
        prop_assert_eq!(shown(&read(&forward)), shown(&read(&backward)));
    }
}
