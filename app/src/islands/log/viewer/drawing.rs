//! Draws the rows in view, and puts them where they belong.

use super::*;

impl Viewer {
    /// Draws the rows in view.
    pub(super) fn draw(self) {
        let drawn = self.with(|core| {
            let drawn = core.viewport.drawn();
            let search = core.search;
            let rows: Vec<Row> = drawn
                .map(|index| {
                    let content = core.cache.row(index);
                    let is_marked = matches!(&content, Content::Line(line) if !line.ranges.is_empty());
                    Row {
                        index,
                        content,
                        search: if is_marked { search } else { 0 },
                    }
                })
                .collect();
            (
                rows,
                core.viewport.span(),
                core.viewport.lead(),
                core.viewport.is_wrapped,
                core.viewport.visible(),
            )
        });
        let Some((rows, span, lead, is_wrapped, visible)) = drawn else {
            return;
        };
        if let Some(element) = self.span.get_untracked() {
            put(&element, "height", &format!("{span}px"));
        }
        let is_same = self
            .rows
            .with_untracked(|old| old.iter().map(Row::key).eq(rows.iter().map(Row::key)));
        let is_filtered = self.frame().is_filtered;
        let line = |index: u64| {
            rows.iter()
                .find(|row| row.index == index)
                .and_then(|row| row.line(is_filtered))
        };
        let view = line(visible.start)
            .zip(visible.end.checked_sub(1).and_then(line))
            .map(|(first, last)| LineRange { first, last });
        if view.is_some() && view != self.view.get_untracked() {
            self.view.set(view);
        }
        if !is_same {
            self.keep_focus(&rows);
            self.rows.set(rows);
        }
        if !is_wrapped {
            self.place_layer(lead);
        }
        self.place_mark();
        // The rows are there once what waits for them has run.
        spawn_local(async move { self.drawn() });
    }

    /// The rows have been drawn.
    pub(super) fn drawn(self) {
        if self.with(|core| core.viewport.is_wrapped) == Some(true) {
            self.measure();
        }
        self.mark();
        self.ask();
    }

    /// Puts wrapped rows where their heights say.
    pub(super) fn measure(self) {
        let Some(layer) = self.layer.get_untracked() else {
            return;
        };
        let places: Vec<(f64, f64)> = drawn_rows(&layer)
            .map(|row| (f64::from(row.offset_top()), f64::from(row.offset_height())))
            .collect();
        let first = self
            .rows
            .with_untracked(|rows| (rows.first().map_or(0, |row| row.index), rows.len()));
        let (first, is_drawn) = (first.0, first.1 == places.len());
        let heights: Vec<f64> = places.iter().map(|(_, height)| *height).collect();
        let settled = self.with(|core| {
            let before = core.viewport.drawn();
            if is_drawn {
                core.viewport.settle(first, &heights);
            }
            core.rounds = core.rounds.wrapping_add(1);
            (
                core.viewport.row,
                core.viewport.within,
                before != core.viewport.drawn() && core.rounds % 8 > 0,
            )
        });
        let Some((row, within, has_moved)) = settled else {
            return;
        };
        let top = row
            .checked_sub(first)
            .and_then(|at| places.get(at as usize))
            .map_or(0.0, |(top, _)| *top);
        self.place_layer(top + within);
        if has_moved {
            self.draw();
        }
    }

    pub(super) fn place_layer(self, lead: f64) {
        if let Some(layer) = self.layer.get_untracked()
            && let Some(table) = layer
                .first_element_child()
                .and_then(|table| table.dyn_into::<HtmlElement>().ok())
        {
            put(&table, "transform", &format!("translateY({}px)", -lead));
        }
    }

    /// Shows on the map what is in view.
    pub(super) fn place_mark(self) {
        let lines = self.outline.with_untracked(|outline| outline.lines).max(1) as f64;
        if let (Some(here), Some(view)) = (self.here.get_untracked(), self.view.get_untracked()) {
            let share = |lines_before: u64| (lines_before as f64 / lines * 100.0).min(100.0);
            let top = share(view.first - 1);
            put(&here, "top", &format!("{top}%"));
            put(&here, "height", &format!("{}%", share(view.last) - top));
        }
    }

    /// Puts the scroll bar where it belongs; what is in view stays.
    pub(super) fn place_bar(self) {
        let Some(scroller) = self.scroller.get_untracked() else {
            return;
        };
        if let Some(scroll) = self.with(|core| core.viewport.true_scroll()) {
            if (f64::from(scroller.scroll_top()) - scroll).abs() >= 1.0 {
                scroller.set_scroll_top(scroll as i32);
            }
            self.with(|core| core.viewport.scroll = f64::from(scroller.scroll_top()));
        }
    }

    /// Marks the lines that are pointed at and the match that the search has got to, and leaves the keyboard one stop among the rows.
    pub(super) fn mark(self) {
        let Some(layer) = self.layer.get_untracked() else {
            return;
        };
        let chosen = self.chosen.try_get_untracked().flatten();
        let found = self.with(|core| core.match_line).flatten();
        let view = self.view.try_get_untracked().flatten();
        let stop = chosen
            .map(|lines| lines.first)
            .filter(|line| view.is_some_and(|view| (view.first..=view.last).contains(line)));
        let stop = stop.or(view.map(|view| view.first));
        for row in drawn_rows(&layer) {
            let line = line_of(&row);
            let is_chosen = chosen
                .zip(line)
                .is_some_and(|(chosen, line)| (chosen.first..=chosen.last).contains(&line));
            let _ = row.class_list().toggle_with_force("chosen", is_chosen);
            let _ = row
                .class_list()
                .toggle_with_force("current", line.is_some() && line == found);
            if let Ok(Some(link)) = row.query_selector(".number a") {
                let _ = link.set_attribute("tabindex", if line == stop { "0" } else { "-1" });
            }
        }
    }

    /// The focus does not get lost with a row that is left behind.
    pub(super) fn keep_focus(self, rows: &[Row]) {
        let (Some(layer), Some(scroller)) = (self.layer.get_untracked(), self.scroller.get_untracked())
        else {
            return;
        };
        let Some(active) = document()
            .active_element()
            .filter(|active| layer.contains(Some(active)))
        else {
            return;
        };
        let is_filtered = self.frame().is_filtered;
        let line = line_of(&active);
        if line.is_none() || rows.iter().all(|row| row.line(is_filtered) != line) {
            let _ = scroller.focus();
        }
    }
}
