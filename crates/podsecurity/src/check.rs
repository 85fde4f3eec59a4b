//! The checks: which there are, at which level, and since when.

use std::fmt;

use crate::checks::{app_armor, capabilities, escalation, host, privileged, proc_mount, se_linux, seccomp};
use crate::checks::{sysctls, users, volumes, windows};
use crate::facts::PodFacts;
use crate::level::Level;
use crate::violation::Fault;

/// A check of the Pod Security Standards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// AppArmor must not be turned off.
    AppArmorProfile,
    /// Capabilities beyond the usual must not be added.
    CapabilitiesBaseline,
    /// The node's network, processes and message queues must not be shared.
    HostNamespaces,
    /// Directories of the node must not be mounted.
    HostPathVolumes,
    /// Ports of the node must not be taken.
    HostPorts,
    /// Probes and hooks must go to the pod itself.
    HostProbesAndHostLifecycle,
    /// Containers must not be privileged.
    Privileged,
    /// What the runtime hides in `/proc` must stay hidden.
    ProcMount,
    /// SELinux may be asked only for the types made for containers.
    SeLinuxOptions,
    /// Seccomp must not be turned off.
    SeccompProfileBaseline,
    /// Only kernel settings that end at the pod may be changed.
    Sysctls,
    /// Windows containers must not run as processes of the node.
    WindowsHostProcess,
    /// A process must not gain more privileges than its parent.
    AllowPrivilegeEscalation,
    /// All capabilities must be dropped, and one may be added.
    CapabilitiesRestricted,
    /// What the runtime hides in `/proc` must stay hidden, also in a user namespace.
    ProcMountRestricted,
    /// Only volumes that belong to the cluster may be mounted.
    RestrictedVolumes,
    /// Containers must be bound to run as a user other than root.
    RunAsNonRoot,
    /// Containers must not ask for user 0.
    RunAsUser,
    /// Seccomp must be turned on.
    SeccompProfileRestricted,
}

/// One form of a check.
type Judge = for<'a> fn(&PodFacts<'a>) -> Option<Fault<'a>>;

/// A form of a check and the minor version it began with.
#[derive(Clone, Copy)]
pub(crate) struct Revision {
    since: u64,
    judge: Judge,
}

impl Revision {
    const fn new(since: u64, judge: Judge) -> Self {
        Self { since, judge }
    }

    /// The version it began with, which tells the forms of one check apart.
    pub(crate) fn since(self) -> u64 {
        self.since
    }

    pub(crate) fn judge<'a>(self, facts: &PodFacts<'a>) -> Option<Fault<'a>> {
        (self.judge)(facts)
    }
}

impl Check {
    /// In the order in which the server reports them: those of the baseline by their names, then the others.
    pub const ALL: [Self; 19] = [
        Self::AppArmorProfile,
        Self::CapabilitiesBaseline,
        Self::HostNamespaces,
        Self::HostPathVolumes,
        Self::HostPorts,
        Self::HostProbesAndHostLifecycle,
        Self::Privileged,
        Self::ProcMount,
        Self::SeLinuxOptions,
        Self::SeccompProfileBaseline,
        Self::Sysctls,
        Self::WindowsHostProcess,
        Self::AllowPrivilegeEscalation,
        Self::CapabilitiesRestricted,
        Self::ProcMountRestricted,
        Self::RestrictedVolumes,
        Self::RunAsNonRoot,
        Self::RunAsUser,
        Self::SeccompProfileRestricted,
    ];

