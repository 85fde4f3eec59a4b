//! `xtask gen schema`: writes the field tables of `ironsides-schema` from what an API server says of itself.
//!
//! The source is OpenAPI v3 and not v2, because only v3 carries defaults. A server publishes it as one document a
//! group version; start one with every API on (`--runtime-config=api/all=true`) and fetch them with
//!
//! ```sh
//! kubectl get --raw /version > FOLDER/version-of-server.json
//! for p in $(kubectl get --raw /openapi/v3 | jq -r '.paths | keys[]'); do
//!   kubectl get --raw "/openapi/v3/$p" > "FOLDER/$(echo "$p" | tr / _).json"
//! done
//! ```

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, iter};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

/// Write the tables of built-in kinds from an API server's OpenAPI v3 documents.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder with the server's OpenAPI v3 documents and its answer to /version, all as .json files.
    #[arg(long, value_name = "FOLDER")]
    openapi: PathBuf,
    /// The file to write.
    #[arg(long, value_name = "FILE", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/schema/src/generated.rs"))]
    out: PathBuf,
    /// Write nothing; fail where the file is not what would be written.
    #[arg(long)]
    check: bool,
}

/// Writes or compares the tables.
pub(crate) fn run(args: &Args) -> Result<()> {
    let text = Api::read(&args.openapi)?.tables()?;
    if args.check {
        let now =
            fs::read_to_string(&args.out).with_context(|| format!("cannot read {}", args.out.display()))?;
        ensure!(now == text, "{} is stale: run `cargo xtask gen schema` and commit it", args.out.display());
        return Ok(());
    }
    fs::write(&args.out, text).with_context(|| format!("cannot write {}", args.out.display()))
}

/// Fields that OpenAPI calls required and the API server does well without: it fills in the zero value, or does
/// not look. Found by posting objects (`dryRun=All`) to 1.36 with each required field left out in turn: 342 of 386
/// were refused for the missing field, these were accepted.
const NOT_ENFORCED: &str = "
    CSIDriver.spec CSINode.spec CSINodeSpec.drivers CapacityRequestPolicyRange.min
    ClusterTrustBundleProjection.path ConfigMapNodeConfigSource.kubeletConfigKey ConfigMapNodeConfigSource.name
    ConfigMapNodeConfigSource.namespace ControllerRevision.revision Counter.value
    CustomResourceDefinitionVersion.served DeviceCapacity.value DeviceClass.spec Event.involvedObject
    FieldSelectorRequirement.operator ForZone.name HTTPHeader.value ISCSIPersistentVolumeSource.lun
    ISCSIVolumeSource.lun LimitRangeSpec.limits PodCertificateProjection.keyType
    PodCertificateProjection.signerName PodFailurePolicy.rules PreferredSchedulingTerm.preference
    ResourceClaim.spec ResourceClaimTemplate.spec ResourceClaimTemplateSpec.spec ResourcePool.generation
    ScaleIOPersistentVolumeSource.secretRef ScaleIOVolumeSource.secretRef SleepAction.seconds Sysctl.value
    TokenRequest.audience
";

/// The type whose place in a kind is that kind's pod template.
const POD_TEMPLATE: &str = "io.k8s.api.core.v1.PodTemplateSpec";

/// All that the documents say, merged.
#[derive(Default)]
struct Api {
    release: String,
    /// Definitions by their full names.
    types: BTreeMap<String, Value>,
    /// Plural and scope by kind, group and version.
    kinds: BTreeMap<[String; 3], (String, bool)>,
}

impl Api {
    fn read(folder: &Path) -> Result<Self> {
        let list = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
        let mut files: Vec<PathBuf> = list.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
        files.retain(|file| file.extension().is_some_and(|ext| ext == "json"));
        files.sort();
        let mut api = Self::default();
        for file in files {
            let text =
                fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
            let document =
                serde_json::from_str(&text).with_context(|| format!("{} is no JSON", file.display()))?;
            api.merge(&document).with_context(|| format!("in {}", file.display()))?;
        }
        ensure!(!api.release.is_empty(), "no answer to /version in {}", folder.display());
        ensure!(!api.kinds.is_empty(), "no OpenAPI v3 documents in {}", folder.display());
        Ok(api)
    }

