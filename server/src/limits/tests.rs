//! What all counters have in common: one suite, in memory and in Redis.

use std::{collections::BTreeSet, sync::Arc};

use runlens_domain::{clock::random_bytes, testing::TestServer};
use tokio::task::JoinSet;

use super::*;

/// Returns the URL of the Redis for tests, or `None` if none is configured.
pub(super) fn redis_url() -> Option<String> {
    TestServer::Redis.locate()
}

/// Keeps a test's counts apart from those of others.
pub(super) fn key_prefix() -> String {
    hex::encode(random_bytes::<8>())
}

/// The counters of two instances of the server that share their counts.
type Instances = [Arc<dyn RateLimitStore>; 2];

fn in_memory() -> Instances {
    let counters: Arc<dyn RateLimitStore> = Arc::new(MemoryStore::default());
    [counters.clone(), counters]
}

fn in_redis() -> Option<Instances> {
    let redis = crate::config::Redis::open(&redis_url()?).expect("an address");
    let prefix = key_prefix();
    // A machine that is busy with other tests is no reason to do without Redis.
    let patience = std::time::Duration::from_secs(20);
    Some([(); 2].map(|()| {
        Arc::new(
            RedisStore::new(&redis)
                .with_prefix(&prefix)
                .with_patience(patience),
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
                    assert_eq!(instance.check().await, Some(Ok(())), "nothing of this was counted in memory");
                }
            }
        })+
    };
}

fn client(number: u8) -> RateLimitKey {
    RateLimitKey::at(IpAddr::from([192, 0, 2, number]))
}

/// The counts that 64 clients get who ask at once, five times each, at both instances.
async fn rush(instances: &Instances, now: i64) -> Vec<Count> {
    let mut clients = JoinSet::new();
    for number in 0..64 {
        let counters = instances[number % 2].clone();
        clients.spawn(async move {
            let mut counts = Vec::new();
            for _ in 0..5 {
                counts.push(counters.count(Quota::Reads, client(1), 60, now).await);
            }
            counts
        });
    }
    clients.join_all().await.concat()
}

each_store! {
    async fn a_window_begins_with_the_first_request_and_ends_for_good(instances) {
        let [here, there] = instances;
        assert_eq!(here.peek(Quota::Reads, client(1), 60, 1000).await, Count { used: 0, resets_at: 1060 });
        assert_eq!(here.count(Quota::Reads, client(1), 60, 1010).await, Count { used: 1, resets_at: 1070 });
        assert_eq!(there.count(Quota::Reads, client(1), 60, 1069).await, Count { used: 2, resets_at: 1070 });
        assert_eq!(there.peek(Quota::Reads, client(1), 60, 1069).await, Count { used: 2, resets_at: 1070 });
        assert_eq!(here.count(Quota::Reads, client(1), 60, 1070).await, Count { used: 1, resets_at: 1130 });
        assert_eq!(there.peek(Quota::Reads, client(1), 60, 1130).await, Count { used: 0, resets_at: 1190 });
    }

    async fn each_client_has_a_window_for_each_budget(instances) {
        let [here, there] = instances;
        let budgets = [Quota::Reads, Quota::Writes, Quota::BrowserReads, Quota::TokenRequests, Quota::SignIns];
        let clients = [client(1), client(2), RateLimitKey::Token(1), RateLimitKey::Token(2), RateLimitKey::User(1), RateLimitKey::at("2001:db8::1".parse().expect("an address"))];
        for expected in [1, 2] {
            for budget in budgets {
                for client in clients {
                    let counters = if expected == 1 { &here } else { &there };
                    assert_eq!(counters.count(budget, client, 900, 1000).await, Count { used: expected, resets_at: 1900 }, "{budget:?} {client:?}");
                }
            }
        }
    }

    async fn of_many_at_once_each_has_its_number(instances) {
        for (now, end) in [(1000, 1060), (1060, 1120), (2000, 2060)] {
            let counts = rush(&instances, now).await;
            let numbers: BTreeSet<_> = counts.iter().map(|count| count.used).collect();
            assert_eq!(numbers, (1..=320).collect(), "no number is missing, none is given twice");
            assert!(counts.iter().all(|count| count.resets_at == end));
        }
    }

    async fn of_many_at_once_exactly_the_limit_is_let_through(instances) {
        let clock = Clock::new(|| runlens_api_types::Timestamp::from_unix(1000).expect("a time"));
        let settings = LimitSettings { reads: 100, ..LimitSettings::default() };
        let mut clients = JoinSet::new();
        for number in 0..64 {
            let limits = Limits::new(settings.clone(), instances[number % 2].clone(), clock.clone());
            clients.spawn(async move {
                let mut passed = 0;
                for _ in 0..5 {
                    passed += usize::from(limits.consume(Quota::Reads, client(1)).await.retry_after.is_none());
                }
                passed
            });
        }
        assert_eq!(clients.join_all().await.iter().sum::<usize>(), 100);
    }
}

#[test]
fn an_ipv6_client_counts_once_for_its_network() {
    let at = |address: &str| RateLimitKey::at(address.parse().expect("an address"));
    assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:1"));
    assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
    assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
}
