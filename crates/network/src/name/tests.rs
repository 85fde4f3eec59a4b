use ironsides_tree::Text;

use super::*;
use crate::cluster::{ContainerPort, Labels, Namespace, Node, Pod, Service, ServicePort, TargetPort};
use crate::port::Protocol;

fn pod(namespace: &str, workload: &str, name: &str, ports: &[(&str, u16)], addresses: &[&str]) -> Pod {
    let port = |(name, number): &(&str, u16)| ContainerPort {
        name: Some(Text::new(name)),
        number: *number,
        protocol: Protocol::Tcp,
    };
    Pod {
        namespace: Text::new(namespace),
        name: Text::new(name),
        workload_kind: Text::new("Deployment"),
        workload: Text::new(workload),
        labels: Labels::from([(Text::new("app"), Text::new(workload))]),
        addresses: addresses.iter().map(|text| text.parse().unwrap()).collect(),
        ports: ports.iter().map(port).collect(),
        ..Pod::default()
    }
}

fn cluster() -> Cluster {
    let service = |name: &str, app: &str, ports: Vec<ServicePort>| Service {
        namespace: "shop".into(),
        name: Text::new(name),
        selector: Some(Labels::from([(Text::new("app"), Text::new(app))])),
        ports,
        addresses: vec!["10.96.0.7".parse().unwrap()],
        ..Service::default()
    };
    let port = |name: &str, port, target| ServicePort {
        name: Some(Text::new(name)),
        protocol: Protocol::Tcp,
        port,
        target,
        node_port: None,
    };
    Cluster {
        namespaces: ["shop", "data"]
            .into_iter()
            .map(|name| (Text::new(name), Namespace::default()))
            .collect(),
        pods: vec![
            pod("shop", "web", "web-1", &[("http", 8080)], &["10.0.0.1"]),
            pod("shop", "web", "web-2", &[("http", 9090)], &["10.0.0.2"]),
            pod("data", "db", "db-0", &[], &[]),
        ],
        nodes: vec![Node { name: "n1".into(), ..Node::default() }],
        services: vec![service(
            "api",
            "web",
            vec![
                port("http", 80, TargetPort::Name("http".into())),
                port("metrics", 81, TargetPort::Number(9000)),
            ],
        )],
        ..Cluster::default()
    }
}

#[test]
fn ends_are_read_as_people_write_them() {
    let cluster = cluster();
    for (text, name, members) in [
        ("shop/web", "shop/web", 2),
        ("deploy/shop/web", "shop/web", 2),
        ("deployments/shop/web", "shop/web", 2),
        ("Deployment/shop/web", "shop/web", 2),
        ("po/shop/web-1", "pod/shop/web-1", 1),
        ("namespaces/shop", "ns/shop", 2),
        ("no/n1", "node/n1", 1),
        ("pod/shop/web-1", "pod/shop/web-1", 1),
        ("shop/web-2", "pod/shop/web-2", 1),
        ("svc/shop/api", "svc/shop/api", 2),
        ("10.96.0.7", "svc/shop/api (10.96.0.7)", 2),
        ("10.0.0.2", "pod/shop/web-2 (10.0.0.2)", 1),
        ("ns/shop", "ns/shop", 2),
        ("node/n1", "node/n1", 1),
        ("192.0.2.1", "192.0.2.1", 0),
        ("10.0.0.0/8", "10.0.0.0/8", 0),
        ("[2001:db8::1]", "2001:db8::1", 0),
        ("internet", "internet", 0),
    ] {
        let party = Party::read(text, &cluster).unwrap();
        assert_eq!((party.name.as_str(), party.members.len()), (name, members), "{text}");
        assert_eq!(party.members.is_empty(), !party.outside.is_empty(), "{text}");
    }
}

