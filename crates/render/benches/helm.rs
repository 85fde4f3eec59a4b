//! How fast charts are loaded and rendered: `cargo bench -p ironsides-render --bench helm`.

use std::path::Path;
use std::sync::Arc;

use divan::Bencher;
use ironsides_render::helm::{Chart, Options};
use ironsides_render::{Files, Item, ReadError};

fn main() {
    divan::main();
}

/// The charts of the tests, read from the disk each time.
struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        std::fs::read(path).map(Into::into).map_err(|_| ReadError::Missing { path: path.to_owned() })
    }

    fn list(&self, folder: &str) -> Result<Vec<Item>, ReadError> {
        let missing = |_| ReadError::Missing { path: folder.to_owned() };
        let items = std::fs::read_dir(folder).map_err(missing)?.flatten().map(|item| Item {
            name: item.file_name().to_string_lossy().into_owned(),
            is_folder: item.path().is_dir(),
        });
        Ok(items.collect())
    }
}

fn charts() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/charts");
    let items =
        std::fs::read_dir(folder).map(|items| items.flatten().collect::<Vec<_>>()).unwrap_or_default();
    items.into_iter().map(|item| item.path().to_string_lossy().into_owned()).collect()
}

/// Eight times the 25 charts of the tests: load and render.
#[divan::bench]
fn two_hundred_charts(bencher: Bencher<'_, '_>) {
    let charts = charts();
    let options = Options::default();
    bencher.bench_local(|| {
        let mut bytes = 0;
        for chart in std::iter::repeat_n(&charts, 8).flatten() {
            let rendered = Chart::load(&Disk, chart).and_then(|chart| chart.render(&options));
            bytes += rendered.iter().flatten().map(|rendered| rendered.text.len()).sum::<usize>();
        }
        bytes
    });
}

/// One web application, loaded before.
#[divan::bench]
fn render_one(bencher: Bencher<'_, '_>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/charts/web-app");
    let chart = Chart::load(&Disk, &folder.to_string_lossy());
    let options = Options::default();
    bencher.bench_local(|| chart.as_ref().map(|chart| chart.render(&options)));
}
