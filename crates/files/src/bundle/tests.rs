use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ironsides_core::{Answer, Extent, Facts, Listing, Redacted, Redactor, Server};
use ironsides_tree::{Node, Text, print};
use proptest::prelude::*;

use super::*;

fn listing(resource: &str, namespace: Option<&str>, extent: Extent, objects: &[&str]) -> Listing {
    Listing {
        request: Arc::from(format!("GET /api/v1/{resource}")),
        group: Text::default(),
        version: Text::new("v1"),
        resource: Text::new(resource),
        kind: Text::new("Pod"),
        namespace: namespace.map(Text::new),
        extent,
        objects: objects.iter().map(|text| ironsides_tree::parse_one(text).unwrap()).collect(),
    }
}

fn facts() -> Facts {
    let pods = [
        r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"ä\n\u2028"},"n":[1,1.0,1e300,-0.5,true,null,{}]}"#,
        r#"{"apiVersion":"v1","kind":"List","items":[{"kind":"Pod"},{}]}"#,
    ];
    let absent = Extent::Absent { why: "forbidden".into() };
    let partial = Extent::Partial { why: "the list ended".into() };
    Facts {
        taken: 1_763_000_000_123,
        server: Server {
            address: "https://10.0.0.1:6443".into(),
            version: "v1.36.3".into(),
            anonymous: vec![Answer { request: "GET /version".into(), status: 200, message: String::new() }],
            ..Server::default()
        },
        listings: vec![
            listing("pods", None, Extent::Complete, &pods),
            listing("secrets", Some("shop"), absent, &[]),
            listing("nodes", None, partial, &[r#"{"kind":"Node"}"#]),
            listing("services", None, Extent::Complete, &[]),
        ],
    }
}

fn redactor() -> Redactor {
    Redactor::new([3; 32])
}

fn written(facts: &Facts) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_bundle(&mut bytes, BundleOf::Cluster, facts, &redactor()).unwrap();
    bytes
}

fn read(bytes: &[u8], limits: BundleLimits) -> Result<Bundle, String> {
    let read = read_bundle_from(Cursor::new(bytes), Path::new("a.tar.zst"), limits);
    read.map_err(|error| error.to_string())
}

fn refused(bytes: &[u8]) -> String {
    read(bytes, BundleLimits::default()).unwrap_err()
}

fn shown(facts: &Facts) -> String {
    let listings = facts.listings.iter().map(|listing| {
        let objects: Vec<String> = listing.objects.iter().map(print::json).collect();
        format!("{:?}", (listing.request.clone(), listing.fact(), &listing.kind, &listing.extent, objects))
    });
    format!("{} {:?} {:?}", facts.taken, facts.server, listings.collect::<Vec<_>>())
}

/// An archive of these members as a bundle.
fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(zstd::Encoder::new(Vec::new(), 1).unwrap());
    for (name, content) in members {
        let mut header = tar::Header::new_ustar();
        header.set_path(name).unwrap();
        header.set_size(content.len() as u64);
        header.set_cksum();
        builder.append(&header, *content).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

type Members = Vec<(String, Vec<u8>)>;

/// The members of a bundle.
fn members(bytes: &[u8]) -> Members {
    let mut archive = tar::Archive::new(zstd::Decoder::new(bytes).unwrap());
    let mut members = Vec::new();
    for member in archive.entries().unwrap() {
        let mut member = member.unwrap();
        let mut content = Vec::new();
        member.read_to_end(&mut content).unwrap();
        members.push((member.path().unwrap().to_str().unwrap().to_owned(), content));
    }
    members
}

fn packed(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let members: Vec<_> = members.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    archive(&members)
}

#[test]
fn facts_are_read_as_they_were_written_and_bytes_are_always_the_same() {
    let facts = facts();
    let bytes = written(&facts);
    assert_eq!(bytes, written(&facts));
    let bundle = read(&bytes, BundleLimits::default()).unwrap();
    assert_eq!(shown(&bundle.facts), shown(&facts));
    assert_eq!((bundle.of, bundle.ironsides.as_str()), (BundleOf::Cluster, env!("CARGO_PKG_VERSION")));
    assert_eq!(written(&bundle.facts), bytes);
    let names: Vec<String> = members(&bytes).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["manifest.json", "listings/001-pods.jsonl", "listings/003-nodes.jsonl"]);
}