#[test]
fn what_is_not_there_is_told_with_the_nearest_name() {
    let cluster = cluster();
    for (text, expected) in [
        ("shop/wbe", "there is no workload or pod shop/wbe in what was read; did you mean shop/web?"),
        ("data/web", "there is no workload or pod data/web in what was read; did you mean shop/web?"),
        ("shop/api", "there is no workload or pod shop/api in what was read; did you mean svc/shop/api?"),
        ("api", "did you mean svc/shop/api?"),
        (
            "sts/shop/web",
            "there is no StatefulSet shop/web in what was read; shop/web is a Deployment: did you mean deploy/shop/web?",
        ),
        (
            "deploy/shop/wbe",
            "there is no Deployment shop/wbe in what was read; did you mean deploy/shop/web?",
        ),
        ("cj/data/web", "there is no CronJob data/web in what was read; did you mean shop/web?"),
        ("deply/shop/web", "shop/web is a Deployment: did you mean deploy/shop/web?"),
        ("deply/shop/x", "there is no kind of workload deply in what was read; did you mean deploy?"),
        ("pod/shop/web", "shop/web is a Deployment: did you mean deploy/shop/web?"),
        ("web", "there is no end of a connection called web in what was read; did you mean shop/web?"),
        ("n1", "did you mean node/n1?"),
        ("shop", "did you mean ns/shop?"),
        ("data/xyzzy", "there is no workload or pod data/xyzzy in what was read; data has db"),
        ("svc/shop/app", "did you mean svc/shop/api?"),
        ("ns/shp", "did you mean ns/shop?"),
        ("node/n2", "did you mean node/n1?"),
        ("pod/shop/web-3", "did you mean pod/shop/web-1?"),
        ("nothing", "is no end of a connection: write NAMESPACE/WORKLOAD"),
        ("", "is no end of a connection"),
        ("a//b", "is no end of a connection"),
        ("a/b/c/d", "is no end of a connection"),
        ("ns/a/b", "is no end of a connection"),
    ] {
        let error = Party::read(text, &cluster).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn destinations_are_told_so_that_they_can_be_read_again() {
    let cluster = cluster();
    for (text, told) in [
        ("shop/web:8080", "shop/web:8080"),
        ("shop/web", "shop/web"),
        ("[2001:db8::1]:443", "[2001:db8::1]:443"),
        ("[2001:db8::/32]:udp/53", "[2001:db8::/32]:udp/53"),
        ("2001:db8::1", "2001:db8::1"),
        ("10.0.0.2:http", "pod/shop/web-2:http (10.0.0.2)"),
        ("svc/shop/api:http", "svc/shop/api:http"),
    ] {
        let read = Destination::read(text, &cluster).unwrap();
        assert_eq!(read.told(), told, "{text}");
        let again = Destination::read(read.told().split(' ').next().unwrap(), &cluster).unwrap();
        assert_eq!(again.port, read.port, "{text}");
        assert_eq!((again.party.members, again.party.outside), (read.party.members, read.party.outside));
    }
}

#[test]
fn ports_are_numbers_names_and_types() {
    let cluster = cluster();
    let goals = |text: &str| -> Result<Vec<String>, String> {
        let destination = Destination::read(text, &cluster).map_err(|error| error.to_string())?;
        let goals = destination.goals(&cluster).map_err(|error| error.to_string())?;
        let shown = |goal: &Goal| {
            let port = goal.traffic.map_or("all".to_owned(), |traffic| format!("{traffic:?}"));
            let port = port.replace("Traffic { protocol: ", "").replace(", port: ", " ").replace(" }", "");
            let through = goal.through.as_ref().map(|through| format!(" {through}")).unwrap_or_default();
            format!("{port}{through}")
        };
        Ok(goals.iter().map(shown).collect())
    };
    for (text, expected) in [
        ("shop/web:8080", vec!["Tcp 8080", "Tcp 8080"]),
        ("shop/web:udp/53", vec!["Udp 53", "Udp 53"]),
        ("shop/web:http", vec!["Tcp 8080", "Tcp 9090"]),
        ("shop/web:icmp/8", vec!["Icmp 8", "Icmp 8"]),
        ("data/db", vec!["all"]),
        ("svc/shop/api:http", vec!["Tcp 8080 port http (80)", "Tcp 9090 port http (80)"]),
        ("svc/shop/api:80", vec!["Tcp 8080 port http (80)", "Tcp 9090 port http (80)"]),
        ("svc/shop/api:81", vec!["Tcp 9000 port metrics (81)", "Tcp 9000 port metrics (81)"]),
        ("[2001:db8::1]:443", vec!["Tcp 443"]),
        ("[2001:db8::/32]:443", vec!["Tcp 443"]),
        ("2001:db8::1", vec!["all"]),
        ("10.0.0.0/8:sctp/9", vec!["Sctp 9"]),
        ("10.0.0.0/8", vec!["all"]),
        ("internet:443", vec!["Tcp 443"]),
    ] {
        assert_eq!(goals(text), Ok(expected.iter().map(|&text| text.to_owned()).collect()), "{text}");
    }
    for (text, expected) in [
        ("shop/web:0", "ports go from 1 to 65535"),
        ("shop/web:70000", "ports go from 1 to 65535"),
        ("shop/web:icmp/300", "from 0 to 255"),
        ("shop/web:htp", "there is no port htp of shop/web in what was read; did you mean http?"),
        ("data/db:http", "it names no ports, so write a number"),
        ("svc/shop/api:8080", "it has http, metrics"),
        ("shop/web:", "is no port"),
        ("shop/web:http/80", "is no port"),
        ("shop/web:80-90x!", "is no port"),
        ("internet:https", "it names no ports"),
    ] {
        let error = goals(text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn the_internet_has_no_private_addresses() {
    let internet = internet();
    for (address, expected) in [
        ("8.8.8.8", true),
        ("10.1.2.3", false),
        ("169.254.169.254", false),
        ("192.168.1.1", false),
        ("224.0.0.1", false),
        ("2606:4700::1", true),
        ("fd00::1", false),
        ("fe80::1", false),
        ("2001:db8::1", false),
        ("::1", false),
    ] {
        assert_eq!(internet.contains(address.parse().unwrap()), expected, "{address}");
    }
}
