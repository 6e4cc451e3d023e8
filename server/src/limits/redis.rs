//! RateLimitStore in Redis: for several instances.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use redis::{AsyncConnectionConfig, RedisError, Script, aio::MultiplexedConnection};
use tokio::time::{Instant, timeout};

use super::{Count, MemoryStore, Quota, RateLimitKey, RateLimitStore};
use crate::config;

/// The longest that a request waits for Redis.
const PATIENCE: Duration = Duration::from_millis(200);

/// How long Redis is left alone after it has failed.
const PAUSE: Duration = Duration::from_secs(5);

/// Counts `step` further requests in the window at a key, and begins one where there is none; without a step it only looks.
/// The window carries its own end, which is therefore the same for all instances. The key outlives it a little, by
/// Redis' own clock, for instances whose clocks are behind.
const COUNT: &str = r"
local now, seconds, step = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local window = redis.call('HMGET', KEYS[1], 'used', 'ends')
local used, ends = tonumber(window[1] or 0), tonumber(window[2] or 0)
if ends <= now then
  used, ends = 0, now + seconds
end
if step > 0 then
  used = used + step
  redis.call('HSET', KEYS[1], 'used', used, 'ends', ends)
  if used == step then
    redis.call('EXPIRE', KEYS[1], seconds + 30)
  end
end
return {used, ends}
";

/// Counts in Redis, and in memory while Redis cannot be used.
///
/// Windows begin and end by the clocks of the instances, as tokens expire by them. Where those disagree, the fastest ends a window
/// for all. While Redis is away each instance counts for itself; the windows in Redis go on where they were when it is back.
pub struct RedisStore {
    client: redis::Client,
    script: Script,
    connection: tokio::sync::Mutex<Connection>,
    /// When Redis may be asked again; none while it answers.
    paused_until: Mutex<Option<Instant>>,
    memory: MemoryStore,
    prefix: String,
    patience: Duration,
    pause: Duration,
}

/// The one connection, on which the requests of all tasks travel.
#[derive(Default)]
struct Connection {
    open: Option<MultiplexedConnection>,
    /// How many there have been: whoever finds one broken must not throw away its successor.
    number: u64,
}

impl RedisStore {
    /// RateLimitStore in this Redis. It is connected to when it is needed.
    pub fn new(redis: &config::Redis) -> Self {
        Self {
            client: redis.client().clone(),
            script: Script::new(COUNT),
            connection: tokio::sync::Mutex::default(),
            paused_until: Mutex::default(),
            memory: MemoryStore::default(),
            prefix: "runlens:limit".to_owned(),
            patience: PATIENCE,
            pause: PAUSE,
        }
    }

    /// Keeps its keys apart from those of others in the same Redis.
    #[must_use]
    pub fn with_prefix(self, prefix: impl Into<String>) -> Self {
        Self {
            prefix: prefix.into(),
            ..self
        }
    }

    /// Waits longer, or shorter, for Redis.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Whether requests are counted in Redis, which is tried out.
    ///
    /// # Errors
    /// Why they are not.
    pub async fn check(&self) -> Result<(), String> {
        self.ask(&format!("{}:check", self.prefix), 1, 0, 1)
            .await
            .map(|_| ())
    }

    fn key(&self, budget: Quota, client: RateLimitKey) -> String {
        let budget = match budget {
            Quota::Reads => "reads",
            Quota::Writes => "writes",
            Quota::BrowserReads => "browser-reads",
            Quota::TokenRequests => "token-requests",
            Quota::SignIns => "sign-ins",
            Quota::FailingTokens => "failing-tokens",
        };
        let client = match client {
            RateLimitKey::Token(id) => format!("token:{id}"),
            RateLimitKey::User(id) => format!("user:{id}"),
            RateLimitKey::Address(address) => format!("address:{address}"),
        };
        format!("{}:{budget}:{client}", self.prefix)
    }

