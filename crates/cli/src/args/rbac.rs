//! The arguments of `ironsides rbac`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use ironsides_core::Severity;

use super::{FailOn, FromArgs, LogArgs, To, words};

macro_rules! exit_codes {
    ($one:literal) => {
        concat!(
            "\
Exit codes:
  0    answered, from complete data
  1    ",
            $one,
            "
  2    wrong usage
  3    nothing to look at
  4    incomplete: something could not be read, and the answer may depend on it
  130  interrupted"
        )
    };
}

/// `ironsides rbac`
#[derive(Args, Debug)]
pub(crate) struct RbacArgs {
    #[command(subcommand)]
    pub(crate) command: RbacCommand,
}

/// The commands of `ironsides rbac`.
#[derive(Debug, Subcommand)]
pub(crate) enum RbacCommand {
    /// Tell who may do something, and which binding and rule allow it
    WhoCan(WhoCanArgs),
    /// Tell whether somebody may do something, or all that they may do
    #[command(name = "can-i")]
    CanI(CanIArgs),
    /// Tell who has dangerous permissions
    Risks(RisksArgs),
    /// Tell who can become what, each step an API call that the server accepts
    Escalations(EscalationsArgs),
    /// Compare the rights of two states: who gains and who loses what
    Diff(DiffArgs),
    /// Draw subjects, bindings and roles
    Graph(GraphArgs),
    /// Propose the smallest roles that would have sufficed, by an audit log
    LeastPrivilege(LeastPrivilegeArgs),
}

/// What is asked for, and where.
#[derive(Args, Clone, Debug)]
pub(crate) struct RequestArgs {
    /// The verb: get, list, watch, create, update, patch, delete, deletecollection, impersonate, bind, escalate, …
    #[arg(value_name = "VERB")]
    pub(crate) verb: Option<String>,
    /// The resource as kubectl takes it (pods, po, deploy, deployments.apps), with its subresource (pods/log); or a path
    /// that is no resource (/healthz)
    #[arg(value_name = "RESOURCE|/PATH")]
    pub(crate) resource: Option<String>,
    /// The name of one object
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// The subresource, where it is not written behind the resource
    #[arg(long, value_name = "SUBRESOURCE")]
    pub(crate) subresource: Option<String>,
    /// Take the resource as it is written, known or not
    #[arg(long)]
    pub(crate) any_resource: bool,
}

/// Which namespace.
#[derive(Args, Clone, Debug)]
pub(crate) struct NamespaceArgs {
    /// In this namespace
    #[arg(short, long, value_name = "NAMESPACE")]
    pub(crate) namespace: Option<String>,
    /// In all namespaces at once
    #[arg(short = 'A', long, conflicts_with = "namespace")]
    pub(crate) all_namespaces: bool,
}

/// `ironsides rbac who-can`
#[derive(Args, Debug)]
#[command(after_help = concat!(
    "\
Without -n and -A everybody is shown who may do it in any namespace, with the namespace.

Examples:
  ironsides rbac who-can delete pods -n shop
  ironsides rbac who-can get secrets db-password -n shop -o wide
  ironsides rbac who-can create pods/exec
  ironsides rbac who-can get /metrics
  ironsides rbac who-can list nodes -f rbac/

",
    exit_codes!("not used")
))]
pub(crate) struct WhoCanArgs {
    #[command(flatten)]
    pub(crate) request: RequestArgs,
    #[command(flatten)]
    pub(crate) scope: NamespaceArgs,
    #[command(flatten)]
    pub(crate) from: FromArgs,
    /// Output format, into a file where one is named: table, wide, json, yaml, csv, name
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) output: Vec<To<ListingFormat>>,
}

/// `ironsides rbac can-i`
#[derive(Args, Debug)]
#[command(after_help = concat!(
    "\
The one in question is --as, --as-group or --serviceaccount, decided as a live request is: the API server puts everybody
who proved who they are into system:authenticated, and service accounts into their two groups. Access reviews do not;
with --no-implied-groups neither does this command.

Examples:
  ironsides rbac can-i create deployments -n shop --as jane --as-group developers
  ironsides rbac can-i get secrets db-password -n shop --serviceaccount shop:cart
  ironsides rbac can-i get /metrics --as joe --as-group monitoring
  ironsides rbac can-i --list -n shop --as jane

