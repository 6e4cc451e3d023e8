//! Passwords as the platform's passlib stores them: `$6$…` (sha512-crypt), older ones `$5$…` (sha256-crypt).

use sha_crypt::{PasswordVerifier, ShaCrypt, password_hash};

use crate::{Result, workers::Workers};

/// The longest password that is looked at, in bytes: the cost of a check grows with it.
pub(super) const MAX_PASSWORD: usize = 1024;

/// Belongs to nobody. Its 1,024,000 rounds are the platform's, so that an unknown account costs what a known one does.
const NOBODY: &str =
    "$6$rounds=1024000$runlensdummysalt$6jgd97qMuruUGU4CFiInueGhO9JW4Btrw/LIYd3R5PuHiq4NjIztnKkhiI4IkdcD41nxKIgNURG9F4TWP8fBJ1";

/// Checks passwords off the async threads, few at a time: each takes over half a second of a core.
#[derive(Clone)]
pub struct PasswordChecker {
    workers: Workers,
}

impl Default for PasswordChecker {
    fn default() -> Self {
        Self { workers: Workers::new(2) }
    }
}

impl PasswordChecker {
    /// Whether a password belongs to an account's hash. No account, or a hash that is none, costs the same and fails.
    pub(super) async fn verify(&self, password: &str, hash: Option<String>) -> Result<bool> {
        let password = password.to_owned();
        self.workers.run(move || verify(password.as_bytes(), hash.as_deref())).await
    }
}

fn verify(password: &[u8], hash: Option<&str>) -> bool {
    match hash.map(|hash| ShaCrypt::default().verify_password(password, hash)) {
        Some(Ok(())) => true,
        Some(Err(password_hash::Error::PasswordInvalid)) => false,
        _ => {
            let _ = ShaCrypt::default().verify_password(password, NOBODY);
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::verify;

    #[test]
    fn a_password_is_checked_against_what_passlib_stored() {
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
            ("pässword", "$5$rounds=5000$abcdefgh$PMzeX.3Tb43iNPh8ENNzPM9M7q/BLyRKM1Djd5s4Nu8", true),
            ("pässword", "$5$abcdefgh$PMzeX.3Tb43iNPh8ENNzPM9M7q/BLyRKM1Djd5s4Nu8", true),
            ("", "$5$abcdefgh$PMzeX.3Tb43iNPh8ENNzPM9M7q/BLyRKM1Djd5s4Nu8", false),
        ];
        for (password, hash, expected) in cases {
            assert_eq!(verify(password.as_bytes(), Some(hash)), expected, "{password} {hash}");
        }
    }

    #[test]
    fn nobody_has_no_password() {
        for hash in [None, Some(""), Some("secret"), Some("$1$abc$def"), Some("$6$rounds=1$saltsalt$LAV5VE5Y7w1d73x1mFNspYWU")] {
            assert!(!verify(b"secret", hash), "{hash:?}");
        }
    }
}