#[test]
fn other_files_are_told_apart() {
    for (bytes, expected) in [
        (&b""[..], "it is empty"),
        (
            b"kind: Pod",
            "it looks like text; manifests are named as they are, or with -f where a command has it",
        ),
        (&[0x1F, 0x8B, 8], "it looks like gzip"),
        (&[0, 1, 2, 3, 4], "a binary file of another kind"),
        (&archive(&[]), "an archive without a manifest.json in front"),
        (&archive(&[("x", b"{}"), ("manifest.json", b"{}")]), "an archive without a manifest.json in front"),
        (&archive(&[("manifest.json", br#"{"schemaVersion": 2}"#)]), "that of something else"),
    ] {
        let error = refused(bytes);
        assert!(error.contains("no fact bundle") && error.contains(expected), "{error}");
    }
    let newer = archive(&[("manifest.json", br#"{"format":"ironsides-facts","version":2,"listings":7}"#)]);
    assert!(refused(&newer).contains("a fact bundle of format 2"), "{}", refused(&newer));
    assert!(read_bundle(Path::new("/no/such")).unwrap_err().to_string().contains("no such file"));
    assert!(read_bundle(Path::new("/")).unwrap_err().to_string().contains("a folder"));
}

#[test]
fn what_was_changed_is_refused() {
    let whole = members(&written(&facts()));
    let change = |edit: &dyn Fn(&mut Members)| {
        let mut members = whole.clone();
        edit(&mut members);
        refused(&packed(&members))
    };
    assert!(read(&packed(&whole), BundleLimits::default()).is_ok());
    let replace = |members: &mut Members, at: usize, from: &str, to: &str| {
        let text = String::from_utf8(members[at].1.clone()).unwrap();
        assert!(text.contains(from), "{text}");
        members[at].1 = text.replacen(from, to, 1).into_bytes();
    };
    for (error, expected) in [
        (
            change(&|all| replace(all, 2, "Node", "Pode")),
            "the content of listings/003-nodes.jsonl is not what",
        ),
        (change(&|all| replace(all, 2, "Node", "Nodes")), "listings/003-nodes.jsonl is not where"),
        (
            change(&|all| replace(all, 2, "{\"kind\"", "x\"kind\"")),
            "line 1 of listings/003-nodes.jsonl is no JSON",
        ),
        (change(&|all| all.swap(1, 2)), "listings/001-pods.jsonl is not where"),
        (change(&|all| _ = all.pop()), "listings/003-nodes.jsonl is not where"),
        (change(&|all| all.push(("more".into(), Vec::new()))), "\"more\", which its manifest does not name"),
        (
            change(&|all| replace(all, 0, "\"objects\": 2", "\"objects\": 3")),
            "counts 3 objects for GET /api/v1/pods",
        ),
        (change(&|all| replace(all, 0, "\"objects\": 0", "\"objects\": 1")), "counts 1 objects"),
        (
            change(&|all| replace(all, 0, "\"taken\"", "\"token\"")),
            "its manifest cannot be read: missing field",
        ),
        (change(&|all| all[0].1.truncate(40)), "its manifest cannot be read: EOF"),
    ] {
        assert!(error.contains("is damaged") && error.contains(expected), "{error}\n{expected}");
    }
}

#[test]
fn bytes_that_are_lost_or_changed_are_noticed() {
    let bytes = written(&facts());
    for end in 4..bytes.len() {
        let error = refused(&bytes[..end]);
        assert!(error.contains("damaged") || error.contains("no fact bundle"), "{end}: {error}");
    }
    for at in 4..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        // Of zstd's own headers some bits mean nothing.
        if let Ok(bundle) = read(&changed, BundleLimits::default()) {
            assert_eq!(shown(&bundle.facts), shown(&facts()), "{at}");
        }
    }
    let mut longer = bytes.clone();
    longer.extend_from_slice(&bytes);
    assert!(refused(&longer).contains("something follows its end"));
}

#[test]
fn bombs_are_refused() {
    let bytes = written(&facts());
    let small = |limits: BundleLimits| read(&bytes, limits).unwrap_err();
    let whole = BundleLimits::default();
    assert!(small(BundleLimits { total: 2000, ..whole }).contains("refused: it unpacks to more than"));
    assert!(small(BundleLimits { manifest: 100, ..whole }).contains("refused: its manifest has more than"));
    assert!(
        small(BundleLimits { object: 20, ..whole }).contains("refused: an object in listings/001-pods.jsonl")
    );
    // Zeros behind the end, as many as one likes.
    let mut unpacked = zstd::decode_all(&bytes[..]).unwrap();
    unpacked.resize(1 << 26, 0);
    let bomb = zstd::encode_all(&unpacked[..], 1).unwrap();
    assert!(bomb.len() < 1 << 14);
    let error = read(&bomb, BundleLimits { total: 1 << 20, ..whole }).unwrap_err();
    assert!(error.contains("unpacks to more than 1 MiB"), "{error}");
    // A member that says it is larger than it may be.
    let pad = vec![b' '; 1 << 20];
    let error = read(&archive(&[("manifest.json", &pad)]), BundleLimits { manifest: 1 << 10, ..whole });
    assert!(error.unwrap_err().contains("its manifest"));
}

/// Every way in which a value could be in the bytes of a bundle.
fn traces(value: &str) -> [String; 4] {
    let quoted = print::json(&Node::bare(value.into()));
    let hex = write::hex(value.as_bytes());
    [value.to_owned(), STANDARD.encode(value), quoted.trim_matches('"').to_owned(), hex]
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

proptest! {
    #[test]
    fn values_of_secrets_are_never_in_a_bundle(
        values in prop::collection::vec("[!-~äöü\n]{8,40}", 1..6),
        place in 0..7_usize,
    ) {
        let text = |value: &str| print::json(&Node::bare(value.into()));
        let data = |field: &str| {
            let of = |value: &String| if field == "data" { STANDARD.encode(value) } else { value.clone() };
            let pairs = values.iter().enumerate();
            let pairs: Vec<String> = pairs.map(|(at, value)| format!("\"k{at}\":{}", text(&of(value)))).collect();
            format!("\"{field}\":{{{}}}", pairs.join(","))
        };
        let secret = format!(
            r#"{{"apiVersion":"v1","kind":"Secret","metadata":{{"name":"a"}},{},{}}}"#, data("data"), data("stringData")
        );
        let applied = |name: &str| format!(
            r#"{{"apiVersion":"v1","kind":"{name}","metadata":{{"name":"a","annotations":{{
                "kubectl.kubernetes.io/last-applied-configuration":{}}}}}}}"#, text(&secret)
        );
        let object = match place {
            0 => secret,
            1 => applied("Secret"),
            2 => applied("ConfigMap"),
            3 => format!(r#"{{"apiVersion":"v1","kind":"List","items":[{{"kind":"Pod"}},{secret}]}}"#),
            4 => format!(r#"{{"apiVersion":"a.b/v1","kind":"Made","spec":{{"objects":[[{secret}]]}}}}"#),
            5 => format!(r#"{{"apiVersion":"v1","kind":"Secret","Data":{},"data":7}}"#, text(&values.join(" "))),
            _ => format!(
                r#"{{"apiVersion":"v1","kind":"Secret","metadata":{{"annotations":{{"x":{}}}}},{}}}"#,
                text(&format!("see {}", values.join(" "))), data("data")
            ),
        };
        let facts = Facts { listings: vec![listing("secrets", None, Extent::Complete, &[&object])], ..Facts::default() };
        let mut bytes = Vec::new();
        let redacted = write_bundle(&mut bytes, BundleOf::Cluster, &facts, &redactor()).unwrap();
        prop_assert_ne!(redacted, Redacted::default());
        let unpacked = zstd::decode_all(&bytes[..]).unwrap();
        for value in &values {
            for trace in traces(value) {
                prop_assert!(!holds(&unpacked, &trace), "{} in {}", trace, String::from_utf8_lossy(&unpacked));
            }
        }
        // What was taken out once is not taken out again.
        let again = read(&bytes, BundleLimits::default()).unwrap();
        let mut bytes_again = Vec::new();
        let redacted = write_bundle(&mut bytes_again, BundleOf::Cluster, &again.facts, &Redactor::new([9; 32])).unwrap();
        prop_assert_eq!((redacted, bytes_again), (Redacted::default(), bytes));
    }
}