",
    exit_codes!("no")
))]
pub(crate) struct CanIArgs {
    #[command(flatten)]
    pub(crate) request: RequestArgs,
    /// List all that is allowed in a namespace, as `kubectl auth can-i --list` does
    #[arg(long, conflicts_with_all = ["verb", "all_namespaces", "subresource", "any_resource"])]
    pub(crate) list: bool,
    /// A service account, in place of --as
    #[arg(long, value_name = "NAMESPACE:NAME", conflicts_with = "as_user")]
    pub(crate) serviceaccount: Option<String>,
    /// Leave out the groups that the API server adds to live requests, as access reviews do
    #[arg(long)]
    pub(crate) no_implied_groups: bool,
    #[command(flatten)]
    pub(crate) scope: NamespaceArgs,
    #[command(flatten)]
    pub(crate) from: FromArgs,
    /// Output format, into a file where one is named: table, json, yaml
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) output: Vec<To<AnswerFormat>>,
    /// Print no heading above the list
    #[arg(long, requires = "list")]
    pub(crate) no_headers: bool,
}

/// `ironsides rbac risks`
#[derive(Args, Debug)]
#[command(after_help = concat!(
    "\
What comes through a group is told of the group; with --subject it is told of the subject. Kubernetes' own subjects are left
out as far as they have what Kubernetes gives them.

Examples:
  ironsides rbac risks
  ironsides rbac risks --min-severity critical -o wide
  ironsides rbac risks --subject ServiceAccount:shop/cart
  ironsides rbac risks --family secrets-read,pod-exec -f rbac/ -o json

",
    exit_codes!("risks at or above --fail-on")
))]
pub(crate) struct RisksArgs {
    /// Only this subject, with all its groups: a name, or User:NAME, Group:NAME, ServiceAccount:NAMESPACE/NAME; may be given
    /// several times
    #[arg(long, value_name = "SUBJECT")]
    pub(crate) subject: Vec<String>,
    /// Only this family; may be given several times, or with commas
    #[arg(long, value_name = "FAMILY", value_delimiter = ',', value_parser = words::risk_family())]
    #[arg(hide_possible_values = true)]
    pub(crate) family: Vec<String>,
    /// Only risks of this severity or worse
    #[arg(long, value_name = "SEVERITY", value_parser = words::severity(), hide_possible_values = true)]
    pub(crate) min_severity: Option<Severity>,
    /// Show what Kubernetes' own subjects have, too
    #[arg(long)]
    pub(crate) built_in: bool,
    /// Exit with 1 on risks of this severity or worse: critical, high, medium, low, info or none
    #[arg(long, value_name = "SEVERITY", default_value = "high", value_parser = words::fail_on())]
    #[arg(hide_possible_values = true)]
    pub(crate) fail_on: FailOn,
    /// Output format, into a file where one is named: table, wide, json, yaml, csv
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) output: Vec<To<ReportFormat>>,
    #[command(flatten)]
    pub(crate) from: FromArgs,
}

/// `ironsides rbac escalations`
#[derive(Args, Debug)]
#[command(after_help = concat!(
    "\
A way is a chain of API calls, each of which the server accepts of whoever the one before has given. Without --from the
shortest way of every subject to the strongest it reaches; with --from all that the subject can become.

Examples:
  ironsides rbac escalations
  ironsides rbac escalations --to cluster-admin
  ironsides rbac escalations --from Group:developers -o wide
  ironsides rbac escalations -f rbac/ --fail-on critical

",
    exit_codes!("ways at or above --fail-on")
))]
pub(crate) struct EscalationsArgs {
    /// Only from this subject: a name, or User:NAME, Group:NAME, ServiceAccount:NAMESPACE/NAME; may be given several times
    #[arg(long, value_name = "SUBJECT")]
    pub(crate) from: Vec<String>,
    /// Only to this: cluster-admin, node, a subject, or a part of what the report calls it; may be given several times
    #[arg(long, value_name = "POWER")]
    pub(crate) to: Vec<String>,
    /// Exit with 1 on ways of this severity or worse: critical (all of the cluster), high (a namespace, any service
    /// account), medium (one other identity), or none
    #[arg(long, value_name = "SEVERITY", default_value = "high", value_parser = words::fail_on())]
    #[arg(hide_possible_values = true)]
    pub(crate) fail_on: FailOn,
    /// Output format, into a file where one is named: table, wide, json, yaml, csv
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) output: Vec<To<ReportFormat>>,
    #[command(flatten)]
    pub(crate) from_input: FromArgs,
}

/// `ironsides rbac diff`
#[derive(Args, Debug)]
#[command(after_help = concat!(
    "\
OLD and NEW are files, folders or fact bundles. Roles that were written anew and mean the same show nothing.

