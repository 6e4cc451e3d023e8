//! Moves through the log: by the scroll bar, by steps, to a line.

use super::*;

impl Viewer {
    /// The scroll bar may have moved. Whether it has.
    pub(in crate::islands::log) fn scrolled(self) -> bool {
        let Some(scroller) = self.scroller.get_untracked() else {
            return false;
        };
        let (scroll, height) = (
            f64::from(scroller.scroll_top()),
            f64::from(scroller.client_height()),
        );
        let moved = self.with(|core| {
            let step = scroll - core.viewport.scroll;
            core.viewport.height = height;
            // Sideways, or what has been put right here.
            if step.abs() < 1.0 {
                return None;
            }
            core.viewport.scrolled(scroll);
            core.is_flung = step.abs() > 3.0 * height;
            Some((step < 0.0 && !core.viewport.is_at_end(), core.viewport.is_stuck()))
        });
        let Some((is_back, is_stuck)) = moved.flatten() else {
            return false;
        };
        if is_back && self.is_following.get_untracked() {
            self.is_following.set(false);
        }
        self.draw();
        if is_stuck {
            self.place_bar();
        }
        self.rest();
        true
    }

    /// Waits until nothing moves any more.
    pub(super) fn rest(self) {
        let handle = set_timeout_with_handle(move || self.rested(), REST).ok();
        if let Some(Some(earlier)) = self.with(|core| std::mem::replace(&mut core.resting, handle)) {
            earlier.clear();
        }
    }

    pub(super) fn rested(self) {
        // A busy browser tells late that the bar has moved: putting it right would undo that.
        if self.scrolled() || self.with(|core| core.is_flung = false).is_none() {
            return;
        }
        self.place_bar();
        self.ask();
        if let Some(view) = self.view.get_untracked() {
            let lines = [view.first, view.last].map(format::number);
            self.say(format!("Lines {} to {} of {}", lines[0], lines[1], self.of()));
        }
    }

    pub(super) fn say(self, text: String) {
        if self.spoken.with_untracked(|spoken| *spoken != text) {
            self.spoken.set(text);
        }
    }

    pub(super) fn resized(self) {
        let Some(scroller) = self.scroller.get_untracked() else {
            return;
        };
        self.with(|core| core.viewport.height = f64::from(scroller.client_height()));
        self.draw();
        self.place_bar();
    }

    /// Lines are wrapped from now on, or not.
    pub(in crate::islands::log) fn wrap(self, is_wrapped: bool) {
        self.with(|core| {
            core.viewport.is_wrapped = is_wrapped;
            core.viewport.within = 0.0;
        });
        self.draw();
        self.place_bar();
    }

    /// Shows a row.
    pub(super) fn show(self, row: u64, words: String) {
        self.with(|core| {
            if !core.viewport.shows(row) {
                core.viewport.show(row, BEFORE);
            }
        });
        self.draw();
        self.place_bar();
        self.rest_saying(words);
    }

    pub(super) fn rest_saying(self, words: String) {
        if let Some(Some(earlier)) = self.with(|core| core.resting.take()) {
            earlier.clear();
        }
        self.say(words);
    }

    /// Shows a line.
    pub(super) fn reveal(self, line: u64, words: String) {
        let frame = self.frame();
        if !frame.is_filtered {
            self.show(line - 1, words);
            return;
        }
        let filter = frame.address.filter();
        spawn_local(async move {
            if let Ok(Nearest { line: Some(row), .. }) = nearest(frame.run, &[filter], Some(line), true).await
            {
                self.show(row.number - 1, words);
            }
        });
    }

    /// Shows the first rows, or the last.
    pub(in crate::islands::log) fn show_end(self, is_last: bool) {
        let rows = self.total.get_untracked();
        self.with(|core| {
            if is_last {
                core.viewport.show_end()
            } else {
                core.viewport.show(0, 0)
            }
        });
        self.draw();
        self.place_bar();
        let line = if is_last { rows } else { 1 };
        self.rest_saying(format!(
            "Row {} of {}",
            format::number(line),
            format::number(rows)
        ));
    }

    /// Moves by rows, or windows.
    pub(in crate::islands::log) fn step(self, count: i8, is_window: bool) {
        self.with(|core| {
            let rows = if is_window {
                (core.viewport.height / ROW - 1.0).max(1.0)
            } else {
                1.0
            };
            core.viewport.move_by(f64::from(count) * rows * ROW);
        });
        if count < 0 {
            self.is_following.set(false);
        }
        self.draw();
        self.place_bar();
        self.rest();
    }
}
