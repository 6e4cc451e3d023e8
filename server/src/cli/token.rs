//! `runlens token`.

use clap::{Args, Subcommand};

use super::{CommandError, open_services, print};
use crate::config::{Config, parse_scopes};

#[derive(Subcommand)]
pub enum TokenCommand {
    /// Create a token for an account and print nothing but the token
    Create(CreateArgs),
}

#[derive(Args)]
pub struct CreateArgs {
    /// Name of the account
    #[arg(long)]
    user: String,
    /// Name of the token
    #[arg(long)]
    name: String,
    /// Scopes of the token
    #[arg(long, default_value = "runs:read results:read")]
    scopes: String,
    /// Days until the token expires
    #[arg(long, default_value_t = 7)]
    days: i64,
}

pub(super) async fn run(config: &Config, command: TokenCommand) -> Result<(), CommandError> {
    let TokenCommand::Create(args) = command;
    let scopes =
        parse_scopes(&args.scopes).map_err(|error| CommandError::Usage(format!("--scopes: {error}")))?;
    let token = open_services(config)
        .await?
        .auth
        .create_token_for(&args.user, &args.name, &scopes, args.days)
        .await?;
    print(&token.token)
}
