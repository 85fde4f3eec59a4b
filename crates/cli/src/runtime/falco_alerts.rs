//! The outputs of a `falco.yaml` as outputs of alerts.

use std::path::PathBuf;

use ironsides_detect::falco::Outputs;
use ironsides_streams::alert::AlertSpec;

/// Where the alerts of a Falco go, as `--alert` names it.
pub(crate) struct FalcoAlerts {
    /// The outputs.
    pub(crate) specs: Vec<AlertSpec>,
    /// What is asked for and done otherwise or not at all, one sentence each.
    pub(crate) notes: Vec<String>,
}

impl FalcoAlerts {
    /// The outputs that a configuration enables, in Falco's order.
    pub(crate) fn new(outputs: &Outputs) -> Self {
        let mut alerts = Self { specs: Vec::new(), notes: Vec::new() };
        if let Some(file) = &outputs.file {
            alerts.specs.push(AlertSpec::File(PathBuf::from(file)));
            if !outputs.json {
                alerts.note("file_output gets lines of JSON, though json_output is false".to_owned());
            }
        }
        if outputs.stdout {
            alerts.specs.push(AlertSpec::Stdout { json: outputs.json });
        }
        if outputs.syslog {
            alerts.specs.extend("syslog".parse::<AlertSpec>());
        }
        if let Some(http) = &outputs.http {
            match format!("webhook={}", http.url).parse::<AlertSpec>() {
                Ok(spec) => alerts.specs.push(spec),
                Err(error) => alerts.note(format!("http_output is not followed: {error}")),
            }
            if http.insecure {
                alerts
                    .note("http_output.insecure is not followed: certificates are always checked".to_owned());
            }
            if http.client.is_some() {
                alerts.note("http_output.mtls is not followed: no client certificate is shown".to_owned());
            }
        }
        if let Some(program) = &outputs.program {
            alerts.note(format!("program_output is not followed: Ironsides starts no programs ({program})"));
        }
        let parts = [
            ("json_include_output_property", outputs.with_output),
            ("json_include_tags_property", outputs.with_tags),
            ("json_include_output_fields_property", outputs.with_fields),
        ];
        for (key, _) in parts.into_iter().filter(|(_, with)| outputs.json && !with) {
            alerts.note(format!("{key} is false and not followed: alerts in JSON are whole"));
        }
        alerts
    }

    fn note(&mut self, note: String) {
        self.notes.push(note);
    }
}

#[cfg(test)]
mod tests {
    use ironsides_detect::falco::{ConfigFile, Strategy, read};

    use super::*;

    fn alerts(text: &str) -> FalcoAlerts {
        let file = ConfigFile { name: "falco.yaml", text, strategy: Strategy::Append };
        FalcoAlerts::new(&read(&[file], &|_| None).0.outputs)
    }

    #[test]
    fn outputs_become_what_the_command_line_names() {
        let text = "
json_output: true
stdout_output: {enabled: true}
syslog_output: {enabled: true}
file_output: {enabled: true, filename: /var/log/falco.json}
http_output: {enabled: true, url: \"http://falcosidekick:2801/x\"}
";
        let found = alerts(text);
        let specs: Vec<String> = found.specs.iter().map(ToString::to_string).collect();
        assert_eq!(
            specs,
            [
                "file=/var/log/falco.json",
                "stdout=json",
                "syslog=/dev/log",
                "webhook=http://falcosidekick:2801"
            ]
        );
        assert!(found.notes.is_empty(), "{:?}", found.notes);
        assert!(alerts("").specs.is_empty());
    }

    #[test]
    fn what_is_not_followed_is_told() {
        let text = "
json_output: true
json_include_tags_property: false
http_output: {enabled: true, url: nowhere, insecure: true, mtls: true}
program_output: {enabled: true, program: mail}
";
        let found = alerts(text);
        assert!(found.specs.is_empty());
        for part in
            ["http_output is not followed", "insecure", "mtls", "starts no programs (mail)", "tags_property"]
        {
            assert!(found.notes.iter().any(|note| note.contains(part)), "{part}: {:?}", found.notes);
        }
    }
}
