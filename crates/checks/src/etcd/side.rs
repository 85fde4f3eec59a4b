//! Whether etcd asks who comes for a certificate: its clients, or its peers.

use ironsides_settings::Settings;

use crate::flags::{Mend, fail};
use crate::out::Out;

/// One of the two sides, by its flags.
pub(super) struct Side {
    /// The switch that asks for certificates.
    pub(super) auth: &'static str,
    /// The CA for them, which asks for them too.
    pub(super) ca: &'static str,
    /// The switch that makes up a certificate.
    pub(super) auto: &'static str,
    /// The certificate that keeps etcd from doing so.
    pub(super) cert: &'static str,
    /// What comes of asking nobody, in one sentence without a full stop.
    pub(super) why: &'static str,
}

/// etcd asks for certificates where it is told to or has a CA for them (`TLSInfo.ServerConfig`), and asks nobody where it makes
/// up its own certificate: that replaces all that was given (`transport.SelfCert`).
pub(super) fn judge(etcd: &Settings, side: &Side, out: &mut Out<'_>) {
    let Some(auth) = out.get(etcd, side.auth) else { return };
    let Some(ca) = out.get(etcd, side.ca) else { return };
    let Some(auto) = out.get(etcd, side.auto) else { return };
    let Some(cert) = out.get(etcd, side.cert) else { return };
    let why = side.why;
    if auto.is_on() == Some(true) && cert.text().is_none() {
        let message = format!("--{} makes up a certificate and asks for none: {why}", side.auto);
        out.fail_setting(etcd, &auto, message);
    } else if auth.is_on() == Some(true) {
        out.pass_setting(&auth);
    } else if ca.text().is_some() {
        out.pass_setting(&ca);
    } else {
        let (flag, ca) = (side.auth, side.ca);
        let message = if auth.is_given() {
            format!("--{flag} is off, and --{ca} is not set: {why}")
        } else {
            format!("neither --{flag} nor --{ca} is set: {why}")
        };
        let test = "see that API server, members and backups come with certificates of the CA for etcd";
        fail(etcd, &auth, message, Some("true"), Mend::Test(test), out);
    }
}
