//! The server under test.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use axum::{
    Router,
    body::{Body, BodyDataStream, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, Response, StatusCode, header},
};
use runlens_api_types::auth::Scope;
use runlens_domain::{Services, testing::TestPlatform};
use runlens_server::{AppState, StreamLimiter, config, config::LimitConfig, limits::RateLimitStore, router};
use serde_json::Value;
use tower::ServiceExt;

/// `secret`, at a thousandth of the platform's cost.
pub(crate) const SECRET: &str = "$6$rounds=1000$saltsalt$LAV5VE5Y7w1d73x1mFNspYWUpazfmwv2SoepNXNKJ/otop/Zok96Hr8Q13LEv0DRY/x8v0/crpIjl8NJSAqXV/";

/// A server that is asked directly, without a network.
pub(crate) struct Web {
    router: Router,
    /// Those that the server has open.
    pub(crate) streams: StreamLimiter,
}

/// A server on a test's platform.
pub(crate) struct Server {
    pub(crate) test: TestPlatform,
    web: Web,
}

impl std::ops::Deref for Server {
    type Target = Web;

    fn deref(&self) -> &Web {
        &self.web
    }
}

/// What the server is told about itself.
pub(crate) fn http() -> config::HttpConfig {
    config::HttpConfig {
        listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
        public_url: "http://127.0.0.1:3000".to_owned(),
        is_default_url: true,
        site_root: PathBuf::from("no-such-site"),
        trusted_proxies: Vec::new(),
        cors_origins: config::CorsOrigins::None,
    }
}

impl Server {
    pub(crate) fn new(test: TestPlatform) -> Self {
        Self::with(test, http(), LimitConfig::default())
    }

    pub(crate) fn with(test: TestPlatform, http: config::HttpConfig, limits: LimitConfig) -> Self {
        let web = Web::new(test.platform.clone(), http, limits);
        Self { test, web }
    }

    /// A token of an account made for it.
    pub(crate) async fn token(&self, role: &str, scopes: &[Scope]) -> String {
        self.test.user(role, Some(role), SECRET).await;
        self.test
            .platform
            .auth
            .create_token_for(role, "tests", scopes, 7)
            .await
            .expect("a token")
            .token
    }

    /// A token that may read everything, of a contributor.
    pub(crate) async fn reader(&self) -> String {
        self.token(
            "contributor",
            &[Scope::RunsRead, Scope::ResultsRead, Scope::SystemRead],
        )
        .await
    }
}

impl Web {
    pub(crate) fn new(platform: Services, http: config::HttpConfig, limits: LimitConfig) -> Self {
        Self::of(AppState::new(
            platform,
            http,
            limits,
            &config::SecretKey::random(),
        ))
    }

    fn of(state: AppState) -> Self {
        Self {
            streams: state.streams(),
            router: router(state),
        }
    }

    /// The cookie of somebody who signs in with the password of [`SECRET`].
    pub(crate) async fn session(&self, name: &str) -> String {
        let form = format!("email={name}%40example.org&password=secret");
        // Each from another address: this is not about limits.
        let [a, b, ..] = runlens_domain::clock::random_bytes::<4>();
        let answer = self
            .form("/forms/sign-in")
            .from([10, 1, a, b])
            .body(form)
            .send()
            .await;
        assert!(
            answer.cookies().starts_with("runlens_session="),
            "{}",
            answer.text()
        );
        answer.cookies()
    }

    /// A form that one of our own pages sends.
    pub(crate) fn form(&self, path: &str) -> Call<'_> {
        let post = self
            .post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "text/html");
        post.header("host", "127.0.0.1:3000")
            .header("origin", "http://127.0.0.1:3000")
    }

    pub(crate) fn delete(&self, path: &str) -> Call<'_> {
        self.call(Method::DELETE, path)
    }

    /// One of several instances: requests are counted in what they share.
    pub(crate) fn with_rate_limit_store(
        platform: Services,
        limits: LimitConfig,
        counters: Arc<dyn RateLimitStore>,
    ) -> Self {
        Self::of(
            AppState::new(platform, http(), limits, &config::SecretKey::random())
                .with_rate_limit_store(counters),
        )
    }

    pub(crate) fn get(&self, path: &str) -> Call<'_> {
        self.call(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> Call<'_> {
        self.call(Method::POST, path)
    }

    pub(crate) fn call(&self, method: Method, path: &str) -> Call<'_> {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().expect(path);
        Call {
            web: self,
            request,
            peer: [127, 0, 0, 1],
        }
    }
}

/// A request being put together.
pub(crate) struct Call<'a> {
    web: &'a Web,
    request: Request<Body>,
    peer: [u8; 4],
}

impl Call<'_> {
    pub(crate) fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.request
            .headers_mut()
            .append(name, value.parse().expect(value));
        self
    }

    pub(crate) fn from(mut self, peer: [u8; 4]) -> Self {
        self.peer = peer;
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json")
            .body(body.to_string())
    }

    pub(crate) fn body(mut self, body: impl Into<Body>) -> Self {
        *self.request.body_mut() = body.into();
        self
    }

    /// Sends it, and lets the body be read as it comes.
    pub(crate) async fn open(self) -> (HeaderMap, BodyDataStream) {
        let (parts, body) = self.answer().await.into_parts();
        (parts.headers, body.into_data_stream())
    }

    async fn answer(mut self) -> Response<Body> {
        self.request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::from((self.peer, 40_000))));
        self.web
            .router
            .clone()
            .oneshot(self.request)
            .await
            .expect("an answer")
    }

    pub(crate) async fn send(self) -> Answer {
        let (parts, body) = self.answer().await.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a whole body");
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.to_vec(),
        }
    }
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Its body, which must be JSON and said to be.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/json", "{}", self.text());
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// The body of a success.
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        self.json()
    }

    /// The body of a failure, which has the shape of every failure.
    pub(crate) fn failure(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        let body = self.json();
        assert_eq!(body["code"], code);
        assert!(
            body["message"]
                .as_str()
                .is_some_and(|message| !message.is_empty() && message.chars().count() <= 500),
            "{body}"
        );
        assert!(body["details"].is_object(), "{body}");
        assert_eq!(body.as_object().map(serde_json::Map::len), Some(3), "{body}");
        body
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's value; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("text"))
            .unwrap_or_default()
    }

    /// The cookies that are set, as a browser sends them back.
    pub(crate) fn cookies(&self) -> String {
        let cookies = self
            .headers
            .get_all(header::SET_COOKIE)
            .iter()
            .map(|value| value.to_str().expect("text"));
        cookies
            .filter_map(|cookie| cookie.split(';').next())
            .collect::<Vec<_>>()
            .join("; ")
    }
}
