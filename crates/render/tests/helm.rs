//! Charts rendered as Helm renders them: each folder of `tests/charts` holds the text that `helm template` printed,
//! `expected.yaml`. Where a helm program is at hand (on the `PATH`, or named by `IRONSIDES_HELM`), it is asked anew.

#![cfg(test)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use ironsides_render::helm::{self, Chart, NamedText, Options};
use ironsides_render::{Files, Item, ReadError, RenderError, Rendered};

/// The disk.
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
        let mut items: Vec<Item> = items.collect();
        items.sort();
        Ok(items)
    }
}

/// Files that are only in memory.
struct Memory(Vec<(String, Vec<u8>)>);

impl Memory {
    /// A chart named `shop` of these files, besides its `Chart.yaml`.
    fn chart(files: &[(&str, &str)]) -> Self {
        let mut all =
            vec![("shop/Chart.yaml".to_owned(), b"apiVersion: v2\nname: shop\nversion: 0.1.0\n".to_vec())];
        all.retain(|(path, _)| !files.iter().any(|(own, _)| format!("shop/{own}") == *path));
        all.extend(files.iter().map(|(path, text)| (format!("shop/{path}"), text.as_bytes().to_vec())));
        Self(all)
    }
}

impl Files for Memory {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        let found = self.0.iter().find(|(own, _)| own == path);
        found.map(|(_, bytes)| bytes[..].into()).ok_or_else(|| ReadError::Missing { path: path.to_owned() })
    }

    fn list(&self, folder: &str) -> Result<Vec<Item>, ReadError> {
        let mut items: Vec<Item> = Vec::new();
        for (path, _) in &self.0 {
            if let Some(rest) = path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) {
                let (name, is_folder) = rest.split_once('/').map_or((rest, false), |(name, _)| (name, true));
                items.push(Item { name: name.to_owned(), is_folder });
            }
        }
        items.sort();
        items.dedup();
        if items.is_empty() { Err(ReadError::Missing { path: folder.to_owned() }) } else { Ok(items) }
    }
}

fn charts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/charts");
    let mut charts: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|item| item.unwrap().path()).collect();
    charts.sort();
    assert!(charts.len() >= 25, "{} charts", charts.len());
    charts
}

fn options() -> Options {
    Options { namespace: "shop".to_owned(), include_crds: true, ..Options::default() }
}

fn ours(chart: &Path) -> String {
    let outputs = Chart::load(&Disk, chart.to_str().unwrap()).and_then(|chart| chart.outputs(&options()));
    let outputs = outputs.unwrap_or_else(|error| panic!("{}: {error:?}", chart.display()));
    helm::manifest(&outputs, false).unwrap()
}

#[test]
fn charts_render_as_recorded() {
    for chart in charts() {
        let expected = std::fs::read_to_string(chart.join("expected.yaml")).unwrap();
        assert_eq!(ours(&chart), expected, "{}", chart.display());
    }
}

/// The helm program, if there is one.
fn program() -> Option<String> {
    let program = std::env::var("IRONSIDES_HELM").unwrap_or_else(|_| "helm".to_owned());
    let works = Command::new(&program).arg("version").output().is_ok_and(|output| output.status.success());
    if !works {
        eprintln!("skipped: there is no helm; put it on the PATH or name it with IRONSIDES_HELM");
    }
    works.then_some(program)
}

