//! Points at lines, and goes from error to error.

use super::*;

impl Viewer {
    /// Points at lines, and says so in the address.
    pub(super) fn choose(self, lines: Option<LineRange>) {
        self.chosen.set(lines);
        self.mark();
        self.write_address();
    }

    pub(super) fn write_address(self) {
        let frame = self.frame();
        let find = self
            .find
            .with_untracked(|find| (find.text.clone(), frame.address.is_regex));
        let looked_for = self.with(|core| core.looked_for.clone()).flatten();
        let place = frame.address.placeless();
        let address = LogAddress {
            find: Some(find.0).filter(|text| !text.is_empty() && place.contains.is_none()),
            is_regex: looked_for.map_or(find.1, |looked_for| looked_for.regex.is_some()),
            lines: self.chosen.get_untracked(),
            ..place
        };
        let hash = address.lines.map(fragment).unwrap_or_default();
        let href = format!("{}{hash}", url::log(frame.run, &address));
        if let Ok(history) = window().history() {
            let state = history.state().unwrap_or_default();
            let _ = history.replace_state_with_url(&state, "", Some(&href));
        }
    }

    /// Something was clicked among the rows.
    pub(in crate::islands::log) fn clicked(self, event: &MouseEvent) {
        let Some(element) = target(event) else { return };
        if element.closest(".retry").ok().flatten().is_some() {
            self.retry();
            return;
        }
        let is_number = element.closest(".number a").ok().flatten().is_some();
        let Some(line) = line_of(&element)
            .filter(|_| is_number && !event.ctrl_key() && !event.meta_key() && event.button() == 0)
        else {
            return;
        };
        event.prevent_default();
        let anchor = self
            .with(|core| core.anchor)
            .flatten()
            .filter(|_| event.shift_key());
        let other = anchor.unwrap_or(line);
        self.with(|core| core.anchor = Some(other));
        let lines = LineRange {
            first: line.min(other),
            last: line.max(other),
        };
        self.choose(Some(lines));
        self.say(match lines.last - lines.first {
            0 => format!("Line {} selected", format::number(line)),
            more => format!("{} selected", format::pluralize(more + 1, "line", "lines")),
        });
    }

    /// Points at nothing.
    pub(in crate::islands::log) fn unchoose(self) {
        self.with(|core| core.anchor = None);
        self.choose(None);
    }

    /// The map was clicked.
    pub(in crate::islands::log) fn clicked_map(self, event: &MouseEvent) {
        let Some(link) = target(event).and_then(|element| element.dyn_into::<HtmlElement>().ok()) else {
            return;
        };
        let Some(first) = line_of(&link).filter(|_| !event.ctrl_key() && !event.meta_key()) else {
            return;
        };
        event.prevent_default();
        let lines = link
            .get_attribute("data-lines")
            .and_then(|lines| lines.parse::<u64>().ok())
            .unwrap_or(1);
        let share = f64::from(event.offset_y()) / f64::from(link.offset_height().max(1));
        let line = first + (share.clamp(0.0, 1.0) * lines.saturating_sub(1) as f64) as u64;
        self.with(|core| core.is_flung = false);
        self.reveal(line, format!("Line {} of {}", format::number(line), self.of()));
    }

    /// Goes to the line that somebody has typed; whether it is one.
    pub(in crate::islands::log) fn go(self, text: &str) -> bool {
        let Some(lines) = read_typed(text) else {
            return false;
        };
        let last = self
            .outline
            .with_untracked(|outline| {
                if outline.is_complete {
                    outline.lines
                } else {
                    u64::MAX
                }
            })
            .max(1);
        let lines = LineRange {
            first: lines.first.min(last),
            last: lines.last.min(last),
        };
        self.go_to(
            lines,
            format!("Line {} of {}", format::number(lines.first), self.of()),
        );
        true
    }

    pub(super) fn go_to(self, lines: LineRange, words: String) {
        self.with(|core| core.anchor = Some(lines.first));
        self.choose(Some(lines));
        self.reveal(lines.first, words);
    }

    /// The line that the next is looked for from: one that has been got to, where it is in view.
    pub(super) fn from(self, place: Option<u64>, is_forward: bool) -> u64 {
        let view = self.view.get_untracked();
        match (
            place.filter(|line| view.is_none_or(|view| (view.first..=view.last).contains(line))),
            view,
        ) {
            (Some(line), _) if is_forward => line + 1,
            (Some(line), _) => line.saturating_sub(1),
            (None, Some(view)) if is_forward => view.first,
            (None, Some(view)) => view.first.saturating_sub(1),
            (None, None) => 1,
        }
    }

    /// The next error, or the one before.
    pub(in crate::islands::log) fn next_error(self, is_forward: bool) {
        let frame = self.frame();
        let mut filters = Vec::new();
        for level in [LogLevel::Error, LogLevel::Critical] {
            let filter = frame.address.filter();
            let has_any = self
                .outline
                .with_untracked(|outline| !outline.is_complete || outline.levels.of(level) > 0);
            if has_any && filter.level.is_none_or(|only| only == level) {
                filters.push(LogFilter {
                    level: Some(level),
                    ..filter
                });
            }
        }
        if filters.is_empty() {
            self.say("No errors among these lines.".to_owned());
            return;
        }
        let from = self.from(self.chosen.get_untracked().map(|lines| lines.first), is_forward);
        spawn_local(async move {
            let words = match around(frame.run, &filters, from, is_forward).await {
                Ok((
                    Nearest {
                        line: Some(row),
                        number,
                        matches,
                        is_complete,
                    },
                    is_again,
                )) => {
                    let more = if is_complete { "" } else { "+" };
                    let again = if is_again { ", from the other end" } else { "" };
                    let line = row.line.line;
                    let words = format!(
                        "Error {} of {}{more}, line {}{again}",
                        format::number(number),
                        format::number(matches),
                        format::number(line)
                    );
                    self.go_to(
                        LineRange {
                            first: line,
                            last: line,
                        },
                        words,
                    );
                    return;
                }
                Ok((
                    Nearest {
                        is_complete: true, ..
                    },
                    _,
                )) => "No errors among these lines.".to_owned(),
                Ok(_) => "No error as far as the log has been gone through.".to_owned(),
                Err(body) => body.message,
            };
            self.say(words);
        });
    }
}
