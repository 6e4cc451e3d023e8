//! The program `runlens`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;
use runlens_server::cli::{Cli, CommandError};
use tokio::runtime::Builder;

/// Rendering a page nests as deep as its views: without optimisation that is more than the usual 2 MiB.
const STACK: usize = 16 * 1024 * 1024;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            // Without a standard error there is nobody to tell.
            let _ = writeln!(io::stderr().lock(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode, CommandError> {
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK)
        .build();
    let runtime = runtime.map_err(|error| CommandError::Io {
        what: "starting".to_owned(),
        error,
    })?;
    runtime.block_on(cli.run())
}
