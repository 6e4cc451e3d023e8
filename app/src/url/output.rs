//! What the page of an output shows, as an address.

use runlens_api_types::{
    Query,
    output::{DiffAlignment, DiffQuery, OutputRef},
    page::MAX_OFFSET,
    params::Params,
};

/// Lines of a difference, or of a file, on one page.
pub const LINES: u32 = 400;

/// What the page of an output shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputView {
    /// Whether both sides stand in one column.
    pub is_unified: bool,
    /// What is laid beside what; captions where nothing is said.
    pub align: Option<DiffAlignment>,
    /// Equal lines around those that differ.
    pub context: u32,
    /// Whether white space and characters without a shape are shown.
    pub shows_whitespace: bool,
    /// Lines before the first one shown.
    pub offset: u32,
}

impl Default for OutputView {
    fn default() -> Self {
        Self {
            is_unified: false,
            align: None,
            context: DiffQuery::default().context,
            shows_whitespace: false,
            offset: 0,
        }
    }
}

impl OutputView {
    /// The address of this view of an output.
    pub fn address(&self, run: i32, test: i32, output: i32) -> String {
        format!("{}{}", path(run, test, output), self.to_query_string())
    }

    /// The same view of another output, from its top.
    pub fn of(&self, run: i32, other: &OutputRef) -> String {
        self.at(0).address(run, other.regression_test_id, other.output_id)
    }

    /// With other lines.
    pub fn at(&self, offset: u32) -> Self {
        Self { offset, ..*self }
    }

    /// What to ask for.
    pub fn query(&self) -> DiffQuery {
        let align = self.align.unwrap_or(DiffAlignment::Captions);
        DiffQuery {
            align: Some(align),
            context: self.context,
            limit: LINES,
            offset: self.offset,
            ..DiffQuery::default()
        }
    }
}

impl Query for OutputView {
    fn read(params: &mut Params) -> Self {
        let default = Self::default();
        let mut is = |name, words: [&str; 2]| {
            let chosen = params.text_where(name, &format!("one of {}", words.join(", ")), |word| {
                words.contains(&word)
            });
            chosen.is_some_and(|word| word == words[1])
        };
        Self {
            is_unified: is("view", ["side", "unified"]),
            shows_whitespace: is("whitespace", ["hide", "show"]),
            align: params.parse_enum("align"),
            context: params
                .number("context", 0, DiffQuery::MAX_CONTEXT)
                .unwrap_or(default.context),
            offset: params.number("offset", 0, MAX_OFFSET).unwrap_or(0),
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        let pairs = [
            ("view", self.is_unified.then(|| "unified".to_owned())),
            // What is so without a word needs none.
            (
                "align",
                self.align
                    .filter(|align| *align == DiffAlignment::Lines)
                    .map(|align| align.to_string()),
            ),
            (
                "context",
                (self.context != Self::default().context).then(|| self.context.to_string()),
            ),
            ("whitespace", self.shows_whitespace.then(|| "show".to_owned())),
            ("offset", (self.offset > 0).then(|| self.offset.to_string())),
        ];
        out.extend(pairs.into_iter().filter_map(|(name, value)| Some((name, value?))));
    }
}

/// The path of an output's page.
pub fn path(run: i32, test: i32, output: i32) -> String {
    format!("/runs/{run}/tests/{test}/outputs/{output}")
}

/// The anchor of a line of the expected file, or of the produced one.
pub fn anchor(is_expected: bool, line: u64) -> String {
    format!("{}{line}", if is_expected { 'E' } else { 'L' })
}

#[cfg(test)]
mod tests {
    use runlens_api_types::{
        Query,
        output::{DiffAlignment, OutputRef},
    };

    use super::OutputView;
    use crate::url::read;

    #[test]
    fn a_view_of_an_output_survives_the_way_through_its_address() {
        let view = OutputView {
            is_unified: true,
            align: Some(DiffAlignment::Lines),
            context: 10,
            shows_whitespace: true,
            offset: 400,
        };
        assert_eq!(
            view.address(7, 2, 3),
            "/runs/7/tests/2/outputs/3?view=unified&align=lines&context=10&whitespace=show&offset=400"
        );
        assert_eq!(read::<OutputView>(&view.to_query_string()), Ok(view));
        assert_eq!(
            OutputView::default().address(7, 2, 3),
            "/runs/7/tests/2/outputs/3"
        );
        assert_eq!(
            read::<OutputView>("view=side&whitespace=hide&align="),
            Ok(OutputView::default())
        );
        let other = OutputRef {
            sample_id: 1,
            regression_test_id: 9,
            output_id: 11,
            filename: String::new(),
        };
        assert_eq!(
            view.of(7, &other),
            "/runs/7/tests/9/outputs/11?view=unified&align=lines&context=10&whitespace=show"
        );
    }

    #[test]
    fn a_view_that_is_none_is_named() {
        for odd in [
            "view=3d",
            "whitespace=yes",
            "align=words",
            "context=5001",
            "offset=-1",
        ] {
            let body = read::<OutputView>(odd).expect_err(odd);
            let name = odd.split('=').next().unwrap_or_default();
            assert!(body.details["fields"][name].is_string(), "{odd}");
        }
    }
}
