//! Images that were pulled with the credentials of others.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use super::plugins::Plugin;
use crate::flags::Mend;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-cached-images-shared",
        title: "Pods may use private images that others have pulled",
        severity: Severity::Low,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_cached_images_shared.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    PLUGIN.judge(server, out);
}

const PLUGIN: Plugin = Plugin {
    name: "AlwaysPullImages",
    wanted: true,
    why: "a pod may run a private image that another pod has pulled to the node",
    mend: Mend::Test(
        "see that the registry answers whenever a container starts, and how much it is asked then",
    ),
};
