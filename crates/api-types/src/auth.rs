//! Callers, their scopes and their tokens.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, page::PageQuery, query::query, text_enum::text_enum};

text_enum! {
    /// Permission of a token or an account.
    Scope {
        /// Read runs, their progress, counts and results.
        RunsRead = "runs:read",
        /// Start and stop runs.
        RunsWrite = "runs:write",
        /// Read errors, outputs and artifacts.
        ResultsRead = "results:read",
        /// Change expected outputs; admins only.
        BaselinesWrite = "baselines:write",
        /// Read logs, infrastructure errors and the queue.
        SystemRead = "system:read",
        /// Change the system; admins only.
        SystemWrite = "system:write",
        /// List and revoke tokens; admins only.
        TokensManage = "tokens:manage",
    }
}

impl Scope {
    /// Whether the scope is reserved for admins.
    pub fn is_for_admins(self) -> bool {
        matches!(
            self,
            Self::BaselinesWrite | Self::SystemWrite | Self::TokensManage
        )
    }
}

text_enum! {
    /// Role of an account.
    Role {
        /// May do everything.
        Admin = "admin",
        /// Develops the program; may see stack traces.
        Contributor = "contributor",
        /// Tests the program.
        Tester = "tester",
        /// Any other account.
        User = "user",
    }
}

/// Request to create a token.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenRequest {
    /// E-mail address of the account.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 255))]
    pub email: String,
    /// Password of the account.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 1024, format = Password))]
    pub password: String,
    /// Name of the token, unique among the account's tokens.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[a-zA-Z0-9_-]{1,50}$"))]
    pub token_name: String,
    /// Days until it expires.
    #[serde(default = "TokenRequest::default_days")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 30, default = 7))]
    pub expires_in_days: i64,
    /// Scopes of the token; `runs:read results:read` by default.
    #[serde(default = "TokenRequest::default_scopes")]
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 7))]
    pub scopes: Vec<Scope>,
}

impl TokenRequest {
    /// Returns the default lifetime in days.
    pub fn default_days() -> i64 {
        7
    }

    /// Returns the default scopes.
    pub fn default_scopes() -> Vec<Scope> {
        vec![Scope::RunsRead, Scope::ResultsRead]
    }
}

// Keeps the password out of logs.
impl std::fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenRequest")
            .field("token_name", &self.token_name)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// A new token. Its secret cannot be retrieved again.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedToken {
    /// The secret, for `Authorization: Bearer …`.
    pub token: String,
    /// Always `bearer`.
    pub token_type: String,
    /// Name of the token.
    pub token_name: String,
    /// Scopes of the token.
    pub scopes: Vec<Scope>,
    /// Time of expiry.
    pub expires_at: Timestamp,
}

text_enum! {
    /// State of a token.
    TokenState {
        /// Can be used.
        Active = "active",
        /// Has expired.
        Expired = "expired",
        /// Was revoked, whether or not it has expired since.
        Revoked = "revoked",
    }
}

/// A token of the caller's account, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Token {
    /// Numeric token ID.
    pub token_id: i32,
    /// Name of the token.
    pub token_name: String,
    /// First characters of the secret.
    pub token_prefix: String,
    /// Scopes of the token that the account's role still allows.
    pub scopes: Vec<Scope>,
    /// State of the token.
    pub state: TokenState,
    /// Time of creation.
    pub created_at: Timestamp,
    /// Time of expiry.
    pub expires_at: Timestamp,
    /// Time of revocation; null if it was not revoked.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub revoked_at: Option<Timestamp>,
    /// Whether this request was made with the token.
    pub is_current: bool,
}

query! {
    /// Filters of an account's tokens.
    #[derive(Copy)]
    pub struct TokenQuery {
        /// Page of the list.
        pub page: PageQuery = nested(),
        /// Only tokens in this state.
        pub state: Option<TokenState> = choice(),
    }
}

/// The caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The account; null for anonymous requests.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub user: Option<Account>,
    /// Scopes of this request.
    pub scopes: Vec<Scope>,
    /// The token of this request; null for requests with a session or none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub token: Option<TokenInfo>,
}

/// An account of the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Account {
    /// Numeric user ID.
    pub user_id: i32,
    /// Name of the account.
    pub name: String,
    /// Role of the account.
    pub role: Role,
}

/// A token without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenInfo {
    /// Numeric token ID.
    pub token_id: i32,
    /// Name of the token.
    pub token_name: String,
    /// First characters of the secret.
    pub token_prefix: String,
    /// Time of expiry.
    pub expires_at: Timestamp,
}
