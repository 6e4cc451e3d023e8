//! `runlens serve`.

use std::{net::SocketAddr, sync::Arc};

use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;

use super::{CommandError, open_services};
use crate::{AppState, config::Config, limits::RedisStore, router};

pub(super) async fn run(config: Config) -> Result<(), CommandError> {
    let secret = config.access.secret_key(&config.database)?;
    let services = open_services(&config).await?;
    let listen = config.http.listen;
    let public_url = config.http.public_url.clone();
    let mut state = AppState::new(services, config.http, config.limits, &secret);
    if let Some(redis) = &config.redis {
        state = state.with_rate_limit_store(Arc::new(RedisStore::new(redis)));
    }
    let streams = state.streams();
    let app = router(state);
    let refused = |error| CommandError::Io {
        what: format!("listening on {listen} (RUNLENS_LISTEN names another address)"),
        error,
    };
    let listener = TcpListener::bind(listen).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    tracing::info!(%public_url, "listening on http://{address}");
    // The body of a stream would wait for the client to acknowledge its head: 40 ms where that takes its time.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "a connection cannot be told to send at once");
        }
    });
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(async move {
            shutdown_signal().await;
            streams.stop();
        })
        .await
        .map_err(|error| CommandError::Io {
            what: "serving".to_owned(),
            error,
        })?;
    tracing::info!("stopped");
    Ok(())
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
        Ok(()) => tracing::info!("stopping: no new requests, those under way are finished"),
        Err(error) => tracing::error!(%error, "cannot wait for signals; stopping"),
    }
}
