//! Parses search text into all its possible interpretations.

use runlens_api_types::search::SearchKind;

/// Prefixes that select a kind.
const KIND_PREFIXES: [(&str, SearchKind); 9] = [
    ("run", SearchKind::Run),
    ("pr", SearchKind::PullRequest),
    ("pull", SearchKind::PullRequest),
    ("commit", SearchKind::Commit),
    ("branch", SearchKind::Branch),
    ("test", SearchKind::RegressionTest),
    ("rt", SearchKind::RegressionTest),
    ("sample", SearchKind::Sample),
    ("media", SearchKind::Sample),
];

/// Minimum number of digits of a hash prefix.
const MIN_HASH_PREFIX_LEN: usize = 4;

/// Search text with all its possible interpretations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Question<'a> {
    /// The kind that a prefix selects.
    kind: Option<SearchKind>,
    number: Option<i32>,
    /// The prefix of a hash, in lower case.
    prefix: Option<String>,
    words: Vec<&'a str>,
}

impl<'a> Question<'a> {
    /// Parses `9346`, `#151`, `PR 2287`, `pr#2287`, `11b348e`, `dvb teletext`.
    pub(super) fn of(text: &'a str) -> Self {
        let text = text.trim();
        let (kind, rest) = KIND_PREFIXES
            .iter()
            .find_map(|(word, kind)| Some((Some(*kind), strip_kind_prefix(text, word)?)))
            .unwrap_or((None, text));
        let bare = rest.trim_start_matches('#').trim_start();
        let consists_of =
            |matches: fn(&u8) -> bool| !bare.is_empty() && bare.bytes().all(|byte| matches(&byte));
        let number = if consists_of(u8::is_ascii_digit) {
            bare.parse::<i32>().ok().filter(|number| *number > 0)
        } else {
            None
        };
        let is_prefix = consists_of(u8::is_ascii_hexdigit)
            && (MIN_HASH_PREFIX_LEN..=64).contains(&bare.len())
            && bare.len() == rest.len();
        Self {
            kind,
            number,
            prefix: is_prefix.then(|| bare.to_ascii_lowercase()),
            words: bare.split_whitespace().collect(),
        }
    }

    fn allows(&self, kind: SearchKind) -> bool {
        self.kind.is_none_or(|only| only == kind)
    }

    /// Returns the number, if it can be one of this kind.
    pub(super) fn number_for(&self, kind: SearchKind) -> Option<i32> {
        self.number.filter(|_| self.allows(kind))
    }

    /// Returns the hash prefix, if it can be one of this kind.
    pub(super) fn prefix_for(&self, kind: SearchKind) -> Option<&str> {
        self.prefix.as_deref().filter(|_| self.allows(kind))
    }

    /// Returns the words, if this kind is searched by words.
    pub(super) fn words_for(&self, kind: SearchKind) -> Option<&[&'a str]> {
        Some(self.words.as_slice()).filter(|words| !words.is_empty() && self.allows(kind))
    }
}

/// Returns the text after a kind's prefix. `None` if the text does not start with the prefix, or nothing
/// follows it.
fn strip_kind_prefix<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(word.len())?;
    let rest = rest
        .strip_prefix('#')
        .or_else(|| rest.strip_prefix(char::is_whitespace))?
        .trim_start();
    (start.eq_ignore_ascii_case(word) && !rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use runlens_api_types::search::SearchKind;

    use super::Question;

    #[test]
    fn text_is_parsed_into_every_interpretation() {
        let prefix = |text: &str| Some(text.to_owned());
        let pull_request = Some(SearchKind::PullRequest);
        for (text, kind, number, hash, words) in [
            ("9346", None, Some(9346), prefix("9346"), vec!["9346"]),
            (" 93 ", None, Some(93), None, vec!["93"]),
            ("#2287", None, Some(2287), None, vec!["2287"]),
            ("PR 2287", pull_request, Some(2287), prefix("2287"), vec!["2287"]),
            ("pr#2287", pull_request, Some(2287), prefix("2287"), vec!["2287"]),
            ("pr", None, None, None, vec!["pr"]),
            ("prune", None, None, None, vec!["prune"]),
            ("11B348e", None, None, prefix("11b348e"), vec!["11B348e"]),
            ("abc", None, None, None, vec!["abc"]),
            ("0", None, None, None, vec!["0"]),
            (
                "99999999999",
                None,
                None,
                prefix("99999999999"),
                vec!["99999999999"],
            ),
            (
                "test dvb  teletext",
                Some(SearchKind::RegressionTest),
                None,
                None,
                vec!["dvb", "teletext"],
            ),
            ("dvb teletext", None, None, None, vec!["dvb", "teletext"]),
            ("ü", None, None, None, vec!["ü"]),
            ("#", None, None, None, vec![]),
            ("  ", None, None, None, vec![]),
        ] {
            assert_eq!(
                Question::of(text),
                Question {
                    kind,
                    number,
                    prefix: hash,
                    words
                },
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_prefix_selects_one_kind() {
        let question = Question::of("sample 12");
        assert_eq!(
            (
                question.number_for(SearchKind::Sample),
                question.number_for(SearchKind::Run)
            ),
            (Some(12), None)
        );
        assert_eq!(question.words_for(SearchKind::Branch), None);
        assert_eq!(Question::of("  ").words_for(SearchKind::Branch), None);
    }
}