fn theirs(program: &str, chart: &Path) -> Option<String> {
    let args = ["template", "--namespace", "shop", "--include-crds"];
    let output = Command::new(program).args(args).arg(chart).output().unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

#[test]
fn charts_render_as_helm_renders_them() {
    let Some(program) = program() else { return };
    for chart in charts() {
        let expected = theirs(&program, &chart).unwrap_or_else(|| panic!("helm refuses {}", chart.display()));
        if std::env::var_os("IRONSIDES_RECORD").is_some() {
            std::fs::write(chart.join("expected.yaml"), &expected).unwrap();
        }
        assert_eq!(ours(&chart), expected, "{}", chart.display());
    }
}

/// What a template gives in a chart with these values.
fn rendered(template: &str, values: &str) -> Result<String, RenderError> {
    let files = Memory::chart(&[("values.yaml", values), ("templates/a.yaml", template)]);
    let options = Options { namespace: "shop".to_owned(), ..Options::default() };
    let rendered = helm::render(&files, "shop", &options)?;
    Ok(rendered.first().map(|rendered| rendered.text.to_string()).unwrap_or_default())
}

const VALUES: &str =
    "a: 1\nbig: 1000000\ns: hello\ne: \"\"\nn: null\nl: [1, 2, 3]\nm: {x: 1, z: {deep: true}}\n";

/// A template that gives what another gives as base64, so that anything is YAML.
fn wrapped(template: &str) -> String {
    format!("{{{{ define \"body\" }}}}{template}{{{{ end }}}}v: {{{{ include \"body\" . | b64enc }}}}\n")
}

/// What a wrapped template gave, on one line.
fn unwrapped(text: &str) -> String {
    let encoded = text.lines().find_map(|line| line.strip_prefix("v: ")).unwrap_or_default();
    let bytes = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, encoded).unwrap();
    String::from_utf8_lossy(&bytes).replace('\n', "⏎")
}

/// One expression a line, and behind the arrow what Helm 4.3 prints for it, or `error` where it refuses.
#[test]
fn expressions_give_what_helm_gives() {
    let table = include_str!("helm_expressions.txt");
    let mut count = 0;
    for line in table.lines().filter(|line| !line.is_empty()) {
        let (template, expected) = line.split_once(" => ").unwrap();
        let text =
            rendered(&wrapped(template), VALUES).map_or_else(|_| "error".to_owned(), |text| unwrapped(&text));
        assert_eq!(text, expected, "{template}");
        count += 1;
    }
    assert!(count >= 100, "{count} expressions");
}

#[test]
fn expressions_are_recorded_from_helm() {
    let Some(program) = program() else { return };
    let folder = tempfile::tempdir().unwrap();
    let chart = folder.path().join("shop");
    std::fs::create_dir_all(chart.join("templates")).unwrap();
    std::fs::write(chart.join("Chart.yaml"), "apiVersion: v2\nname: shop\nversion: 0.1.0\n").unwrap();
    std::fs::write(chart.join("values.yaml"), VALUES).unwrap();
    let table = include_str!("helm_expressions.txt");
    let mut recorded = String::new();
    for line in table.lines().filter(|line| !line.is_empty()) {
        let (template, expected) = line.split_once(" => ").unwrap();
        std::fs::write(chart.join("templates/a.yaml"), wrapped(template)).unwrap();
        let text = theirs(&program, &chart).map_or_else(|| "error".to_owned(), |text| unwrapped(&text));
        recorded.extend([template, " => ", &text, "\n"]);
        if std::env::var_os("IRONSIDES_RECORD").is_none() {
            assert_eq!(text, expected, "{template}");
        }
    }
    if std::env::var_os("IRONSIDES_RECORD").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/helm_expressions.txt");
        std::fs::write(path, recorded).unwrap();
    }
}

