//! Times that differ by the same amount from caption to caption: one thing to say, not many.

/// By how much a caption begins and ends later, in milliseconds.
pub(crate) type Delta = (i64, Option<i64>);

/// What is to be said of the times of one pair of captions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Times {
    /// Nothing.
    Same,
    /// They differ, unlike those around it.
    Alone,
    /// So many, this one the first, differ alike.
    First(u64),
    /// They differ as has been said of an earlier one.
    Following,
}

/// Captions with other times that a shift goes on behind.
const ODD_ONES: usize = 2;
/// Milliseconds by which times are rounded differently.
const ROUNDING: i64 = 1;

/// What is to be said of each pair, in their order.
pub(crate) fn shifts(deltas: &[Delta]) -> Vec<Times> {
    let mut said = vec![Times::Same; deltas.len()];
    let mut at = 0;
    while at < deltas.len() {
        let base = deltas[at];
        let (mut members, mut odd) = (vec![at], Vec::new());
        let mut next = at + 1;
        while next < deltas.len() {
            if is_alike(deltas[next], base) {
                members.push(next);
            } else if (1..=ODD_ONES).any(|ahead| {
                deltas
                    .get(next + ahead)
                    .is_some_and(|delta| is_alike(*delta, base))
            }) && members.len() > 1
            {
                odd.push(next);
            } else {
                break;
            }
            next += 1;
        }
        // What stands alone at the end belongs to what comes behind.
        for odd in odd {
            said[odd] = if is_zero(deltas[odd]) {
                Times::Same
            } else {
                Times::Alone
            };
        }
        if !is_zero(base) {
            match members.as_slice() {
                [one] => said[*one] = Times::Alone,
                [first, rest @ ..] => {
                    said[*first] = Times::First(members.len() as u64);
                    rest.iter().for_each(|member| said[*member] = Times::Following);
                }
                [] => {}
            }
        }
        at = next;
    }
    said
}

pub(crate) fn is_zero(delta: Delta) -> bool {
    delta.0 == 0 && delta.1.unwrap_or_default() == 0
}

fn is_alike(delta: Delta, base: Delta) -> bool {
    let near = |a: i64, b: i64| (a - b).abs() <= ROUNDING;
    is_zero(delta) == is_zero(base)
        && near(delta.0, base.0)
        && near(delta.1.unwrap_or(delta.0), base.1.unwrap_or(base.0))
}

#[cfg(test)]
mod tests {
    use super::{Times, shifts};

    #[test]
    fn times_that_differ_alike_are_said_once() {
        use Times::{Alone, First, Following, Same};
        for (starts, said) in [
            (&[0, 0, 0][..], &[Same, Same, Same][..]),
            (&[40, 40, 41, 40], &[First(4), Following, Following, Following]),
            (&[0, 0, 40, 40], &[Same, Same, First(2), Following]),
            (&[0, 40, 0], &[Same, Alone, Same]),
            (&[40, 40, 9, 40], &[First(3), Following, Alone, Following]),
            (&[40, 40, 0, 40], &[First(3), Following, Same, Following]),
            (&[40, 40, 80, 80], &[First(2), Following, First(2), Following]),
            (&[9, 0, 0, 0], &[Alone, Same, Same, Same]),
            (&[1, 0, 1, 0], &[Alone, Same, Alone, Same]),
            (&[], &[]),
        ] {
            let deltas: Vec<_> = starts.iter().map(|start| (*start, Some(*start))).collect();
            assert_eq!(shifts(&deltas), said, "{starts:?}");
        }
        assert_eq!(shifts(&[(5, None), (5, None)]), [First(2), Following]);
        assert_eq!(shifts(&[(5, Some(5)), (5, Some(900))]), [Alone, Alone]);
    }
}
