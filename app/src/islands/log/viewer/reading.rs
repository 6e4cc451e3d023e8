//! Reads the rows in view and around it, and looks whether the log has grown.

use super::*;

impl Viewer {
    /// Asks for the rows in view that are not there, then for those around them.
    pub(super) fn ask(self) {
        while let Some(Some((block, looked_for, search))) = self.with(|core| {
            if core.is_paused || core.is_flung || core.busy >= MAX_BUSY || core.viewport.height == 0.0 {
                return None;
            }
            let (drawn, rows) = (core.viewport.drawn(), core.viewport.rows);
            let around = drawn.start.saturating_sub(BLOCK)..drawn.end + BLOCK;
            let around = Some(around).filter(|_| core.busy == 0);
            let block = core
                .cache
                .missing(drawn, rows)
                .or_else(|| core.cache.missing(around?, rows))?;
            core.cache.asked(block, rows);
            core.busy += 1;
            Some((block, core.looked_for.clone(), core.search))
        }) {
            let frame = self.frame();
            let filter = frame.address.filter();
            spawn_local(async move {
                let answer = log_rows(frame.run, filter, looked_for, block * BLOCK + 1).await;
                self.answered(block, search, answer);
            });
        }
    }

    pub(super) fn answered(self, block: u64, search: u32, answer: Result<Vec<LogMatch>, ErrorBody>) {
        let pause = answer
            .as_ref()
            .err()
            .filter(|body| body.code == ErrorCode::RateLimited)
            .map(retry_after);
        let is_shown = self.with(|core| {
            core.busy = core.busy.saturating_sub(1);
            if search != core.search {
                return false;
            }
            if pause.is_some() {
                core.is_paused = true;
                core.cache.forget(block);
                return false;
            }
            core.cache.answered(block, answer);
            true
        });
        if let Some(seconds) = pause {
            self.say(format!(
                "Too many requests: going on in {}.",
                format::pluralize(seconds, "second", "seconds")
            ));
            set_timeout(
                move || {
                    self.with(|core| core.is_paused = false);
                    self.ask();
                },
                Duration::from_secs(seconds),
            );
        }
        match is_shown {
            Some(true) => self.draw(),
            Some(false) => self.ask(),
            None => {}
        }
    }

    /// Asks again for what could not be read.
    pub(super) fn retry(self) {
        self.with(|core| core.cache.retry());
        self.draw();
    }

    /// Looks at the log again after a while, as long as it is being gone through.
    pub(super) fn watch(self) {
        let is_whole =
            self.outline.with_untracked(|outline| outline.is_complete) && self.is_counted.get_untracked();
        if is_whole || self.with(|core| std::mem::replace(&mut core.is_watching, true)) != Some(false) {
            return;
        }
        set_timeout(
            move || {
                if self.with(|core| core.is_watching = false).is_none() {
                    return;
                }
                if document().hidden() {
                    self.watch();
                } else {
                    self.look_again();
                }
            },
            GOING_THROUGH,
        );
    }

    /// Looks at the log; once more where it is asked to while it looks.
    fn look_again(self) {
        let is_looking = self.with(|core| {
            core.is_due = core.is_looking;
            std::mem::replace(&mut core.is_looking, true)
        });
        if is_looking != Some(false) {
            return;
        }
        let frame = self.frame();
        spawn_local(async move {
            let outline = log_outline(frame.run).await;
            let rows = match frame.is_filtered {
                true => log_search(
                    frame.run,
                    LogSearchQuery {
                        limit: 0,
                        ..search(frame.address.filter())
                    },
                )
                .await
                .ok()
                .map(|found| (found.matches, found.is_complete)),
                false => outline
                    .as_ref()
                    .ok()
                    .map(|outline| (outline.lines, outline.is_complete)),
            };
            let Some(is_due) = self.with(|core| {
                core.is_looking = false;
                core.is_due
            }) else {
                return;
            };
            if let Ok(outline) = outline {
                self.outlined(outline, rows);
            }
            if is_due {
                self.look_again();
            } else {
                self.watch();
            }
        });
    }

    /// Looks at the log whenever the server tells that it has grown, or that the run has ended, while its end is followed.
    fn hear(self) {
        let (run, line) = (self.frame().run, RwSignal::new(Line::Down));
        let before = Cell::new(None);
        stream::hear(run, line, move |run, _| {
            let now = (run.log_bytes, run.status);
            let is_new = before.replace(Some(now)).is_some_and(|before| before != now);
            if is_new && self.is_following.get_untracked() {
                self.look_again();
            }
        });
    }

    pub(super) fn outlined(self, outline: LogOutline, rows: Option<(u64, bool)>) {
        let is_growing = outline.is_growing;
        if self.outline.with_untracked(|old| *old != outline) {
            self.outline.set(outline);
        }
        if let Some((_, is_counted)) = rows {
            self.is_counted.set(is_counted);
        }
        if let Some((rows, _)) = rows.filter(|(rows, _)| *rows > self.total.get_untracked()) {
            self.total.set(rows);
            self.with(|core| core.viewport.rows = rows);
            if self.is_following.get_untracked() {
                self.show_end(true);
            } else {
                self.draw();
                self.place_bar();
            }
        }
        if self.is_following.get_untracked() && !is_growing {
            self.is_following.set(false);
            self.say("The run has finished: the log is whole.".to_owned());
        }
    }

    /// Follows the end from now on, or not.
    pub(in crate::islands::log) fn follow(self, is_following: bool) {
        self.is_following.set(is_following);
        if is_following {
            if self.with(|core| !std::mem::replace(&mut core.is_hearing, true)) == Some(true) {
                self.hear();
            }
            self.show_end(true);
            self.look_again();
        }
    }
}

fn retry_after(body: &ErrorBody) -> u64 {
    body.details
        .get("retry_after")
        .and_then(|seconds| seconds.as_u64())
        .unwrap_or(5)
        .clamp(1, 120)
}
