//! Groups captions whose times differ by the same amount, so that a shift is reported once.

/// Delay of a caption's start and end, in milliseconds.
pub(super) type TimeDelta = (i64, Option<i64>);

/// How the times of one pair of captions are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeChange {
    None,
    /// The times differ by a different amount than those of the neighbours.
    Single,
    /// The first caption of a shift of this many captions.
    ShiftStart(u64),
    /// Part of a shift that started earlier.
    ShiftMember,
}

/// Maximum number of consecutive captions with other deltas within a shift.
const MAX_OUTLIERS: usize = 2;
/// Maximum difference of two deltas that is attributed to rounding.
const ROUNDING_MS: i64 = 1;

/// Classifies the pairs of captions, given in order.
pub(super) fn classify_deltas(deltas: &[TimeDelta]) -> Vec<TimeChange> {
    let mut changes = vec![TimeChange::None; deltas.len()];
    let mut start = 0;
    while start < deltas.len() {
        let base = deltas[start];
        let (mut members, mut outliers) = (vec![start], Vec::new());
        let mut next = start + 1;
        while next < deltas.len() {
            let continues_later = || {
                (1..=MAX_OUTLIERS).any(|ahead| {
                    deltas
                        .get(next + ahead)
                        .is_some_and(|delta| is_same_shift(*delta, base))
                })
            };
            if is_same_shift(deltas[next], base) {
                members.push(next);
            } else if members.len() > 1 && continues_later() {
                outliers.push(next);
            } else {
                break;
            }
            next += 1;
        }
        for outlier in outliers {
            changes[outlier] = if is_zero(deltas[outlier]) {
                TimeChange::None
            } else {
                TimeChange::Single
            };
        }
        if !is_zero(base) {
            match members.as_slice() {
                [single] => changes[*single] = TimeChange::Single,
                [first, rest @ ..] => {
                    changes[*first] = TimeChange::ShiftStart(members.len() as u64);
                    for member in rest {
                        changes[*member] = TimeChange::ShiftMember;
                    }
                }
                [] => {}
            }
        }
        start = next;
    }
    changes
}

pub(super) fn is_zero(delta: TimeDelta) -> bool {
    delta.0 == 0 && delta.1.unwrap_or_default() == 0
}

fn is_same_shift(delta: TimeDelta, base: TimeDelta) -> bool {
    let is_near = |a: i64, b: i64| (a - b).abs() <= ROUNDING_MS;
    is_zero(delta) == is_zero(base)
        && is_near(delta.0, base.0)
        && is_near(delta.1.unwrap_or(delta.0), base.1.unwrap_or(base.0))
}

#[cfg(test)]
mod tests {
    use super::{TimeChange, classify_deltas};

    #[test]
    fn equal_deltas_form_one_shift() {
        use TimeChange::{None as Unchanged, ShiftMember, ShiftStart, Single};
        for (starts, changes) in [
            (&[0, 0, 0][..], &[Unchanged, Unchanged, Unchanged][..]),
            (
                &[40, 40, 41, 40],
                &[ShiftStart(4), ShiftMember, ShiftMember, ShiftMember],
            ),
            (
                &[0, 0, 40, 40],
                &[Unchanged, Unchanged, ShiftStart(2), ShiftMember],
            ),
            (&[0, 40, 0], &[Unchanged, Single, Unchanged]),
            (
                &[40, 40, 9, 40],
                &[ShiftStart(3), ShiftMember, Single, ShiftMember],
            ),
            (
                &[40, 40, 0, 40],
                &[ShiftStart(3), ShiftMember, Unchanged, ShiftMember],
            ),
            (
                &[40, 40, 80, 80],
                &[ShiftStart(2), ShiftMember, ShiftStart(2), ShiftMember],
            ),
            (&[9, 0, 0, 0], &[Single, Unchanged, Unchanged, Unchanged]),
            (&[1, 0, 1, 0], &[Single, Unchanged, Single, Unchanged]),
            (&[], &[]),
        ] {
            let deltas: Vec<_> = starts.iter().map(|start| (*start, Some(*start))).collect();
            assert_eq!(classify_deltas(&deltas), changes, "{starts:?}");
        }
        assert_eq!(
            classify_deltas(&[(5, None), (5, None)]),
            [ShiftStart(2), ShiftMember]
        );
        assert_eq!(classify_deltas(&[(5, Some(5)), (5, Some(900))]), [Single, Single]);
    }
}