    /// Asks Redis, unless it is left alone at the moment.
    async fn ask(&self, key: &str, seconds: u32, now: i64, step: u32) -> Result<Count, String> {
        if !self.may_ask() {
            return Err(format!(
                "it has failed and is asked again after {} seconds",
                self.pause.as_secs()
            ));
        }
        let answer = match timeout(self.patience, self.run(key, seconds, now, step)).await {
            Ok(answer) => answer.map_err(|error| error.to_string()),
            Err(_) => {
                // What hangs may hang for as long as the operating system is patient. Who holds the lock is making a new connection.
                if let Ok(mut connection) = self.connection.try_lock() {
                    connection.open = None;
                }
                Err(format!("no answer within {} ms", self.patience.as_millis()))
            }
        };
        self.note(answer.as_ref().err());
        answer
    }

    async fn run(&self, key: &str, seconds: u32, now: i64, step: u32) -> Result<Count, RedisError> {
        let mut invocation = self.script.key(key);
        let invocation = invocation.arg(now).arg(seconds).arg(step);
        let (mut connection, number, is_new) = self.connect().await?;
        let mut answer = invocation.invoke_async::<(u32, i64)>(&mut connection).await;
        if answer.as_ref().is_err_and(RedisError::is_unrecoverable_error) {
            self.disconnect(number).await;
            // A connection that was idle is closed by many a network; a new one may be fine.
            if !is_new {
                let (mut connection, number, _) = self.connect().await?;
                answer = invocation.invoke_async(&mut connection).await;
                if answer.as_ref().is_err_and(RedisError::is_unrecoverable_error) {
                    self.disconnect(number).await;
                }
            }
        }
        answer.map(|(used, resets_at)| Count { used, resets_at })
    }

    /// The connection, its number, and whether it is new.
    async fn connect(&self) -> Result<(MultiplexedConnection, u64, bool), RedisError> {
        let mut connection = self.connection.lock().await;
        if let Some(open) = &connection.open {
            return Ok((open.clone(), connection.number, false));
        }
        // `ask` bounds the whole.
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(None)
            .set_response_timeout(None);
        let open = self
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        connection.open = Some(open.clone());
        connection.number += 1;
        Ok((open, connection.number, true))
    }

    async fn disconnect(&self, number: u64) {
        let mut connection = self.connection.lock().await;
        if connection.number == number {
            connection.open = None;
        }
    }

    /// After a pause one request asks; the others go on without Redis until it has an answer.
    fn may_ask(&self) -> bool {
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

    fn note(&self, error: Option<&String>) {
        let mut paused_until = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        let was_paused = paused_until.is_some();
        *paused_until = error.map(|_| Instant::now() + self.pause);
        match error {
            Some(error) if !was_paused => {
                tracing::warn!(error, "Redis cannot be used; limits are counted in memory")
            }
            None if was_paused => tracing::info!("Redis answers again; limits are counted there"),
            _ => {}
        }
    }
}

#[async_trait]
impl RateLimitStore for RedisStore {
    async fn count(&self, budget: Quota, client: RateLimitKey, seconds: u32, now: i64) -> Count {
        match self.ask(&self.key(budget, client), seconds, now, 1).await {
            Ok(count) => count,
            Err(_) => self.memory.count(budget, client, seconds, now).await,
        }
    }

