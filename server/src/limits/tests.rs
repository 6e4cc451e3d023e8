//! Tests of every [`RateLimitStore`]: in memory and in Redis.

use std::{collections::BTreeSet, sync::Arc};

use runlens_domain::{clock::random_bytes, testing::TestServer};
use tokio::task::JoinSet;

use super::*;

/// Returns the URL of the Redis for tests, or `None` if none is configured.
pub(super) fn redis_url() -> Option<String> {
    TestServer::Redis.locate()
}

/// Separates concurrent tests in the same Redis.
pub(super) fn random_key_prefix() -> String {
    hex::encode(random_bytes::<8>())
}

/// The stores of two server instances that share their counts.
type Instances = [Arc<dyn RateLimitStore>; 2];

fn in_memory() -> Instances {
    let store: Arc<dyn RateLimitStore> = Arc::new(MemoryStore::default());
    [store.clone(), store]
}

fn in_redis() -> Option<Instances> {
    let redis = crate::config::RedisConfig::parse(&redis_url()?).expect("an address");
    let key_prefix = random_key_prefix();
    // Long enough for a machine that is busy with other tests.
    let timeout = std::time::Duration::from_secs(20);
    Some([(); 2].map(|()| {
        Arc::new(
            RedisStore::new(redis.client())
                .with_key_prefix(&key_prefix)
                .with_timeout(timeout),
        ) as Arc<dyn RateLimitStore>
    }))
}

macro_rules! each_store {
    ($(async fn $name:ident($instances:ident) $body:block)+) => {
        $(mod $name {
            use super::*;

            async fn body($instances: Instances) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn in_memory() {
                body(super::in_memory()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn in_redis() {
                let Some(instances) = super::in_redis() else { return };
                body(instances.clone()).await;
                for instance in instances {
                    assert_eq!(instance.check().await, Some(Ok(())), "no request was counted in memory");
                }
            }
        })+
    };
}

fn key(number: u8) -> RateLimitKey {
    RateLimitKey::from_address(IpAddr::from([192, 0, 2, number]))
}

/// The counts of 64 concurrent tasks with five requests each, on both instances.
async fn count_concurrently(instances: &Instances, now: i64) -> Vec<Count> {
    let mut tasks = JoinSet::new();
    for number in 0..64 {
        let store = instances[number % 2].clone();
        tasks.spawn(async move {
            let mut counts = Vec::new();
            for _ in 0..5 {
                counts.push(store.increment(Quota::Reads, key(1), 60, now).await);
            }
            counts
        });
    }
    tasks.join_all().await.concat()
}

each_store! {
    async fn window_starts_with_the_first_request(instances) {
        let [first, second] = instances;
        assert_eq!(first.peek(Quota::Reads, key(1), 60, 1000).await, Count { used: 0, resets_at: 1060 });
        assert_eq!(first.increment(Quota::Reads, key(1), 60, 1010).await, Count { used: 1, resets_at: 1070 });
        assert_eq!(second.increment(Quota::Reads, key(1), 60, 1069).await, Count { used: 2, resets_at: 1070 });
        assert_eq!(second.peek(Quota::Reads, key(1), 60, 1069).await, Count { used: 2, resets_at: 1070 });
        assert_eq!(first.increment(Quota::Reads, key(1), 60, 1070).await, Count { used: 1, resets_at: 1130 });
        assert_eq!(second.peek(Quota::Reads, key(1), 60, 1130).await, Count { used: 0, resets_at: 1190 });
    }

    async fn windows_are_separate_by_quota_and_key(instances) {
        let [first, second] = instances;
        let quotas = [Quota::Reads, Quota::Writes, Quota::BrowserReads, Quota::TokenRequests, Quota::SignIns];
        let keys = [key(1), key(2), RateLimitKey::Token(1), RateLimitKey::Token(2), RateLimitKey::User(1), RateLimitKey::from_address("2001:db8::1".parse().expect("an address"))];
        for expected in [1, 2] {
            for quota in quotas {
                for key in keys {
                    let store = if expected == 1 { &first } else { &second };
                    assert_eq!(store.increment(quota, key, 900, 1000).await, Count { used: expected, resets_at: 1900 }, "{quota:?} {key:?}");
                }
            }
        }
    }

    async fn concurrent_requests_get_distinct_counts(instances) {
        for (now, end) in [(1000, 1060), (1060, 1120), (2000, 2060)] {
            let counts = count_concurrently(&instances, now).await;
            let numbers: BTreeSet<_> = counts.iter().map(|count| count.used).collect();
            assert_eq!(numbers, (1..=320).collect(), "each count is used exactly once");
            assert!(counts.iter().all(|count| count.resets_at == end));
        }
    }

    async fn concurrent_requests_never_exceed_the_limit(instances) {
        let clock = Clock::new(|| runlens_api_types::Timestamp::from_unix(1000).expect("a time"));
        let config = LimitConfig { reads: 100, ..LimitConfig::default() };
        let mut tasks = JoinSet::new();
        for number in 0..64 {
            let limits = Limits::new(config.clone(), instances[number % 2].clone(), clock.clone());
            tasks.spawn(async move {
                let mut passed = 0;
                for _ in 0..5 {
                    passed += usize::from(limits.consume(Quota::Reads, key(1)).await.retry_after.is_none());
                }
                passed
            });
        }
        assert_eq!(tasks.join_all().await.iter().sum::<usize>(), 100);
    }
}

#[test]
fn ipv6_addresses_of_a_network_share_a_key() {
    let key = |address: &str| RateLimitKey::from_address(address.parse().expect("an address"));
    assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1"));
    assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
    assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
}