    fn merge(&mut self, document: &Value) -> Result<()> {
        if let Some(release) = document["gitVersion"].as_str() {
            release.clone_into(&mut self.release);
        }
        for (name, schema) in entries(&document["components"]["schemas"]) {
            self.types.insert(name.clone(), schema.clone());
        }
        for (path, operations) in entries(&document["paths"]) {
            let Some((namespaced, plural)) = collection(path) else { continue };
            for (_, operation) in entries(operations) {
                if !matches!(operation["x-kubernetes-action"].as_str(), Some("list" | "post")) {
                    continue;
                }
                let gvk = &operation["x-kubernetes-group-version-kind"];
                let part = |key: &str| {
                    gvk[key].as_str().map(str::to_owned).with_context(|| format!("no {key} at {path}"))
                };
                let row = self.kinds.entry([part("kind")?, part("group")?, part("version")?]).or_default();
                *row = (plural.to_owned(), row.1 || namespaced);
            }
        }
        Ok(())
    }

    /// The definition of a kind.
    fn root(&self, kind: &[String; 3]) -> Result<&str> {
        let is_it = |gvk: &Value| {
            ["kind", "group", "version"].iter().zip(kind).all(|(&key, part)| gvk[key] == part.as_str())
        };
        let mut found = self.types.iter().filter(|(_, schema)| {
            let all = schema["x-kubernetes-group-version-kind"].as_array();
            all.is_some_and(|all| matches!(all.as_slice(), [one] if is_it(one)))
        });
        found.next().map(|(name, _)| name.as_str()).with_context(|| format!("no definition of {kind:?}"))
    }

