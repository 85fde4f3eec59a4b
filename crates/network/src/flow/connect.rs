//! Connect events: one JSON object a line, from whatever saw the connection. `docs/formats.md` says what they hold.

use std::net::IpAddr;

use ironsides_tree::Text;
use serde_json::{Map, Value};

use crate::flow::calico::protocol;
use crate::flow::collect::{Event, Point, Told};
use crate::flow::direction::is_asked;
use crate::flow::record::{Moment, address, dns_name, json};
use crate::flow::{Request, Seen, Talker, TalkerKind};
use crate::port::{Protocol, Traffic};

type Object = Map<String, Value>;

/// The keys of which a connect event has at least one. The two ends, each by its names.
pub(crate) const KEYS: [&str; 19] = [
    "source",
    "src",
    "from",
    "source_ip",
    "src_ip",
    "source_pod",
    "src_pod",
    "destination",
    "dest",
    "dst",
    "to",
    "destination_ip",
    "dest_ip",
    "dst_ip",
    "destination_pod",
    "dest_pod",
    "dst_pod",
    "process_kprobe",
    "process_exec",
];

const SOURCE: [&str; 3] = ["source", "src", "from"];
const DESTINATION: [&str; 4] = ["destination", "dest", "dst", "to"];

/// Reads one record.
pub(crate) fn read(text: &str, told: &mut Vec<Told>) -> Result<(), String> {
    let event: Object = json(text)?;
    told.push(if event.keys().any(|key| key.starts_with("process_")) {
        tetragon(&event)?
    } else {
        tell(&event)?
    });
    Ok(())
}

fn tell(event: &Object) -> Result<Told, String> {
    let from = end(event, &SOURCE)?.ok_or("no source: the pod or address that opened the connection")?;
    let to =
        end(event, &DESTINATION)?.ok_or("no destination: the pod, address or service it was opened to")?;
    let protocol = match first(event, &["protocol", "proto"]) {
        None => Protocol::Tcp,
        Some(value) => {
            let word = scalar(value).ok_or_else(|| format!("{value} is no protocol"))?;
            protocol(&word).ok_or_else(|| format!("{word:?} is no protocol"))?
        }
    };
    let port = match port(event)? {
        Some(port) => port,
        None => match protocol {
            Protocol::Icmp => 8,
            Protocol::IcmpV6 => 128,
            protocol if protocol.has_ports() => {
                return Err("no port: the one that the destination listens on".to_owned());
            }
            _ => 0,
        },
    };
    if !is_asked(protocol, port) || event.get("reply").and_then(Value::as_bool) == Some(true) {
        return Ok(Told::Reply);
    }
    let seen = match first(event, &["verdict", "action"]).map(|value| scalar(value).unwrap_or_default()) {
        None => Seen::Unknown,
        Some(word) => match word.to_ascii_lowercase().as_str() {
            "forwarded" | "allow" | "allowed" | "accept" | "accepted" | "redirected" => Seen::Forwarded,
            "audit" | "audited" => Seen::Audited,
            "denied" | "deny" | "dropped" | "drop" | "reject" | "rejected" => Seen::Denied,
            "failed" | "error" => Seen::Failed,
            "" | "seen" | "unknown" => Seen::Unknown,
            _ => return Err(format!("the unknown verdict {word:?}")),
        },
    };
    let opened = match event.get("count") {
        None => 1,
        Some(count) => count.as_u64().ok_or_else(|| format!("{count} is no count"))?,
    };
    let at = |keys: &[&str]| first(event, keys).map(moment).transpose();
    let start = at(&["time", "timestamp", "first", "start_time"])?;
    let times = start
        .map(|start| Ok::<_, String>((start, at(&["last", "end_time"])?.unwrap_or(start))))
        .transpose()?;
    let point = match first(event, &["reporter"]).and_then(Value::as_str) {
        Some("source" | "src") => Point::Sender(0),
        Some("destination" | "dst" | "dest") => Point::Receiver(0),
        _ => Point::Somewhere,
    };
    let request = request(event);
    let names = match (to.address, to.kind) {
        (Some(address), TalkerKind::Outside | TalkerKind::Unknown) if !to.name.is_empty() => {
            vec![(address, to.name.clone())]
        }
        _ => Vec::new(),
    };
    let traffic = Traffic { protocol, port };
    Ok(Told::Flow(Box::new(Event { from, to, traffic, seen, request, opened, point, times, names })))
}

