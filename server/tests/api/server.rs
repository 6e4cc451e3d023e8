//! A server in process, requests and responses.

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

/// Hash of the password `secret`, with few rounds so that tests are fast.
pub(crate) const SECRET: &str = "$6$rounds=1000$saltsalt$LAV5VE5Y7w1d73x1mFNspYWUpazfmwv2SoepNXNKJ/otop/Zok96Hr8Q13LEv0DRY/x8v0/crpIjl8NJSAqXV/";

/// A router called in process, without a network.
pub(crate) struct Instance {
    router: Router,
    /// Open event streams.
    pub(crate) streams: StreamLimiter,
}

/// An [`Instance`] with the platform it serves.
pub(crate) struct Server {
    pub(crate) test: TestPlatform,
    instance: Instance,
}

impl std::ops::Deref for Server {
    type Target = Instance;

    fn deref(&self) -> &Instance {
        &self.instance
    }
}

/// Default HTTP settings of tests.
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
        let instance = Instance::new(test.platform.clone(), http, limits);
        Self { test, instance }
    }

    /// Creates an account with this role and returns one of its tokens.
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

    /// Returns a contributor's token with all read scopes.
    pub(crate) async fn reader(&self) -> String {
        self.token(
            "contributor",
            &[Scope::RunsRead, Scope::ResultsRead, Scope::SystemRead],
        )
        .await
    }
}

impl Instance {
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

    /// Signs in with the password of [`SECRET`] and returns the session cookie.
    pub(crate) async fn session(&self, name: &str) -> String {
        let form = format!("email={name}%40example.org&password=secret");
        // A random address per call, so that rate limits do not apply.
        let [a, b, ..] = runlens_domain::clock::random_bytes::<4>();
        let response = self
            .form("/forms/sign-in")
            .from([10, 1, a, b])
            .body(form)
            .send()
            .await;
        assert!(
            response.cookies().starts_with("runlens_session="),
            "{}",
            response.text()
        );
        response.cookies()
    }

    /// Starts a form submission from a page of the same origin.
    pub(crate) fn form(&self, path: &str) -> TestRequest<'_> {
        let post = self
            .post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "text/html");
        post.header("host", "127.0.0.1:3000")
            .header("origin", "http://127.0.0.1:3000")
    }

    pub(crate) fn delete(&self, path: &str) -> TestRequest<'_> {
        self.call(Method::DELETE, path)
    }

    /// Creates one of several instances that share a store of rate limits.
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

    pub(crate) fn get(&self, path: &str) -> TestRequest<'_> {
        self.call(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> TestRequest<'_> {
        self.call(Method::POST, path)
    }

    pub(crate) fn call(&self, method: Method, path: &str) -> TestRequest<'_> {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().expect(path);
        TestRequest {
            instance: self,
            request,
            peer: [127, 0, 0, 1],
        }
    }
}

/// Builder of a request.
pub(crate) struct TestRequest<'a> {
    instance: &'a Instance,
    request: Request<Body>,
    peer: [u8; 4],
}

impl TestRequest<'_> {
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

    /// Sends the request and returns the body as a stream.
    pub(crate) async fn open(self) -> (HeaderMap, BodyDataStream) {
        let (parts, body) = self.response().await.into_parts();
        (parts.headers, body.into_data_stream())
    }

    async fn response(mut self) -> Response<Body> {
        self.request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::from((self.peer, 40_000))));
        self.instance
            .router
            .clone()
            .oneshot(self.request)
            .await
            .expect("a response")
    }

    pub(crate) async fn send(self) -> TestResponse {
        let (parts, body) = self.response().await.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        TestResponse {
            status: parts.status,
            headers: parts.headers,
            body: body.to_vec(),
        }
    }
}

/// A response with its whole body.
pub(crate) struct TestResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl TestResponse {
    /// Returns the body; it must be declared and valid JSON.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/json", "{}", self.text());
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// Returns the JSON body of a 200 response.
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        self.json()
    }

    /// Returns the JSON body of an error and checks the error envelope.
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

    /// Returns the value of a header, empty if it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("text"))
            .unwrap_or_default()
    }

    /// Returns the cookies that the response sets, as a `Cookie` header.
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
