//! Which rows of a log are in view: from the position of a scroll bar, whatever the number and height of the rows.

use std::ops::Range;

/// Pixels of a row that is not wrapped.
pub(super) const ROW: f64 = 24.0;
/// Pixels that may be scrolled: browsers let nothing be much higher than 2^24.
const MAX_HEIGHT: f64 = 15_000_000.0;
/// Pixels of a movement that counts as steps: of a wheel, a key, a finger. A longer one is the scroll bar's.
const MAX_STEP: f64 = 5_000.0;
/// The most rows that are drawn, whatever the window's height.
const MAX_DRAWN: u64 = 260;

/// A window onto rows.
///
/// Where all rows fit into what may be scrolled, the scroll position is that of the rows. Where they do not, or their heights are not
/// known, steps move the rows by as many pixels, and the position is only the share of the rows that lies above.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Viewport {
    /// Rows there are.
    pub rows: u64,
    /// Pixels in view.
    pub height: f64,
    /// Whether rows are as high as what is in them.
    pub is_wrapped: bool,
    /// The first row in view, from 0.
    pub row: u64,
    /// Pixels of it that are above the view.
    pub within: f64,
    /// Where the scroll bar was left.
    pub scroll: f64,
    /// Whether the end is kept in view while wrapped rows get their heights.
    pub is_held: bool,
}

impl Viewport {
    /// A window onto rows from one on.
    pub(super) fn new(rows: u64, row: u64, within: f64) -> Self {
        Self {
            rows,
            height: 0.0,
            is_wrapped: false,
            row,
            within,
            scroll: 0.0,
            is_held: false,
        }
    }

    /// Pixels that can be scrolled through, those in view included.
    pub(super) fn span(&self) -> f64 {
        let rows = (self.rows as f64 * ROW).min(MAX_HEIGHT);
        // Wrapped rows are higher than that: there must be room for steps.
        if self.is_wrapped {
            rows.max(self.height + 2000.0).min(MAX_HEIGHT)
        } else {
            rows
        }
    }

    /// Whether the scroll position is that of the rows.
    fn is_plain(&self) -> bool {
        !self.is_wrapped && self.rows as f64 * ROW <= MAX_HEIGHT
    }

    fn last_scroll(&self) -> f64 {
        (self.span() - self.height).max(0.0)
    }

    fn top(&self) -> f64 {
        self.row as f64 * ROW + self.within
    }

    fn last_top(&self) -> f64 {
        (self.rows as f64 * ROW - self.height).max(0.0)
    }

    fn set_top(&mut self, top: f64) {
        let top = top.clamp(0.0, self.last_top());
        self.row = (top / ROW).floor() as u64;
        self.within = top - self.row as f64 * ROW;
    }

    /// The scroll bar has moved.
    pub(super) fn scrolled(&mut self, scroll: f64) {
        let step = scroll - self.scroll;
        self.scroll = scroll;
        self.is_held = false;
        if self.is_plain() {
            self.set_top(scroll);
        } else if step.abs() <= MAX_STEP {
            self.move_by(step);
        } else {
            self.drag(scroll);
        }
    }

    /// Moves by pixels. Wrapped rows still have to be measured: [`Self::settle`].
    pub(super) fn move_by(&mut self, pixels: f64) {
        self.is_held = false;
        if self.is_wrapped {
            self.within += pixels
        } else {
            self.set_top(self.top() + pixels)
        }
    }

    fn drag(&mut self, scroll: f64) {
        let share = if self.last_scroll() > 0.0 {
            (scroll / self.last_scroll()).clamp(0.0, 1.0)
        } else {
            0.0
        };
        if self.is_wrapped {
            let at = share * self.rows as f64;
            self.row = (at.floor() as u64).min(self.rows.saturating_sub(1));
            self.within = 0.0;
        } else {
            self.set_top(share * self.last_top());
        }
    }

    /// Shows a row, with some before it where there are any.
    pub(super) fn show(&mut self, row: u64, before: u64) {
        self.is_held = false;
        let row = row.min(self.rows.saturating_sub(1)).saturating_sub(before);
        if self.is_wrapped {
            (self.row, self.within) = (row, 0.0)
        } else {
            self.set_top(row as f64 * ROW)
        }
    }

    /// Shows the last rows.
    pub(super) fn show_end(&mut self) {
        self.is_held = self.is_wrapped;
        if self.is_wrapped {
            (self.row, self.within) = (self.rows.saturating_sub(1), 0.0);
        } else {
            self.set_top(f64::INFINITY);
        }
    }

