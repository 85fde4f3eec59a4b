//! `cargo xtask gen docs`: the list of checks, from the catalogue itself.

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
    let output = crate::cargo()
        .args(["run", "--quiet", "--package", "ironsides-cli", "--", "check", "list", "-o", "json"])
        .current_dir(crate::root())
        .output()
        .context("cannot run ironsides")?;
    if !output.status.success() {
        bail!("ironsides check list failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let checks: Vec<Value> =
        serde_json::from_slice(&output.stdout).context("ironsides check list printed no JSON")?;
    crate::generated(&crate::root().join("docs/checks.md"), &page(&checks)?, args.check)
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