    async fn peek(&self, budget: Quota, client: RateLimitKey, seconds: u32, now: i64) -> Count {
        match self.ask(&self.key(budget, client), seconds, now, 0).await {
            Ok(count) => count,
            Err(_) => self.memory.peek(budget, client, seconds, now).await,
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
    use crate::limits::tests::{key_prefix, redis_url};

    const CLIENT: RateLimitKey = RateLimitKey::Token(1);

    /// What a wire does.
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Wire {
        Open,
        /// Takes everything and gives nothing.
        Hung,
        Cut,
    }

    /// A store behind a wire to the Redis for tests, and the wire. `None` if no Redis is configured.
    async fn wired() -> Option<(RedisStore, watch::Sender<Wire>)> {
        let url = redis_url()?;
        let target = url.split_once("://").expect("an address").1.to_owned();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (sender, wire) = watch::channel(Wire::Open);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, target.clone(), wire.clone()));
            }
        });
        let counters = counters(address).with_prefix(key_prefix());
        Some((counters, sender))
    }

    fn counters(address: SocketAddr) -> RedisStore {
        let redis = config::Redis::open(&format!("redis://{address}")).expect("an address");
        RedisStore {
            pause: Duration::from_millis(300),
            ..RedisStore::new(&redis)
        }
    }

    async fn carry(mut near: TcpStream, target: String, mut wire: watch::Receiver<Wire>) {
        let mut far = TcpStream::connect(target)
            .await
            .expect("the Redis for tests answers");
        if *wire.borrow_and_update() == Wire::Open {
            tokio::select! {
                _ = copy_bidirectional(&mut near, &mut far) => return,
                _ = wire.changed() => {}
            }
        }
        while *wire.borrow() == Wire::Hung {
            if wire.changed().await.is_err() {
                return;
            }
        }
    }

    /// Changes a wire, and waits until connections have noticed.
    async fn change(wire: &watch::Sender<Wire>, to: Wire) {
        wire.send_replace(to);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    async fn used(counters: &RedisStore) -> u32 {
        counters.count(Quota::Reads, CLIENT, 60, 1000).await.used
    }

    #[tokio::test]
    async fn without_redis_an_instance_counts_for_itself_until_it_is_back() {
        let Some((counters, wire)) = wired().await else {
            return;
        };
        let counters = counters.with_patience(Duration::from_secs(5));
        assert_eq!((used(&counters).await, used(&counters).await), (1, 2));
        change(&wire, Wire::Cut).await;
        assert_eq!((used(&counters).await, used(&counters).await), (1, 2));
        assert!(counters.check().await.is_err());
        let looked = counters.peek(Quota::Reads, CLIENT, 60, 1000).await;
        assert_eq!((looked.used, looked.resets_at), (2, 1060));
        change(&wire, Wire::Open).await;
        assert_eq!(used(&counters).await, 3, "Redis is left alone for a while");
        tokio::time::sleep(counters.pause).await;
        assert_eq!(used(&counters).await, 3, "the window in Redis goes on");
        assert_eq!(counters.check().await, Ok(()));
    }

    #[tokio::test]
    async fn a_redis_that_hangs_is_waited_for_once_and_briefly() {
        let Some((counters, wire)) = wired().await else {
            return;
        };
        assert_eq!(used(&counters).await, 1);
        change(&wire, Wire::Hung).await;
        let counters = RedisStore {
            pause: Duration::from_secs(60),
            ..counters
        };
        let begin = Instant::now();
        assert_eq!(used(&counters).await, 1);
        let waited = begin.elapsed();
        assert!((PATIENCE..PATIENCE * 4).contains(&waited), "{waited:?}");
        let begin = Instant::now();
        for expected in 2..200 {
            assert_eq!(used(&counters).await, expected);
        }
        assert!(begin.elapsed() < PATIENCE, "{:?}", begin.elapsed());
    }

    #[tokio::test]
    async fn a_connection_that_was_closed_is_replaced_unnoticed() {
        let Some((counters, wire)) = wired().await else {
            return;
        };
        let counters = counters.with_patience(Duration::from_secs(5));
        for expected in 1..5 {
            assert_eq!(used(&counters).await, expected);
            change(&wire, Wire::Cut).await;
            change(&wire, Wire::Open).await;
        }
    }

    #[tokio::test]
    async fn what_is_no_redis_is_done_without() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    .await;
            }
        });
        for scheme in ["redis", "rediss"] {
            let redis = config::Redis::open(&format!("{scheme}://{address}")).expect("an address");
            let counters = RedisStore::new(&redis);
            assert_eq!((used(&counters).await, used(&counters).await), (1, 2), "{scheme}");
            assert!(counters.check().await.is_err(), "{scheme}");
        }
    }
}