    /// Its name among the standards.
    pub fn id(self) -> &'static str {
        match self {
            Self::AppArmorProfile => "appArmorProfile",
            Self::CapabilitiesBaseline => "capabilities_baseline",
            Self::HostNamespaces => "hostNamespaces",
            Self::HostPathVolumes => "hostPathVolumes",
            Self::HostPorts => "hostPorts",
            Self::HostProbesAndHostLifecycle => "hostProbesAndHostLifecycle",
            Self::Privileged => "privileged",
            Self::ProcMount => "procMount",
            Self::SeLinuxOptions => "seLinuxOptions",
            Self::SeccompProfileBaseline => "seccompProfile_baseline",
            Self::Sysctls => "sysctls",
            Self::WindowsHostProcess => "windowsHostProcess",
            Self::AllowPrivilegeEscalation => "allowPrivilegeEscalation",
            Self::CapabilitiesRestricted => "capabilities_restricted",
            Self::ProcMountRestricted => "procMount_restricted",
            Self::RestrictedVolumes => "restrictedVolumes",
            Self::RunAsNonRoot => "runAsNonRoot",
            Self::RunAsUser => "runAsUser",
            Self::SeccompProfileRestricted => "seccompProfile_restricted",
        }
    }

    /// The laxest level that asks for it.
    pub fn level(self) -> Level {
        if self < Self::AllowPrivilegeEscalation { Level::Baseline } else { Level::Restricted }
    }

    /// The check of the baseline that it takes the place of, at the restricted level and where it applies.
    pub fn overrides(self) -> Option<Self> {
        match self {
            Self::CapabilitiesRestricted => Some(Self::CapabilitiesBaseline),
            Self::ProcMountRestricted => Some(Self::ProcMount),
            Self::RestrictedVolumes => Some(Self::HostPathVolumes),
            Self::SeccompProfileRestricted => Some(Self::SeccompProfileBaseline),
            _ => None,
        }
    }

    /// The checks that override another.
    pub(crate) const OVERRIDING: [Self; 4] = [
        Self::CapabilitiesRestricted,
        Self::ProcMountRestricted,
        Self::RestrictedVolumes,
        Self::SeccompProfileRestricted,
    ];

    /// Its form in policy version 1.`minor`, or `None` before there was one.
    pub(crate) fn at(self, minor: u64) -> Option<Revision> {
        self.revisions().iter().rfind(|revision| revision.since <= minor).copied()
    }

    /// The minor versions that changed it, its first among them.
    pub fn changed_in(self) -> impl Iterator<Item = u64> {
        self.revisions().iter().map(|revision| revision.since)
    }

    fn revisions(self) -> &'static [Revision] {
        const fn at(since: u64, judge: Judge) -> Revision {
            Revision::new(since, judge)
        }
        match self {
            Self::AppArmorProfile => const { &[at(0, app_armor::profile)] },
            Self::CapabilitiesBaseline => const { &[at(0, capabilities::baseline)] },
            Self::HostNamespaces => const { &[at(0, host::namespaces)] },
            Self::HostPathVolumes => const { &[at(0, volumes::host_path)] },
            Self::HostPorts => const { &[at(0, host::ports)] },
            Self::HostProbesAndHostLifecycle => const { &[at(34, host::probes)] },
            Self::Privileged => const { &[at(0, privileged::privileged)] },
            Self::ProcMount => const { &[at(0, proc_mount::masked), at(35, proc_mount::masked_outside)] },
            Self::SeLinuxOptions => const { &[at(0, se_linux::since_0), at(31, se_linux::since_31)] },
            Self::SeccompProfileBaseline => {
                const { &[at(0, seccomp::annotations), at(19, seccomp::allowed)] }
            }
            Self::Sysctls => {
                const {
                    &[
                        at(0, sysctls::since_0),
                        at(27, sysctls::since_27),
                        at(29, sysctls::since_29),
                        at(32, sysctls::since_32),
                        at(37, sysctls::since_37),
                    ]
                }
            }
            Self::WindowsHostProcess => const { &[at(0, windows::host_process)] },
            Self::AllowPrivilegeEscalation => {
                const { &[at(8, escalation::forbidden), at(25, escalation::forbidden_on_linux)] }
            }
            Self::CapabilitiesRestricted => {
                const { &[at(22, capabilities::restricted), at(25, capabilities::restricted_on_linux)] }
            }
            Self::ProcMountRestricted => const { &[at(35, proc_mount::masked)] },
            Self::RestrictedVolumes => const { &[at(0, volumes::restricted)] },
            Self::RunAsNonRoot => const { &[at(0, users::non_root), at(35, users::non_root_outside)] },
            Self::RunAsUser => const { &[at(23, users::not_zero), at(35, users::not_zero_outside)] },
            Self::SeccompProfileRestricted => {
                const { &[at(19, seccomp::required), at(25, seccomp::required_on_linux)] }
            }
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::NEWEST;

    #[test]
    fn there_are_nineteen_checks_in_order_of_level_and_name() {
        let mut sorted = Check::ALL;
        sorted.sort_by_key(|check| (check.level(), check.id().as_bytes()));
        assert_eq!(sorted, Check::ALL);
        assert_eq!(Check::ALL.iter().filter(|check| check.level() == Level::Baseline).count(), 12);
    }

    #[test]
    fn there_are_thirty_one_revisions_none_newer_than_the_newest() {
        let all: Vec<u64> = Check::ALL.iter().flat_map(|check| check.changed_in()).collect();
        assert_eq!(all.len(), 31);
        assert_eq!(all.iter().max(), Some(&NEWEST));
        for check in Check::ALL {
            assert!(check.changed_in().is_sorted_by(|a, b| a < b), "{check}");
        }
    }

    #[test]
    fn a_check_exists_from_its_first_version_on() {
        assert!(Check::AllowPrivilegeEscalation.at(7).is_none());
        assert_eq!(Check::AllowPrivilegeEscalation.at(24).map(Revision::since), Some(8));
        assert_eq!(Check::Sysctls.at(36).map(Revision::since), Some(32));
    }

    #[test]
    fn only_restricted_checks_override_and_only_baseline_ones() {
        for check in Check::ALL {
            if let Some(overridden) = check.overrides() {
                assert_eq!((check.level(), overridden.level()), (Level::Restricted, Level::Baseline));
            }
            assert_eq!(check.overrides().is_some(), Check::OVERRIDING.contains(&check), "{check}");
        }
    }
}