    /// The object types that can be reached from `roots`, with `status` or without.
    fn reach<'a>(&'a self, roots: &[&'a str], status: bool) -> BTreeSet<&'a str> {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut queue: VecDeque<&str> = roots.iter().copied().collect();
        while let Some(name) = queue.pop_front() {
            if special(name).is_some() || !seen.insert(name) {
                continue;
            }
            let fields = entries(&self.types[name]["properties"])
                .filter(|(field, _)| status || field.as_str() != "status");
            queue.extend(fields.filter_map(|(_, field)| target(field)));
        }
        seen
    }

    /// The fields that lead from a type to the pod template within it, through objects only.
    fn pod_template(&self, name: &str, depth: usize) -> Option<Vec<&str>> {
        if name == POD_TEMPLATE {
            return Some(Vec::new());
        }
        let fields = entries(&self.types.get(name)?["properties"]).filter(|_| depth < 4);
        fields.filter_map(|(field, schema)| Some((field, reference(schema)?))).find_map(|(field, next)| {
            let rest = self.pod_template(next, depth + 1)?;
            Some(iter::once(field.as_str()).chain(rest).collect())
        })
    }

    fn tables(&self) -> Result<String> {
        let roots: Vec<&str> = self.kinds.keys().map(|kind| self.root(kind)).collect::<Result<_>>()?;
        let checked = self.reach(&roots, false);
        let mut names = BTreeMap::new();
        for name in self.reach(&roots, true) {
            ensure!(names.insert(short(name), name).is_none(), "two types called {}", short(name));
        }
        let mut out = format!(
            "// Written by `cargo xtask gen schema` from the OpenAPI v3 documents of Kubernetes {}. Do not edit.\n\n\
             use crate::field::{{Field, More, flag::*}};\n\
             use crate::shape::Shape::*;\n\
             use crate::table::{{Kind, Type, TypeId}};\n\n\
             pub(crate) const RELEASE: &str = {:?};\n\n",
            self.release, self.release
        );
        for (at, name) in names.keys().enumerate() {
            writeln!(out, "const {}: TypeId = TypeId({at});", constant(name))?;
        }
        writeln!(out, "\npub(crate) static KINDS: [Kind; {}] = [", self.kinds.len())?;
        for ((kind, (plural, namespaced)), root) in self.kinds.iter().zip(roots) {
            let [kind, group, version] = kind;
            let template = if kind == "Pod" { Some(Vec::new()) } else { self.pod_template(root, 0) };
            let template = template.map_or("None".to_owned(), |path| format!("Some(&{path:?})"));
            let ty = constant(&short(root));
            writeln!(
                out,
                "    Kind {{ group: {group:?}, version: {version:?}, kind: {kind:?}, plural: {plural:?}, \
                 namespaced: {namespaced}, pod_template: {template}, ty: {ty} }},"
            )?;
        }
        let mut more = vec!["More { keys: &[], merge_key: \"\", default: \"\" }".to_owned()];
        let mut types = String::new();
        for (short, name) in &names {
            writeln!(types, "    Type::new({short:?}, &[")?;
            let schema = &self.types[*name];
            let fields: BTreeMap<&String, &Value> = entries(&schema["properties"]).collect();
            for (field, schema_of_field) in fields {
                let line =
                    self.field(schema, checked.contains(name), short, field, schema_of_field, &mut more);
                types += &line.with_context(|| format!("{name}.{field}"))?;
            }
            types += "    ]),\n";
        }
        ensure!(more.len() <= 256, "{} rows of More do not fit a byte", more.len());
        write!(
            out,
            "];\n\npub(crate) static MORE: [More; {}] = [\n    {},\n];\n",
            more.len(),
            more.join(",\n    ")
        )?;
        write!(out, "\npub(crate) static TYPES: [Type; {}] = [\n{types}];\n", names.len())?;
        Ok(out)
    }

    fn field(
        &self,
        owner: &Value,
        checked: bool,
        owner_name: &str,
        name: &str,
        schema: &Value,
        more: &mut Vec<String>,
    ) -> Result<String> {
        let mut flags = Vec::new();
        if owner["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name)) {
            flags.push("REQUIRED");
            let path = format!("{}.{name}", owner_name.rsplit('.').next().unwrap_or_default());
            if checked && !NOT_ENFORCED.split_whitespace().any(|one| one == path) {
                flags.push("ENFORCED");
            }
        }
        let target = reference(schema).map(|name| &self.types[name]);
        let granularity = schema["x-kubernetes-map-type"].as_str();
        let granularity =
            granularity.or_else(|| target.and_then(|target| target["x-kubernetes-map-type"].as_str()));
        match (schema["x-kubernetes-list-type"].as_str(), granularity) {
            (Some("atomic"), _) | (None, Some("atomic")) => flags.push("ATOMIC"),
            (Some("set"), _) => flags.push("SET"),
            (Some("map"), _) => flags.push("KEYED"),
            (None, None | Some("granular")) => {}
            other => bail!("list or map type {other:?}"),
        }
        for strategy in
            schema["x-kubernetes-patch-strategy"].as_str().unwrap_or_default().split_terminator(',')
        {
            match strategy {
                "merge" => flags.push("MERGE"),
                "retainKeys" => flags.push("RETAIN"),
                "replace" => {}
                other => bail!("patch strategy {other}"),
            }
        }
        let default = schema.get("default").map(Value::to_string).unwrap_or_default();
        let zero = matches!(default.as_str(), "\"\"" | "{}" | "0" | "false");
        flags.extend(zero.then_some("ZERO"));
        let keys: Vec<&str> = schema["x-kubernetes-list-map-keys"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let merge_key = schema["x-kubernetes-patch-merge-key"].as_str().unwrap_or_default();
        let default = if zero { "" } else { &default };
        let row = format!("More {{ keys: &{keys:?}, merge_key: {merge_key:?}, default: {default:?} }}");
        let at = more.iter().position(|known| *known == row).unwrap_or_else(|| {
            more.push(row);
            more.len() - 1
        });
        let flags = if flags.is_empty() { "0".to_owned() } else { flags.join(" | ") };
        Ok(format!("        Field::new({name:?}, {}, {flags}, {at}),\n", shape(schema)?))
    }
}

/// The shape of a schema as the tables spell it.
fn shape(schema: &Value) -> Result<String> {
    if let Some(name) = reference(schema) {
        return Ok(special(name).unwrap_or_else(|| format!("Object({})", constant(&short(name)))));
    }
    Ok(match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("string"), None) => "String".to_owned(),
        (Some("string"), Some("byte")) => "Bytes".to_owned(),
        (Some("boolean"), None) => "Bool".to_owned(),
        (Some("integer"), Some("int32")) => "Int32".to_owned(),
        (Some("integer"), Some("int64")) => "Int64".to_owned(),
        (Some("number"), Some("double")) => "Double".to_owned(),
        (Some("array"), None) => format!("List(&{})", shape(&schema["items"])?),
        (Some("object"), None) if schema["additionalProperties"].is_object() => {
            format!("Map(&{})", shape(&schema["additionalProperties"])?)
        }
        other => bail!("no table form for {other:?}"),
    })
}

