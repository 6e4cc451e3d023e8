use proptest::{collection::vec, prelude::*, sample::select};

/// A keyword in any case.
fn word() -> impl Strategy<Value = String> {
    let words = vec![
        "critical",
        "fatal",
        "error",
        "errors",
        "warn",
        "warning",
        "warnings",
        "info",
        "debug",
        "trace",
        "orchestrator",
        "worker",
        "build",
        "test_runner",
        "web",
        "level",
        "lvl",
        "severity",
        "ſeverity",
        "no",
        "any",
        "or",
        "without",
        "zero",
        "wait",
        "information",
    ];
    (select(words), any::<u8>()).prop_map(|(word, case)| match case % 4 {
        0 => word.to_uppercase(),
        1 => word
            .chars()
            .enumerate()
            .map(|(at, c)| if at % 2 == 0 { c.to_ascii_uppercase() } else { c })
            .collect(),
        _ => word.to_owned(),
    })
}

/// Text between words.
fn separator() -> impl Strategy<Value = String> {
    let parts = vec![
        " ",
        "  ",
        "\t",
        "[",
        "]",
        "(",
        ")",
        "(s)",
        "(S)",
        "(ſ)",
        ":",
        ": ",
        "=",
        " = ",
        "=0",
        ": 0",
        "0 ",
        "0",
        "12:00:00",
        "12:00:00.5Z",
        "time=",
        "2026-06-27 12:00:00",
        "2026-06-27T12:00:00,123+02:00",
        "[2026-06-27 12:00:00]",
        "2026-06-2x 12:00:00",
        "12:0:00",
        "\"",
        "'",
        "|",
        ",",
        "-",
        ".",
        "/",
        ";",
        "!",
        ">",
        "_",
        ".rs",
        "-Wno-",
        "é",
        "²",
        "\u{301}",
        "\u{a0}",
        "\u{2003}",
        "\u{85}",
        "€",
        "😀",
        "\u{fffd}",
        "\0",
        "\r",
        "\x1b[31m",
        "\x1b[0m",
        "\x1b",
        "\x1b]0;t\x07",
        "\x1b(B",
        "\u{200d}",
        "‿",
        "\u{c}",
        "x",
        "ſ",
        "K",
    ];
    select(parts).prop_map(str::to_owned)
}

pub(super) fn line() -> impl Strategy<Value = String> {
    vec(prop_oneof![word(), separator(), separator()], 0..12).prop_map(|parts| parts.concat())
}

pub(super) fn raw_line() -> impl Strategy<Value = Vec<u8>> {
    let bytes = vec(any::<u8>().prop_filter("no newline", |byte| *byte != b'\n'), 0..4);
    let part = prop_oneof![
        word().prop_map(String::into_bytes),
        separator().prop_map(String::into_bytes),
        separator().prop_map(String::into_bytes),
        bytes,
        select(vec![
            &b"\xe9"[..],
            b"\xa0",
            b"\xc3",
            b"\x80",
            b"\xff",
            b"\xf0\x9f",
            b"\xef\xbb\xbf"
        ])
        .prop_map(<[u8]>::to_vec),
    ];
    vec(part, 0..12).prop_map(|parts| parts.concat())
}

pub(super) fn content(line: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let end = select(vec![&b"\n"[..], b"\n", b"\r\n", b"\n\n", b"\r\r\n"]);
    let lines = vec(
        (line, end).prop_map(|(line, end)| [line, end.to_vec()].concat()),
        0..20,
    );
    (any::<bool>(), lines, any::<bool>()).prop_map(|(has_mark, lines, has_final_newline)| {
        let mut all = if has_mark {
            b"\xef\xbb\xbf".to_vec()
        } else {
            Vec::new()
        };
        all.extend(lines.concat());
        if !has_final_newline {
            all.truncate(all.len().saturating_sub(1));
        }
        all
    })
}

/// Lines with a few prefixes: copies of some lines with other digits, and often with another ending.
pub(super) fn lines_with_few_prefixes() -> impl Strategy<Value = Vec<u8>> {
    let change = (
        any::<prop::sample::Index>(),
        any::<u64>(),
        proptest::option::weighted(0.4, (0usize..40, line())),
    );
    (vec(line(), 1..12), vec(change, 1..60)).prop_map(|(originals, changes)| {
        let mut text = String::new();
        for (which, digits, tail) in changes {
            let original = which.get(&originals);
            let mut digits = digits;
            let mut changed = String::new();
            for character in original.chars() {
                changed.push(if character.is_ascii_digit() {
                    char::from(b'0' + (digits % 10) as u8)
                } else {
                    character
                });
                digits = digits.rotate_right(5) ^ 3;
            }
            if let Some((length, tail)) = tail {
                changed = changed.chars().take(length).collect::<String>() + &tail;
            }
            text += &changed;
            text.push('\n');
        }
        text.into_bytes()
    })
}
