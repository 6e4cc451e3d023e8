"""Benchmarks of a long log: pages anywhere in it against the first page, its index against `wc -l`, searches against ripgrep, memory
with many readers, and scrolling in a browser; each also against a reader that loads the whole file per request.

    scripts/bench logs [--lines 10000000] [--rounds 7] [--seconds 20]
    scripts/bench logs --smoke     shows within a minute that the benchmark still runs; its numbers mean nothing

The log is generated once, in target/bench. Times are medians; compared programs take turns. RUNLENS_BIN and BENCH_LOG_BASELINE name
other programs than the release builds.
"""
import argparse
import http.client
import json
import os
import random
import re
import shutil
import subprocess
import tempfile
import threading
import time
from itertools import count
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from platforms import ROOT, RUNLENS, Server, environment, token

LOG_BASELINE = Path(os.environ.get("BENCH_LOG_BASELINE", ROOT / "target/release/bench-log-baseline"))
READERS = 100
# Matches no line; the number makes each search a new one, so that no result is cached.
TEXT = "no such text {}"
REGEX = r"panicked at .*\.rs:\d+ {}"


def long_log(lines: int) -> tuple[Path, int]:
    """Returns a platform and the id of its run whose log has this many lines; generates them once."""
    platform = ROOT / "target/bench" / f"log-{lines}"
    # Written last, so that an interrupted generation is repeated.
    run_id_file = platform / "run"
    if not run_id_file.exists():
        shutil.rmtree(platform, ignore_errors=True)
        platform.mkdir(parents=True)
        print(f"Generating a log of {lines} lines in {platform}", flush=True)
        command = [RUNLENS, "demo", "--runs", "12", "--log-lines", str(lines)]
        settings = environment(f"sqlite://{platform / 'runlens.db'}", platform / "files")
        output = subprocess.run(command, cwd=ROOT, env=settings, check=True, capture_output=True, text=True).stdout
        run_id_file.write_text(re.search(r"Long log: run (\d+)", output)[1])
    return platform, int(run_id_file.read_text())


def timed(action) -> float:
    """Returns the milliseconds that a call takes."""
    started_at = time.perf_counter()
    action()
    return (time.perf_counter() - started_at) * 1000


def command(*words, fails: bool = False) -> float:
    """Returns the milliseconds of a program; with `fails` its exit code must be 1, as grep's without a match."""

    def run():
        code = subprocess.run(words, stdout=subprocess.DEVNULL).returncode
        if code != (1 if fails else 0):
            raise SystemExit(f"{words[0]} exited with {code}")

    return timed(run)


def run_baseline(log: Path, operation: str, value: str = "") -> tuple[int, float, float]:
    """Runs the baseline reader; returns its count, milliseconds and MB."""
    found, milliseconds, megabytes = subprocess.run([LOG_BASELINE, log, operation, value], check=True, capture_output=True, text=True).stdout.split()
    return int(found), float(milliseconds), float(megabytes)


class Log:
    """The log of a run on a server."""

    def __init__(self, server: Server, run: int):
        self.server, self.address = server, f"/api/v1/runs/{run}/logs"

    def get(self, part: str = "", **parameters) -> dict:
        query = "?" + urlencode(parameters) if parameters else ""
        return json.loads(self.server.get(self.address + part + query).body)

    def get_complete(self, part: str, **parameters) -> dict:
        """Returns the response once it covers the whole log."""
        while True:
            response = self.get(part, **parameters)
            if response["is_complete"]:
                return response


def table(title: str, unit: str, rows: list[tuple[str, float, float, float | None]]) -> None:
    """Prints rows of name, time of Runlens, time of the program it is compared with, and time of the baseline reader."""
    print(f"\n{title:58} {'Runlens':>10} {'other':>10} {'ratio':>7} {'baseline':>10}   {unit}")
    for name, runlens, other, baseline in rows:
        print(f"  {name:56} {runlens:10.2f} {other:10.2f} {runlens / other:7.2f} {'' if baseline is None else format(baseline, '10.2f'):>10}", flush=True)


def pages(log: Log, file: Path, lines: int, rounds: int) -> None:
    def random_line() -> int:
        return random.randint(1, lines - 200)

    # A new address for each request, so that no response comes from the cache.
    fresh = count()

    def page(**parameters) -> float:
        return timed(lambda: check(log.get(**parameters, fresh=next(fresh))))

    def check(response: dict) -> None:
        if len(response["data"]) != 100:
            raise SystemExit(f"a page of {len(response['data'])} lines")

    def random_cursor() -> str:
        return log.get(from_line=random_line())["pagination"]["next_cursor"]

    def page_at(cursor: str, **parameters) -> float:
        return page(cursor=cursor, **parameters)

    kinds = {
        "the first page": lambda: page(),
        "at a random line": lambda: page(from_line=random_line()),
        "at the end (tail=100)": lambda: page(tail=100),
        "backward from the end": lambda: page(direction="backward"),
        # Fetching the cursor is not measured.
        "by a random cursor": lambda: page_at(random_cursor()),
        "backward by a random cursor": lambda: page_at(random_cursor(), direction="backward"),
    }
    times = {name: [] for name in kinds}
    for _ in range(rounds * 30):
        for name, measure in kinds.items():
            times[name].append(measure())
    first = median(times["the first page"])
    baseline = {
        "the first page": median(run_baseline(file, "page", "1")[1] for _ in range(3)),
        "at a random line": median(run_baseline(file, "page", str(random_line()))[1] for _ in range(3)),
        "at the end (tail=100)": median(run_baseline(file, "page", "end")[1] for _ in range(3)),
    }
    table("A page of 100 lines, against the first", "ms", [(name, median(measured), first, baseline.get(name)) for name, measured in times.items()])


