//! Counters in Redis, shared by several instances.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use redis::{AsyncConnectionConfig, RedisError, Script, aio::MultiplexedConnection};
use tokio::time::{Instant, timeout};

use super::{Count, MemoryStore, Quota, RateLimitKey, RateLimitStore};

/// Time a request waits for Redis before it is counted in memory.
const REDIS_TIMEOUT: Duration = Duration::from_millis(200);

/// Time without attempts after a failure.
const CIRCUIT_OPEN: Duration = Duration::from_secs(5);

/// Adds `step` requests to the window of a key, starting a window if there is none; a step of 0 only reads.
/// The window stores its own end, so all instances report the same one. The key expires 30 seconds later, for
/// instances whose clocks are behind.
const INCREMENT_SCRIPT: &str = r"
local now, window_secs, step = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local window = redis.call('HMGET', KEYS[1], 'used', 'ends')
local used, ends = tonumber(window[1] or 0), tonumber(window[2] or 0)
if ends <= now then
  used, ends = 0, now + window_secs
end
if step > 0 then
  used = used + step
  redis.call('HSET', KEYS[1], 'used', used, 'ends', ends)
  if used == step then
    redis.call('EXPIRE', KEYS[1], window_secs + 30)
  end
end
return {used, ends}
";

/// Counts in Redis, and in memory while Redis is unavailable.
///
/// Windows use the clocks of the instances, like token expiry; where clocks differ, the fastest one ends a
/// window for all. Windows in Redis continue after an outage; requests counted in memory meanwhile are not
/// added to them.
pub struct RedisStore {
    client: redis::Client,
    script: Script,
    connection: tokio::sync::Mutex<Connection>,
    /// End of the pause after a failure; `None` while Redis responds.
    paused_until: Mutex<Option<Instant>>,
    memory: MemoryStore,
    key_prefix: String,
    timeout: Duration,
    pause: Duration,
}

/// One multiplexed connection for all requests.
#[derive(Default)]
struct Connection {
    open: Option<MultiplexedConnection>,
    /// Number of connections opened so far, so that a failed request closes only the connection it used.
    generation: u64,
}

impl RedisStore {
    /// A store that connects at the first request.
    pub fn new(client: redis::Client) -> Self {
        Self {
            client,
            script: Script::new(INCREMENT_SCRIPT),
            connection: tokio::sync::Mutex::default(),
            paused_until: Mutex::default(),
            memory: MemoryStore::default(),
            key_prefix: "runlens:limit".to_owned(),
            timeout: REDIS_TIMEOUT,
            pause: CIRCUIT_OPEN,
        }
    }

    #[must_use]
    pub fn with_key_prefix(self, key_prefix: impl Into<String>) -> Self {
        Self {
            key_prefix: key_prefix.into(),
            ..self
        }
    }

    /// Replaces the time that a request waits for Redis.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Sends a request to Redis.
    ///
    /// # Errors
    /// The reason why requests are counted in memory.
    pub async fn check(&self) -> Result<(), String> {
        self.query(&format!("{}:check", self.key_prefix), 1, 0, 1)
            .await
            .map(|_| ())
    }

    fn redis_key(&self, quota: Quota, key: RateLimitKey) -> String {
        let quota = match quota {
            Quota::Reads => "reads",
            Quota::Writes => "writes",
            Quota::BrowserReads => "browser-reads",
            Quota::TokenRequests => "token-requests",
            Quota::SignIns => "sign-ins",
            Quota::InvalidTokens => "invalid-tokens",
        };
        let key = match key {
            RateLimitKey::Token(id) => format!("token:{id}"),
            RateLimitKey::User(id) => format!("user:{id}"),
            RateLimitKey::Address(address) => format!("address:{address}"),
        };
        format!("{}:{quota}:{key}", self.key_prefix)
    }

    /// Runs the script within the timeout, unless paused after a failure.
    async fn query(&self, key: &str, window_secs: u32, now: i64, step: u32) -> Result<Count, String> {
        if !self.may_query() {
            return Err(format!(
                "failed recently, next attempt after {} seconds",
                self.pause.as_secs()
            ));
        }
        let result = match timeout(self.timeout, self.run_script(key, window_secs, now, step)).await {
            Ok(result) => result.map_err(|error| error.to_string()),
            Err(_) => {
                // A hung connection may last until the kernel gives up. A locked one is already being
                // replaced.
                if let Ok(mut connection) = self.connection.try_lock() {
                    connection.open = None;
                }
                Err(format!("no response within {} ms", self.timeout.as_millis()))
            }
        };
        self.record_outcome(result.as_ref().err());
        result
    }

