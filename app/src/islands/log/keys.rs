//! The keys of the log.

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Goes to the field that searches.
    Find,
    /// The next match.
    NextMatch,
    /// The match before.
    PreviousMatch,
    /// The next error.
    NextError,
    /// The error before.
    PreviousError,
    /// Goes to the field for a line.
    GoTo,
    /// Follows the log's end, or stops it.
    Follow,
    /// Wraps lines, or stops it.
    Wrap,
    /// Shows times, or hides them.
    Times,
    /// Explains the keys.
    Help,
    /// Ends what was begun.
    Close,
    /// The first line.
    Start,
    /// The last line.
    End,
    /// As many windows on, or back.
    Pages(i8),
    /// As many lines on, or back.
    Lines(i8),
}

/// A key as it was pressed, and where.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Press<'a> {
    /// The key, in the browser's words.
    pub key: &'a str,
    /// Ctrl, or Command.
    pub is_control: bool,
    /// Alt.
    pub is_alt: bool,
    /// Whether a field has the focus.
    pub in_field: bool,
    /// Whether that is the field that searches.
    pub in_find: bool,
    /// Whether nothing has the focus that moves by keys itself.
    pub is_free: bool,
    /// Whether keys that are one letter may act.
    pub letters: bool,
}

/// What a key does there; nothing where it is the browser's.
pub(super) fn action(press: Press) -> Option<Action> {
    let Press {
        key,
        is_control,
        is_alt,
        in_field,
        in_find,
        is_free,
        letters,
    } = press;
    if is_alt {
        return None;
    }
    if is_control {
        // Pressed in our own field, the browser's search opens.
        return matches!(key, "f" | "F")
            .then_some(Action::Find)
            .filter(|_| !in_find);
    }
    if key == "Escape" {
        return Some(Action::Close);
    }
    if in_field {
        return None;
    }
    let moved = match key {
        "Home" => Some(Action::Start),
        "End" => Some(Action::End),
        "PageDown" => Some(Action::Pages(1)),
        "PageUp" => Some(Action::Pages(-1)),
        "ArrowDown" => Some(Action::Lines(1)),
        "ArrowUp" => Some(Action::Lines(-1)),
        _ => None,
    };
    if moved.is_some() {
        return moved.filter(|_| is_free);
    }
    if !letters {
        return None;
    }
    Some(match key {
        "/" => Action::Find,
        "n" => Action::NextMatch,
        "N" => Action::PreviousMatch,
        "e" => Action::NextError,
        "E" => Action::PreviousError,
        "g" => Action::GoTo,
        "f" => Action::Follow,
        "w" => Action::Wrap,
        "t" => Action::Times,
        "?" => Action::Help,
        _ => return None,
    })
}

/// The keys and what they do, for those who ask.
pub(super) const EXPLAINED: [(&[&str], &str); 11] = [
    (
        &["/", "Ctrl F"],
        "find; Ctrl F once more for the browser’s own search",
    ),
    (&["n", "N"], "next match, match before"),
    (&["e", "E"], "next error, error before"),
    (&["g"], "go to a line, or some: 120-140"),
    (&["Home", "End"], "first line, last line"),
    (
        &["↑", "↓", "PgUp", "PgDn"],
        "move; on a line number, from line to line",
    ),
    (&["Shift Enter"], "on a line number: select up to there"),
    (&["w"], "wrap long lines, or not"),
    (&["t"], "show times, or not"),
    (&["f"], "follow the end while the run goes on"),
    (&["Esc"], "end the search, the selection, this"),
];

#[cfg(test)]
mod tests {
    use super::{Action, Press, action};

    const FREE: Press = Press {
        key: "",
        is_control: false,
        is_alt: false,
        in_field: false,
        in_find: false,
        is_free: true,
        letters: true,
    };

    #[test]
    fn letters_act_where_nobody_types_and_can_be_turned_off() {
        let acts = |press: Press<'static>| {
            ["/", "n", "N", "e", "E", "g", "f", "w", "t", "?"]
                .map(|key| action(Press { key, ..press }))
                .iter()
                .flatten()
                .count()
        };
        assert_eq!(acts(FREE), 10);
        assert_eq!(
            acts(Press {
                in_field: true,
                ..FREE
            }),
            0
        );
        assert_eq!(
            acts(Press {
                letters: false,
                ..FREE
            }),
            0
        );
        assert_eq!(acts(Press { is_alt: true, ..FREE }), 0);
        assert_eq!(
            action(Press {
                key: "e",
                is_control: true,
                ..FREE
            }),
            None
        );
    }

    #[test]
    fn a_second_ctrl_f_is_the_browsers() {
        let press = Press {
            key: "f",
            is_control: true,
            letters: false,
            ..FREE
        };
        assert_eq!(action(press), Some(Action::Find));
        assert_eq!(
            action(Press {
                in_field: true,
                ..press
            }),
            Some(Action::Find)
        );
        assert_eq!(
            action(Press {
                in_field: true,
                in_find: true,
                ..press
            }),
            None
        );
    }

    #[test]
    fn escape_acts_everywhere_and_moving_only_where_nothing_else_moves() {
        assert_eq!(
            action(Press {
                key: "Escape",
                in_field: true,
                letters: false,
                ..FREE
            }),
            Some(Action::Close)
        );
        assert_eq!(
            action(Press {
                key: "PageDown",
                ..FREE
            }),
            Some(Action::Pages(1))
        );
        assert_eq!(
            action(Press {
                key: "PageDown",
                is_free: false,
                ..FREE
            }),
            None
        );
        assert_eq!(
            action(Press {
                key: "Home",
                in_field: true,
                ..FREE
            }),
            None
        );
        assert_eq!(
            action(Press {
                key: "Home",
                letters: false,
                ..FREE
            }),
            Some(Action::Start)
        );
    }
}
