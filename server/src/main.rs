//! The `runlens` program.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;
use runlens_server::cli::{Cli, CommandError};
use tokio::runtime::Builder;

/// Rendering recurses as deep as the views are nested, which exceeds the default 2 MiB in debug builds.
const THREAD_STACK_BYTES: usize = 16 * 1024 * 1024;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            // Nothing can be reported if standard error is closed.
            let _ = writeln!(io::stderr().lock(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode, CommandError> {
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(THREAD_STACK_BYTES)
        .build();
    let runtime = runtime.map_err(|error| CommandError::Io {
        action: "starting the runtime".to_owned(),
        error,
    })?;
    runtime.block_on(cli.run())
}
