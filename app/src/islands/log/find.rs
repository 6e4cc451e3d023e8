//! Finding the next line of some kind: a match of what is looked for, an error.

use runlens_api_types::{
    ErrorBody,
    log::{LogDirection, LogFilter, LogMatch, LogSearch, LogSearchQuery},
};

use crate::{data::logs::log_search, format};

/// A search of somebody who reads.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Find {
    /// What is looked for.
    pub text: String,
    /// The how-manieth match is shown.
    pub number: Option<u64>,
    /// Lines that match, as far as has been searched.
    pub matches: u64,
    /// Whether everything has been searched.
    pub is_complete: bool,
    /// Why nothing can be found.
    pub fault: Option<String>,
}

impl Find {
    /// `17 of 1,922`; with a plus while there may be more.
    pub(super) fn words(&self) -> String {
        let more = if self.is_complete { "" } else { "+" };
        match (
            self.text.is_empty() || self.fault.is_some(),
            self.number,
            self.matches,
        ) {
            (true, ..) => String::new(),
            (_, None, 0) if self.is_complete => "no match".to_owned(),
            (_, None, 0) => "searching…".to_owned(),
            (_, None, matches) => format!("{}{more}", format::pluralize(matches, "match", "matches")),
            (_, Some(number), matches) => format!(
                "{} of {}{more}",
                format::number(number),
                format::number(matches.max(number))
            ),
        }
    }
}

/// The nearest line of some kinds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Nearest {
    /// The line.
    pub line: Option<LogMatch>,
    /// The how-manieth of all lines of these kinds it is.
    pub number: u64,
    /// Lines of these kinds, as far as has been searched.
    pub matches: u64,
    /// Whether everything has been searched.
    pub is_complete: bool,
}

/// The nearest line that one of the filters lets through, from a line on or back; from the start or the end without one. No line passes
/// two of them.
pub(super) async fn nearest(
    run: i32,
    filters: &[LogFilter],
    from_line: Option<u64>,
    is_forward: bool,
) -> Result<Nearest, ErrorBody> {
    let direction = (!is_forward).then_some(LogDirection::Backward);
    let mut answers = Vec::with_capacity(filters.len());
    for filter in filters {
        let query = LogSearchQuery {
            limit: 1,
            cursor: None,
            from_line,
            from_match: None,
            direction,
            filter: filter.clone(),
        };
        answers.push(log_search(run, query).await?);
    }
    Ok(combine(answers, is_forward))
}

fn combine(answers: Vec<LogSearch>, is_forward: bool) -> Nearest {
    let (matches, is_complete) = (
        answers.iter().map(|answer| answer.matches).sum(),
        answers.iter().all(|answer| answer.is_complete),
    );
    // Of each kind, the lines up to and including the nearest.
    let before = |answer: &LogSearch, is_nearest: bool| match answer.data.first() {
        Some(line) if is_nearest || !is_forward => line.number,
        Some(line) => line.number - 1,
        None if is_forward => answer.matches,
        None => 0,
    };
    let lines = answers.iter().filter_map(|answer| answer.data.first());
    let line = if is_forward {
        lines.min_by_key(|line| line.line.line)
    } else {
        lines.max_by_key(|line| line.line.line)
    }
    .cloned();
    let is_nearest = |answer: &LogSearch| {
        answer.data.first().map(|line| line.line.line) == line.as_ref().map(|line| line.line.line)
    };
    let number = answers
        .iter()
        .map(|answer| before(answer, is_nearest(answer)))
        .sum();
    Nearest {
        line,
        number,
        matches,
        is_complete,
    }
}

#[cfg(test)]
mod tests {
    use runlens_api_types::{log::LogSearch, page::CursorPagination};

    use super::{Find, combine};
    use crate::data::logs::samples::row;

    /// So many matches, the nearest of which is the how-manieth, on a line.
    fn answer(matches: u64, found: Option<(u64, u64)>) -> LogSearch {
        LogSearch {
            matches,
            searched_bytes: 0,
            size_bytes: 0,
            is_complete: true,
            data: found
                .map(|(number, line)| row(number, line))
                .into_iter()
                .collect(),
            pagination: CursorPagination {
                limit: 1,
                next_cursor: None,
            },
        }
    }

    #[test]
    fn the_nearest_of_two_kinds_is_counted_among_both() {
        // Errors on lines 10, 20, 30, 40; critical on 15 and 35.
        let cases = [
            (true, Some((3, 30)), Some((2, 35)), Some(30), 4),
            (true, Some((4, 40)), Some((2, 35)), Some(35), 5),
            (true, Some((4, 40)), None, Some(40), 6),
            (true, None, None, None, 6),
            (false, Some((2, 20)), Some((1, 15)), Some(20), 3),
            (false, Some((1, 10)), Some((1, 15)), Some(15), 2),
            (false, Some((1, 10)), None, Some(10), 1),
        ];
        for (is_forward, error, critical, line, number) in cases {
            let nearest = combine(vec![answer(4, error), answer(2, critical)], is_forward);
            assert_eq!(
                (
                    nearest.line.map(|found| found.line.line),
                    nearest.number,
                    nearest.matches
                ),
                (line, number, 6),
                "{error:?} {critical:?}"
            );
        }
    }

    #[test]
    fn what_was_found_is_counted_in_words() {
        let find = |number, matches, is_complete| Find {
            text: "x".to_owned(),
            number,
            matches,
            is_complete,
            fault: None,
        };
        for (find, words) in [
            (Find::default(), ""),
            (find(None, 0, false), "searching…"),
            (find(None, 0, true), "no match"),
            (find(None, 1, true), "1 match"),
            (find(None, 1922, false), "1,922 matches+"),
            (find(Some(17), 1922, true), "17 of 1,922"),
            (find(Some(17), 5, false), "17 of 17+"),
            (
                Find {
                    fault: Some("no".to_owned()),
                    ..find(None, 0, true)
                },
                "",
            ),
        ] {
            assert_eq!(find.words(), words);
        }
    }
}
