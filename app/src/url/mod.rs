//! The state of each view as an address: every view is a link.

pub mod compare;
pub mod log;
pub mod output;
mod run_view;
pub mod suite;

pub use run_view::{RunView, error_anchor};

use runlens_api_types::{
    Query,
    auth::{TokenQuery, TokenState},
    page::MAX_OFFSET,
    params::Params,
    run::RunQuery,
    search::SearchQuery,
};

/// Address of a list of runs.
pub fn runs(query: &RunQuery) -> String {
    // What a list shows beside the runs is the page's business, not the reader's.
    format!(
        "/runs{}",
        RunQuery {
            include: Vec::new(),
            ..query.clone()
        }
        .to_query_string()
    )
}

/// Address of a run.
pub fn run(id: i32) -> String {
    format!("/runs/{id}")
}

/// The picture of a run, for previews of links.
pub fn preview(id: i32) -> String {
    format!("/runs/{id}/preview.png")
}

/// Address of a pull request.
pub fn pull(number: i32) -> String {
    format!("/pulls/{number}")
}

/// Address of a commit.
pub fn commit(sha: &str) -> String {
    format!("/commits/{sha}")
}

/// Address of what is found for a text.
pub fn search(text: &str) -> String {
    format!("/search{}", SearchQuery { q: text.to_owned() }.to_query_string())
}

/// Address of a run's report in Markdown.
pub fn report(run: i32) -> String {
    format!("/api/v1/runs/{run}/report.md")
}

/// Address of a run's log.
pub fn log(id: i32, query: &impl Query) -> String {
    format!("/runs/{id}/logs{}", query.to_query_string())
}

/// Reads the query part of a page's address. A form sends its empty fields too: they mean nothing.
///
/// # Errors
/// `validation_error` naming each parameter.
pub fn read<Q: Query>(search: &str) -> Result<Q, runlens_api_types::ErrorBody> {
    let mut params = Params::new(search.trim_start_matches('?')).without_empty();
    let query = Q::read(&mut params);
    params.finish(query)
}

