//! RateLimitStore in memory: for one instance.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;

use super::{Count, Quota, RateLimitKey, RateLimitStore};

/// The most windows that are kept of one budget; beyond it those that end first are forgotten.
const CAPACITY: usize = 100_000;

/// Counts in memory.
#[derive(Default)]
pub struct MemoryStore {
    // One map a budget: nobody's flood of reads makes a window of sign-ins be forgotten.
    windows: Mutex<HashMap<Quota, HashMap<RateLimitKey, Count>>>,
}

#[async_trait]
impl RateLimitStore for MemoryStore {
    async fn count(&self, budget: Quota, client: RateLimitKey, seconds: u32, now: i64) -> Count {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let windows = windows.entry(budget).or_default();
        if windows.len() >= CAPACITY && !windows.contains_key(&client) {
            make_room(windows, now);
        }
        let count = windows.entry(client).or_insert(Count {
            used: 0,
            resets_at: i64::MIN,
        });
        if count.resets_at <= now {
            *count = Count {
                used: 0,
                resets_at: now + i64::from(seconds),
            };
        }
        count.used = count.used.saturating_add(1);
        *count
    }

    async fn peek(&self, budget: Quota, client: RateLimitKey, seconds: u32, now: i64) -> Count {
        let windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let count = windows
            .get(&budget)
            .and_then(|windows| windows.get(&client))
            .filter(|count| count.resets_at > now);
        count.copied().unwrap_or(Count {
            used: 0,
            resets_at: now + i64::from(seconds),
        })
    }
}

/// Forgets the windows that have ended, and of the others a quarter where that was not enough: room for many newcomers at once.
fn make_room(windows: &mut HashMap<RateLimitKey, Count>, now: i64) {
    windows.retain(|_, count| count.resets_at > now);
    let quarter = CAPACITY / 4;
    if windows.len() + quarter <= CAPACITY {
        return;
    }
    let mut ends: Vec<_> = windows
        .iter()
        .map(|(client, count)| (count.resets_at, *client))
        .collect();
    ends.select_nth_unstable_by_key(quarter, |(end, _)| *end);
    for (_, client) in &ends[..quarter] {
        windows.remove(client);
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn client(number: u32) -> RateLimitKey {
        RateLimitKey::at(IpAddr::from(number.to_be_bytes()))
    }

    #[tokio::test]
    async fn no_number_of_clients_fills_the_memory() {
        let counters = MemoryStore::default();
        for number in 0..=u32::try_from(CAPACITY).expect("a number") {
            counters
                .count(
                    Quota::Reads,
                    client(number),
                    60,
                    1000 + i64::from(number) / 10_000,
                )
                .await;
        }
        let windows = counters.windows.lock().expect("a lock")[&Quota::Reads].len();
        assert_eq!(windows, CAPACITY - CAPACITY / 4 + 1);
    }
}
