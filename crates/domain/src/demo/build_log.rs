//! Log lines of compilers and of the tested program.

use super::{history::Run, logs::timestamp, seeded_rng::SeededRng};

const SOURCES: [&str; 24] = [
    "activity",
    "asf_functions",
    "avc_functions",
    "ccx_common_timing",
    "ccx_decoders_608",
    "ccx_decoders_708",
    "ccx_decoders_vbi",
    "ccx_decoders_xds",
    "ccx_demuxer",
    "ccx_encoders_common",
    "ccx_encoders_srt",
    "ccx_encoders_webvtt",
    "dvb_subtitle_decoder",
    "es_functions",
    "general_loop",
    "hardsubx_decoder",
    "matroska",
    "mp4",
    "ocr",
    "params",
    "telxcc",
    "ts_functions",
    "ts_tables",
    "wtv_functions",
];

const CRATES: [&str; 28] = [
    "proc-macro2 v1.0.95",
    "unicode-ident v1.0.18",
    "libc v0.2.172",
    "cfg-if v1.0.0",
    "autocfg v1.4.0",
    "memchr v2.7.4",
    "log v0.4.27",
    "bitflags v2.9.1",
    "once_cell v1.21.3",
    "quote v1.0.40",
    "syn v2.0.101",
    "clap_lex v0.7.4",
    "anstyle v1.0.10",
    "regex-syntax v0.8.5",
    "aho-corasick v1.1.3",
    "regex v1.11.1",
    "bindgen v0.71.1",
    "clang-sys v1.8.1",
    "leptonica-sys v0.4.9",
    "tesseract-sys v0.6.2",
    "rsmpeg v0.15.1",
    "num-integer v0.1.46",
    "serde v1.0.219",
    "strum_macros v0.26.4",
    "thiserror v2.0.12",
    "url v2.5.4",
    "lib_ccxr v0.1.0",
    "ccx_rust v0.1.0",
];

const VARIABLES: [&str; 8] = [
    "ret",
    "len",
    "pts_diff",
    "page",
    "buffer",
    "lang_index",
    "is_first",
    "x_offset",
];

const PROBES: [&str; 10] = [
    "-- The C compiler identification is GNU 13.3.0",
    "-- Detecting C compiler ABI info - done",
    "-- Looking for dlfcn.h - found",
    "-- Performing Test HAVE_STRNLEN - Success",
    "-- Found PkgConfig: /usr/bin/pkg-config (found version \"1.8.1\")",
    "-- Checking for module 'tesseract'",
    "--   Found tesseract, version 5.3.4",
    "-- Found Rust: /root/.cargo/bin/rustc (found version \"1.87.0\")",
    "-- Configuring done (4.1s)",
    "-- Build files have been written to: /repository/build",
];

/// Time from the start of a run to the end of its checkout.
pub(super) const CHECKOUT_SECS: i64 = 62;

/// Returns line number `line` of a build log of `total` lines.
pub(super) fn build(seed: u64, run: &Run, is_coloured: bool, line: u64, total: u64) -> String {
    if let Some(probe) = PROBES.get(line as usize).filter(|_| run.is_linux) {
        return (*probe).to_owned();
    }
    // A warning takes three lines, which share a generator.
    let mut rng = SeededRng::new(&[seed, 12, run.id as u64, line / 3]);
    let (percent, is_warning) = (line * 100 / total.max(1), rng.chance(12));
    let at = timestamp(
        run.start
            + CHECKOUT_SECS
            + (run.preparation_secs - CHECKOUT_SECS) * line as i64 / total.max(1) as i64,
    );
    let library = CRATES[(line / 2) as usize % CRATES.len()];
    let source = rng.pick(&SOURCES);
    let (row, column) = (rng.between(40, 2_400), rng.between(5, 60));
    let variable = rng.pick(&VARIABLES);
    let paint = |code: &str, text: &str| {
        if is_coloured {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    };
    if is_warning && line.is_multiple_of(3) {
        return if run.is_linux {
            let location = format!("/repository/src/lib_ccx/{source}.c:{row}:{column}:");
            format!(
                "{} {} unused variable ‘{variable}’ [-Wunused-variable]",
                paint("1", &location),
                paint("1;35", "warning:")
            )
        } else {
            format!(
                "  C:\\repository\\src\\lib_ccx\\{source}.c({row},{column}): {} ‘{variable}’: unreferenced local variable",
                paint("33", "warning C4101:")
            )
        };
    }
    if is_warning && line % 3 == 1 {
        return format!("{row:5} |     int {} = 0;", paint("35", variable));
    }
    if is_warning {
        return format!(
            "      |         {}",
            paint("1;32", &format!("^{}", "~".repeat(variable.len() - 1)))
        );
    }
    let mut rng = SeededRng::new(&[seed, 13, run.id as u64, line]);
    match rng.below(20) {
        0 => format!(
            "{} {}",
            paint("1;36", "info:"),
            "syncing channel updates for 'stable'"
        ),
        1 => format!(
            "gcc -O3 -s -D_FILE_OFFSET_BITS=64 -DENABLE_OCR -I../src/lib_ccx -c ../src/lib_ccx/{source}.c -o objs/{source}.o"
        ),
        2 => format!("{} [DEBUG] build: cache miss for {}", at, rng.hex(12)),
        3 => format!("{} [INFO] build: {percent}% done", at),
        4..11 => format!("{} {}", paint("1;32", "   Compiling"), library),
        11 => format!("{} {}", paint("1;32", "  Downloaded"), library),
        _ if run.is_linux => {
            let object = format!(
                "Building C object src/CMakeFiles/ccx.dir/lib_ccx/{}.c.o",
                rng.pick(&SOURCES)
            );
            format!("[{percent:3}%] {}", paint("32", &object))
        }
        _ => format!("  {}.c", rng.pick(&SOURCES)),
    }
}

/// Returns a line of the verbose output of the program.
pub(super) fn detail(seed: u64, run_id: i32, at: i64, test_id: i32, line: u64) -> String {
    let mut rng = SeededRng::new(&[seed, 14, run_id as u64, test_id as u64, line]);
    let at = timestamp(at);
    let pts = format!(
        "{:02}:{:02}:{:02}.{:03}",
        line / 3_600 % 100,
        line / 60 % 60,
        line % 60,
        rng.below(1_000)
    );
    match rng.below(40) {
        0 => format!(
            "{at} [WARN] test_runner: #{test_id}: PTS jumped by {} ms at {pts}",
            rng.between(-900, 9_000)
        ),
        1 => format!(
            "{at} TRACE test_runner: #{test_id}: roll-up of {} lines at {pts}",
            rng.between(2, 4)
        ),
        2 => format!(
            "error: test_runner: #{test_id}: a packet of {} bytes at {pts} was dropped",
            rng.between(1, 187)
        ),
        3..20 => format!(
            "{at} [DEBUG] test_runner: #{test_id}: caption {} shown from {pts}",
            line + 1
        ),
        20..30 => {
            format!(
                "{at} [DEBUG] test_runner: #{test_id}: {} packets of 0x{} read up to {pts}",
                rng.between(900, 99_000),
                rng.hex(3)
            )
        }
        _ => format!(
            "level=debug time={} source=test_runner msg=\"field {} of {pts}\" bytes={}",
            at.replace(' ', "T") + "Z",
            rng.between(1, 2),
            rng.between(2, 64)
        ),
    }
}