    /// Whether a row is in view as a whole.
    pub(super) fn shows(&self, row: u64) -> bool {
        let visible = (self.height / ROW).floor() as u64;
        row >= self.row + u64::from(self.within > 0.5) && (self.is_wrapped || row < self.row + visible)
    }

    /// Whether the last row is in view.
    pub(super) fn is_at_end(&self) -> bool {
        if self.is_wrapped {
            self.row + (self.height / ROW / 2.0) as u64 >= self.rows
        } else {
            self.top() + 2.0 >= self.last_top()
        }
    }

    /// The place once the rows around it are known to have these heights, `first` the first of them.
    pub(super) fn settle(&mut self, first: u64, heights: &[f64]) {
        if self.is_held {
            (self.row, self.within) = (self.rows.saturating_sub(1), 0.0);
        }
        let height_of = |row: u64| {
            row.checked_sub(first)
                .and_then(|at| heights.get(at as usize))
                .copied()
        };
        while self.within < 0.0 {
            let Some(height) = self.row.checked_sub(1).and_then(height_of) else {
                // What has not been drawn cannot be measured; at the start there is nothing more.
                self.within = 0.0;
                break;
            };
            self.row -= 1;
            self.within += height;
        }
        while let Some(height) = height_of(self.row) {
            if self.within < height || self.row + 1 >= self.rows {
                break;
            }
            self.within -= height;
            self.row += 1;
        }
        // Nothing is shown below the last row.
        if first + heights.len() as u64 == self.rows {
            let from = self.row.saturating_sub(first) as usize;
            let below: f64 = heights.iter().skip(from).sum::<f64>() - self.within;
            let mut missing = self.height - below;
            if missing > 0.0 {
                missing -= self.within;
                self.within = 0.0;
                while missing > 0.0 {
                    let Some(height) = self.row.checked_sub(1).and_then(height_of) else {
                        break;
                    };
                    self.row -= 1;
                    missing -= height;
                }
                self.within = (-missing).max(0.0);
            }
        }
    }

    /// Where the scroll bar belongs.
    pub(super) fn true_scroll(&self) -> f64 {
        if self.is_plain() {
            return self.top().min(self.last_scroll());
        }
        let share = if self.is_wrapped {
            if self.is_at_end() && self.rows > 0 && self.row > 0 {
                1.0
            } else {
                self.row as f64 / self.rows.max(1) as f64
            }
        } else if self.last_top() > 0.0 {
            self.top() / self.last_top()
        } else {
            0.0
        };
        (share.clamp(0.0, 1.0) * self.last_scroll()).round()
    }

    /// Whether the scroll bar is at an end and the rows are not: it has to be moved before it can go on.
    pub(super) fn is_stuck(&self) -> bool {
        let at_start = self.scroll <= 1.0 && (self.row > 0 || self.within > 0.0);
        let at_end = self.scroll + 1.0 >= self.last_scroll() && !self.is_at_end();
        !self.is_plain() && (at_start || at_end)
    }

    /// The rows to draw: those in view and some around them.
    pub(super) fn drawn(&self) -> Range<u64> {
        let (before, after) = if self.is_wrapped { (40, 10) } else { (8, 8) };
        let visible = (self.height / ROW).ceil() as u64 + 1;
        let first = self.row.saturating_sub(before);
        // As many at an end as anywhere: what is drawn is there already when the rows move on.
        let end = (first + (visible + before + after).min(MAX_DRAWN)).min(self.rows);
        first.min(self.rows)..end
    }

    /// The rows in view.
    pub(super) fn visible(&self) -> Range<u64> {
        let end = self.row + ((self.within + self.height) / ROW).ceil() as u64;
        self.row.min(self.rows)..end.min(self.rows)
    }

    /// Pixels by which what is drawn begins above the view, while no row is wrapped.
    pub(super) fn lead(&self) -> f64 {
        (self.row - self.drawn().start) as f64 * ROW + self.within
    }
}

#[cfg(test)]
mod tests {
    use super::{ROW, Viewport};

    fn viewport(rows: u64) -> Viewport {
        Viewport {
            height: 600.0,
            ..Viewport::new(rows, 0, 0.0)
        }
    }

    #[test]
    fn the_scroll_position_of_a_log_that_fits_is_that_of_its_rows() {
        let mut view = viewport(200_000);
        assert_eq!(view.span(), 4_800_000.0);
        view.scrolled(240_012.0);
        assert_eq!((view.row, view.within), (10_000, 12.0));
        assert_eq!(view.true_scroll(), 240_012.0);
        assert_eq!((view.drawn(), view.lead()), (9_992..10_034, 8.0 * ROW + 12.0));
        view.scrolled(99_999_999.0);
        assert_eq!(view.visible(), 199_975..200_000);
        assert!(view.is_at_end());
    }