def index(start, file: Path, lines: int, rounds: int) -> None:
    index_times, count_times = [], []
    for _ in range(rounds):
        count_times.append(command("wc", "-l", str(file)))
        with start() as log:
            log.server.get("/api/v1/system/health", may_fail=True)
            index_times.append(timed(lambda: log.get_complete("/outline")))
            found = log.get("/outline")["lines"]
            if found != lines:
                raise SystemExit(f"the index has {found} lines, not {lines}")
    table("The index of the log, against wc -l", "ms", [("the first outline after a start", median(index_times), median(count_times), run_baseline(file, "outline")[1])])


def searches(log: Log, file: Path, rounds: int) -> None:
    rows = []
    for name, key, form, options in [
        ("a text without matches, against rg -j1 -i -F", "contains", TEXT, ["-i", "-F"]),
        ("a pattern without matches, against rg -j1 -i", "regex", REGEX, ["-i"]),
    ]:
        search_times, ripgrep_times = [], []
        for number in range(rounds):
            pattern = form.format(number)
            ripgrep_times.append(command("rg", "-j1", *options, "-c", "-e", pattern, str(file), fails=True))
            search_times.append(timed(lambda: check_no_match(log.get_complete("/search", **{key: pattern}))))
        rows.append((name, median(search_times), median(ripgrep_times), run_baseline(file, key, form.format(0))[1]))
    table("A search of the whole log", "ms", rows)


def check_no_match(response: dict) -> None:
    if response["matches"] != 0:
        raise SystemExit(f"{response['matches']} matches instead of none")


def memory(log: Log, file: Path, lines: int, idle: float) -> None:
    peak, is_done = idle, threading.Event()

    def watch():
        nonlocal peak
        while not is_done.wait(0.02):
            peak = max(peak, log.server.megabytes())

    def read():
        connection = http.client.HTTPConnection("127.0.0.1", log.server.port)
        for _ in range(20):
            address = f"{log.address}?from_line={random.randint(1, lines - 200)}"
            connection.request("GET", address, headers={"Authorization": f"Bearer {log.server.bearer}"})
            response = connection.getresponse()
            response.read()
            if response.status != 200:
                failed.append(response.status)

    failed: list[int] = []
    watcher = threading.Thread(target=watch)
    watcher.start()
    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    is_done.set()
    watcher.join()
    if failed:
        raise SystemExit(f"{len(failed)} pages failed, with {set(failed)}")
    print(f"\nMemory with {READERS} readers at random lines: {peak:.0f} MB, {peak - idle:.0f} MB more than the {idle:.0f} MB when idle", end="; ")
    print(f"the baseline reader alone: {run_baseline(file, 'page', '1')[2]:.0f} MB")


def viewer(log: Log, seconds: int) -> None:
    """Measures scrolling in Chromium."""
    address = f"http://127.0.0.1:{log.server.port}{log.address.removeprefix('/api/v1')}"
    program = ["node", "benchmark/scroll.mjs", address, str(seconds)]
    result = json.loads(subprocess.run(program, cwd=ROOT / "end2end", check=True, capture_output=True, text=True).stdout)
    first, last, peak = (result[f"heap_{name}_bytes"] / 1e6 for name in ("first", "last", "most"))
    print(f"\nThe viewer, {seconds} s of scrolling: {result['long_tasks']} tasks over 50 ms, the longest {result['longest_task_ms']:.0f} ms", end="; ")
    print(f"frames {result['frame_p50_ms']:.1f} ms (median), {result['frame_p99_ms']:.1f} ms (p99); at most {result['most_rows']} rows", end="; ")
    print(f"heap {first:.1f} MB at the start, {last:.1f} at the end, {peak:.1f} at most, WebAssembly {result['wasm_bytes'] / 1e6:.1f} MB")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench logs", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=20, help="of scrolling")
    parser.add_argument("--smoke", action="store_true", help="a short log, one round and little scrolling")
    options = parser.parse_args(arguments)
    if options.smoke:
        options.lines, options.rounds, options.seconds = 100_000, 1, 3
    subprocess.run([ROOT / "scripts/setup", "bench"], check=True)
    if "RUNLENS_BIN" not in os.environ:
        subprocess.run([ROOT / "scripts/build"], check=True)
    if "BENCH_LOG_BASELINE" not in os.environ:
        subprocess.run([ROOT / "scripts/build-baselines"], check=True)
    platform, run = long_log(options.lines)
    file = platform / f"files/LogFiles/{run}.txt"
    url = f"sqlite://{platform / 'runlens.db'}"
    with tempfile.TemporaryDirectory(prefix="runlens-bench.") as directory:
        work = Path(directory)
        bearer = token(url, platform)
        # Reads the file once, so that every program finds it in the page cache.
        command("cat", str(file))
        print(f"The log of run {run}: {options.lines} lines, {file.stat().st_size / 1e6:.0f} MB")

        class Fresh(Server):
            """A server with cold caches."""

            def __init__(self):
                super().__init__(url, platform / "files", work, bearer)

            def __enter__(self) -> Log:
                return Log(self, run)

        index(Fresh, file, options.lines, options.rounds)
        with Fresh() as log:
            log.server.get("/api/v1/system/health", may_fail=True)
            idle = log.server.megabytes()
            log.get_complete("/outline")
            memory(log, file, options.lines, idle)
            pages(log, file, options.lines, options.rounds)
            searches(log, file, options.rounds)
            viewer(log, options.seconds)