fn request(event: &Object) -> Option<Request> {
    let text = |key: &str| event.get(key).and_then(Value::as_str);
    if let Some(name) = text("dns_name").or_else(|| text("query")) {
        return Some(Request::Dns { name: dns_name(name) });
    }
    let path = text("path")?;
    let (path, has_query) = path.split_once('?').map_or((path, false), |(path, _)| (path, true));
    Some(Request::Http {
        method: Text::new(text("method").unwrap_or("GET")),
        path: Text::new(path),
        host: dns_name(text("host").unwrap_or_default()),
        has_query,
    })
}

/// The port may stand beside the ends or in the destination.
fn port(event: &Object) -> Result<Option<u16>, String> {
    let beside = ["port", "destination_port", "dest_port", "dst_port", "dport"];
    let inside = first(event, &DESTINATION).and_then(Value::as_object).and_then(|end| end.get("port"));
    let Some(value) = first(event, &beside).or(inside) else { return Ok(None) };
    let word = scalar(value).ok_or_else(|| format!("{value} is no port"))?;
    word.parse().map(Some).map_err(|_| format!("{word:?} is no port"))
}

fn moment(value: &Value) -> Result<jiff::Timestamp, String> {
    let moment = match value {
        Value::Number(number) => {
            number.as_i64().map(Moment::Seconds).or(number.as_f64().map(Moment::Fraction))
        }
        Value::String(text) => Some(Moment::Text(text.as_str().into())),
        _ => None,
    };
    moment
        .and_then(|moment| moment.at())
        .ok_or_else(|| format!("{value} is no time: RFC 3339, or seconds since 1970"))
}

fn end(event: &Object, names: &[&str]) -> Result<Option<Talker>, String> {
    match first(event, names) {
        Some(Value::String(text)) => short(text).map(Some),
        Some(Value::Object(object)) => long(object, "").map(Some),
        Some(other) => Err(format!("{other} is no end of a connection: an object or a text")),
        None => {
            let flat = names.iter().find(|name| {
                let prefix = format!("{name}_");
                event.keys().any(|key| key.strip_prefix(&prefix).is_some_and(|rest| !rest.ends_with("port")))
            });
            flat.map(|name| long(event, &format!("{name}_"))).transpose()
        }
    }
}

/// An end in one word: `10.0.0.7`, `shop/cart-7d98`, `node:worker-1`, `service:shop/cart`, `api.example.com`.
fn short(text: &str) -> Result<Talker, String> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(Talker::at(address.to_canonical()));
    }
    let qualified = |text: &str| {
        let (namespace, name) = text.split_once('/').unwrap_or(("default", text));
        (Text::new(namespace), Text::new(name))
    };
    if let Some(name) = text.strip_prefix("node:") {
        return Ok(Talker { kind: TalkerKind::Node, name: Text::new(name), ..Talker::default() });
    }
    if let Some(name) = text.strip_prefix("service:") {
        let (namespace, name) = qualified(name);
        return Ok(Talker { kind: TalkerKind::Service, namespace, name, ..Talker::default() });
    }
    let text = text.strip_prefix("pod:").unwrap_or(text);
    if text.contains('/') {
        let (namespace, name) = qualified(text);
        return Ok(Talker { kind: TalkerKind::Pod, namespace, name, ..Talker::default() });
    }
    if text.contains('.') && !text.contains(char::is_whitespace) {
        return Ok(named(&dns_name(text)));
    }
    Err(format!(
        "{text:?} is no end of a connection: an address, namespace/pod, node:NAME, service:NAMESPACE/NAME or a DNS name"
    ))
}

/// The DNS name of a service of the cluster is that service: `cart.shop.svc`, `cart.shop.svc.cluster.local`.
fn named(name: &Text) -> Talker {
    let mut parts = name.split('.');
    if let (Some(service), Some(namespace), Some("svc")) = (parts.next(), parts.next(), parts.next()) {
        return Talker {
            kind: TalkerKind::Service,
            namespace: Text::new(namespace),
            name: Text::new(service),
            ..Talker::default()
        };
    }
    Talker { kind: TalkerKind::Outside, name: name.clone(), ..Talker::default() }
}

