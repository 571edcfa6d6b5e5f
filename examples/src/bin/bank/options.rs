//! The command line of `bank`.

use std::ffi::OsString;

use lexopt::prelude::*;

/// The text of `--help`.
pub const HELP: &str = "\
Usage: bank [OPTIONS]

Moves money between accounts at random, while accounts and tellers fail and are killed at random,
and checks at the end that every transfer was done once and no money was lost or made.

Options:
  -n, --transfers N  do N transfers [default: 100000]
  -a, --accounts N   between N accounts, at least 2 [default: 16]
  -t, --tellers N    by N tellers [default: 4]
      --calm         no actor fails or is killed
  -h, --help         print this help

Exit codes: 0 the books balance, 1 they do not, 2 wrong options.
";

/// The parsed command.
pub enum Wish {
    Run(Options),
    Help,
}

/// The amount of work.
pub struct Options {
    pub transfers: u64,
    pub accounts: usize,
    pub tellers: usize,
    pub calm: bool,
}

impl Options {
    /// Returns the number of transfers of this teller.
    pub fn share(&self, teller: usize) -> u64 {
        let (tellers, teller) = (self.tellers as u64, teller as u64);
        self.transfers / tellers + u64::from(teller < self.transfers % tellers)
    }
}

/// Parses the arguments of the program, without its name.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Wish, lexopt::Error> {
    let mut options = Options { transfers: 100_000, accounts: 16, tellers: 4, calm: false };
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Short('n') | Long("transfers") => options.transfers = parser.value()?.parse()?,
            Short('a') | Long("accounts") => options.accounts = parser.value()?.parse()?,
            Short('t') | Long("tellers") => options.tellers = parser.value()?.parse()?,
            Long("calm") => options.calm = true,
            Short('h') | Long("help") => return Ok(Wish::Help),
            _ => return Err(argument.unexpected()),
        }
    }
    if options.accounts < 2 || options.tellers == 0 {
        return Err("a transfer needs two accounts and a teller".into());
    }
    Ok(Wish::Run(options))
}
