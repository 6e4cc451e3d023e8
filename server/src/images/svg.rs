//! Writes SVG. Text and attribute values are always escaped.
//!
//! Own code, because the images need five functions only, and names from the database may contain control
//! characters, which XML forbids even when escaped.

/// An SVG document under construction.
pub(crate) struct SvgWriter(String);

impl SvgWriter {
    pub(crate) fn new(width: f32, height: f32) -> Self {
        let mut svg = Self(String::new());
        let view_box = format!("0 0 {} {}", format_length(width), format_length(height));
        svg.open(
            "svg",
            &[
                ("xmlns", "http://www.w3.org/2000/svg"),
                ("width", &format_length(width)),
                ("height", &format_length(height)),
                ("viewBox", &view_box),
            ],
        );
        svg
    }

    /// Adds attributes to the element that was opened last.
    pub(crate) fn add_attributes(&mut self, attributes: &[(&'static str, &str)]) -> &mut Self {
        if self.0.ends_with('>') {
            self.0.pop();
            self.write_attributes(attributes);
            self.0.push('>');
        }
        self
    }

    pub(crate) fn open(&mut self, name: &'static str, attributes: &[(&'static str, &str)]) -> &mut Self {
        self.0.push('<');
        self.0.push_str(name);
        self.write_attributes(attributes);
        self.0.push('>');
        self
    }

    pub(crate) fn close(&mut self, name: &'static str) -> &mut Self {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
        self
    }

    /// An element that contains `text`.
    pub(crate) fn text(
        &mut self,
        name: &'static str,
        attributes: &[(&'static str, &str)],
        text: &str,
    ) -> &mut Self {
        self.open(name, attributes);
        escape(&mut self.0, text);
        self.close(name)
    }

    pub(crate) fn rect(&mut self, [x, y, width, height]: [f32; 4], fill: &str) -> &mut Self {
        let [x, y, width, height] = [x, y, width, height].map(format_length);
        self.open(
            "rect",
            &[
                ("x", &x),
                ("y", &y),
                ("width", &width),
                ("height", &height),
                ("fill", fill),
            ],
        )
        .close("rect")
    }

    pub(crate) fn finish(mut self) -> String {
        self.close("svg");
        self.0
    }

    fn write_attributes(&mut self, attributes: &[(&'static str, &str)]) {
        for (name, value) in attributes {
            self.0.push(' ');
            self.0.push_str(name);
            self.0.push_str("=\"");
            escape(&mut self.0, value);
            self.0.push('"');
        }
    }
}

/// Formats a length with one decimal.
pub(crate) fn format_length(length: f32) -> String {
    let rounded = (length * 10.0).round() / 10.0;
    rounded.to_string()
}

fn escape(out: &mut String, text: &str) {
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            // Invalid in XML, even when escaped.
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(char),
        }
    }
}
