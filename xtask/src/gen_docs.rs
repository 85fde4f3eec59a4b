//! `cargo xtask gen docs`: the list of checks, from the catalogue itself, and who decides which control of the CIS benchmark.

mod cis;

use std::fmt::Write;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// `cargo xtask gen docs`
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Fail where the file differs instead of writing it
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let checks = ironsides(&["check", "list"])?;
    let checks = checks.as_array().context("ironsides check list printed no list")?;
    crate::generated(&crate::root().join("docs/checks.md"), &page(checks)?, args.check)?;
    let path = crate::root().join("docs/accuracy.md");
    let before = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let framework = ironsides(&["framework", "coverage", "cis-1.12"])?;
    crate::generated(&path, &cis::page(&before, &framework)?, args.check)
}

/// What the product prints as JSON.
fn ironsides(words: &[&str]) -> Result<Value> {
    let output = crate::cargo()
        .args(["run", "--quiet", "--package", "ironsides-cli", "--"])
        .args(words)
        .args(["-o", "json"])
        .current_dir(crate::root())
        .output()
        .context("cannot run ironsides")?;
    let words = words.join(" ");
    if !output.status.success() {
        bail!("ironsides {words} failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    serde_json::from_slice(&output.stdout).with_context(|| format!("ironsides {words} printed no JSON"))
}

fn page(checks: &[Value]) -> Result<String> {
    let mut page = String::from("<!-- Written by `cargo xtask gen docs`. -->\n\n# Checks\n\n");
    writeln!(page, "{} checks. `ironsides explain CHECK` prints a page.\n", checks.len())?;
    page += "| check | severity | family | what is wrong |\n|---|---|---|---|\n";
    for check in checks {
        let text = |key: &str| check[key].as_str().unwrap_or_default().to_owned();
        let (id, family) = (text("id"), text("family"));
        let file = format!("../crates/checks/src/{family}/{}.md", id.replace('-', "_"));
        writeln!(
            page,
            "| [{id}]({file}) | {} | {family} | {} |",
            text("severity"),
            text("title").replace('|', "\\|")
        )?;
    }
    Ok(page)
}
