//! Charts to render: those the tests of the renderer hold, over and over.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// Fills `folder` with `count` charts and returns it. What stands there already is taken away first.
pub(crate) fn write(folder: &Path, count: usize) -> Result<PathBuf> {
    let models = crate::root().join("crates/render/tests/charts");
    let mut charts: Vec<PathBuf> = fs::read_dir(&models)
        .with_context(|| format!("cannot read {}", models.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("Chart.yaml").is_file())
        .collect();
    charts.sort();
    if charts.is_empty() {
        bail!("{} holds no charts", models.display());
    }
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    for (number, chart) in (0..count).zip(charts.iter().cycle()) {
        let name = chart.file_name().unwrap_or_default().to_string_lossy();
        copy(chart, &folder.join(format!("{number:03}-{name}")))?;
    }
    Ok(folder.to_owned())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot write {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target).with_context(|| format!("cannot copy {}", path.display()))?;
        }
    }
    Ok(())
}