fn long(object: &Object, prefix: &str) -> Result<Talker, String> {
    let text = |keys: &[&str]| -> &str {
        let value = keys.iter().find_map(|key| object.get(&format!("{prefix}{key}")).and_then(Value::as_str));
        value.filter(|value| *value != "-").unwrap_or_default()
    };
    let address = address(text(&["address", "ip", "addr"]))?;
    let namespace = Text::new(text(&["namespace", "pod_namespace", "podNamespace"]));
    let (pod, node, service) =
        (text(&["pod", "pod_name", "podName"]), text(&["node", "host"]), text(&["service", "service_name"]));
    let workload = text(&["workload", "owner", "deployment"]);
    let (kind, workload) =
        workload.split_once('/').unwrap_or((text(&["workload_kind", "owner_kind"]), workload));
    if !pod.is_empty() || !workload.is_empty() {
        let labels = match object.get(&format!("{prefix}labels")) {
            Some(Value::Object(labels)) => labels
                .iter()
                .map(|(key, value)| (Text::new(key), Text::from(scalar(value).unwrap_or_default())))
                .collect(),
            _ => crate::cluster::Labels::new(),
        };
        let namespace = if namespace.is_empty() { Text::new_static("default") } else { namespace };
        return Ok(Talker {
            kind: TalkerKind::Pod,
            namespace,
            name: Text::new(pod),
            workload: (Text::new(kind), Text::new(workload)),
            labels,
            address: None,
        });
    }
    if !service.is_empty() {
        return Ok(Talker {
            kind: TalkerKind::Service,
            namespace,
            name: Text::new(service),
            address,
            ..Talker::default()
        });
    }
    if !node.is_empty() && prefix.is_empty() {
        return Ok(Talker { kind: TalkerKind::Node, name: Text::new(node), address, ..Talker::default() });
    }
    let name = text(&["name", "dns", "hostname", "domain"]);
    if !name.is_empty() {
        return Ok(Talker { address, ..named(&dns_name(name)) });
    }
    address.map(Talker::at).ok_or_else(|| {
        "an end of a connection says neither pod, workload, service, node, name nor address".to_owned()
    })
}

/// Tetragon's events of functions that connect: `process_kprobe` with a socket among its arguments.
fn tetragon(event: &Object) -> Result<Told, String> {
    let Some(call) = event.get("process_kprobe").and_then(Value::as_object) else {
        return Ok(Told::Nothing("an event of a process"));
    };
    let function = call.get("function_name").and_then(Value::as_str).unwrap_or_default();
    let socket = call.get("args").and_then(Value::as_array).and_then(|args| {
        args.iter().find_map(|arg| arg.get("sock_arg").or_else(|| arg.get("sockaddr_arg")))?.as_object()
    });
    let (true, Some(socket)) = (function.contains("connect"), socket) else {
        return Ok(Told::Nothing("an event of a process"));
    };
    let text = |key: &str| socket.get(key).and_then(Value::as_str).unwrap_or_default();
    let to = address(if text("daddr").is_empty() { text("addr") } else { text("daddr") })?;
    let to = to.map(Talker::at).ok_or("no address that was connected to")?;
    let pod = call.get("process").and_then(|process| process.get("pod")).and_then(Value::as_object);
    let from = match pod {
        Some(pod) => {
            let part = |key: &str| Text::new(pod.get(key).and_then(Value::as_str).unwrap_or_default());
            Talker {
                kind: TalkerKind::Pod,
                namespace: part("namespace"),
                name: part("name"),
                workload: (part("workload_kind"), part("workload")),
                ..Talker::default()
            }
        }
        None => match address(text("saddr"))? {
            Some(address) => Talker { kind: TalkerKind::Node, ..Talker::at(address) },
            None => return Ok(Told::Nothing("a connection of a process outside of pods")),
        },
    };
    let protocol = match text("protocol") {
        "" => Protocol::Tcp,
        name => {
            protocol(name.trim_start_matches("IPPROTO_")).ok_or_else(|| format!("{name:?} is no protocol"))?
        }
    };
    let port = ["dport", "port"].iter().find_map(|key| socket.get(*key)).and_then(Value::as_u64).unwrap_or(0);
    let port = u16::try_from(port).map_err(|_| format!("{port} is no port"))?;
    let times = event.get("time").map(moment).transpose()?.map(|at| (at, at));
    Ok(Told::Flow(Box::new(Event {
        from,
        to,
        traffic: Traffic { protocol, port },
        seen: Seen::Unknown,
        request: None,
        opened: 1,
        point: Point::Sender(0),
        times,
        names: Vec::new(),
    })))
}

fn first<'a>(object: &'a Object, keys: &[&str]) -> Option<&'a Value> {
    keys.iter().find_map(|key| object.get(*key)).filter(|value| !value.is_null())
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
