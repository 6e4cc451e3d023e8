//! What the keys do.

use super::*;

impl Viewer {
    pub(super) fn key(self, event: &KeyboardEvent) {
        let Some(element) = target(event) else { return };
        if document().query_selector("dialog[open]").ok().flatten().is_some() {
            return;
        }
        let kind = element.get_attribute("type").unwrap_or_default();
        let name = element.tag_name();
        let is_body = matches!(name.as_str(), "BODY" | "MAIN" | "HTML");
        let key = event.key();
        let is_link = element.matches(".log .number a").unwrap_or(false);
        if is_link && matches!(key.as_str(), "ArrowDown" | "ArrowUp") && !event.shift_key() {
            event.prevent_default();
            self.next_number(&element, key == "ArrowDown");
            return;
        }
        let action = keys::action(Press {
            key: &key,
            is_control: event.ctrl_key() || event.meta_key(),
            is_alt: event.alt_key(),
            in_field: matches!(name.as_str(), "SELECT" | "TEXTAREA")
                || (name == "INPUT" && kind != "checkbox"),
            in_find: element.id() == "log-find",
            is_free: is_body,
            letters: preference("letters"),
        });
        let Some(action) = action else { return };
        if action != Action::Close {
            event.prevent_default();
        }
        self.act(action);
    }

    pub(super) fn act(self, action: Action) {
        match action {
            Action::Find => focus_find(),
            Action::NextMatch => self.next_match(true),
            Action::PreviousMatch => self.next_match(false),
            Action::NextError => self.next_error(true),
            Action::PreviousError => self.next_error(false),
            Action::GoTo => focus("#log-line"),
            Action::Follow => press("#log-follow"),
            Action::Wrap => press("#log-wrap"),
            Action::Times => press("#log-times"),
            Action::Help => help(),
            Action::Close => self.close(),
            Action::Start => self.show_end(false),
            Action::End => self.show_end(true),
            Action::Pages(count) => self.step(count, true),
            Action::Lines(count) => self.step(count, false),
        }
    }

    /// Ends the search, or the selection.
    pub(super) fn close(self) {
        let is_searching = self.find.with_untracked(|find| !find.text.is_empty());
        if is_searching
            && let Some(input) =
                field("#log-find").and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok())
        {
            input.set_value("");
            self.look(String::new(), false);
        } else if self.chosen.get_untracked().is_some() {
            self.unchoose();
        }
        if let Some(scroller) = self.scroller.get_untracked() {
            let _ = scroller.focus();
        }
    }

    /// From the number of a line to the next.
    pub(super) fn next_number(self, link: &Element, is_forward: bool) {
        let Some(line) = line_of(link) else { return };
        let is_filtered = self.frame().is_filtered;
        let index = self.rows.with_untracked(|rows| {
            rows.iter()
                .find(|row| row.line(is_filtered) == Some(line))
                .map(|row| row.index)
        });
        let rows = self.total.get_untracked();
        let Some(next) = index.and_then(|index| {
            if is_forward {
                Some(index + 1).filter(|next| *next < rows)
            } else {
                index.checked_sub(1)
            }
        }) else {
            return;
        };
        self.with(|core| {
            if !core.viewport.shows(next) {
                core.viewport.move_by(if is_forward { ROW } else { -ROW });
            }
        });
        self.draw();
        self.place_bar();
        spawn_local(async move {
            let link = field(&format!(".log tr[aria-rowindex=\"{}\"] .number a", next + 2));
            if let Some(link) = link {
                let _ = link.set_attribute("tabindex", "0");
                // The browser need not move anything: the row is in view.
                let _ = link.focus();
            }
        });
    }
}
