//! Indexes, pages and searches a generated log in memory.
//!
//! Run it with `cargo bench -p runlens-log-engine`. With `-- --test`, each benchmark runs once, as a check.

use std::{fmt::Write as _, hint::black_box, sync::Arc};

use criterion::{BatchSize, Criterion, Throughput};
use runlens_log_engine::{
    Direction, Filter, LogEngine, LogFile, MemoryFile, PageQuery, PageRequest, SearchQuery, SearchRequest,
};
use tokio::runtime::Runtime;

const LINES: u64 = 250_000;

/// Lines of a build and of test runs; one in a thousand is an error.
fn generate_log() -> String {
    let mut log = String::new();
    for line in 1..=LINES {
        let (minute, second) = (line / 60 % 60, line % 60);
        let time = format!("2026-06-27 12:{minute:02}:{second:02}");
        let result = match line % 1000 {
            0 => writeln!(log, "{time} [worker] ERROR: regression test {line} failed"),
            number if number % 3 == 0 => {
                writeln!(
                    log,
                    "[{:3}%] Building C object src/CMakeFiles/ccx.dir/part{line}.c.o",
                    line % 100
                )
            }
            number if number % 3 == 1 => {
                writeln!(
                    log,
                    "{time} [test_runner] INFO: test {line} took {second} seconds, exit code 0"
                )
            }
            _ => writeln!(
                log,
                "    \x1b[32mok\x1b[0m {line}: output is as expected, 0 warnings"
            ),
        };
        result.expect("a string takes all text");
    }
    log
}

fn search_for(contains: Option<&str>, regex: Option<&str>) -> SearchRequest {
    let query = SearchQuery {
        limit: 20,
        cursor: None,
        from_line: None,
        from_match: None,
        direction: Direction::Forward,
        filter: Filter {
            contains: contains.map(str::to_owned),
            regex: regex.map(str::to_owned),
            ..Filter::default()
        },
    };
    SearchRequest::new(query).expect("a valid query")
}

async fn index(engine: &LogEngine, file: &Arc<dyn LogFile>) {
    while !engine.outline(file, 20).await.expect("an outline").is_complete {}
}

async fn search(engine: &LogEngine, file: &Arc<dyn LogFile>, contains: Option<&str>, regex: Option<&str>) {
    while !engine
        .search(file, search_for(contains, regex))
        .await
        .expect("a search")
        .is_complete
    {}
}

fn main() {
    let runtime = Runtime::new().expect("a runtime");
    let content = generate_log();
    let bytes = content.len() as u64;
    let file: Arc<dyn LogFile> = Arc::new(MemoryFile::new("benchmark", content));
    let indexed = LogEngine::default();
    runtime.block_on(index(&indexed, &file));

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("whole log");
    group.throughput(Throughput::Bytes(bytes)).sample_size(20);
    group.bench_function("index", |bencher| {
        bencher.iter_batched(
            LogEngine::default,
            |engine| runtime.block_on(index(&engine, &file)),
            BatchSize::PerIteration,
        );
    });
    for (name, contains, regex) in [
        ("search for a text", Some("no such text"), None),
        (
            "search for a regular expression",
            None,
            Some(r"panicked at .*\.rs:\d+"),
        ),
    ] {
        // Only the index is shared, so every search is a new one.
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || indexed.without_searches(),
                |engine| runtime.block_on(search(&engine, &file, contains, regex)),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("page of 100 lines");
    for (name, from_line, direction) in [
        ("at the start", None, Direction::Forward),
        ("at a line in the middle", Some(LINES / 2), Direction::Forward),
        ("at the end", None, Direction::Backward),
    ] {
        let query = PageQuery {
            from_line,
            direction,
            ..PageQuery::default()
        };
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let request = PageRequest::new(query.clone()).expect("a valid query");
                black_box(runtime.block_on(indexed.page(&file, request)).expect("a page"))
            });
        });
    }
    group.finish();
    criterion.final_summary();
}