/// The types that decode themselves, so that their definitions say less than the truth.
fn special(name: &str) -> Option<String> {
    let schema = || constant("apiextensions.v1.JSONSchemaProps");
    Some(match name.rsplit('.').next()? {
        "Quantity" => "Quantity".to_owned(),
        "IntOrString" => "IntOrString".to_owned(),
        "Time" => "Time".to_owned(),
        "MicroTime" => "MicroTime".to_owned(),
        "RawExtension" | "FieldsV1" | "JSON" => "Any".to_owned(),
        "JSONSchemaPropsOrBool" => format!("SchemaOrBool({})", schema()),
        "JSONSchemaPropsOrArray" => format!("SchemaOrSchemas({})", schema()),
        "JSONSchemaPropsOrStringArray" => format!("SchemaOrStrings({})", schema()),
        _ => return None,
    })
}

/// The collection a path stands for: whether it lies in a namespace, and its plural.
fn collection(path: &str) -> Option<(bool, &str)> {
    let rest = match path.strip_prefix("/api/") {
        Some(rest) => rest.split_once('/')?.1,
        None => path.strip_prefix("/apis/")?.splitn(3, '/').nth(2)?,
    };
    let (namespaced, plural) = match rest.strip_prefix("namespaces/{namespace}/") {
        Some(plural) => (true, plural),
        None => (false, rest),
    };
    (!plural.is_empty() && !plural.contains(['/', '{'])).then_some((namespaced, plural))
}

/// The definition a schema refers to: at once, or in an `allOf` of one that makes room for a default.
fn reference(schema: &Value) -> Option<&str> {
    let direct = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str())?;
    direct.strip_prefix("#/components/schemas/")
}

/// The definition a schema refers to, through lists and maps.
fn target(schema: &Value) -> Option<&str> {
    reference(schema).or_else(|| {
        let inner = [&schema["items"], &schema["additionalProperties"]];
        inner.into_iter().filter(|inner| inner.is_object()).find_map(target)
    })
}

/// `core.v1.Container` of `io.k8s.api.core.v1.Container`.
fn short(name: &str) -> String {
    let parts: Vec<&str> = name.rsplitn(4, '.').take(3).collect();
    parts.into_iter().rev().collect::<Vec<_>>().join(".")
}

/// `CORE_V1_CONTAINER` of `core.v1.Container`.
fn constant(short: &str) -> String {
    short.to_uppercase().replace('.', "_")
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_small_api_becomes_tables() {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let gvk = json!({"group": "apps", "version": "v1", "kind": "Thing"});
        let mut api = Api { release: "v1.2.3".to_owned(), ..Api::default() };
        api.merge(&json!({
            "paths": {
                "/apis/apps/v1/things": {"get": {"x-kubernetes-action": "list", "x-kubernetes-group-version-kind": gvk}},
                "/apis/apps/v1/namespaces/{namespace}/things": {"post": {"x-kubernetes-action": "post", "x-kubernetes-group-version-kind": gvk}},
                "/apis/apps/v1/namespaces/{namespace}/things/{name}": {"get": {"x-kubernetes-action": "get", "x-kubernetes-group-version-kind": gvk}},
            },
            "components": {"schemas": {
                "io.k8s.api.apps.v1.Thing": {
                    "x-kubernetes-group-version-kind": [gvk],
                    "properties": {"spec": {"default": {}, "allOf": [reference("io.k8s.api.apps.v1.ThingSpec")]}},
                },
                "io.k8s.api.apps.v1.ThingSpec": {"required": ["template"], "properties": {
                    "template": reference(POD_TEMPLATE),
                    "ports": {"type": "array", "items": {"type": "integer", "format": "int32"}, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["port"]},
                }},
                "io.k8s.api.core.v1.PodTemplateSpec": {"properties": {}},
                "io.k8s.api.core.v1.Unused": {"properties": {}},
            }},
        }))
        .unwrap();
        let text = api.tables().unwrap();
        for line in [
            r#"plural: "things", namespaced: true, pod_template: Some(&["spec", "template"]), ty: APPS_V1_THING }"#,
            r#"Field::new("spec", Object(APPS_V1_THINGSPEC), ZERO, 0),"#,
            r#"Field::new("ports", List(&Int32), KEYED, 1),"#,
            r#"Field::new("template", Object(CORE_V1_PODTEMPLATESPEC), REQUIRED | ENFORCED, 0),"#,
        ] {
            assert!(text.contains(line), "no {line} in\n{text}");
        }
        assert!(!text.contains("Unused"));
    }
}
