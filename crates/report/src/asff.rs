//! Findings for AWS Security Hub (ASFF 2018-10-08), as `aws securityhub batch-import-findings --findings` takes them: every
//! control of a framework that fails or warns.
//!
//! The account and the region are those of whoever imports them, so they stand as `${AWS_ACCOUNT}` and `${AWS_REGION}`;
//! `envsubst` puts them in. kube-bench calls every finding high, and so does this. Source: the AWS Security Finding Format
//! syntax (docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html), its limits of length,
//! and kube-bench's `check/controls.go`.

use std::io::{self, Write};

use ironsides_core::Finding;
use serde_json::json;

use crate::bench::{self, Check, Controls, Group};
use crate::input::{Header, Summary};
use crate::source::Sources;
use crate::{Writer, time};

const TYPE: &str =
    "Software and Configuration Checks/Industry and Regulatory Standards/CIS Kubernetes Benchmark";
const PRODUCT: &str = "arn:aws:securityhub:${AWS_REGION}:${AWS_ACCOUNT}:product/${AWS_ACCOUNT}/default";

pub(crate) struct Asff<W: Write> {
    sink: W,
    started: u64,
}

impl<W: Write> Asff<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self { sink, started: 0 }
    }
}

/// A text of at most so many letters.
fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

fn finding(file: &Controls, group: &Group, check: &Check, at: &str, cluster: &str) -> serde_json::Value {
    let resource = file.node.as_deref().unwrap_or(cluster);
    let id = format!("{PRODUCT}/{}/{}/{}", file.version, check.id, resource);
    let title = format!("{} {}", check.id, check.text);
    let mut finding = json!({
        "SchemaVersion": "2018-10-08",
        "Id": cut(&id, 512),
        "ProductArn": PRODUCT,
        "GeneratorId": cut(&format!("ironsides/{}/{}", file.version, check.id), 512),
        "AwsAccountId": "${AWS_ACCOUNT}",
        "Types": [TYPE],
        "CreatedAt": at,
        "UpdatedAt": at,
        "Confidence": 100,
        "Severity": {"Label": "HIGH"},
        "Title": cut(&title, 256),
        "Description": cut(&check.text, 1024),
        "ProductFields": {
            "Actual result": cut(&check.actual, 1024),
            "Expected result": cut(&check.expected, 1024),
            "Reason": cut(&check.reason, 1024),
            "Section": cut(&format!("{} {}", file.id, file.text), 1024),
            "Status": check.status,
            "Subsection": cut(&format!("{} {}", group.id, group.text), 1024),
        },
        "Resources": [{"Type": "Other", "Id": cut(resource, 512)}],
    });
    // Empty texts are refused.
    if let Some(fields) = finding.get_mut("ProductFields").and_then(serde_json::Value::as_object_mut) {
        fields.retain(|_, value| value.as_str() != Some(""));
    }
    if !check.remediation.is_empty()
        && let Some(finding) = finding.as_object_mut()
    {
        let text = cut(&check.remediation, 512);
        finding.insert("Remediation".into(), json!({"Recommendation": {"Text": text}}));
    }
    finding
}

impl<W: Write> Writer for Asff<W> {
    fn begin(&mut self, header: &Header) -> io::Result<()> {
        self.started = header.started;
        Ok(())
    }

    fn batch(&mut self, _: &dyn Sources, _: &[Finding]) -> io::Result<()> {
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let cluster = summary.cluster.as_ref();
        let version = cluster.map(|cluster| cluster.version.as_str()).unwrap_or_default();
        let name = cluster.map_or("kubernetes", |cluster| &cluster.address);
        let at = time::rfc3339(self.started);
        let mut findings = Vec::new();
        for file in bench::controls(&summary.compliance, version) {
            for group in &file.groups {
                let told = group.checks.iter().filter(|check| matches!(check.status, "FAIL" | "WARN"));
                findings.extend(told.map(|check| finding(&file, group, check, &at, name)));
            }
        }
        serde_json::to_writer_pretty(&mut self.sink, &findings)?;
        self.sink.write_all(b"\n")?;
        self.sink.flush()
    }
}
