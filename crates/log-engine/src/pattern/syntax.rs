//! Checks the syntax of regular expressions.

use regex_syntax::{
    ast::{self, Ast, Visitor},
    hir::translate::TranslatorBuilder,
};

/// Maximum nesting depth of groups.
pub(super) const MAX_NESTING: u32 = 50;

/// A problem with a regular expression.
pub(super) struct SyntaxError {
    /// Offset in the expression, in bytes.
    pub(super) offset: usize,
    pub(super) message: String,
}

impl SyntaxError {
    fn at(span: &ast::Span, message: impl ToString) -> Self {
        Self {
            offset: span.start.offset,
            message: message.to_string(),
        }
    }
}

/// Parses a regular expression with the options with which it is compiled.
pub(super) fn check(pattern: &str) -> Result<(), SyntaxError> {
    let ast = ast::parse::ParserBuilder::new()
        .nest_limit(MAX_NESTING)
        .build()
        .parse(pattern)
        .map_err(|error| SyntaxError::at(error.span(), error.kind()))?;
    ast::visit(&ast, SingleLineSyntax)?;
    TranslatorBuilder::new()
        .case_insensitive(true)
        .multi_line(true)
        .utf8(false)
        .line_terminator(b'\n')
        .build()
        .translate(pattern, &ast)
        .map_err(|error| SyntaxError::at(error.span(), error.kind()))?;
    Ok(())
}

/// Rejects syntax that has no meaning if each line is searched separately, as text.
struct SingleLineSyntax;

impl Visitor for SingleLineSyntax {
    type Output = ();
    type Err = SyntaxError;

    fn finish(self) -> Result<(), SyntaxError> {
        Ok(())
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), SyntaxError> {
        match ast {
            Ast::Literal(literal) if literal.c == '\n' => {
                Err(SyntaxError::at(&literal.span, "a line's end is never matched"))
            }
            Ast::Assertion(assertion) => match assertion.kind {
                ast::AssertionKind::StartText => {
                    Err(SyntaxError::at(&assertion.span, "a line starts at `^`"))
                }
                ast::AssertionKind::EndText => Err(SyntaxError::at(&assertion.span, "a line ends at `$`")),
                _ => Ok(()),
            },
            Ast::Flags(set) => check_flags(&set.flags),
            Ast::Group(group) => group.flags().map_or(Ok(()), check_flags),
            _ => Ok(()),
        }
    }
}

fn check_flags(flags: &ast::Flags) -> Result<(), SyntaxError> {
    let is_disabled = |flag| flags.flag_state(flag) == Some(false);
    if is_disabled(ast::Flag::MultiLine) || is_disabled(ast::Flag::Unicode) {
        return Err(SyntaxError::at(&flags.span, "`m` and `u` cannot be turned off"));
    }
    Ok(())
}
