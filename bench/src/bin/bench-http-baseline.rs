//! `bench-http-baseline ADDRESS RESPONSES`: an axum handler that returns prepared responses from memory.
//!
//! RESPONSES is a JSON file with headers and body by path. `scripts/bench` fills it with the responses of Runlens, so that the
//! comparison shows what producing them costs.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde::Deserialize;

/// A response as it is stored in the file.
#[derive(Deserialize)]
struct StoredResponse {
    headers: HashMap<String, String>,
    body: String,
}

type Responses = Arc<HashMap<String, (HeaderMap, Bytes)>>;

fn prepare(stored: StoredResponse) -> Result<(HeaderMap, Bytes), Box<dyn std::error::Error>> {
    let mut headers = HeaderMap::new();
    for (name, value) in stored.headers {
        headers.insert(name.parse::<HeaderName>()?, value.parse::<HeaderValue>()?);
    }
    Ok((headers, stored.body.into()))
}

async fn respond(State(responses): State<Responses>, uri: Uri) -> Response {
    let path = uri.path_and_query().map_or("", |path| path.as_str());
    match responses.get(path) {
        Some((headers, body)) => (headers.clone(), body.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("usage: bench-http-baseline ADDRESS RESPONSES".into());
    };
    let stored: HashMap<String, StoredResponse> = serde_json::from_slice(&std::fs::read(file)?)?;
    let responses = stored
        .into_iter()
        .map(|(path, stored)| Ok((path, prepare(stored)?)))
        .collect::<Result<HashMap<_, _>, Box<dyn std::error::Error>>>()?;
    let router = Router::new().fallback(respond).with_state(Arc::new(responses));
    axum::serve(tokio::net::TcpListener::bind(address).await?, router).await?;
    Ok(())
}
