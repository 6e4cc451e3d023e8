//! Counters in the memory of one instance.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;

use super::{Count, Quota, RateLimitKey, RateLimitStore};

/// Windows stored per quota. When full, the windows that end first are evicted.
const MAX_WINDOWS: usize = 100_000;

#[derive(Default)]
pub struct MemoryStore {
    // One map per quota, so that a flood of reads cannot evict windows of sign-ins.
    windows: Mutex<HashMap<Quota, HashMap<RateLimitKey, Count>>>,
}

#[async_trait]
impl RateLimitStore for MemoryStore {
    async fn increment(&self, quota: Quota, key: RateLimitKey, window_secs: u32, now: i64) -> Count {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let windows = windows.entry(quota).or_default();
        if windows.len() >= MAX_WINDOWS && !windows.contains_key(&key) {
            evict(windows, now);
        }
        let count = windows.entry(key).or_insert(Count {
            used: 0,
            resets_at: i64::MIN,
        });
        if count.resets_at <= now {
            *count = Count {
                used: 0,
                resets_at: now + i64::from(window_secs),
            };
        }
        count.used = count.used.saturating_add(1);
        *count
    }

    async fn peek(&self, quota: Quota, key: RateLimitKey, window_secs: u32, now: i64) -> Count {
        let windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let count = windows
            .get(&quota)
            .and_then(|windows| windows.get(&key))
            .filter(|count| count.resets_at > now);
        count.copied().unwrap_or(Count {
            used: 0,
            resets_at: now + i64::from(window_secs),
        })
    }
}

/// Removes expired windows, and a quarter of the others if that frees too little: eviction is linear, so it
/// must be rare.
fn evict(windows: &mut HashMap<RateLimitKey, Count>, now: i64) {
    windows.retain(|_, count| count.resets_at > now);
    let quarter = MAX_WINDOWS / 4;
    if windows.len() + quarter <= MAX_WINDOWS {
        return;
    }
    let mut ends: Vec<_> = windows
        .iter()
        .map(|(key, count)| (count.resets_at, *key))
        .collect();
    ends.select_nth_unstable_by_key(quarter, |(resets_at, _)| *resets_at);
    for (_, key) in &ends[..quarter] {
        windows.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn key(number: u32) -> RateLimitKey {
        RateLimitKey::from_address(IpAddr::from(number.to_be_bytes()))
    }

    #[tokio::test]
    async fn number_of_windows_is_bounded() {
        let store = MemoryStore::default();
        for number in 0..=u32::try_from(MAX_WINDOWS).expect("a number") {
            let now = 1000 + i64::from(number) / 10_000;
            store.increment(Quota::Reads, key(number), 60, now).await;
        }
        let windows = store.windows.lock().expect("a lock")[&Quota::Reads].len();
        assert_eq!(windows, MAX_WINDOWS - MAX_WINDOWS / 4 + 1);
    }
}
