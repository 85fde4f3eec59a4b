//! Prints what a kustomization builds, to be compared with `kubectl kustomize`: `cargo run --example kustomize FOLDER`.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use ironsides_render::kustomize::{Options, build};
use ironsides_render::{Files, Item, ReadError, RenderError};

struct Disk;

fn refused(path: &str, error: &std::io::Error) -> ReadError {
    let path = path.to_owned();
    match error.kind() {
        std::io::ErrorKind::NotFound => ReadError::Missing { path },
        _ => ReadError::Refused { path, why: error.to_string() },
    }
}

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        std::fs::read(path).map(Into::into).map_err(|error| refused(path, &error))
    }

    fn list(&self, folder: &str) -> Result<Vec<Item>, ReadError> {
        let folder = if folder.is_empty() { "." } else { folder };
        let entries = std::fs::read_dir(folder).map_err(|error| refused(folder, &error))?;
        let mut items: Vec<Item> = entries
            .flatten()
            .map(|entry| Item {
                name: entry.file_name().to_string_lossy().into(),
                is_folder: entry.path().is_dir(),
            })
            .collect();
        items.sort();
        Ok(items)
    }
}

fn main() -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for folder in std::env::args().skip(1) {
        match build(&Disk, &folder, &Options::default()) {
            Ok(built) => {
                let _ = std::io::stdout().write_all(built.rendered.text.as_bytes());
                for warning in &built.warnings {
                    let _ = writeln!(std::io::stderr(), "{warning:?}");
                }
            }
            Err(error) => {
                let RenderError::At { path, line, column, hint, .. } = &error else {
                    let _ = writeln!(std::io::stderr(), "{error}");
                    return ExitCode::FAILURE;
                };
                let place = format!("{path}:{}:{}", line.unwrap_or_default(), column.unwrap_or_default());
                let _ = writeln!(std::io::stderr(), "{place}: {error} ({})", hint.as_deref().unwrap_or("-"));
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}
