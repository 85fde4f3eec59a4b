//! Our own detections for audit logs, from `rules/audit/` at the root of the tree.

/// The rule files that are shipped, name and text, in the order in which they are to be loaded: settings, what rules have
/// in common, then a file a tactic. Files of a user's own come behind them and override what differs.
pub fn shipped() -> &'static [(&'static str, &'static str)] {
    macro_rules! files {
        ($($name:literal),* $(,)?) => {
            &[$(($name, include_str!(concat!("../../../rules/audit/", $name)))),*]
        };
    }
    files![
        "settings.yaml",
        "macros.yaml",
        "initial-access.yaml",
        "credential-access.yaml",
        "privilege-escalation.yaml",
        "execution.yaml",
        "persistence.yaml",
        "defense-evasion.yaml",
        "adversary-in-the-middle.yaml",
        "exfiltration.yaml",
        "impact.yaml",
        "discovery.yaml",
    ]
}