Examples:
  ironsides rbac diff main/rbac branch/rbac
  ironsides rbac diff monday.tar.zst friday.tar.zst -o markdown
  git worktree add /tmp/main main && ironsides rbac diff /tmp/main/deploy deploy

",
    exit_codes!("something at or above --fail-on was gained")
))]
pub(crate) struct DiffArgs {
    /// The state before
    #[arg(value_name = "OLD", value_hint = ValueHint::AnyPath)]
    pub(crate) old: PathBuf,
    /// The state after
    #[arg(value_name = "NEW", value_hint = ValueHint::AnyPath)]
    pub(crate) new: PathBuf,
    /// Output format, into a file where one is named: table, json, yaml, markdown
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) output: Vec<To<DiffFormat>>,
    /// Exit with 1 when a risk of this severity or worse was gained: critical, high, medium, low, info or none
    #[arg(long, value_name = "SEVERITY", default_value = "high", value_parser = words::fail_on())]
    #[arg(hide_possible_values = true)]
    pub(crate) fail_on: FailOn,
}

/// `ironsides rbac graph`
#[derive(Args, Debug)]
#[command(after_help = concat!(
    "\
The picture is grouped by namespace. What is too big to be read is drawn folded: subjects with the same bindings as one
box, with their number. --subject, --namespace and --role draw a part of it.

Examples:
  ironsides rbac graph -o html=rbac.html
  ironsides rbac graph --subject ServiceAccount:shop/ci -o svg=ci.svg
  ironsides rbac graph --namespace shop -o mermaid
  ironsides rbac graph -f rbac/ -o dot | dot -Tpng > rbac.png

",
    exit_codes!("not used")
))]
pub(crate) struct GraphArgs {
    #[command(flatten)]
    pub(crate) from: FromArgs,
    /// Output format, into a file where one is named: html, svg, dot, mermaid
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "html")]
    pub(crate) output: Vec<To<GraphFormat>>,
    /// Only this subject: a name, or User:NAME, Group:NAME, ServiceAccount:NAMESPACE/NAME; may be given several times
    #[arg(long, value_name = "SUBJECT")]
    pub(crate) subject: Vec<String>,
    /// Only what is bound in this namespace, and the service accounts of it; may be given several times
    #[arg(short, long, value_name = "NAMESPACE")]
    pub(crate) namespace: Vec<String>,
    /// Only this role: a name, ClusterRole/NAME or Role/NAMESPACE/NAME; may be given several times
    #[arg(long, value_name = "ROLE")]
    pub(crate) role: Vec<String>,
    /// Show the built-in bindings of Kubernetes' own components, too
    #[arg(long)]
    pub(crate) system: bool,
}

/// `ironsides rbac least-privilege`
#[derive(Args, Debug)]
#[command(after_help = concat!(
    "\
The roles allow every request of the log that was allowed, and nothing else but what is told: where a name was generated, the
rule is for all names. Refused requests prove no right; a request that was made as somebody else proves theirs, and the right
to act as them of whoever made it. What today's roles hold beyond is known where they are named with -f, --facts or
--cluster.

Examples:
  ironsides rbac least-privilege /var/log/kubernetes/audit/ --cluster
  ironsides rbac least-privilege audit.jsonl --subject ServiceAccount:ci/deployer -f rbac/ -o yaml
  ironsides rbac least-privilege audit*.log.gz --since 30d --audit-policy policy.yaml -o wide
  ironsides rbac least-privilege audit.jsonl --facts before.tar.zst --check-reasons

