//! The kernel settings that a kubelet with `protectKernelDefaults` insists on.

use crate::yaml::Text;

/// Name, value, and why. The values are the kubelet's own: with others it refuses to start.
pub(crate) const SETTINGS: [(&str, &str, &str); 6] = [
    (
        "vm.overcommit_memory",
        "1",
        "Memory is granted without counting it, as requests and limits of pods assume.",
    ),
    ("vm.panic_on_oom", "0", "Out of memory ends a process, not the node."),
    ("kernel.panic", "10", "Ten seconds after a panic the node starts again."),
    ("kernel.panic_on_oops", "1", "A kernel that went wrong stops, and does not go on in an unknown state."),
    ("kernel.keys.root_maxkeys", "1000000", "Keys for root: each container takes one."),
    ("kernel.keys.root_maxbytes", "25000000", "Bytes of those keys, 25 for each."),
];

/// The settings as a file of sysctl.d.
pub(crate) fn text() -> String {
    let mut text = Text::new();
    text.comment(
        "Kernel settings that the kubelet insists on with protectKernelDefaults. `sysctl --system` sets them; do so \
         before the kubelet starts.",
    );
    for (name, value, why) in SETTINGS {
        text.comment(why).line(&format!("{name} = {value}"));
    }
    text.finish()
}
