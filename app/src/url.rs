//! The state of each view as an address: every view is a link.

pub mod log;
pub mod output;
pub mod suite;

use runlens_contract::{
    Query, TextEnum,
    auth::{TokenQuery, TokenState},
    page::MAX_OFFSET,
    params::Params,
    run::RunQuery,
    sample::ResultStatus,
    search::SearchQuery,
    test_error::{ErrorQuery, GroupBy, Severity, TestErrorType},
};

/// Address of a list of runs.
pub fn runs(query: &RunQuery) -> String {
    // What a list shows beside the runs is the page's business, not the reader's.
    format!("/runs{}", RunQuery { include: Vec::new(), ..query.clone() }.to_query_string())
}

/// Address of a run.
pub fn run(id: i32) -> String {
    format!("/runs/{id}")
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

/// Address of a run's log.
pub fn log(id: i32, query: &impl Query) -> String {
    format!("/runs/{id}/logs{}", query.to_query_string())
}

/// Reads the query part of a page's address. A form sends its empty fields too: they mean nothing.
///
/// # Errors
/// `validation_error` naming each parameter.
pub fn read<Q: Query>(search: &str) -> Result<Q, runlens_contract::ErrorBody> {
    let mut params = Params::new(search.trim_start_matches('?')).without_empty();
    let query = Q::read(&mut params);
    params.finish(query)
}

/// A hash, or at least 4 of its first digits, as it stands in a path; in small letters.
///
/// # Errors
/// `validation_error` naming it.
pub fn read_commit(text: &str) -> Result<String, runlens_contract::ErrorBody> {
    let is_prefix = (4..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let fault = || runlens_contract::params::invalid(&[("commit", "must be 4 to 40 hexadecimal digits".to_owned())]);
    is_prefix.then(|| text.to_ascii_lowercase()).ok_or_else(fault)
}

/// A pull request's number, as it stands in a path.
///
/// # Errors
/// `validation_error` naming it.
pub fn read_pull(text: &str) -> Result<i32, runlens_contract::ErrorBody> {
    number(text)
        .ok_or_else(|| runlens_contract::params::invalid(&[("pull_request", format!("must be a whole number from 1 to {MAX_OFFSET}"))]))
}

fn number(text: &str) -> Option<i32> {
    text.parse::<i32>().ok().filter(|number| *number > 0 && text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A run's id, as it stands in a path.
///
/// # Errors
/// `validation_error` naming it.
pub fn read_id(text: &str) -> Result<i32, runlens_contract::ErrorBody> {
    number(text).ok_or_else(|| runlens_contract::params::invalid(&[("run_id", format!("must be a whole number from 1 to {MAX_OFFSET}"))]))
}

/// What the run page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunView {
    /// What the errors are grouped by.
    pub group_by: Option<GroupBy>,
    /// Only errors of this severity.
    pub severity: Option<Severity>,
    /// Groups of errors before the first one shown.
    pub groups_offset: u32,
    /// Key of the group that is open.
    pub bucket: Option<String>,
    /// Errors before the first one shown of it.
    pub errors_offset: u32,
    /// Only tests of this status.
    pub status: Option<ResultStatus>,
    /// Only tests of this category.
    pub category: Option<String>,
    /// Only this test.
    pub test: Option<i32>,
    /// Tests before the first one shown.
    pub tests_offset: u32,
}

impl Query for RunView {
    fn read(params: &mut Params) -> Self {
        let mut offset = |name| params.number(name, 0, MAX_OFFSET).unwrap_or(0);
        let (groups_offset, errors_offset, tests_offset) = (offset("groups_offset"), offset("errors_offset"), offset("tests_offset"));
        Self {
            group_by: params.word("group_by"),
            severity: params.word("severity"),
            groups_offset,
            bucket: params.text("bucket", 255),
            errors_offset,
            status: params.word("status"),
            category: params.text("category", 64),
            test: params.id("test"),
            tests_offset,
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        let offset = |offset: u32| (offset > 0).then(|| offset.to_string());
        let pairs = [
            ("group_by", self.group_by.filter(|by| *by != GroupBy::Type).map(|v| v.to_string())),
            ("severity", self.severity.map(|v| v.to_string())),
            ("groups_offset", offset(self.groups_offset)),
            ("bucket", self.bucket.clone()),
            ("errors_offset", offset(self.errors_offset)),
            ("status", self.status.map(|v| v.to_string())),
            ("category", self.category.clone()),
            ("test", self.test.map(|v| v.to_string())),
            ("tests_offset", offset(self.tests_offset)),
        ];
        out.extend(pairs.into_iter().filter_map(|(name, value)| Some((name, value?))));
    }
}

impl RunView {
    /// What the errors are grouped by.
    pub fn grouping(&self) -> GroupBy {
        self.group_by.unwrap_or(GroupBy::Type)
    }

    /// Address of this view of a run, at a part of the page.
    pub fn address(&self, run: i32, part: &str) -> String {
        format!("/runs/{run}{}#{part}", self.to_query_string())
    }

    /// With other groups of errors, none of them open.
    pub fn grouped(&self, group_by: GroupBy, severity: Option<Severity>, groups_offset: u32) -> Self {
        Self { group_by: Some(group_by), severity, groups_offset, bucket: None, errors_offset: 0, ..self.clone() }
    }

    /// With a group of errors opened, or closed.
    pub fn opened(&self, bucket: Option<&str>, errors_offset: u32) -> Self {
        Self { bucket: bucket.map(str::to_owned), errors_offset, ..self.clone() }
    }

    /// With other tests.
    pub fn tests(&self, status: Option<ResultStatus>, category: Option<String>, tests_offset: u32) -> Self {
        Self { status, category, tests_offset, test: None, ..self.clone() }
    }

    /// With one test only.
    pub fn test(&self, test: i32) -> Self {
        Self { test: Some(test), ..self.tests(None, None, 0) }
    }

    /// The errors of the group that is open; none where its errors cannot be asked for.
    pub fn bucket_query(&self, key: &str) -> Option<ErrorQuery> {
        let mut query = ErrorQuery { severity: self.severity, ..ErrorQuery::default() };
        query.page.offset = self.errors_offset;
        match self.grouping() {
            GroupBy::Type => query.kind = Some(TestErrorType::from_word(key)?),
            GroupBy::SampleId => query.sample_id = Some(key.parse().ok()?),
            GroupBy::RegressionId => query.regression_id = Some(key.parse().ok()?),
            GroupBy::Category => query.category = Some(key.to_owned()),
            GroupBy::Severity => query.severity = Some(Severity::from_word(key)?),
        }
        Some(query)
    }
}

/// The id of a group of errors on its page.
pub fn bucket_anchor(key: &str) -> String {
    let slug: String = key.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
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
        let mut view = Self { is_refused: false, ..*self };
        view.tokens.state = state;
        view.tokens.page.offset = 0;
        view
    }

    /// With another part of the list.
    pub fn at(&self, offset: u32) -> Self {
        let mut view = Self { is_refused: false, ..*self };
        view.tokens.page.offset = offset;
        view
    }
}

impl Query for TokensView {
    fn read(params: &mut Params) -> Self {
        Self { tokens: TokenQuery::read(params), is_refused: params.get("refused") == Some("revoke") }
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
    const ALL: [(Self, &str); 3] = [(Self::Password, "password"), (Self::TooMany, "too_many"), (Self::Unavailable, "unavailable")];
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
        Self { next: local_path(path).filter(|path| !path.starts_with("/sign-in")).map(str::to_owned), refused: None }.address()
    }

    /// The page's address.
    pub fn address(&self) -> String {
        format!("/sign-in{}", self.to_query_string())
    }
}

impl Query for SignInQuery {
    fn read(params: &mut Params) -> Self {
        let refused = params.get("refused").and_then(|word| SignInRefusal::ALL.iter().find(|(_, name)| *name == word));
        Self { next: params.get("next").and_then(local_path).map(str::to_owned), refused: refused.map(|(refusal, _)| *refusal) }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        out.extend(self.next.clone().map(|next| ("next", next)));
        let refused = SignInRefusal::ALL.iter().find(|(refusal, _)| Some(*refusal) == self.refused);
        out.extend(refused.map(|(_, word)| ("refused", (*word).to_owned())));
    }
}

/// A path of this site; anything that a browser could take for another site's address is none.
pub fn local_path(path: &str) -> Option<&str> {
    let is_local = path.starts_with('/') && !path[1..].starts_with(['/', '\\']) && path.bytes().all(|byte| byte.is_ascii_graphic());
    is_local.then_some(path)
}

#[cfg(test)]
mod tests {
    use runlens_contract::{
        Query,
        auth::TokenState,
        sample::ResultStatus,
        test_error::{GroupBy, Severity, TestErrorType},
    };

    use super::{RunView, SignInQuery, SignInRefusal, TokensView, bucket_anchor, local_path, read, read_id};

    #[test]
    fn a_view_of_a_run_survives_the_way_through_its_address() {
        let view = RunView {
            group_by: Some(GroupBy::Category),
            severity: Some(Severity::Error),
            groups_offset: 50,
            bucket: Some("Teletext & more".to_owned()),
            errors_offset: 100,
            status: Some(ResultStatus::MissingOutput),
            category: Some("DVB".to_owned()),
            test: Some(7),
            tests_offset: 50,
        };
        assert_eq!(read::<RunView>(&view.to_query_string()), Ok(view.clone()));
        assert_eq!(RunView::default().address(7, "errors"), "/runs/7#errors");
    }

    #[test]
    fn a_view_of_tokens_survives_the_way_through_its_address() {
        let view = TokensView { is_refused: true, ..TokensView::default().of_state(Some(TokenState::Revoked)).at(50) };
        assert_eq!(view.address(), "/tokens?state=revoked&offset=50&refused=revoke");
        assert_eq!(read::<TokensView>(&view.to_query_string()), Ok(view));
        assert_eq!(view.of_state(None), TokensView::default());
    }

    #[test]
    fn empty_fields_of_a_form_mean_nothing() {
        assert_eq!(read::<RunView>("?severity=&status=&bucket="), Ok(RunView::default()));
        assert!(read::<RunView>("severity=loud").is_err());
    }

    #[test]
    fn the_errors_of_a_group_are_asked_for_by_its_key() {
        let grouped = |by| RunView { group_by: Some(by), ..RunView::default() };
        let by_type = RunView::default().bucket_query("diff_mismatch").expect("a type");
        assert_eq!(by_type.kind, Some(TestErrorType::DiffMismatch));
        assert_eq!(grouped(GroupBy::SampleId).bucket_query("12").expect("an id").sample_id, Some(12));
        assert_eq!(grouped(GroupBy::SampleId).bucket_query("unknown"), None);
        assert_eq!(grouped(GroupBy::Severity).bucket_query("error").expect("a severity").severity, Some(Severity::Error));
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
        assert_eq!(local_path("/runs/7?status=fail#tests"), Some("/runs/7?status=fail#tests"));
        for elsewhere in ["", "runs", "//evil.example", "/\\evil.example", "https://evil.example", "/a\nb", "/ä"] {
            assert_eq!(local_path(elsewhere), None, "{elsewhere}");
        }
        let query = SignInQuery { next: Some("/runs?status=fail".to_owned()), refused: Some(SignInRefusal::Password) };
        assert_eq!(read::<SignInQuery>(query.address().trim_start_matches("/sign-in")), Ok(query));
    }
}
