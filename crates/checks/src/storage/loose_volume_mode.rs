//! A mode that lets everybody write.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "loose-volume-mode",
        title: "files of a volume may be changed by everybody in the pod",
        severity: Severity::Low,
        family: "storage",
        since: "0.1.0",
        page: include_str!("loose_volume_mode.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for volume in pod.spec().get("volumes").items() {
        let name = volume.get("name").str().unwrap_or_default();
        for source in ["secret", "configMap", "downwardAPI", "projected"] {
            let source = volume.get(source);
            let items = source.get("items").items();
            let projected = source.get("sources").items().flat_map(|part| {
                let kinds = ["secret", "configMap", "downwardAPI"];
                kinds
                    .into_iter()
                    .flat_map(move |kind| part.get(kind).get("items").items().collect::<Vec<_>>())
            });
            let modes = items.chain(projected).map(|item| item.get("mode"));
            for at in std::iter::once(source.get("defaultMode")).chain(modes) {
                let Some(mode) = at.int() else { continue };
                if mode & 0o002 == 0 {
                    out.pass(&at);
                } else {
                    out.fail(
                        &at,
                        format!("volume \"{name}\" has files of mode {mode:04o}, which all users may write"),
                    );
                }
            }
        }
    }
}
