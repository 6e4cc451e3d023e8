//! The operations that turn one sequence into another.

use std::{hash::Hash, time::Instant};

use similar::{Algorithm, DiffOp};

/// Operations that cover all lines of both texts, in order.
///
/// Lines of an equal operation may have different texts if [`crate::captions::compare`] ignores the
/// difference.
#[derive(Debug)]
pub struct EditScript(pub(crate) Vec<DiffOp>);

/// Compares two sequences by Myers' algorithm. After `deadline` the result is valid, but no longer minimal.
pub(crate) fn diff_slices<T: Hash + Eq>(
    expected: &[T],
    actual: &[T],
    deadline: Option<Instant>,
) -> Vec<DiffOp> {
    similar::capture_diff_slices_deadline(Algorithm::Myers, expected, actual, deadline)
}

/// Builds an [`EditScript`] from front to back.
#[derive(Debug, Default)]
pub(crate) struct EditScriptBuilder {
    ops: Vec<DiffOp>,
    expected_index: usize,
    actual_index: usize,
    /// Lines removed and added since the last equal line.
    pending_removed: usize,
    pending_added: usize,
}

impl EditScriptBuilder {
    /// Consumes one line of both texts.
    pub(crate) fn push_equal(&mut self) {
        self.flush_pending();
        match self.ops.last_mut() {
            Some(DiffOp::Equal { len, .. }) => *len += 1,
            _ => self.ops.push(DiffOp::Equal {
                old_index: self.expected_index,
                new_index: self.actual_index,
                len: 1,
            }),
        }
        self.expected_index += 1;
        self.actual_index += 1;
    }

    /// Consumes `count` lines of the expected text.
    pub(crate) fn push_removed(&mut self, count: usize) {
        self.pending_removed += count;
    }

    /// Consumes `count` lines of the actual text.
    pub(crate) fn push_added(&mut self, count: usize) {
        self.pending_added += count;
    }

    fn flush_pending(&mut self) {
        let (old_index, new_index) = (self.expected_index, self.actual_index);
        let (old_len, new_len) = (self.pending_removed, self.pending_added);
        let op = match (old_len, new_len) {
            (0, 0) => return,
            (_, 0) => DiffOp::Delete {
                old_index,
                old_len,
                new_index,
            },
            (0, _) => DiffOp::Insert {
                old_index,
                new_index,
                new_len,
            },
            _ => DiffOp::Replace {
                old_index,
                old_len,
                new_index,
                new_len,
            },
        };
        self.ops.push(op);
        self.expected_index += old_len;
        self.actual_index += new_len;
        (self.pending_removed, self.pending_added) = (0, 0);
    }

    pub(crate) fn finish(mut self) -> EditScript {
        self.flush_pending();
        EditScript(self.ops)
    }
}
