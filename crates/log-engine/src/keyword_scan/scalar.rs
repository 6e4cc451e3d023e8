//! Without vectors.

use super::{BLOCK, ESCAPE, Found, Halves, MILD, REACH, RUNNER, Rare, SEVERE, SPAN, TABLES, TEST_R, Vectors};
use crate::logs::shapes::{self, Forms};

pub(super) struct Plain;

impl Vectors for Plain {
    fn find(&self, span: &[u8; SPAN]) -> Found {
        let mut windows = [0; BLOCK];
        for (found, letters) in windows.iter_mut().zip(span.windows(REACH)) {
            let looked_up = |(halves, byte): (&Halves, &u8)| {
                halves.low[usize::from(byte & 15)] & halves.high[usize::from(byte >> 4)]
            };
            *found = TABLES
                .iter()
                .zip(letters)
                .fold(u8::MAX, |windows, letter| windows & looked_up(letter));
        }
        let any = |bits: u8| {
            windows
                .iter()
                .rev()
                .fold(0, |mask, found| mask << 1 | u64::from(found & bits != 0))
        };
        let bytes = |is: fn(u8) -> bool| {
            span[..BLOCK]
                .iter()
                .rev()
                .fold(0, |mask, byte| mask << 1 | u64::from(is(*byte)))
        };
        Found {
            newline: bytes(|byte| byte == b'\n'),
            severe: any(SEVERE),
            level: any(SEVERE | MILD),
            test_r: any(TEST_R),
            runner: any(RUNNER),
            rare: Rare {
                escape: bytes(|byte| byte == ESCAPE),
                foreign: bytes(|byte| !byte.is_ascii()),
                orches: any(1),
                trator: any(1 << 1),
                worker: any(1 << 2),
                build: any(1 << 3),
            },
        }
    }

    fn fitting(&self, forms: &Forms, bytes: &[u8; shapes::REACH]) -> usize {
        let form = shapes::form(bytes);
        let fits = |(other, decisive): (&[u8; shapes::REACH], &[u8; shapes::REACH])| {
            form.iter()
                .zip(other)
                .zip(decisive)
                .all(|((byte, other), decisive)| (byte ^ other) & decisive == 0)
        };
        forms
            .bytes
            .iter()
            .zip(&forms.decisive)
            .position(fits)
            .unwrap_or(shapes::KNOWN)
    }
}
