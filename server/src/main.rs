//! The program `runlens`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;
use runlens_server::commands::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    match Cli::parse().run().await {
        Ok(code) => code,
        Err(error) => {
            // Without a standard error there is nobody to tell.
            let _ = writeln!(io::stderr().lock(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}
