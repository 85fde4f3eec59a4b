//! `ironsides collect`: what a cluster holds, into one file that every command reads with `--facts`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use ironsides_checks::{Judge, Options};
use ironsides_core::Redacted;
use ironsides_files::{Bundle, BundleOf, STDIN};

use crate::args::{CollectArgs, Global};
use crate::exit::Exit;
use crate::gather::{self, Live, Place, Wanted};
use crate::node;
use crate::say::Say;

pub(crate) fn run(args: &CollectArgs, _: &Global, say: &Say) -> Result<Exit> {
    if let Some(path) = &args.show {
        return show(path);
    }
    if args.of_node.node {
        let Some(name) = args.configmap.clone() else {
            return node::collect(&args.of_node, args.output.as_deref(), say);
        };
        let connect = args.connect.connect();
        let live = Live { connect, namespaces: args.scope.namespaces(), anonymous: false, configz: false };
        let every = args.every.map(|every| every.0);
        return node::put(&args.of_node, &live, &node::Place { name, every }, say);
    }
    let place = args.place();
    let kinds = args.kinds(&place)?;
    let kinds: Vec<(&str, &str)> =
        kinds.iter().map(|(group, kind)| (group.as_str(), kind.as_str())).collect();
    let wanted = if args.resource.is_empty() { Wanted::All(&kinds) } else { Wanted::Kinds(&kinds) };
    if args.dry_run {
        let Place::Cluster(live) = &place else { bail!("--dry-run is about a cluster, and -f names files") };
        return gather::dry_run(live, wanted);
    }
    // Before anything is read for nothing.
    if let Some(folder) = args.output.as_deref().map(folder).filter(|folder| !folder.is_dir()) {
        let output = args.output.as_deref().unwrap_or(folder).display();
        bail!("cannot write {output}: there is no folder {}; make it first", folder.display());
    }
    let (bundle, problems) = if let Place::Files(_) = place {
        let gathered = gather::gather(&place, wanted, say)?;
        (gather::made_of_files(&gathered.inventory), gathered.problems)
    } else {
        let bundle = gather::facts(&place, wanted, say)?;
        let problems = gather::tell(&bundle.facts, say);
        (bundle, problems)
    };
    if bundle.of == BundleOf::Files && bundle.facts.listings.is_empty() {
        say.hint(&"name files or folders that hold manifests (apiVersion and kind)");
        return Ok(if problems.is_empty() { Exit::Nothing } else { Exit::Incomplete });
    }
    let path = args.output.clone().unwrap_or_else(|| default_name(&bundle));
    let redacted = write(&bundle, &path)?;
    tell(&bundle, redacted, &path, say);
    if !problems.is_empty() {
        let lists = gather::count(problems.len(), "thing", "things");
        say.ending(
            "incomplete",
            &format!("{lists} could not be read; the bundle says so, and so will every scan of it"),
        );
    }
    Ok(if problems.is_empty() { Exit::Clean } else { Exit::Incomplete })
}

/// Prints what a bundle holds.
fn show(path: &Path) -> Result<Exit> {
    let bundle = gather::facts(&Place::Facts(path.to_owned()), Wanted::All(&[]), &Say::mute())?;
    std::io::stdout().write_all(gather::show(&bundle).as_bytes())?;
    let is_complete = || bundle.facts.listings.iter().all(|listing| gather::problem(listing).is_none());
    Ok(if bundle.of == BundleOf::Files || is_complete() { Exit::Clean } else { Exit::Incomplete })
}

/// `ironsides-facts-CONTEXT-TIME.tar.zst`
fn default_name(bundle: &Bundle) -> PathBuf {
    let Bundle { of, facts, .. } = bundle;
    let of = match (of, &*facts.server.context) {
        (BundleOf::Files, _) => "files",
        (BundleOf::Cluster, "") => "cluster",
        (BundleOf::Cluster, context) => context,
    };
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let of: String = of.chars().map(|c| if is_plain(c) { c } else { '-' }).take(80).collect();
    let time: String = gather::moment(facts.taken).chars().filter(|c| *c != ':' && *c != '-').collect();
    PathBuf::from(format!("ironsides-facts-{of}-{}.tar.zst", time.replace(' ', "T")))
}

/// Writes a bundle, whole or not at all. Only its owner may read it.
fn write(bundle: &Bundle, path: &Path) -> Result<Redacted> {
    let redactor = gather::redactor()?;
    let put =
        |out: &mut dyn Write| Ok(ironsides_files::write_bundle(out, bundle.of, &bundle.facts, &redactor)?);
    if path == Path::new(STDIN) {
        return put(&mut std::io::stdout().lock());
    }
    write_whole(path, put).with_context(|| format!("cannot write {}", path.display()))
}