    #[test]
    fn steps_through_ten_million_rows_are_exact_and_the_bar_is_true_to_the_whole() {
        let mut view = viewport(10_000_000);
        assert!(view.span() < (1 << 24) as f64);
        view.scrolled(7_500_000.0);
        assert!(view.row.abs_diff(5_000_000) < 300, "{}", view.row);
        let before = (view.row, view.within);
        view.scrolled(7_500_000.0 + 100.0);
        assert_eq!((view.row - before.0) as f64 * ROW + view.within - before.1, 100.0);
        // The bar is put right while nothing moves, and that moves nothing.
        let place = (view.row, view.within);
        view.scroll = view.true_scroll();
        view.scrolled(view.scroll);
        assert_eq!((view.row, view.within), place);
        view.scrolled(view.span() - 600.0);
        assert_eq!(view.visible().end, 10_000_000);
        view.scrolled(0.0);
        assert_eq!((view.row, view.within), (0, 0.0));
    }

    #[test]
    fn every_row_of_ten_million_can_be_shown() {
        let mut view = viewport(10_000_000);
        for row in [0, 1, 4_999_999, 9_999_970, 9_999_999] {
            view.show(row, 5);
            assert!(view.visible().contains(&row), "{row} in {:?}", view.visible());
            assert!(view.shows(row), "{row}");
        }
        view.show(u64::MAX, 5);
        assert_eq!(view.visible().end, 10_000_000);
    }

    #[test]
    fn a_bar_at_its_end_is_moved_so_that_steps_can_go_on() {
        let mut view = viewport(10_000_000);
        view.show(9_999_000, 0);
        view.scroll = view.true_scroll();
        view.scrolled(view.span() - 600.0);
        assert!(view.is_stuck(), "some rows follow: {:?}", view.visible());
        let before = view.row;
        view.scroll = view.true_scroll();
        assert!(view.scroll < view.span() - 600.0);
        assert_eq!(view.row, before);
        view.scrolled(view.scroll + 20.0);
        assert!(view.row >= before);
    }

    #[test]
    fn few_rows_are_drawn_however_high_the_window() {
        let view = Viewport {
            height: 100_000.0,
            ..viewport(1_000_000)
        };
        assert!(view.drawn().count() <= 260);
        let empty = viewport(0);
        assert_eq!((empty.drawn(), empty.visible(), empty.lead()), (0..0, 0..0, 0.0));
        let short = viewport(3);
        assert_eq!((short.drawn(), short.true_scroll()), (0..3, 0.0));
    }

    #[test]
    fn a_wrapped_place_settles_by_measured_heights() {
        let wrapped = |row, within| Viewport {
            is_wrapped: true,
            row,
            within,
            ..viewport(1_000)
        };
        let heights = [24.0, 96.0, 24.0, 48.0, 24.0];
        for (from, expected) in [
            ((12, 30.0), (13, 6.0)),
            ((12, -10.0), (11, 86.0)),
            ((12, -100.0), (10, 20.0)),
            ((12, 0.0), (12, 0.0)),
            // Further than what is drawn: its first row.
            ((11, -500.0), (10, 0.0)),
        ] {
            let mut view = wrapped(from.0, from.1);
            view.settle(10, &heights);
            assert_eq!((view.row, view.within), expected, "{from:?}");
        }
    }

    #[test]
    fn nothing_is_shown_below_the_last_wrapped_row() {
        let mut view = Viewport {
            is_wrapped: true,
            height: 100.0,
            ..viewport(10)
        };
        view.show_end();
        view.settle(5, &[24.0, 24.0, 48.0, 48.0, 24.0]);
        // 24 + 48 fit, and 28 pixels of the row before them.
        assert_eq!((view.row, view.within), (7, 20.0));
        // Once the last rows are read they are higher, and the end stays in view.
        view.settle(5, &[24.0, 24.0, 48.0, 48.0, 96.0]);
        assert_eq!((view.row, view.within), (8, 44.0));
        view.scrolled(0.0);
        view.settle(5, &[24.0, 24.0, 48.0, 48.0, 240.0]);
        assert_eq!((view.row, view.within), (8, 44.0));
        let mut short = Viewport {
            is_wrapped: true,
            height: 600.0,
            ..viewport(2)
        };
        short.scrolled(50.0);
        short.settle(0, &[48.0, 24.0]);
        assert_eq!((short.row, short.within), (0, 0.0));
    }
}