    async fn run_script(
        &self,
        key: &str,
        window_secs: u32,
        now: i64,
        step: u32,
    ) -> Result<Count, RedisError> {
        let mut invocation = self.script.key(key);
        let invocation = invocation.arg(now).arg(window_secs).arg(step);
        let (mut connection, generation, is_new) = self.connect().await?;
        let mut result = invocation.invoke_async::<(u32, i64)>(&mut connection).await;
        if result.as_ref().is_err_and(RedisError::is_unrecoverable_error) {
            self.disconnect(generation).await;
            // Networks close idle connections: try once more with a new one.
            if !is_new {
                let (mut connection, generation, _) = self.connect().await?;
                result = invocation.invoke_async(&mut connection).await;
                if result.as_ref().is_err_and(RedisError::is_unrecoverable_error) {
                    self.disconnect(generation).await;
                }
            }
        }
        result.map(|(used, resets_at)| Count { used, resets_at })
    }

    /// Returns the connection, its generation, and whether it was opened just now.
    async fn connect(&self) -> Result<(MultiplexedConnection, u64, bool), RedisError> {
        let mut connection = self.connection.lock().await;
        if let Some(open) = &connection.open {
            return Ok((open.clone(), connection.generation, false));
        }
        // `query` limits the total time.
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(None)
            .set_response_timeout(None);
        let open = self
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        connection.open = Some(open.clone());
        connection.generation += 1;
        Ok((open, connection.generation, true))
    }

    async fn disconnect(&self, generation: u64) {
        let mut connection = self.connection.lock().await;
        if connection.generation == generation {
            connection.open = None;
        }
    }

    /// Whether to try Redis. After a pause a single request tries it; the others use memory until it
    /// succeeds.
    fn may_query(&self) -> bool {
        let mut paused_until = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        match *paused_until {
            Some(until) if until > now => false,
            Some(_) => {
                *paused_until = Some(now + self.pause);
                true
            }
            None => true,
        }
    }

    /// Starts or ends the pause, and logs the change.
    fn record_outcome(&self, error: Option<&String>) {
        let mut paused_until = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        let was_paused = paused_until.is_some();
        *paused_until = error.map(|_| Instant::now() + self.pause);
        match error {
            Some(error) if !was_paused => {
                tracing::warn!(error, "Redis unavailable, counting rate limits in memory");
            }
            None if was_paused => tracing::info!("Redis available, counting rate limits in Redis"),
            _ => {}
        }
    }
}

#[async_trait]
impl RateLimitStore for RedisStore {
    async fn increment(&self, quota: Quota, key: RateLimitKey, window_secs: u32, now: i64) -> Count {
        match self.query(&self.redis_key(quota, key), window_secs, now, 1).await {
            Ok(count) => count,
            Err(_) => self.memory.increment(quota, key, window_secs, now).await,
        }
    }

    async fn peek(&self, quota: Quota, key: RateLimitKey, window_secs: u32, now: i64) -> Count {
        match self.query(&self.redis_key(quota, key), window_secs, now, 0).await {
            Ok(count) => count,
            Err(_) => self.memory.peek(quota, key, window_secs, now).await,
        }
    }

