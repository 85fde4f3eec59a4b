//! The checks themselves, a family a file. Each finds either nothing or the server's words for what it found.

pub(crate) mod app_armor;
pub(crate) mod capabilities;
pub(crate) mod escalation;
pub(crate) mod host;
pub(crate) mod privileged;
pub(crate) mod proc_mount;
pub(crate) mod se_linux;
pub(crate) mod seccomp;
mod setters;
pub(crate) mod sysctls;
#[cfg(test)]
mod tests;
pub(crate) mod users;
pub(crate) mod volumes;
pub(crate) mod windows;
