//! Counters in memory: for one instance.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;

use super::{Budget, Client, Count, Counters};

/// The most windows that are kept of one budget; beyond it those that end first are forgotten.
const CAPACITY: usize = 100_000;

/// Counts in memory.
#[derive(Default)]
pub struct MemoryCounters {
    // One map a budget: nobody's flood of reads makes a window of sign-ins be forgotten.
    windows: Mutex<HashMap<Budget, HashMap<Client, Count>>>,
}

#[async_trait]
impl Counters for MemoryCounters {
    async fn count(&self, budget: Budget, client: Client, seconds: u32, now: i64) -> Count {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let windows = windows.entry(budget).or_default();
        if windows.len() >= CAPACITY && !windows.contains_key(&client) {
            make_room(windows, now);
        }
        let count = windows.entry(client).or_insert(Count { used: 0, resets_at: i64::MIN });
        if count.resets_at <= now {
            *count = Count { used: 0, resets_at: now + i64::from(seconds) };
        }
        count.used = count.used.saturating_add(1);
        *count
    }

    async fn look(&self, budget: Budget, client: Client, seconds: u32, now: i64) -> Count {
        let windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let count = windows.get(&budget).and_then(|windows| windows.get(&client)).filter(|count| count.resets_at > now);
        count.copied().unwrap_or(Count { used: 0, resets_at: now + i64::from(seconds) })
    }
}

/// Forgets the windows that have ended, and of the others a quarter where that was not enough: room for many newcomers at once.
fn make_room(windows: &mut HashMap<Client, Count>, now: i64) {
    windows.retain(|_, count| count.resets_at > now);
    let quarter = CAPACITY / 4;
    if windows.len() + quarter <= CAPACITY {
        return;
    }
    let mut ends: Vec<_> = windows.iter().map(|(client, count)| (count.resets_at, *client)).collect();
    ends.select_nth_unstable_by_key(quarter, |(end, _)| *end);
    for (_, client) in &ends[..quarter] {
        windows.remove(client);
    }
}

#[cfg(test)]
mod tests {
    use std::{net::IpAddr, sync::Arc};

    use super::*;
    use crate::limits::{LimitSettings, Limits};

    fn client(number: u32) -> Client {
        Client::at(IpAddr::from(number.to_be_bytes()))
    }

    #[tokio::test]
    async fn a_window_begins_with_the_first_request_and_ends_for_good() {
        let counters = MemoryCounters::default();
        assert_eq!(counters.look(Budget::Reads, client(1), 60, 1000).await, Count { used: 0, resets_at: 1060 });
        assert_eq!(counters.count(Budget::Reads, client(1), 60, 1010).await, Count { used: 1, resets_at: 1070 });
        assert_eq!(counters.count(Budget::Reads, client(1), 60, 1069).await, Count { used: 2, resets_at: 1070 });
        assert_eq!(counters.count(Budget::Writes, client(1), 60, 1069).await, Count { used: 1, resets_at: 1129 });
        assert_eq!(counters.count(Budget::Reads, client(1), 60, 1070).await, Count { used: 1, resets_at: 1130 });
    }

    #[tokio::test]
    async fn of_many_at_once_exactly_the_limit_is_let_through() {
        let clock = runlens_domain::Clock::new(|| runlens_contract::Timestamp::from_unix(1000).expect("a time"));
        let settings = LimitSettings { reads: 40, ..LimitSettings::default() };
        let limits = Limits::new(settings, Arc::new(MemoryCounters::default()), clock);
        let tasks: Vec<_> = (0..200)
            .map(|_| {
                let limits = limits.clone();
                tokio::spawn(async move { limits.take(Budget::Reads, client(1)).await.retry_after.is_none() })
            })
            .collect();
        let mut passed = 0;
        for task in tasks {
            passed += usize::from(task.await.expect("a task"));
        }
        assert_eq!(passed, 40);
    }

    #[tokio::test]
    async fn no_number_of_clients_fills_the_memory() {
        let counters = MemoryCounters::default();
        for number in 0..=u32::try_from(CAPACITY).expect("a number") {
            counters.count(Budget::Reads, client(number), 60, 1000 + i64::from(number) / 10_000).await;
        }
        let windows = counters.windows.lock().expect("a lock")[&Budget::Reads].len();
        assert_eq!(windows, CAPACITY - CAPACITY / 4 + 1);
    }

    #[test]
    fn an_ipv6_client_counts_once_for_its_network() {
        let at = |address: &str| Client::at(address.parse().expect("an address"));
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:1"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
    }
}
