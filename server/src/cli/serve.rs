//! `runlens serve`.

use std::{net::SocketAddr, sync::Arc};

use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;

use super::{CommandError, open_services};
use crate::{AppState, config::Config, limits::RedisStore, router};

pub(super) async fn run(mut config: Config) -> Result<(), CommandError> {
    let secret = config.access.secret_key(&config.database)?;
    let listener = bind(config.http.listen).await?;
    // The default public URL needs the real port, so bind before anything uses it.
    config
        .http
        .set_bound_address(listener.local_addr().map_err(serving_failed)?);
    let services = open_services(&config).await?;
    let (address, public_url) = (config.http.listen, config.http.public_url.clone());
    let mut state = AppState::new(services, config.http, config.limits, &secret);
    if let Some(redis) = &config.redis {
        state = state.with_rate_limit_store(Arc::new(RedisStore::new(redis.client())));
    }
    let streams = state.streams();
    let app = router(state);
    tracing::info!(%public_url, "listening on http://{address}");
    // Without TCP_NODELAY the first event of a stream waits up to 40 ms for the acknowledgement of the
    // headers.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "setting TCP_NODELAY failed");
        }
    });
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(async move {
            shutdown_signal().await;
            streams.shut_down();
        })
        .await
        .map_err(serving_failed)?;
    tracing::info!("stopped");
    Ok(())
}

async fn bind(address: SocketAddr) -> Result<TcpListener, CommandError> {
    TcpListener::bind(address)
        .await
        .map_err(|error| CommandError::Io {
            action: format!("listening on {address} (set RUNLENS_LISTEN to use another address)"),
            error,
        })
}

fn serving_failed(error: std::io::Error) -> CommandError {
    CommandError::Io {
        action: "serving".to_owned(),
        error,
    }
}

/// Waits for Ctrl-C or SIGTERM.
async fn shutdown_signal() {
    let interrupt = async { tokio::signal::ctrl_c().await };
    #[cfg(unix)]
    let terminate = async {
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?
            .recv()
            .await;
        std::io::Result::Ok(())
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<std::io::Result<()>>();
    let outcome = tokio::select! { outcome = interrupt => outcome, outcome = terminate => outcome };
    match outcome {
        Ok(()) => tracing::info!("shutting down, waiting for open requests"),
        Err(error) => tracing::error!(%error, "installing signal handlers failed, shutting down"),
    }
}