fn only(files: &Memory, options: &Options) -> Rendered {
    let mut all = helm::render(files, "shop", options).unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

/// The narrowest mark around a text: the template's text there, and the causes.
fn told(rendered: &Rendered, text: &str) -> (String, Vec<String>) {
    let at = rendered.text.find(text).unwrap_or_else(|| panic!("{text:?} is not in\n{}", rendered.text));
    let (file, span, causes) = rendered.place(ironsides_tree::Span::new(at, at + text.len()));
    let file = file.unwrap();
    let line = ironsides_tree::Lines::new(&file.text).position(&file.text, span.start).line;
    let causes = causes.iter().map(|cause| match (&cause.path, cause.line) {
        (Some(path), Some(line)) => format!("{} {path}:{line}", cause.what),
        _ => cause.what.to_string(),
    });
    (format!("{}:{line} {}", file.path, span.slice(&file.text).unwrap_or_default()), causes.collect())
}

#[test]
fn marks_lead_to_templates_and_values() {
    let files = Memory::chart(&[
        ("values.yaml", "image:\n  repo: nginx\n  tag: '1.2'\nsc:\n  runAsUser: 0\n  privileged: true\n"),
        (
            "templates/_h.tpl",
            "{{ define \"labels\" }}app: shop\nrel: {{ .Release.Name }}\nrepo: {{ .Values.image.repo }}{{ end }}",
        ),
        (
            "templates/a.yaml",
            "kind: Pod\nlabels:\n  {{- include \"labels\" . | nindent 2 }}\nimage: \"{{ .Values.image.repo }}:{{ .Values.image.tag }}\"\nsc:\n  {{- toYaml .Values.sc | nindent 2 }}\n",
        ),
    ]);
    let given = NamedText { path: "prod.yaml".into(), text: "# production\nimage:\n  tag: '9'\n".into() };
    let options =
        Options { values: vec![given], set: vec!["sc.runAsUser=5".to_owned()], ..Options::default() };
    let out = only(&files, &options);
    assert_eq!(told(&out, "kind: Pod").0, "shop/templates/a.yaml:1 kind: Pod");
    assert_eq!(told(&out, "app: shop").0, "shop/templates/_h.tpl:1 app: shop");
    assert_eq!(
        told(&out, "nginx:9"),
        (
            "shop/templates/a.yaml:4 image: \"{{ .Values.image.repo }}:{{ .Values.image.tag }}\"".to_owned(),
            vec![
                ".Values.image.repo shop/values.yaml:2".to_owned(),
                ".Values.image.tag prod.yaml:3".to_owned()
            ],
        )
    );
    assert_eq!(told(&out, "privileged: true").1, [".Values.sc.privileged shop/values.yaml:6"]);
    assert_eq!(told(&out, "runAsUser: 5").1, ["--set sc.runAsUser"]);
    assert_eq!(told(&out, "repo: nginx").1, [".Values.image.repo shop/values.yaml:2"]);
    let (included, causes) = told(&out, "app: shop\n  rel: release-name\n  repo: nginx");
    assert_eq!(included, "shop/templates/a.yaml:3 {{- include \"labels\" . | nindent 2 }}");
    assert_eq!(causes, [".Values.image.repo shop/values.yaml:2"]);
}

fn error(files: &[(&str, &str)]) -> String {
    match helm::render(&Memory::chart(files), "shop", &Options::default()) {
        Err(RenderError::At { path, line, column, message, hint }) => {
            let place = match (line, column) {
                (Some(line), Some(column)) => format!("{path}:{line}:{column}"),
                (Some(line), None) => format!("{path}:{line}"),
                _ => path,
            };
            format!("{place}: {message} ({})", hint.unwrap_or_default())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn errors_name_the_place_and_what_to_do() {
    let template = |text| error(&[("templates/a.yaml", text)]);
    insta::assert_snapshot!(template("a: 1\nb: {{ .Values.image.tag }}\n"), @"shop/templates/a.yaml:2:7: nil pointer: .Values.image has no value (set image.tag, in a values file or with --set)");
    insta::assert_snapshot!(template("{{ if }}x{{ end }}"), @"shop/templates/a.yaml:1:7: cannot parse the template: if has no value ()");
    insta::assert_snapshot!(template("a\n  {{ if .x }}x"), @"shop/templates/a.yaml:2:3: cannot parse the template: this if is not closed with {{ end }} ()");
    insta::assert_snapshot!(template("{{ nosuch 1 }}"), @r#"shop/templates/a.yaml:1:4: cannot parse the template: Helm has no function "nosuch" ()"#);
    insta::assert_snapshot!(template("{{ required \"give a name\" .Values.name }}"), @"shop/templates/a.yaml:1:4: give a name ()");
    insta::assert_snapshot!(template("{{ upper 3 }}"), @"shop/templates/a.yaml:1:10: upper needs a string where 3 stands ()");
    insta::assert_snapshot!(
        error(&[
            ("templates/_h.tpl", "\n{{ define \"labels\" }}\n  {{ .Values.a.b }}{{ end }}"),
            ("templates/a.yaml", "x:\n  {{ include \"labels\" . }}"),
        ]),
        @r#"shop/templates/a.yaml:2:6: in include "labels" (shop/templates/_h.tpl:3:6): nil pointer: .Values.a has no value (set a.b, in a values file or with --set)"#
    );
    insta::assert_snapshot!(error(&[("Chart.yaml", "name: [")]), @"shop/Chart.yaml:1:7: cannot read the Chart.yaml: this bracket is never closed ()");
    insta::assert_snapshot!(error(&[("Chart.yaml", "name: shop\n")]), @"shop/Chart.yaml:1:1: the chart has no version (add version: to Chart.yaml)");
    insta::assert_snapshot!(error(&[("values.yaml", "a: 1\n b: 2\n")]), @"shop/values.yaml:2:3: cannot read the values: a ':' stands where no key can be (quote the text if the colon belongs to it, or check the indentation)");
    insta::assert_snapshot!(error(&[("values.yaml", "- 1\n")]), @"shop/values.yaml:1:1: cannot read the values: values are a map, and this is a list (write keys and values: key: value)");
    insta::assert_snapshot!(
        error(&[("Chart.yaml", "name: shop\nversion: 1.0.0\ndependencies: [{name: redis, version: 1.x}]\n")]),
        @"shop: charts that Chart.yaml names are missing in charts/: redis (fetch them with helm dependency build)"
    );
    insta::assert_snapshot!(
        error(&[("values.schema.json", "{\"properties\": {\"a\": {\"type\": \"string\"}}}"), ("values.yaml", "a: 1\n")]),
        @r#"shop/values.schema.json: the values of shop do not fit the schema: a: 1 is not of type "string" (correct the values)"#
    );
}

#[test]
fn endless_templates_end() {
    let includes = "{{ define \"x\" }}{{ include \"x\" . }}{{ end }}{{ include \"x\" . }}";
    assert_eq!(
        error(&[("templates/a.yaml", includes)]),
        "shop/templates/a.yaml:1:48: in include \"x\" (shop/templates/a.yaml:1:20): and again: include: template \"x\" includes itself without end ()"
    );
    for text in [
        "{{ define \"x\" }}{{ template \"x\" . }}{{ end }}{{ template \"x\" . }}",
        "{{ $t := \"{{ tpl .t . }}\" }}{{ tpl $t (dict \"t\" $t) }}",
    ] {
        assert!(error(&[("templates/a.yaml", text)]).contains("too deep"));
    }
    let deep = "{{ $x := dict }}{{ range until 100000 }}{{ $x = dict \"a\" $x }}{{ end }}{{ $x | toYaml }}";
    assert!(rendered(deep, "").is_ok());
    let cycle = "{{ $x := dict }}{{ $_ := set $x \"x\" $x }}{{ $x | toJson }}{{ $x }}";
    assert!(rendered(cycle, "").is_ok());
    let large = "{{ range until 100000 }}{{ repeat 10000 \"x\" }}{{ end }}";
    assert!(error(&[("templates/a.yaml", large)]).contains("more than 64 MiB"));
    let nested = format!("{{{{ {}1{} }}}}", "(".repeat(5000), ")".repeat(5000));
    assert!(error(&[("templates/a.yaml", &nested)]).contains("nest deeper"));
}

#[test]
fn no_template_takes_all_memory() {
    let template = |text: &str| error(&[("templates/a.yaml", text)]);
    let doubled = |how: &str| {
        let loop_ = "{{ range until 60 }}{{ $a = HOW }}{{ end }}";
        template(&format!("{{{{ $a := \"aaaaaaaaaaaaaaaa\" }}}}\n{}", loop_.replace("HOW", how)))
    };
    for how in [
        "print $a $a",
        "printf \"%s%s\" $a $a",
        "cat $a $a",
        "list $a $a | join \"\"",
        "replace \"a\" \"aa\" $a",
        "regexReplaceAllLiteral \"a\" $a $a",
        "join $a (splitList \"\" $a)",
        "dict $a $a | toYaml",
        "tpl \"{{ . }}{{ . }}\" $a",
        "repeat 2 $a",
        "printf \"%1000000d%1000000d%[1]s\" 1 2 | cat $a",
    ] {
        let told = doubled(how);
        assert!(told.starts_with("shop/templates/a.yaml:2:"), "{how}: {told}");
        let why = ["MiB", "GiB", "million steps", "too long", "too large", "parts", "items"];
        assert!(why.iter().any(|why| told.contains(why)), "{how}: {told}");
    }
    // Little in memory, and without end when it is written.
    let shared = "{{ $a := list 1 }}{{ range until 60 }}{{ $a = list $a $a }}{{ end }}\n{{ HOW }}";
    for how in ["$a", "print $a", "toYaml $a", "toJson $a", "deepEqual $a $a", "deepCopy $a", "$a | quote"] {
        let told = template(&shared.replace("HOW", how));
        assert!(told.starts_with("shop/templates/a.yaml:2:") && told.contains("64 MiB"), "{how}: {told}");
    }
    let concat = "{{ $a := list 1 }}{{ range until 60 }}{{ $a = concat $a $a }}{{ end }}";
    assert!(template(concat).contains("concat: it gives a list of more than 1048576 items"));
    let kept = "{{ $a := list }}{{ range until 1000 }}{{ $a = append $a (repeat 60000000 \"x\") }}{{ end }}";
    let told = template(kept);
    assert!(told.starts_with("shop/templates/a.yaml:1:") && told.contains("the chart "), "{told}");
    let grown = "{{ $d := dict }}{{ range until 4000000 }}{{ end }}";
    assert!(template(grown).contains("until: it would give more than"));
    // What is large and not too large is rendered.
    let fine = "a: {{ repeat 2000000 \"x\" | quote }}\nb: {{ until 20000 | join \",\" }}\n";
    assert!(rendered(fine, "").unwrap().len() > 2_100_000);
}

#[test]
fn loops_without_output_end() {
    let told = error(&[(
        "templates/a.yaml",
        "a: 1\n{{ range until 1000000 }}{{ range 1000000000 }}{{ end }}{{ end }}",
    )]);
    assert_eq!(
        told,
        "shop/templates/a.yaml:2:35: the chart takes more than 20 million steps (look for a loop or a list that grows without end)"
    );
    let told =
        error(&[("templates/a.yaml", "{{ $a := until 1000000 }}{{ range $a }}{{ $b := uniq $a }}{{ end }}")]);
    assert!(told.contains("million steps"), "{told}");
}

#[test]
fn library_charts_are_known_by_their_chart_yaml() {
    let kind = |text: &str| helm::is_library(&Memory::chart(&[("Chart.yaml", text)]), "shop");
    assert!(kind("apiVersion: v2\nname: shop\nversion: 0.1.0\ntype: library\n"));
    assert!(!kind("apiVersion: v2\nname: shop\nversion: 0.1.0\ntype: application\n"));
    assert!(!kind("name: ["));
    assert!(!helm::is_library(&Memory::chart(&[]), "elsewhere"));
}

#[test]
fn names_are_read_as_helm_reads_them() {
    let files = Memory::chart(&[
        (
            "Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 0.1.0\ndependencies: [{name: on, version: 0.1.0}]\n",
        ),
        ("charts/on/Chart.yaml", "apiVersion: v2\nname: on\nversion: 0.1.0\n"),
        ("charts/on/templates/a.yaml", "chart: {{ .Chart.Name }}\n"),
    ]);
    assert_eq!(&*only(&files, &Options::default()).text, "chart: true\n");
}

#[test]
fn a_small_stack_is_enough() {
    let files = Memory::chart(&[(
        "templates/a.yaml",
        "{{ define \"x\" }}{{ if gt (int .) 0 }}{{ include \"x\" (sub . 1) }}{{ end }}{{ end }}a: {{ include \"x\" 900 }}",
    )]);
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    let handle =
        thread.spawn(move || helm::render(&files, "shop", &Options::default()).unwrap().len()).unwrap();
    assert_eq!(handle.join().unwrap(), 1);
}

#[test]
fn what_depends_on_chance_is_the_same_each_time() {
    let template =
        "a: {{ randAlphaNum 20 }} {{ uuidv4 }} {{ now | date \"2006\" }} {{ (genCA \"x\" 1).Cert | b64enc }}";
    let first = rendered(template, "").unwrap();
    assert_eq!(rendered(template, "").unwrap(), first);
    assert!(first.contains("placeholder") && first.contains("2026"), "{first}");
}

#[test]
fn settings_are_read_as_helm_reads_them() {
    let options = Options {
        set: vec!["a.b=1,c={x,2,true},d[1].e=f,g=null,h=a\\,b,i=007,j=1.5".to_owned()],
        set_string: vec!["k=12".to_owned()],
        set_json: vec!["l={\"m\": [1]}".to_owned(), "{\"n\": 2}".to_owned()],
        set_literal: vec!["o=a,b=c".to_owned()],
        set_file: vec!["p=x.txt".to_owned()],
        set_file_texts: vec![NamedText { path: "x.txt".into(), text: "content".into() }],
        ..Options::default()
    };
    let files =
        Memory::chart(&[("templates/a.yaml", "{{ toJson .Values }}"), ("values.yaml", "g: 5\nz: 1\n")]);
    insta::assert_snapshot!(&*only(&files, &options).text, @r#"{"a":{"b":1},"c":["x",2,true],"d":[null,{"e":"f"}],"h":"a,b","i":"007","j":"1.5","k":"12","l":{"m":[1]},"n":2,"o":"a,b=c","p":"content","z":1}"#);
}

#[test]
fn archives_are_charts_too() {
    fn packed(files: &[(&str, &str)]) -> Vec<u8> {
        packed_as(files, 0)
    }
    /// An archive whose files claim to be so much larger than they are.
    fn packed_as(files: &[(&str, &str)], more: u64) -> Vec<u8> {
        let mut tar =
            tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
        for (path, text) in files {
            let mut header = tar::Header::new_gnu();
            header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
            header.set_size(text.len() as u64 + more);
            header.set_mode(0o644);
            header.set_cksum();
            tar.append(&header, text.as_bytes()).unwrap();
        }
        tar.into_inner().unwrap().finish().unwrap()
    }
    let sub = packed(&[
        ("sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n"),
        ("sub/templates/a.yaml", "a: {{ .Values.x }}\n"),
    ]);
    let mut files = Memory::chart(&[("values.yaml", "sub: {x: 3}\n")]);
    files.0.push(("shop/charts/sub-1.0.0.tgz".to_owned(), sub.clone()));
    let out = only(&files, &Options::default());
    assert_eq!(&*out.text, "a: 3\n");
    assert_eq!(&*out.files[0].path, "shop/charts/sub-1.0.0.tgz/templates/a.yaml");
    assert_eq!(told(&out, "3").1, [".Values.sub.x shop/values.yaml:1"]);
    let alone = Chart::from_archive("x.tgz", &sub).unwrap();
    assert_eq!((alone.name(), alone.version()), ("sub", "1.0.0"));
    for path in ["../evil", "a/../../evil", "/etc/passwd"] {
        let bytes = packed(&[(path, "x")]);
        assert!(Chart::from_archive("x.tgz", &bytes).is_err(), "{path}");
    }
    assert!(Chart::from_archive("x.tgz", b"no archive").is_err());
    let bytes = packed_as(&[("a/x", "x")], 200 << 20);
    let Err(RenderError::At { message, .. }) = Chart::from_archive("x.tgz", &bytes) else { panic!() };
    assert!(message.contains("larger than 100 MiB"), "{message}");
}
