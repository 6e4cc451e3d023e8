//! Who asks, and what they may do.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, page::PageQuery, query::query, text_enum::text_enum};

text_enum! {
    /// One right.
    Scope {
        /// Runs, their progress, counts and results.
        RunsRead = "runs:read",
        /// Start and stop runs.
        RunsWrite = "runs:write",
        /// Errors, outputs and artifacts.
        ResultsRead = "results:read",
        /// Change what is expected; for admins.
        BaselinesWrite = "baselines:write",
        /// Logs, infrastructure errors, the queue.
        SystemRead = "system:read",
        /// Change the system; for admins.
        SystemWrite = "system:write",
        /// List and revoke tokens; for admins.
        TokensManage = "tokens:manage",
    }
}

impl Scope {
    /// Whether only an admin can have it.
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
        /// Everything.
        Admin = "admin",
        /// Writes the program; may see stacks.
        Contributor = "contributor",
        /// Tests the program.
        Tester = "tester",
        /// Any other account.
        User = "user",
    }
}

/// What to make a token from.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenRequest {
    /// E-mail address of the account.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 255))]
    pub email: String,
    /// Its password.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 1024, format = Password))]
    pub password: String,
    /// A name to know the token by, unique among the account's tokens.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[a-zA-Z0-9_-]{1,50}$"))]
    pub token_name: String,
    /// Days until it expires.
    #[serde(default = "TokenRequest::default_days")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 30, default = 7))]
    pub expires_in_days: i64,
    /// Its rights; `runs:read results:read` by default.
    #[serde(default = "TokenRequest::default_scopes")]
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 7))]
    pub scopes: Vec<Scope>,
}

impl TokenRequest {
    /// Days until a token expires, where nothing else is asked for.
    pub fn default_days() -> i64 {
        7
    }

    /// Rights of a token, where nothing else is asked for.
    pub fn default_scopes() -> Vec<Scope> {
        vec![Scope::RunsRead, Scope::ResultsRead]
    }
}

// A password must not reach a log by way of `{:?}`.
impl std::fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenRequest")
            .field("token_name", &self.token_name)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// A new token. It is shown this once and cannot be read again.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedToken {
    /// For `Authorization: Bearer …`.
    pub token: String,
    /// Always `bearer`.
    pub token_type: String,
    /// Its name.
    pub token_name: String,
    /// Its rights.
    pub scopes: Vec<Scope>,
    /// When it stops working.
    pub expires_at: Timestamp,
}

text_enum! {
    /// Whether a token works.
    TokenState {
        /// It works.
        Active = "active",
        /// Its time is over.
        Expired = "expired",
        /// It was revoked, whether or not its time is over.
        Revoked = "revoked",
    }
}

/// A token as its account sees it: everything but the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Token {
    /// Numeric token ID.
    pub token_id: i32,
    /// Its name.
    pub token_name: String,
    /// Its first characters.
    pub token_prefix: String,
    /// Its rights, as far as the account's role allows them today.
    pub scopes: Vec<Scope>,
    /// Whether it works.
    pub state: TokenState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working, or stopped.
    pub expires_at: Timestamp,
    /// When it was revoked; null where it was not.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub revoked_at: Option<Timestamp>,
    /// Whether it is the token of this request.
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

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The account; null for a visitor.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub user: Option<Account>,
    /// The rights of this request.
    pub scopes: Vec<Scope>,
    /// The token of this request; null for a browser.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub token: Option<TokenInfo>,
}

/// An account of the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Account {
    /// Numeric user ID.
    pub user_id: i32,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
}

/// A token without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenInfo {
    /// Numeric token ID.
    pub token_id: i32,
    /// Its name.
    pub token_name: String,
    /// Its first characters.
    pub token_prefix: String,
    /// When it stops working.
    pub expires_at: Timestamp,
}
