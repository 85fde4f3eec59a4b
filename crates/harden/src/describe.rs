//! What was asked for, written beside what was made of it.

use std::net::IpAddr;

use ironsides_tree::{Node, parse_one};

use crate::distribution::Distribution;
use crate::error::HardenError;
use crate::options::{Encryption, Join, Options, Version};
use crate::profile::Profile;
use crate::yaml::{Text, quoted};

/// The name of the file in the generated folder.
pub const DESCRIPTION: &str = "hardening.yaml";
/// The `apiVersion` of the description.
const API_VERSION: &str = "ironsides.dev/v1";
/// Its kind.
const KIND: &str = "Hardening";

/// The description of options.
pub fn describe(options: &Options) -> String {
    let mut text = Text::new();
    text.comment(
        "What this folder was generated for. `ironsides harden diff` and `ironsides harden verify` read it.",
    );
    text.line(&format!("apiVersion: {API_VERSION}")).line(&format!("kind: {KIND}"));
    text.line(&format!("distribution: {}", options.distribution))
        .line(&format!("profile: {}", options.profile))
        .line(&format!("kubernetesVersion: {}", quoted(&options.version.to_string())))
        .line(&format!("encryption: {}", options.encryption.word()))
        .line(&format!("join: {}", options.join.word()));
    if let Some(endpoint) = &options.endpoint {
        text.line(&format!("endpoint: {}", quoted(endpoint)));
    }
    let mut list = |key: &str, items: Vec<String>| {
        if !items.is_empty() {
            let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
            text.line(&format!("{key}: [{}]", items.join(", ")));
        }
    };
    list("controlPlane", options.control_plane.iter().map(ToString::to_string).collect());
    list("etcd", options.etcd.iter().map(ToString::to_string).collect());
    list("exemptNamespaces", options.exempt.clone());
    text.finish()
}

/// Reads a description.
///
/// # Errors
///
/// Something else, a word that stands for nothing, a field that is missing or unknown.
pub fn read_description(path: &str, text: &str) -> Result<Options, HardenError> {
    let wrong = |why: String| HardenError::Description { path: path.to_owned(), why };
    let root = parse_one(text).map_err(|error| wrong(error.message))?;
    let field = |key: &str| root.get(key).and_then(Node::as_str);
    if field("apiVersion") != Some(API_VERSION) || field("kind") != Some(KIND) {
        return Err(wrong(format!("it is no {KIND} of {API_VERSION}; generate the folder anew")));
    }
    let word = |key: &str| field(key).ok_or_else(|| wrong(format!("{key} is missing")));
    let distribution: Distribution = word("distribution")?.parse()?;
    let profile: Profile = word("profile")?.parse()?;
    let version = Version::read(word("kubernetesVersion")?)?;
    let encryption: Encryption = word("encryption")?.parse()?;
    let join: Join = word("join")?.parse()?;
    let list = |key: &str| -> Result<Vec<String>, HardenError> {
        let Some(node) = root.get(key) else { return Ok(Vec::new()) };
        let items = node.as_list().ok_or_else(|| wrong(format!("{key} is no list")))?;
        items
            .iter()
            .map(|item| {
                item.as_str().map(str::to_owned).ok_or_else(|| wrong(format!("{key} holds no texts")))
            })
            .collect()
    };
    let addresses = |key: &str| -> Result<Vec<IpAddr>, HardenError> {
        let parse =
            |text: String| text.parse().map_err(|_| wrong(format!("{key}: {text:?} is no IP address")));
        list(key)?.into_iter().map(parse).collect()
    };
    Ok(Options {
        distribution,
        profile,
        version,
        encryption,
        join,
        control_plane: addresses("controlPlane")?,
        endpoint: field("endpoint").map(str::to_owned),
        etcd: addresses("etcd")?,
        exempt: list("exemptNamespaces")?,
    })
}
