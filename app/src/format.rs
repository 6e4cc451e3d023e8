//! How numbers, durations and points in time read.

use runlens_api_types::Timestamp;
pub use runlens_api_types::text::{group_thousands as number, pluralize};

/// `512 bytes`, `4.2 kB`, `21 MB`, `1.1 GB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match UNITS.iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) if bytes < unit * 10 => {
            format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit)
        }
        Some((unit, name)) => format!("{} {name}", bytes / unit),
        None => pluralize(bytes, "byte", "bytes"),
    }
}

/// `120 ms`, `4.2 s`, `45 s`, `26 min`, `1 h 12 min`, `3 d 4 h`.
pub fn duration(ms: i64) -> String {
    let ms = ms.unsigned_abs();
    let seconds = ms / 1000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    match (days, hours, minutes, seconds) {
        (0, 0, 0, 0) => format!("{ms} ms"),
        (0, 0, 0, 1..=9) => format!("{seconds}.{} s", ms % 1000 / 100),
        (0, 0, 0, _) => format!("{seconds} s"),
        (0, 0, 1..=9, _) if !seconds.is_multiple_of(60) => format!("{minutes} min {} s", seconds % 60),
        (0, 0, ..) => format!("{minutes} min"),
        (0, ..) if minutes % 60 > 0 => format!("{hours} h {} min", minutes % 60),
        (0, ..) => format!("{hours} h"),
        _ if hours % 24 > 0 => format!("{days} d {} h", hours % 24),
        _ => format!("{days} d"),
    }
}

/// `2 h ago`; from a month on the date, with its year where that is not this one.
pub fn relative(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.unix() - at.unix();
    let passed = seconds.unsigned_abs();
    let text = match passed {
        0..=59 => {
            return if seconds >= 0 {
                "just now".to_owned()
            } else {
                "in a moment".to_owned()
            };
        }
        60..=3599 => format!("{} min", passed / 60),
        3600..=86_399 => format!("{} h", passed / 3600),
        86_400..=2_591_999 => format!("{} d", passed / 86_400),
        _ => {
            let (date, today) = (date(at), date(now));
            let is_this_year = date.rsplit(' ').next() == today.rsplit(' ').next();
            return if is_this_year {
                date.rsplit_once(' ')
                    .map_or(date.clone(), |(day, _)| day.to_owned())
            } else {
                date
            };
        }
    };
    if seconds > 0 {
        format!("{text} ago")
    } else {
        format!("in {text}")
    }
}

/// `27 Jun 2026, 12:42:03 UTC`.
pub fn exact(at: Timestamp) -> String {
    format!("{}, {} UTC", date(at), clock(at))
}

/// `12:42:03`.
pub fn clock(at: Timestamp) -> String {
    at.to_string().get(11..19).unwrap_or_default().to_owned()
}

/// `27 Jun 2026`.
fn date(at: Timestamp) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let text = at.to_string();
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default().trim_start_matches('0');
    let month = part(5..7)
        .parse::<usize>()
        .ok()
        .and_then(|month| MONTHS.get(month.wrapping_sub(1)))
        .unwrap_or(&"");
    format!("{} {month} {}", part(8..10), part(0..4))
}

/// `missing_output` as `missing output`.
pub fn words(word: &str) -> String {
    word.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use runlens_api_types::Timestamp;

    use super::{clock, duration, exact, relative, size};

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect(text)
    }

    #[test]
    fn a_size_has_two_or_three_digits() {
        let cases = [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (4_290, "4.2 kB"),
            (21_400_000, "21 MB"),
            (1_100_000_000, "1.1 GB"),
        ];
        for (bytes, text) in cases {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn a_duration_has_at_most_two_units() {
        let cases = [
            (0, "0 ms"),
            (999, "999 ms"),
            (4_250, "4.2 s"),
            (45_000, "45 s"),
            (65_000, "1 min 5 s"),
            (120_000, "2 min"),
            (26 * 60_000 + 59_000, "26 min"),
            (3_600_000, "1 h"),
            (72 * 60_000, "1 h 12 min"),
            (86_400_000, "1 d"),
            (100 * 3_600_000, "4 d 4 h"),
        ];
        for (ms, text) in cases {
            assert_eq!(duration(ms), text);
        }
    }

    #[test]
    fn a_time_is_told_from_now_and_from_a_month_on_by_its_date() {
        let now = at("2026-06-27T12:00:00Z");
        let cases = [
            ("2026-06-27T12:00:00Z", "just now"),
            ("2026-06-27T11:59:01Z", "just now"),
            ("2026-06-27T11:58:00Z", "2 min ago"),
            ("2026-06-27T10:00:00Z", "2 h ago"),
            ("2026-06-25T10:00:00Z", "2 d ago"),
            ("2026-05-20T10:00:00Z", "20 May"),
            ("2025-06-27T12:00:00Z", "27 Jun 2025"),
            ("2026-06-27T12:00:30Z", "in a moment"),
            ("2026-06-27T13:00:00Z", "in 1 h"),
        ];
        for (time, text) in cases {
            assert_eq!(relative(at(time), now), text);
        }
        assert_eq!(exact(at("2026-06-07T12:42:03Z")), "7 Jun 2026, 12:42:03 UTC");
        assert_eq!(clock(at("2026-06-07T02:42:03Z")), "02:42:03");
    }
}
