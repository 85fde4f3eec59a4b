//! The arguments of `ironsides network test`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::ProfileArgs;
use crate::args::{FromArgs, To};

/// `ironsides network test`
#[derive(Args, Debug)]
#[command(after_help = concat!(
    "\
FILE holds documents of the kind NetworkTest (`ironsides schema network-test` prints their schema):

  apiVersion: ironsides.dev/v1
  kind: NetworkTest
  expect:
    - from: shop/frontend
      to: svc/shop/cart
      port: 8080
      verdict: allow
      why: the frontend shows the cart

The verdict is allow, deny, limited (as far as a proxy or a handshake lets it) or depends. Without a port all traffic is
meant; protocols without ports count then as far as it is known what happens to them.

Examples:
  ironsides network test network-test.yaml -f deploy/
  ironsides network test tests/ -f deploy/ -o table -o junit=network.xml
  ironsides network test network-test.yaml --min-coverage 80

",
    exit_codes!("an expectation does not hold, or less than --min-coverage of the rules is exercised")
))]
pub(crate) struct TestArgs {
    /// Files or folders with expectations; `-` is standard input
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) files: Vec<PathBuf>,
    /// Exit with 1 where expectations exercise less than this share of the rules of policies, in percent
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) min_coverage: Option<u8>,
    /// List every rule that no expectation exercises
    #[arg(long)]
    pub(crate) coverage: bool,
    #[command(flatten)]
    pub(crate) profile: ProfileArgs,
    #[command(flatten)]
    pub(crate) from: FromArgs,
    /// Output format, into a file where one is named: table, json, yaml, junit
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) output: Vec<To<TestFormat>>,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestFormat {
    // Without documentation: the help lists the words alone.
    Table,
    Json,
    Yaml,
    Junit,
}
