//! `runlens-bare ADDRESS ANSWERS`: a bare axum handler that gives prepared answers from memory.
//!
//! ANSWERS is a file of JSON: by address, the headers and the body. `scripts/bench` writes down there what Runlens answered.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde::Deserialize;

/// One answer as it is written down.
#[derive(Deserialize)]
struct Written {
    headers: HashMap<String, String>,
    body: String,
}

type Answers = Arc<HashMap<String, (HeaderMap, Bytes)>>;

fn prepare(written: Written) -> Result<(HeaderMap, Bytes), Box<dyn std::error::Error>> {
    let mut headers = HeaderMap::new();
    for (name, value) in written.headers {
        headers.insert(name.parse::<HeaderName>()?, value.parse::<HeaderValue>()?);
    }
    Ok((headers, written.body.into()))
}

async fn answer(State(answers): State<Answers>, uri: Uri) -> Response {
    let address = uri
        .path_and_query()
        .map(|address| address.as_str())
        .unwrap_or_default();
    match answers.get(address) {
        Some((headers, body)) => (headers.clone(), body.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("usage: runlens-bare ADDRESS ANSWERS".into());
    };
    let written: HashMap<String, Written> = serde_json::from_slice(&std::fs::read(file)?)?;
    let answers = written
        .into_iter()
        .map(|(address, written)| Ok((address, prepare(written)?)));
    let answers = answers.collect::<Result<HashMap<_, _>, Box<dyn std::error::Error>>>()?;
    let router = Router::new().fallback(answer).with_state(Arc::new(answers));
    axum::serve(tokio::net::TcpListener::bind(address).await?, router).await?;
    Ok(())
}