    async fn check(&self) -> Option<Result<(), String>> {
        Some(self.check().await)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use tokio::{
        io::copy_bidirectional,
        net::{TcpListener, TcpStream},
        sync::watch,
    };

    use super::*;
    use crate::limits::tests::{random_key_prefix, redis_url};

    const KEY: RateLimitKey = RateLimitKey::Token(1);

    /// State of a TCP proxy.
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Wire {
        Open,
        /// Accepts connections and data, and sends nothing.
        Hung,
        Cut,
    }

    /// A store behind a proxy to the test Redis, and the switch of the proxy. `None` if no Redis is
    /// configured.
    async fn store_behind_proxy() -> Option<(RedisStore, watch::Sender<Wire>)> {
        let url = redis_url()?;
        let target = url.split_once("://").expect("an address").1.to_owned();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (sender, wire) = watch::channel(Wire::Open);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(proxy(client, target.clone(), wire.clone()));
            }
        });
        let store = RedisStore {
            pause: Duration::from_millis(300),
            ..store_at(&format!("redis://{address}"))
        };
        Some((store.with_key_prefix(random_key_prefix()), sender))
    }

    fn store_at(url: &str) -> RedisStore {
        RedisStore::new(redis::Client::open(url).expect("an address"))
    }

    async fn proxy(mut client: TcpStream, target: String, mut wire: watch::Receiver<Wire>) {
        let mut server = TcpStream::connect(target)
            .await
            .expect("the test Redis accepts connections");
        if *wire.borrow_and_update() == Wire::Open {
            tokio::select! {
                _ = copy_bidirectional(&mut client, &mut server) => return,
                _ = wire.changed() => {}
            }
        }
        while *wire.borrow() == Wire::Hung {
            if wire.changed().await.is_err() {
                return;
            }
        }
    }

    /// Switches the proxy, and waits until connections are affected.
    async fn switch(wire: &watch::Sender<Wire>, to: Wire) {
        wire.send_replace(to);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    async fn increment(store: &RedisStore) -> u32 {
        store.increment(Quota::Reads, KEY, 60, 1000).await.used
    }

    #[tokio::test]
    async fn counts_in_memory_until_redis_is_back() {
        let Some((store, wire)) = store_behind_proxy().await else {
            return;
        };
        let store = store.with_timeout(Duration::from_secs(5));
        assert_eq!((increment(&store).await, increment(&store).await), (1, 2));
        switch(&wire, Wire::Cut).await;
        assert_eq!((increment(&store).await, increment(&store).await), (1, 2));
        assert!(store.check().await.is_err());
        let count = store.peek(Quota::Reads, KEY, 60, 1000).await;
        assert_eq!((count.used, count.resets_at), (2, 1060));
        switch(&wire, Wire::Open).await;
        assert_eq!(increment(&store).await, 3, "Redis is not tried during the pause");
        tokio::time::sleep(store.pause).await;
        assert_eq!(increment(&store).await, 3, "the window in Redis continues");
        assert_eq!(store.check().await, Ok(()));
    }

    #[tokio::test]
    async fn hung_redis_delays_one_request_only() {
        let Some((store, wire)) = store_behind_proxy().await else {
            return;
        };
        assert_eq!(increment(&store).await, 1);
        switch(&wire, Wire::Hung).await;
        let store = RedisStore {
            pause: Duration::from_secs(60),
            ..store
        };
        let start = Instant::now();
        assert_eq!(increment(&store).await, 1);
        let elapsed = start.elapsed();
        assert!(
            (REDIS_TIMEOUT..REDIS_TIMEOUT * 4).contains(&elapsed),
            "{elapsed:?}"
        );
        let start = Instant::now();
        for expected in 2..200 {
            assert_eq!(increment(&store).await, expected);
        }
        assert!(start.elapsed() < REDIS_TIMEOUT, "{:?}", start.elapsed());
    }

    #[tokio::test]
    async fn closed_connection_is_replaced() {
        let Some((store, wire)) = store_behind_proxy().await else {
            return;
        };
        let store = store.with_timeout(Duration::from_secs(5));
        for expected in 1..5 {
            assert_eq!(increment(&store).await, expected);
            switch(&wire, Wire::Cut).await;
            switch(&wire, Wire::Open).await;
        }
    }

    #[tokio::test]
    async fn counts_in_memory_if_the_server_is_not_redis() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address: SocketAddr = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    .await;
            }
        });
        for scheme in ["redis", "rediss"] {
            // Installs the TLS provider, as the server does.
            let redis =
                crate::config::RedisConfig::parse(&format!("{scheme}://{address}")).expect("an address");
            let store = RedisStore::new(redis.client());
            assert_eq!(
                (increment(&store).await, increment(&store).await),
                (1, 2),
                "{scheme}"
            );
            assert!(store.check().await.is_err(), "{scheme}");
        }
    }
}
