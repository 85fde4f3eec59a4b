#![allow(clippy::all, clippy::pedantic, clippy::restriction, missing_docs)]
use ironsides_render::helm::{self, NamedText, Options};
use ironsides_render::{Files, Item, ReadError};
use std::sync::Arc;
struct Disk;
impl Files for Disk {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        std::fs::read(path).map(Into::into).map_err(|e| {
            if e.kind() == std::io::ErrorKind::NotFound {
                ReadError::Missing { path: path.into() }
            } else {
                ReadError::Refused { path: path.into(), why: e.to_string() }
            }
        })
    }
    fn list(&self, folder: &str) -> Result<Vec<Item>, ReadError> {
        let mut v: Vec<Item> = std::fs::read_dir(folder)
            .map_err(|_| ReadError::Missing { path: folder.into() })?
            .flatten()
            .map(|e| Item {
                name: e.file_name().to_string_lossy().into_owned(),
                is_folder: e.path().is_dir(),
            })
            .collect();
        v.sort();
        Ok(v)
    }
}
fn main() {
    let mut args = std::env::args().skip(1).peekable();
    let mut o = Options::default();
    let mut charts = vec![];
    let mut marks = false;
    let file = |p: &str| NamedText { path: p.into(), text: std::fs::read_to_string(p).unwrap().into() };
    while let Some(a) = args.next() {
        match a.as_str() {
            "-f" => o.values.push(file(&args.next().unwrap())),
            "--set" => o.set.push(args.next().unwrap()),
            "--set-string" => o.set_string.push(args.next().unwrap()),
            "--set-json" => o.set_json.push(args.next().unwrap()),
            "--set-literal" => o.set_literal.push(args.next().unwrap()),
            "--set-file" => {
                let t = args.next().unwrap();
                let p = t.split_once('=').unwrap().1.to_owned();
                o.set_file_texts.push(file(&p));
                o.set_file.push(t)
            }
            "--kube-version" => o.kube_version = args.next(),
            "-a" => o.api_versions.push(args.next().unwrap()),
            "-n" => o.namespace = args.next().unwrap(),
            "--include-crds" => o.include_crds = true,
            "--is-upgrade" => o.is_upgrade = true,
            "--skip-tests" => o.skip_tests = true,
            "--marks" => marks = true,
            p => charts.push(p.to_owned()),
        }
    }
    for c in charts {
        let r = helm::Chart::load(&Disk, &c).and_then(|c| c.outputs(&o));
        match r.and_then(|out| {
            if marks {
                for o in &out {
                    for m in &o.rendered.marks {
                        println!(
                            "{:?} <- {}:{:?} {:?}",
                            &o.rendered.text[m.output.start as usize..m.output.end as usize],
                            o.rendered.files[m.file as usize].path,
                            m.span.slice(&o.rendered.files[m.file as usize].text),
                            m.causes
                        );
                    }
                }
            }
            helm::manifest(&out, o.skip_tests)
        }) {
            Ok(text) => print!("{text}"),
            Err(e) => {
                println!("ERROR {e:?}");
                std::process::exit(1)
            }
        }
    }
}