/// A hash, or at least 4 of its first digits, as it stands in a path; in small letters.
///
/// # Errors
/// `validation_error` naming it.
pub fn read_commit(text: &str) -> Result<String, runlens_api_types::ErrorBody> {
    let is_prefix = (4..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let fault =
        || runlens_api_types::params::invalid(&[("commit", "must be 4 to 40 hexadecimal digits".to_owned())]);
    is_prefix.then(|| text.to_ascii_lowercase()).ok_or_else(fault)
}

/// A pull request's number, as it stands in a path.
///
/// # Errors
/// `validation_error` naming it.
pub fn read_pull(text: &str) -> Result<i32, runlens_api_types::ErrorBody> {
    number(text).ok_or_else(|| {
        runlens_api_types::params::invalid(&[(
            "pull_request",
            format!("must be a whole number from 1 to {MAX_OFFSET}"),
        )])
    })
}

fn number(text: &str) -> Option<i32> {
    text.parse::<i32>()
        .ok()
        .filter(|number| *number > 0 && text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A run's id, as it stands in a path.
///
/// # Errors
/// `validation_error` naming it.
pub fn read_id(text: &str) -> Result<i32, runlens_api_types::ErrorBody> {
    read_id_of("run_id", text)
}

/// An id, as it stands in a path.
///
/// # Errors
/// `validation_error` with its name.
pub fn read_id_of(name: &str, text: &str) -> Result<i32, runlens_api_types::ErrorBody> {
    number(text).ok_or_else(|| {
        runlens_api_types::params::invalid(&[(
            name,
            format!("must be a whole number from 1 to {MAX_OFFSET}"),
        )])
    })
}

/// The id of a group of errors on its page.
pub fn bucket_anchor(key: &str) -> String {
    let slug: String = key
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    format!("bucket-{slug}")
}

/// What the page of tokens shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokensView {
    /// Which tokens.
    pub tokens: TokenQuery,
    /// Whether the last attempt to revoke one came to nothing.
    pub is_refused: bool,
}

impl TokensView {
    /// The page's address.
    pub fn address(&self) -> String {
        format!("/tokens{}", self.to_query_string())
    }

    /// With tokens of a state only, or of all.
    pub fn of_state(&self, state: Option<TokenState>) -> Self {
        let mut view = Self {
            is_refused: false,
            ..*self
        };
        view.tokens.state = state;
        view.tokens.page.offset = 0;
        view
    }

    /// With another part of the list.
    pub fn at(&self, offset: u32) -> Self {
        let mut view = Self {
            is_refused: false,
            ..*self
        };
        view.tokens.page.offset = offset;
        view
    }
}

impl Query for TokensView {
    fn read(params: &mut Params) -> Self {
        Self {
            tokens: TokenQuery::read(params),
            is_refused: params.get("refused") == Some("revoke"),
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        self.tokens.write(out);
        out.extend(self.is_refused.then(|| ("refused", "revoke".to_owned())));
    }
}

/// The id of a token on its page.
pub fn token_anchor(id: i32) -> String {
    format!("token-{id}")
}

/// Why somebody was not signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInRefusal {
    /// Address and password do not belong together.
    Password,
    /// Too many attempts.
    TooMany,
    /// It could not be found out.
    Unavailable,
}

impl SignInRefusal {
    const ALL: [(Self, &str); 3] = [
        (Self::Password, "password"),
        (Self::TooMany, "too_many"),
        (Self::Unavailable, "unavailable"),
    ];
}

/// What the sign-in page is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignInQuery {
    /// Where to go afterwards.
    pub next: Option<String>,
    /// Why the last attempt was refused.
    pub refused: Option<SignInRefusal>,
}

impl SignInQuery {
    /// The page, for somebody who comes from `path`.
    pub fn from_path(path: &str) -> String {
        Self {
            next: local_path(path)
                .filter(|path| !path.starts_with("/sign-in"))
                .map(str::to_owned),
            refused: None,
        }
        .address()
    }

    /// The page's address.
    pub fn address(&self) -> String {
        format!("/sign-in{}", self.to_query_string())
    }
}

impl Query for SignInQuery {
    fn read(params: &mut Params) -> Self {
        let refused = params
            .get("refused")
            .and_then(|word| SignInRefusal::ALL.iter().find(|(_, name)| *name == word));
        Self {
            next: params.get("next").and_then(local_path).map(str::to_owned),
            refused: refused.map(|(refusal, _)| *refusal),
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        out.extend(self.next.clone().map(|next| ("next", next)));
        let refused = SignInRefusal::ALL
            .iter()
            .find(|(refusal, _)| Some(*refusal) == self.refused);
        out.extend(refused.map(|(_, word)| ("refused", (*word).to_owned())));
    }
}

/// A path of this site; anything that a browser could take for another site's address is none.
pub fn local_path(path: &str) -> Option<&str> {
    let is_local = path.starts_with('/')
        && !path[1..].starts_with(['/', '\\'])
        && path.bytes().all(|byte| byte.is_ascii_graphic());
    is_local.then_some(path)
}

#[cfg(test)]
mod tests {
    use runlens_api_types::{Query, auth::TokenState};

    use super::{RunView, SignInQuery, SignInRefusal, TokensView, bucket_anchor, local_path, read, read_id};

    #[test]
    fn a_view_of_tokens_survives_the_way_through_its_address() {
        let view = TokensView {
            is_refused: true,
            ..TokensView::default().of_state(Some(TokenState::Revoked)).at(50)
        };
        assert_eq!(view.address(), "/tokens?state=revoked&offset=50&refused=revoke");
        assert_eq!(read::<TokensView>(&view.to_query_string()), Ok(view));
        assert_eq!(view.of_state(None), TokensView::default());
    }

    #[test]
    fn empty_fields_of_a_form_mean_nothing() {
        assert_eq!(
            read::<RunView>("?severity=&status=&bucket="),
            Ok(RunView::default())
        );
        assert!(read::<RunView>("severity=loud").is_err());
    }

    #[test]
    fn a_group_has_an_id_that_an_address_can_name() {
        assert_eq!(bucket_anchor("Teletext & more"), "bucket-teletext---more");
    }

    #[test]
    fn an_id_in_a_path_is_a_plain_number() {
        assert_eq!(read_id("9346"), Ok(9346));
        for odd in ["0", "-1", "+5", "1e3", "2147483648", "x", "", "9346 "] {
            assert!(read_id(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn signing_in_goes_on_within_this_site_only() {
        assert_eq!(
            local_path("/runs/7?status=fail#tests"),
            Some("/runs/7?status=fail#tests")
        );
        for elsewhere in [
            "",
            "runs",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\nb",
            "/ä",
        ] {
            assert_eq!(local_path(elsewhere), None, "{elsewhere}");
        }
        let query = SignInQuery {
            next: Some("/runs?status=fail".to_owned()),
            refused: Some(SignInRefusal::Password),
        };
        assert_eq!(
            read::<SignInQuery>(query.address().trim_start_matches("/sign-in")),
            Ok(query)
        );
    }
}
