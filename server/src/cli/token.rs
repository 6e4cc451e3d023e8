//! `runlens token`.

use clap::{Args, Subcommand};

use super::{CommandError, open_services, print};
use crate::config::{Config, parse_scopes};

/// Bearer tokens.
#[derive(Subcommand)]
pub enum TokenCommand {
    /// Make a token for an account and print it alone
    Create(CreateArgs),
}

/// What to make a token from.
#[derive(Args)]
pub struct CreateArgs {
    /// Name of the account
    #[arg(long)]
    user: String,
    /// A name to know the token by
    #[arg(long)]
    name: String,
    /// Its rights
    #[arg(long, default_value = "runs:read results:read")]
    scopes: String,
    /// Days until it expires
    #[arg(long, default_value_t = 7)]
    days: i64,
}

pub(super) async fn run(config: &Config, command: TokenCommand) -> Result<(), CommandError> {
    let TokenCommand::Create(args) = command;
    let scopes =
        parse_scopes(&args.scopes).map_err(|fault| CommandError::Refused(format!("--scopes: {fault}")))?;
    let token = open_services(config)
        .await?
        .auth
        .create_token_for(&args.user, &args.name, &scopes, args.days)
        .await?;
    print(&token.token)
}
