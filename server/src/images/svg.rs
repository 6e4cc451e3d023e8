//! Writes SVG: whatever comes from data is escaped on its way, and nothing else writes markup.

/// A drawing in the making.
pub(crate) struct Svg(String);

impl Svg {
    /// A drawing of this size.
    pub(crate) fn new(width: f32, height: f32) -> Self {
        let mut svg = Self(String::new());
        let view = format!("0 0 {} {}", number(width), number(height));
        svg.open(
            "svg",
            &[
                ("xmlns", "http://www.w3.org/2000/svg"),
                ("width", &number(width)),
                ("height", &number(height)),
                ("viewBox", &view),
            ],
        );
        svg
    }

    /// Adds attributes to the element that has just been opened.
    pub(crate) fn with(&mut self, attributes: &[(&'static str, &str)]) -> &mut Self {
        if self.0.ends_with('>') {
            self.0.pop();
            self.attributes(attributes);
            self.0.push('>');
        }
        self
    }

    pub(crate) fn open(&mut self, name: &'static str, attributes: &[(&'static str, &str)]) -> &mut Self {
        self.0.push('<');
        self.0.push_str(name);
        self.attributes(attributes);
        self.0.push('>');
        self
    }

    pub(crate) fn close(&mut self, name: &'static str) -> &mut Self {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
        self
    }

    /// An element that holds a text.
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

    /// A non_empty rectangle.
    pub(crate) fn rect(&mut self, [x, y, width, height]: [f32; 4], fill: &str) -> &mut Self {
        let (x, y, width, height) = (number(x), number(y), number(width), number(height));
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

    /// The drawing, whole.
    pub(crate) fn finish(mut self) -> String {
        self.close("svg");
        self.0
    }

    fn attributes(&mut self, attributes: &[(&'static str, &str)]) {
        for (name, value) in attributes {
            self.0.push(' ');
            self.0.push_str(name);
            self.0.push_str("=\"");
            escape(&mut self.0, value);
            self.0.push('"');
        }
    }
}

/// A length, to a tenth.
pub(crate) fn number(length: f32) -> String {
    let tenths = (length * 10.0).round() / 10.0;
    tenths.to_string()
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
            // XML has no place for these, escaped or not.
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(char),
        }
    }
}
