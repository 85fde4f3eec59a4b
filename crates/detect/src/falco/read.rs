//! From settings to what they mean.

use super::settings::{Settings, Written};
use super::{ConfigFile, FalcoConfig, Http, Include, Note, Outputs, Path, Strategy};
use crate::engine::Matching;
use crate::rules::{Append, AppendField, Priority, Selection, Severity, near};

/// The files and folders that a configuration wants read besides itself, in order, as far as it can be read.
pub fn includes(file: ConfigFile<'_>, env: &dyn Fn(&str) -> Option<String>) -> Vec<Include> {
    let files = [file];
    let settings = Settings::new(&files, env);
    let items = settings.items("config_files");
    let include = |item: &Written| {
        let inner = |key: &str| {
            let node = item.node.get(key)?.clone();
            settings.text_of(&Written { file: item.file, node })
        };
        let path = inner("path").or_else(|| settings.text_of(item))?;
        let strategy = match inner("strategy").as_deref() {
            Some("override") => Strategy::Override,
            Some("add-only") => Strategy::AddOnly,
            _ => Strategy::Append,
        };
        Some(Include { path, strategy })
    };
    items.iter().filter_map(include).collect()
}

/// Reads a configuration: the main file and behind it those that it includes. What Falco would refuse is an error
/// among the notes; the configuration then says what can be said all the same.
pub fn read(files: &[ConfigFile<'_>], env: &dyn Fn(&str) -> Option<String>) -> (FalcoConfig, Vec<Note>) {
    let mut settings = Settings::new(files, env);
    let rules_files = rules_files(&mut settings);
    let selections = selections(&mut settings);
    let matching = match settings.text("rule_matching").as_deref() {
        None | Some("first") => Matching::First,
        Some("all") => Matching::All,
        Some(other) => {
            let text = format!("unknown rule matching strategy {other:?}; it is first or all");
            wrong(&mut settings, "rule_matching", text, None);
            Matching::First
        }
    };
    let least = match settings.text("priority") {
        None => Priority::Debug,
        Some(name) => Priority::named(&name).unwrap_or_else(|| {
            let near = near(&name, &Priority::ALL.map(Priority::name));
            let hint = near.map(|near| format!("did you mean {near}?"));
            wrong(&mut settings, "priority", format!("unknown priority {name:?}"), hint);
            Priority::Debug
        }),
    };
    let appends = settings.items("append_output");
    let appends = appends.iter().filter_map(|item| append(&mut settings, item)).collect();
    let static_fields = static_fields(&settings);
    let plugins = plugins(&mut settings);
    let outputs = outputs(&mut settings);
    let config =
        FalcoConfig { rules_files, selections, matching, least, appends, static_fields, plugins, outputs };
    (config, settings.notes)
}

/// Says that Falco would not start with a setting.
fn wrong(settings: &mut Settings<'_>, path: &str, text: String, hint: Option<String>) {
    if let Some(written) = settings.get(path) {
        settings.say(Severity::Error, text, hint, &written);
    }
}

fn rules_files(settings: &mut Settings<'_>) -> Vec<Path> {
    if settings.has("rules_files") && settings.has("rules_file") {
        let text = "both rules_files and rules_file are set".to_owned();
        wrong(settings, "rules_file", text, Some("keep rules_files".to_owned()));
    }
    if let Some(written) = settings.get("rule_files") {
        let text = "'rule_files' is in Falco's schema, and nothing reads it".to_owned();
        settings.say(Severity::Warning, text, Some("did you mean rules_files?".to_owned()), &written);
    }
    let mut files = settings.items("rules_files");
    if let Some(written) = settings.get("rules_file") {
        let text = "'rules_file' is deprecated".to_owned();
        settings.say(Severity::Warning, text, Some("write rules_files".to_owned()), &written);
        files.extend(settings.items("rules_file"));
    }
    let mut paths = Vec::new();
    for written in files {
        match settings.text_of(&written) {
            Some(path) => paths.push(Path { path, place: settings.place(&written) }),
            None => settings.say(Severity::Error, "a rule file must be a path".to_owned(), None, &written),
        }
    }
    paths
}

/// A text below an item of a list.
fn below(settings: &Settings<'_>, item: &Written, key: &str) -> Option<String> {
    let node = item.node.get(key)?.clone();
    settings.text_of(&Written { file: item.file, node }).filter(|text| !text.is_empty())
}

fn selections(settings: &mut Settings<'_>) -> Vec<Selection> {
    let mut all = Vec::new();
    for item in settings.items("rules") {
        // A map has its keys in the order of the file; Falco asks for enable first.
        let mut known = false;
        for (key, enable) in [("enable", true), ("disable", false)] {
            let Some(node) = item.node.get(key) else { continue };
            known = true;
            let inner = Written { file: item.file, node: node.clone() };
            let (rule, tag) = (below(settings, &inner, "rule"), below(settings, &inner, "tag"));
            if rule.is_none() && tag.is_none() {
                let text = format!("'{key}' names no rule and no tag");
                settings.say(Severity::Warning, text, None, &inner);
            }
            all.push(Selection { enable, rule, tag, place: settings.place(&inner) });
        }
        if !known {
            let text = "an item of 'rules' enables or disables something".to_owned();
            let hint = Some("write - disable: {rule: NAME}; rule files are named in rules_files".to_owned());
            settings.say(Severity::Error, text, hint, &item);
        }
    }
    all
}

fn append(settings: &mut Settings<'_>, item: &Written) -> Option<Append> {
    if item.node.as_map().is_none() {
        let text = "an item of 'append_output' is a map".to_owned();
        settings.say(Severity::Error, text, None, item);
        return None;
    }
    let matched = item.node.get("match").map(|node| Written { file: item.file, node: node.clone() });
    let of_match = |key: &str| below(settings, matched.as_ref()?, key);
    let (source, rule) = (of_match("source"), of_match("rule"));
    let tags = matched.as_ref().and_then(|matched| matched.node.get("tags"));
    let tags = tags.and_then(|tags| tags.as_list()).into_iter().flatten();
    let text_of =
        |node: &ironsides_tree::Node| settings.text_of(&Written { file: item.file, node: node.clone() });
    let tags = tags.filter_map(text_of).collect();
    let mut fields = Vec::new();
    for node in item.node.get("extra_fields").and_then(|node| node.as_list()).into_iter().flatten() {
        if let Some(map) = node.as_map() {
            for entry in map.entries() {
                let format = text_of(&entry.value);
                fields.extend(format.map(|format| AppendField::Text(entry.key.to_string(), format)));
            }
        } else {
            fields.extend(text_of(node).map(AppendField::Raw));
        }
    }
    let text = below(settings, item, "extra_output");
    Some(Append { source, rule, tags, text, fields, place: settings.place(item) })
}

fn static_fields(settings: &Settings<'_>) -> Vec<(String, String)> {
    let Some(written) = settings.get("static_fields") else { return Vec::new() };
    let entries = written.node.as_map().into_iter().flat_map(ironsides_tree::Map::entries);
    let fields = entries.filter_map(|entry| {
        let value = Written { file: written.file, node: entry.value.clone() };
        Some((entry.key.to_string(), settings.text_of(&value)?))
    });
    fields.collect()
}

/// The plug-ins that Falco loads: those of `load_plugins`, or all of `plugins` where there is no such key.
fn plugins(settings: &mut Settings<'_>) -> Vec<String> {
    let items = settings.items("plugins");
    let known: Vec<String> = items.iter().filter_map(|item| below(settings, item, "name")).collect();
    if !settings.has("load_plugins") {
        return known;
    }
    let mut loaded = Vec::new();
    for written in settings.items("load_plugins") {
        let Some(name) = settings.text_of(&written) else { continue };
        if !known.contains(&name) {
            let text = format!("load_plugins names {name:?}, which 'plugins' does not describe");
            let names: Vec<&str> = known.iter().map(String::as_str).collect();
            let hint = near(&name, &names).map(|near| format!("did you mean {near}?"));
            settings.say(Severity::Error, text, hint, &written);
        }
        loaded.push(name);
    }
    loaded
}

fn outputs(settings: &mut Settings<'_>) -> Outputs {
    let file = enabled(settings, "file_output", "filename");
    let program = enabled(settings, "program_output", "program");
    let url = enabled(settings, "http_output", "url");
    let http = url.map(|url| {
        let mut text = |key: &str| settings.text(&format!("http_output.{key}"));
        let user_agent = text("user_agent").unwrap_or_else(|| "falcosecurity/falco".to_owned());
        let (ca_cert, ca_bundle) = (text("ca_cert"), text("ca_bundle"));
        let ca_path = text("ca_path").unwrap_or_else(|| "/etc/ssl/certs".to_owned());
        let certificate = text("client_cert").unwrap_or_else(|| "/etc/ssl/certs/client.crt".to_owned());
        let key = text("client_key").unwrap_or_else(|| "/etc/ssl/certs/client.key".to_owned());
        let client = settings.flag("http_output.mtls", false).then_some((certificate, key));
        let insecure = settings.flag("http_output.insecure", false);
        let compress = settings.flag("http_output.compress_uploads", false);
        Http { url, user_agent, insecure, ca_cert, ca_bundle, ca_path, client, compress }
    });
    Outputs {
        json: settings.flag("json_output", false),
        with_output: settings.flag("json_include_output_property", true),
        with_tags: settings.flag("json_include_tags_property", true),
        with_message: settings.flag("json_include_message_property", false),
        with_fields: settings.flag("json_include_output_fields_property", true),
        iso_8601: settings.flag("time_format_iso_8601", false),
        buffered: settings.flag("buffered_outputs", false),
        timeout: settings.number("output_timeout", 2000),
        stdout: settings.flag("stdout_output.enabled", false),
        syslog: settings.flag("syslog_output.enabled", false),
        file,
        http,
        program,
    }
}

/// What an enabled output cannot do without.
fn enabled(settings: &mut Settings<'_>, output: &str, needs: &str) -> Option<String> {
    if !settings.flag(&format!("{output}.enabled"), false) {
        return None;
    }
    let found = settings.text(&format!("{output}.{needs}"));
    if found.is_none() {
        wrong(settings, output, format!("{output} is enabled and has no {needs}"), None);
    }
    found
}
