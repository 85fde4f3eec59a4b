//! Falco's own configuration file, `falco.yaml`: which rule files, which rules of them, what is added to alerts and
//! where they go.
//!
//! Sources: Falco's documentation, and its configuration reader and the JSON Schema in it (falcosecurity/falco,
//! `userspace/falco`, Apache-2.0): keys, defaults, and what is an error there.

mod expand;
mod keys;
mod read;
mod settings;

use crate::engine::Matching;
use crate::rules::{Append, Options, Place, Priority, Selection, Severity};

pub use expand::expand;
pub use read::{includes, read};

/// A configuration file, and how it is joined to those before it.
#[derive(Clone, Copy, Debug)]
pub struct ConfigFile<'a> {
    /// What messages call it.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
    /// How its keys meet those of the files before it.
    pub strategy: Strategy,
}

/// How the keys of a file that `config_files` names meet those that are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// Lists become longer, everything else is replaced: Falco's default.
    #[default]
    Append,
    /// Everything is replaced.
    Override,
    /// Only keys that are not there yet count.
    AddOnly,
}

/// A path of `config_files`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// A file or a folder, as written, environment variables put in.
    pub path: String,
    /// How what it holds is joined.
    pub strategy: Strategy,
}

/// What reading a configuration has to say.
#[derive(Clone, Debug)]
pub struct Note {
    /// Errors are what Falco itself refuses to start with.
    pub severity: Severity,
    /// What is wrong.
    pub text: String,
    /// What to do.
    pub hint: Option<String>,
    /// Where.
    pub place: Option<Place>,
}

/// A path, and where it is written.
#[derive(Clone, Debug)]
pub struct Path {
    /// The path as written, environment variables put in.
    pub path: String,
    /// Where.
    pub place: Option<Place>,
}

/// What a configuration says, as far as it is about rules and alerts.
#[derive(Clone, Debug)]
pub struct FalcoConfig {
    /// The rule files and folders, in order. Falco passes over those that are not there.
    pub rules_files: Vec<Path>,
    /// Which rules of them are asked, in order: later ones win.
    pub selections: Vec<Selection>,
    /// Whether one rule fires for an event or all that match.
    pub matching: Matching,
    /// Rules below this priority are left out.
    pub least: Priority,
    /// What is added to the alerts of rules.
    pub appends: Vec<Append>,
    /// What is added to the fields of every alert.
    pub static_fields: Vec<(String, String)>,
    /// The plug-ins that Falco would load, by name.
    pub plugins: Vec<String>,
    /// Where alerts go, and in which shape.
    pub outputs: Outputs,
}

/// Where alerts go, and in which shape.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the file")]
pub struct Outputs {
    /// As JSON, not as a line of text.
    pub json: bool,
    /// Whether JSON has `output`, the text with time and priority.
    pub with_output: bool,
    /// Whether JSON has `tags`.
    pub with_tags: bool,
    /// Whether JSON has `message`, the text alone.
    pub with_message: bool,
    /// Whether JSON has `output_fields`.
    pub with_fields: bool,
    /// Times in UTC after ISO 8601, not the machine's time of day.
    pub iso_8601: bool,
    /// Whether alerts may wait in a buffer before they are written.
    pub buffered: bool,
    /// After how many milliseconds an output counts as stuck.
    pub timeout: u64,
    /// To standard output.
    pub stdout: bool,
    /// To syslog.
    pub syslog: bool,
    /// Behind a file.
    pub file: Option<String>,
    /// To a web server.
    pub http: Option<Http>,
    /// To the standard input of a program, by a shell's command line.
    pub program: Option<String>,
}

/// How alerts are sent to a web server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http {
    /// Where to.
    pub url: String,
    /// The header of this name.
    pub user_agent: String,
    /// Whether any certificate will do.
    pub insecure: bool,
    /// A file with the certificate of who signed the server's.
    pub ca_cert: Option<String>,
    /// A file with several.
    pub ca_bundle: Option<String>,
    /// A folder with several.
    pub ca_path: String,
    /// The files of our own certificate and its key, where the server asks for them.
    pub client: Option<(String, String)>,
    /// Whether bodies are compressed with gzip.
    pub compress: bool,
}

impl FalcoConfig {
    /// How rules are loaded under this configuration.
    pub fn options(&self) -> Options {
        Options {
            least: self.least,
            appends: self.appends.clone(),
            static_fields: self.static_fields.clone(),
            unversioned_plugins: self.plugins.clone(),
            ..Options::default()
        }
    }

    /// Whether Falco would have audit events under this configuration.
    pub fn loads_audit(&self) -> bool {
        self.plugins.iter().any(|plugin| plugin.starts_with("k8saudit"))
    }

    /// The plug-ins whose events or fields nobody here knows.
    pub fn foreign_plugins(&self) -> impl Iterator<Item = &str> {
        let known = |name: &str| name.starts_with("k8saudit") || matches!(name, "container" | "json");
        self.plugins.iter().map(String::as_str).filter(move |name| !known(name))
    }
}