/// Writes a file, whole or not at all. Only its owner may read it.
pub(crate) fn write_whole<T>(path: &Path, put: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
    // A pipe or a device is written to; a file comes to be when all of it is there.
    if path.exists() && !path.is_file() {
        let mut file = BufWriter::new(File::options().write(true).open(path)?);
        let done = put(&mut file)?;
        file.flush()?;
        return Ok(done);
    }
    let mut file = BufWriter::new(tempfile::NamedTempFile::new_in(folder(path))?);
    let done = put(&mut file)?;
    let file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(done)
}

/// The folder that a file is in.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Says what was written.
fn tell(bundle: &Bundle, redacted: Redacted, path: &Path, say: &Say) {
    let name =
        if path == Path::new(STDIN) { "standard output".to_owned() } else { path.display().to_string() };
    let size = match std::fs::metadata(path) {
        Ok(meta) if meta.is_file() => format!(", {} KiB", meta.len().div_ceil(1024)),
        _ => String::new(),
    };
    if !redacted.is_nothing() {
        let mut parts = Vec::new();
        let mut part = |number: u64, one: &str, many: &str| {
            if number > 0 {
                parts.push(gather::count(usize::try_from(number).unwrap_or(usize::MAX), one, many));
            }
        };
        part(redacted.values, "value of Secrets", "values of Secrets");
        part(redacted.annotations, "annotation that repeats an object", "annotations that repeat objects");
        part(redacted.fields, "unknown field of Secrets", "unknown fields of Secrets");
        say.note(&format!("left out: {}", parts.join(", ")));
    }
    say.news("wrote", &format!("{name}: {}{size}", gather::line(bundle.of, &bundle.facts)));
}

impl CollectArgs {
    /// Where objects come from.
    fn place(&self) -> Place {
        if !self.filename.is_empty() {
            return Place::Files(self.filename.clone());
        }
        Place::Cluster(Box::new(Live {
            connect: self.connect.connect(),
            namespaces: self.scope.namespaces(),
            anonymous: !self.no_probe,
            configz: self.configz,
        }))
    }

    /// The kinds to ask for: those that are named, or those that commands look for.
    fn kinds(&self, place: &Place) -> Result<Vec<(String, String)>> {
        if self.resource.is_empty() {
            return Ok(needed());
        }
        let mut kinds = Vec::new();
        let mut served = None;
        for name in &self.resource {
            let mut found = built_in(name);
            if let (Place::Cluster(live), true) = (place, found.is_empty()) {
                // Custom resources are known to the server alone.
                let server = match &mut served {
                    Some(server) => server,
                    none => none.insert(gather::plan(live, Wanted::Kinds(&[]))?.server),
                };
                found = server
                    .resources
                    .iter()
                    .filter(|known| is_named(name, &known.group, &known.name, &known.kind))
                    .map(|known| (known.group.clone(), known.kind.clone()))
                    .collect();
            }
            if found.is_empty() {
                bail!("there is no resource {name:?}; name one as in pods or deployments.apps");
            }
            kinds.extend(found);
        }
        kinds.sort();
        kinds.dedup();
        Ok(kinds)
    }
}

/// The built-in kinds that people mean with a name.
fn built_in(name: &str) -> Vec<(String, String)> {
    let known = ironsides_schema::kinds()
        .iter()
        .filter(|known| is_named(name, known.group, known.plural, known.kind));
    known.map(|known| (known.group.to_owned(), known.kind.to_owned())).collect()
}

/// Whether people mean a resource with a name: `pods`, `pod`, `deployments.apps`.
fn is_named(name: &str, group: &str, plural: &str, kind: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let kind = kind.to_ascii_lowercase();
    [plural, &kind].into_iter().any(|known| {
        name == known
            || !group.is_empty()
                && name.strip_prefix(known).and_then(|rest| rest.strip_prefix('.')) == Some(group)
    })
}

/// The kinds that commands look for: what a server does not serve of them is known not to be there.
fn needed() -> Vec<(String, String)> {
    let is_kept =
        |kind: &str| !kind.ends_with("Review") && !matches!(kind, "Event" | "ComponentStatus" | "Binding");
    let known = ironsides_schema::kinds().iter().filter(|known| is_kept(known.kind));
    let mut kinds: Vec<_> = known.map(|kind| (kind.group.to_owned(), kind.kind.to_owned())).collect();
    kinds.extend(Judge::new(Options::default()).wanted().kinds);
    kinds.sort();
    kinds.dedup();
    kinds
}
