//! The arguments of `ironsides network reach`.

use clap::{Args, ValueEnum};

use super::ProfileArgs;
use crate::args::{FromArgs, To};

/// `ironsides network reach`
#[derive(Args, Debug)]
#[command(after_help = concat!(
    "\
Ends: NAMESPACE/WORKLOAD stands for all its pods (deploy/NAMESPACE/NAME, sts/…, ds/… for one kind), pod/NAMESPACE/NAME for one,
svc/NAMESPACE/NAME for what serves a service, ns/NAME for every workload of a namespace, node/NAME for a node; an address, a
block or internet for what is outside. A port is a number (TCP), udp/53, icmp/8, or a name; [2001:db8::1]:443 for an address of
IPv6. Without a port all traffic is asked for.

Answers: allowed; limited (a proxy or a handshake lets only a part through); denied; depends (it cannot be known from here, and
the condition is told); unknown (the plug-in itself cannot work it out).

Examples:
  ironsides network reach shop/frontend svc/shop/cart:8080
  ironsides network reach shop/frontend data/postgres:5432 -f deploy/
  ironsides network reach shop/frontend shop/api:8080 GET /orders/7 -f deploy/ --profile cilium
  ironsides network reach internet payments/payments --profile all
  ironsides network reach ns/shop 169.254.169.254:80

",
    exit_codes!("not used")
))]
pub(crate) struct ReachArgs {
    /// Who opens the connection
    #[arg(value_name = "SRC")]
    pub(crate) from: String,
    /// To whom, and to which port
    #[arg(value_name = "DST[:PORT]")]
    pub(crate) to: String,
    /// The method of an HTTP request
    #[arg(value_name = "METHOD")]
    pub(crate) method: Option<String>,
    /// Its path with its query
    #[arg(value_name = "PATH")]
    pub(crate) path: Option<String>,
    /// The host that it names
    #[arg(value_name = "HOST")]
    pub(crate) host: Option<String>,
    /// A header of the request, as in "X-Token: secret"; may be given several times
    #[arg(short = 'H', long, value_name = "NAME: VALUE", requires = "path")]
    pub(crate) header: Vec<String>,
    /// Do not look for the smallest change that would flip the answer
    #[arg(long)]
    pub(crate) no_change: bool,
    #[command(flatten)]
    pub(crate) profile: ProfileArgs,
    #[command(flatten)]
    pub(crate) from_input: FromArgs,
    /// Output format, into a file where one is named: table, json, yaml
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) output: Vec<To<ReachFormat>>,
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReachFormat {
    // Without documentation: the help lists the words alone.
    Table,
    Json,
    Yaml,
}
