//! Passwords as the platform's passlib stores them: `$6$…` (sha512-crypt), older ones `$5$…` (sha256-crypt).

use sha_crypt::{Params, PasswordVerifier, ShaCrypt, sha256_crypt, sha512_crypt};

use crate::{Result, blocking::BlockingPool};

/// Limits the cost of a check, which grows with the length of the password.
pub(super) const MAX_PASSWORD_BYTES: usize = 1024;

/// Rounds of the platform's hashes. A wrong password always costs this many rounds of both algorithms, so
/// that response times do not reveal whether an account exists or which kind of hash it has.
const ROUNDS: u32 = 1_024_000;

/// Maximum number of concurrent checks. Each takes more than half a second of one core.
const MAX_CONCURRENT_CHECKS: usize = 2;

/// Salt of the hashes that are computed only for their cost.
const DUMMY_SALT: &[u8] = b"of nobody";

/// Checks passwords on blocking threads, with limited concurrency.
#[derive(Clone)]
pub struct PasswordChecker {
    pool: BlockingPool,
}

impl Default for PasswordChecker {
    fn default() -> Self {
        Self {
            pool: BlockingPool::new(MAX_CONCURRENT_CHECKS),
        }
    }
}

impl PasswordChecker {
    /// Whether the password matches an account's hash. A missing account or an invalid hash costs the same
    /// and fails.
    pub(super) async fn verify(&self, password: &str, hash: Option<String>) -> Result<bool> {
        let password = password.to_owned();
        self.pool
            .run(move || verify(password.as_bytes(), hash.as_deref()))
            .await
    }
}

fn verify(password: &[u8], hash: Option<&str>) -> bool {
    let is_correct = hash.is_some_and(|hash| ShaCrypt::default().verify_password(password, hash).is_ok());
    if !is_correct {
        let (sha512, sha256) = remaining_rounds(hash);
        if let Ok(remaining) = Params::new(sha512) {
            std::hint::black_box(sha512_crypt(password, DUMMY_SALT, remaining));
        }
        if let Ok(remaining) = Params::new(sha256) {
            std::hint::black_box(sha256_crypt(password, DUMMY_SALT, remaining));
        }
    }
    is_correct
}

/// Returns how many rounds of sha512-crypt and sha256-crypt remain up to [`ROUNDS`] after this hash was
/// checked.
fn remaining_rounds(hash: Option<&str>) -> (u32, u32) {
    let rounds = |scheme: &str| {
        let parameter = hash?.strip_prefix(scheme)?.split('$').next()?;
        let params = if parameter.starts_with("rounds=") {
            parameter.parse::<Params>().ok()?
        } else {
            Params::default()
        };
        params.to_string().strip_prefix("rounds=")?.parse::<u32>().ok()
    };
    let missing = |scheme| ROUNDS.saturating_sub(rounds(scheme).unwrap_or_default());
    (missing("$6$"), missing("$5$"))
}

#[cfg(test)]
mod tests {
    use super::{remaining_rounds, verify};

    #[test]
    fn passlib_hashes_are_verified() {
        let cases = [
            (
                "secret",
                "$6$rounds=1000$saltsalt$LAV5VE5Y7w1d73x1mFNspYWUpazfmwv2SoepNXNKJ/otop/Zok96Hr8Q13LEv0DRY/x8v0/crpIjl8NJSAqXV/",
                true,
            ),
            (
                "Secret",
                "$6$rounds=1000$saltsalt$LAV5VE5Y7w1d73x1mFNspYWUpazfmwv2SoepNXNKJ/otop/Zok96Hr8Q13LEv0DRY/x8v0/crpIjl8NJSAqXV/",
                false,
            ),
            (
                "pässword",
                "$5$rounds=5000$abcdefgh$PMzeX.3Tb43iNPh8ENNzPM9M7q/BLyRKM1Djd5s4Nu8",
                true,
            ),
            (
                "pässword",
                "$5$abcdefgh$PMzeX.3Tb43iNPh8ENNzPM9M7q/BLyRKM1Djd5s4Nu8",
                true,
            ),
            (
                "",
                "$5$abcdefgh$PMzeX.3Tb43iNPh8ENNzPM9M7q/BLyRKM1Djd5s4Nu8",
                false,
            ),
        ];
        for (password, hash, expected) in cases {
            assert_eq!(
                verify(password.as_bytes(), Some(hash)),
                expected,
                "{password} {hash}"
            );
        }
    }

    #[test]
    fn a_wrong_password_costs_the_same_for_every_account() {
        let cases = [
            (None, (1_024_000, 1_024_000)),
            (Some(""), (1_024_000, 1_024_000)),
            (Some("secret"), (1_024_000, 1_024_000)),
            (Some("$6$rounds=1$salt$x"), (1_024_000, 1_024_000)),
            (Some("$6$rounds=1024000$salt$x"), (0, 1_024_000)),
            (Some("$6$rounds=656000$salt$x"), (368_000, 1_024_000)),
            (Some("$5$rounds=535000$salt$x"), (1_024_000, 489_000)),
            (Some("$5$salt$x"), (1_024_000, 1_019_000)),
            (Some("$6$rounds=1500000$salt$x"), (0, 1_024_000)),
        ];
        for (hash, rounds) in cases {
            assert_eq!(remaining_rounds(hash), rounds, "{hash:?}");
        }
    }

    #[test]
    fn an_invalid_hash_matches_no_password() {
        for hash in [
            None,
            Some(""),
            Some("secret"),
            Some("$1$abc$def"),
            Some("$6$rounds=1$saltsalt$LAV5VE5Y7w1d73x1mFNspYWU"),
        ] {
            assert!(!verify(b"secret", hash), "{hash:?}");
        }
    }
}
