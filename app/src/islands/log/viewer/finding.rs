//! Finds a text: counts its matches, and goes from one to the next.

use super::*;

impl Viewer {
    /// Something is typed into the field that searches.
    pub(in crate::islands::log) fn typed(self, text: String, is_regex: bool) {
        let handle =
            set_timeout_with_handle(move || self.look(text, is_regex), Duration::from_millis(250)).ok();
        if let Some(Some(earlier)) = self.with(|core| std::mem::replace(&mut core.typing, handle)) {
            earlier.clear();
        }
    }

    pub(super) fn look(self, text: String, is_regex: bool) {
        let frame = self.frame();
        if frame.address.contains.is_some() {
            return;
        }
        let is_sought = !text.is_empty();
        let address = LogAddress {
            find: Some(text.clone()).filter(|_| is_sought),
            is_regex,
            ..frame.address.clone()
        };
        let changed = self.with(|core| {
            let looked_for = address.search();
            if core.looked_for == looked_for && self.find.with_untracked(|find| find.text == text) {
                return false;
            }
            core.looked_for = looked_for;
            core.search += 1;
            core.match_line = None;
            core.cache.renew(core.viewport.drawn());
            true
        });
        if changed != Some(true) {
            return;
        }
        self.find.set(Find {
            text,
            ..Find::default()
        });
        self.write_address();
        if is_sought {
            self.count(true);
        } else {
            self.draw();
        }
    }

    /// Counts the matches until all have been; `is_first` goes to one of them.
    pub(super) fn count(self, is_first: bool) {
        let frame = self.frame();
        let Some(Some((filter, generation))) =
            self.with(|core| Some((core.looked_for.clone()?, core.search)))
        else {
            return;
        };
        spawn_local(async move {
            let answer = log_search(
                frame.run,
                LogSearchQuery {
                    limit: 0,
                    ..search(filter)
                },
            )
            .await;
            if self.with(|core| core.search) != Some(generation) {
                return;
            }
            match answer {
                Ok(found) => {
                    self.find.update(|find| {
                        (find.matches, find.is_complete, find.fault) =
                            (found.matches, found.is_complete, None)
                    });
                    if is_first {
                        self.draw();
                        self.next_match(true);
                    } else if found.is_complete {
                        // Rows that were read while the search had not got to them are not marked.
                        self.with(|core| core.cache.renew(core.viewport.drawn()));
                        self.draw();
                    }
                    if !found.is_complete {
                        set_timeout(move || self.count(false), GOING_THROUGH);
                    }
                }
                Err(body) => {
                    // What cannot be looked for is not asked for again with every row.
                    self.with(|core| core.looked_for = None);
                    self.find
                        .update(|find| find.fault = Some(fault(&body).unwrap_or(body.message)));
                    self.draw();
                }
            }
        });
    }

    /// The next match, or the one before. Where only lines with a text are shown, that is the next of them.
    pub(in crate::islands::log) fn next_match(self, is_forward: bool) {
        let frame = self.frame();
        let state = self.with(|core| (core.looked_for.clone(), core.search, core.match_line));
        let Some((looked_for, generation, place)) = state else {
            return;
        };
        let by_text = frame.address.filter().has_text();
        let Some(filter) = looked_for.or_else(|| by_text.then(|| frame.address.filter())) else {
            focus_find();
            return;
        };
        let from = self.from(place, is_forward);
        spawn_local(async move {
            let answer = around(frame.run, &[filter], from, is_forward).await;
            if self.with(|core| core.search) != Some(generation) {
                return;
            }
            match answer {
                Ok((
                    Nearest {
                        line: Some(row),
                        number,
                        matches,
                        is_complete,
                    },
                    is_again,
                )) => {
                    let line = row.line.line;
                    self.with(|core| core.match_line = Some(line));
                    self.find.update(|find| {
                        (find.number, find.matches, find.is_complete) =
                            (Some(number), matches.max(find.matches), is_complete);
                    });
                    let again = if is_again { ", from the other end" } else { "" };
                    let matches = format::number(matches);
                    let words = format!(
                        "Match {} of {matches}, line {}{again}",
                        format::number(number),
                        format::number(line)
                    );
                    self.reveal(line, words);
                    self.mark();
                }
                Ok((nearest, _)) => {
                    self.find.update(|find| {
                        (find.matches, find.is_complete) = (nearest.matches, nearest.is_complete)
                    });
                    if nearest.is_complete {
                        self.say("No match".to_owned());
                    } else {
                        set_timeout(move || self.next_match(is_forward), GOING_THROUGH);
                    }
                }
                Err(body) => {
                    let fault = fault(&body).unwrap_or(body.message);
                    self.find.update(|find| find.fault = Some(fault));
                }
            }
        });
    }
}
