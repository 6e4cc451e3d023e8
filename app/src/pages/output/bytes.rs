//! Where two files differ first, in bytes.

use leptos::prelude::*;
use runlens_api_types::output::ByteDiff;

use crate::format;

const ROW: usize = 16;

/// One line of a dump: where it begins, its bytes of each file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct DumpRow {
    at: u64,
    sides: [Vec<Byte>; 2],
}

/// One byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Byte {
    value: u8,
    /// Whether the other file has another one there, or none.
    differs: bool,
}

/// The bytes around the first that differs.
pub(super) fn dump(bytes: &ByteDiff) -> AnyView {
    let Some(first) = bytes.first_difference else {
        return view! { <p class="nothing">"The first 1 MiB of both files is the same: they differ behind that."</p> }.into_any();
    };
    let rows: Vec<AnyView> = rows(bytes)
        .into_iter()
        .map(|row| {
            let [expected, actual] = row.sides;
            view! {
                <tr>
                    <th scope="row" class="number">{format!("{:08x}", row.at)}</th>
                    <td class="expected" data-label="expected">{side(&expected)}</td>
                    <td class="actual" data-label="produced">{side(&actual)}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        <p>{format!("The first byte that differs is number {} (0x{first:x} bytes before it).", format::number(first + 1))}</p>
        <table class="dump">
            <caption class="unseen">"Bytes around the first that differs, in hex and as text"</caption>
            <thead><tr><th scope="col">"Place"</th><th scope="col">"Expected"</th><th scope="col">"Produced"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn side(bytes: &[Byte]) -> AnyView {
    let hex: Vec<AnyView> = bytes
        .iter()
        .map(|byte| {
            let text = format!("{:02x}", byte.value);
            if byte.differs {
                view! { <mark>{text}</mark> " " }.into_any()
            } else {
                format!("{text} ").into_any()
            }
        })
        .collect();
    let text: String = bytes
        .iter()
        .map(|byte| {
            if matches!(byte.value, 0x20..=0x7e) {
                char::from(byte.value)
            } else {
                '.'
            }
        })
        .collect();
    if bytes.is_empty() {
        return view! { <span class="muted">"the file has ended"</span> }.into_any();
    }
    view! { <code class="hex">{hex}</code> <code class="ascii">{text}</code> }.into_any()
}

fn rows(bytes: &ByteDiff) -> Vec<DumpRow> {
    let (expected, actual) = (read(&bytes.expected), read(&bytes.actual));
    let length = expected.len().max(actual.len());
    let starts = (0..length).step_by(ROW);
    starts
        .map(|start| {
            let part = |own: &[u8], other: &[u8]| {
                let end = (start + ROW).min(own.len());
                (start..end.max(start))
                    .map(|at| Byte {
                        value: own[at],
                        differs: other.get(at) != Some(&own[at]),
                    })
                    .collect()
            };
            DumpRow {
                at: bytes.start + start as u64,
                sides: [part(&expected, &actual), part(&actual, &expected)],
            }
        })
        .collect()
}

fn read(hex: &str) -> Vec<u8> {
    hex.as_bytes()
        .chunks(2)
        .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use runlens_api_types::output::ByteDiff;

    use super::rows;

    #[test]
    fn bytes_that_differ_are_told_from_those_that_do_not() {
        let expected = "00".repeat(16) + "0102";
        let actual = "00".repeat(16) + "01ff03";
        let rows = rows(&ByteDiff {
            first_difference: Some(33),
            start: 16,
            expected,
            actual,
        });
        assert_eq!(rows.iter().map(|row| row.at).collect::<Vec<_>>(), [16, 32]);
        let odd = |side: usize| {
            rows[1].sides[side]
                .iter()
                .map(|byte| byte.differs)
                .collect::<Vec<_>>()
        };
        assert_eq!((odd(0), odd(1)), (vec![false, true], vec![false, true, true]));
        let rows = super::rows(&ByteDiff {
            first_difference: Some(0),
            start: 0,
            expected: String::new(),
            actual: "61".to_owned(),
        });
        assert!(rows[0].sides[0].is_empty() && rows[0].sides[1][0].differs);
    }
}