",
    exit_codes!("a proposed role is wrong, or with --check-reasons a decision of the server is not ours")
))]
pub(crate) struct LeastPrivilegeArgs {
    #[command(flatten)]
    pub(crate) log: LogArgs,
    /// Only this subject: a name, or User:NAME, Group:NAME, ServiceAccount:NAMESPACE/NAME; may be given several times. A
    /// group uses what its members do
    #[arg(long, value_name = "SUBJECT")]
    pub(crate) subject: Vec<String>,
    /// Only what is used in this namespace; may be given several times
    #[arg(short, long, value_name = "NAMESPACE")]
    pub(crate) namespace: Vec<String>,
    /// Propose roles for the parts of Kubernetes itself, too
    #[arg(long)]
    pub(crate) built_in: bool,
    /// Which names rules list: all that were used (exact), none, or those that nobody generated (stable)
    #[arg(long, value_name = "WHICH", default_value = "stable", help_heading = "How roles are made")]
    pub(crate) names: NamesArg,
    /// Make a rule for all names where more than this were used [default: never]
    #[arg(long, value_name = "NUMBER", help_heading = "How roles are made")]
    pub(crate) most_names: Option<usize>,
    /// Grant everywhere what was used in so many namespaces or more [default: never]
    #[arg(long, value_name = "NUMBER", help_heading = "How roles are made")]
    #[arg(value_parser = clap::value_parser!(u16).range(2..))]
    pub(crate) everywhere_from: Option<u16>,
    /// Leave out events whose connection came from here: an address, or a range as in 203.0.113.0/24; may be given several
    /// times
    #[arg(long, value_name = "ADDRESS", help_heading = "How roles are made")]
    pub(crate) not_from: Vec<AddressRange>,
    /// The audit policy that the log was recorded under: tells what the log cannot show
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) audit_policy: Option<PathBuf>,
    /// Hold the server's decisions and reasons against those of the roles and bindings instead, event by event
    #[arg(long, conflicts_with_all = [
        "subject", "namespace", "built_in", "most_names", "everywhere_from", "not_from", "audit_policy",
    ])]
    pub(crate) check_reasons: bool,
    /// Read today's roles and bindings from the cluster that kubectl would talk to
    #[arg(long, conflicts_with_all = ["filename", "facts"], help_heading = "Where objects come from")]
    pub(crate) cluster: bool,
    #[command(flatten)]
    pub(crate) from: FromArgs,
    /// Output format, into a file where one is named: table, wide, yaml (manifests), json
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) output: Vec<To<ProposalFormat>>,
}

/// Which names rules list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum NamesArg {
    // Without documentation: the help lists the words alone.
    Exact,
    Stable,
    None,
}

/// How a proposal is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProposalFormat {
    // Without documentation: the help lists the words alone.
    Table,
    Wide,
    Yaml,
    Json,
}

/// Addresses with the same first bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AddressRange {
    first: IpAddr,
    bits: u32,
}

impl FromStr for AddressRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("{text:?} is no address; write one such as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32")
        };
        let (address, bits) =
            text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let first: IpAddr = address.parse().map_err(|_| wrong())?;
        let all = if first.is_ipv4() { 32 } else { 128 };
        let bits: u32 = bits.map_or(Ok(all), str::parse).map_err(|_| wrong())?;
        if bits > all {
            return Err(wrong());
        }
        // IPv4 as IPv6 writes it is IPv4: so are the addresses of events.
        Ok(match (first.to_canonical(), bits.checked_sub(96)) {
            (IpAddr::V4(mapped), Some(bits)) if first.is_ipv6() => Self { first: IpAddr::V4(mapped), bits },
            _ => Self { first, bits },
        })
    }
}

impl AddressRange {
    /// Whether an address is one of them.
    pub(crate) fn holds(self, address: IpAddr) -> bool {
        match (self.first, address.to_canonical()) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                let rest = 32 - self.bits.min(32);
                u64::from(first.to_bits()) >> rest == u64::from(address.to_bits()) >> rest
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                let rest = 128 - self.bits.min(128);
                first.to_bits().checked_shr(rest).unwrap_or(0)
                    == address.to_bits().checked_shr(rest).unwrap_or(0)
            }
            _ => false,
        }
    }
}

/// How a listing is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListingFormat {
    // Without documentation: the help lists the words alone.
    Table,
    Wide,
    Json,
    Yaml,
    Csv,
    Name,
}

/// How a report is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    // Without documentation: the help lists the words alone.
    Table,
    Wide,
    Json,
    Yaml,
    Csv,
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AnswerFormat {
    // Without documentation: the help lists the words alone.
    Table,
    Json,
    Yaml,
}

/// How a comparison is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    // Without documentation: the help lists the words alone.
    Table,
    Json,
    Yaml,
    Markdown,
}

/// How a picture is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    // Without documentation: the help lists the words alone.
    Html,
    Svg,
    Dot,
    Mermaid,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_either_way_to_write_ipv4_are_the_same() {
        for (range, address, expected) in [
            ("::ffff:203.0.113.9", "203.0.113.9", true),
            ("::ffff:203.0.113.9", "::ffff:203.0.113.9", true),
            ("::ffff:203.0.113.0/120", "203.0.113.77", true),
            ("::ffff:203.0.113.0/120", "203.0.114.1", false),
            ("203.0.113.0/24", "::ffff:203.0.113.9", true),
            ("203.0.113.9", "203.0.113.10", false),
            ("2001:db8::/32", "2001:db8::1", true),
            ("::/0", "203.0.113.9", false),
        ] {
            let range: AddressRange = range.parse().unwrap();
            assert_eq!(range.holds(address.parse().unwrap()), expected, "{range:?} {address}");
        }
    }
}
