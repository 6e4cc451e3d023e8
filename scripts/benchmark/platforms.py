"""Demo platforms for benchmarks, a server on one of them, and the handler that it is compared with."""
import http.client
import json
import os
import re
import socket
import sqlite3
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent.parent
RUNLENS = Path(os.environ.get("RUNLENS_BIN", ROOT / "target/release/runlens"))
HTTP_BASELINE = Path(os.environ.get("BENCH_HTTP_BASELINE", ROOT / "target/release/bench-http-baseline"))
SCHEMA = ROOT / "crates/domain/src/testing/platform-schema.sql"
SCOPES = "runs:read runs:write results:read baselines:write system:read system:write tokens:manage"
# Headers that depend on the connection or the clock.
VOLATILE_HEADERS = {"date", "content-length", "transfer-encoding", "connection"}


def environment(url: str, files: Path) -> dict[str, str]:
    return os.environ | {
        "RUNLENS_DATABASE_URL": url,
        "RUNLENS_FILES_ROOT": str(files),
        "RUNLENS_SECRET_KEY": "a key for benchmarks, of no worth at all",
        "RUNLENS_RATE_LIMITS": "off",
        "RUNLENS_PUBLIC_SCOPES": "runs:read results:read system:read",
    }


def fill(runs: int, work: Path) -> Path:
    """Fills a demo platform; returns the path of its database."""
    database = work / "runlens.db"
    command = [RUNLENS, "demo", "--runs", str(runs)]
    subprocess.run(command, cwd=ROOT, env=environment(f"sqlite://{database}", work / "files"), check=True, stdout=subprocess.DEVNULL)
    with sqlite3.connect(database) as connection:
        connection.execute("ANALYZE")
    return database


def token(url: str, work: Path) -> str:
    """Creates a token with every scope."""
    command = [RUNLENS, "token", "create", "--user", "admin", "--name", f"bench-{time.monotonic_ns()}", "--scopes", SCOPES]
    return subprocess.run(command, cwd=ROOT, env=environment(url, work / "files"), check=True, capture_output=True, text=True).stdout.strip()


def mariadb(sql: str, database: str = "") -> str:
    """Runs SQL in the MariaDB of the tests; returns rows with tabs between cells."""
    server = urlsplit(os.environ["RUNLENS_TEST_MARIADB_URL"])
    connect = ["--protocol=tcp", f"--host={server.hostname}", f"--port={server.port}", f"--user={server.username}"]
    if server.password:
        connect.append(f"--password={server.password}")
    command = ["mariadb", "--no-defaults", *connect, "--batch", "--raw", "--skip-column-names", "--local-infile=1", database]
    return subprocess.run(command, input=sql, check=True, capture_output=True, text=True).stdout


def copy_to_mariadb(sqlite: Path, work: Path) -> str:
    """Copies all rows to a new MariaDB database; returns its URL."""
    name = f"runlens_bench_{time.monotonic_ns()}"
    mariadb(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    mariadb(SCHEMA.read_text(), name)
    source = sqlite3.connect(sqlite)
    # Tokens are created per benchmark.
    for table in sorted(set(mariadb("SHOW TABLES", name).split()) - {"api_token"}):
        columns = [row[1] for row in source.execute(f"PRAGMA table_info(`{table}`)")]
        wanted = [line.split("\t")[0] for line in mariadb(f"SHOW COLUMNS FROM `{table}`", name).splitlines()]
        wanted = [column for column in wanted if column in columns]
        # The platform has tables that Runlens never reads.
        if not wanted:
            continue
        rows = work / "rows.tsv"
        with rows.open("w") as out:
            for row in source.execute("SELECT {} FROM `{}`".format(", ".join(f"`{column}`" for column in wanted), table)):
                out.write("\t".join(cell(value) for value in row) + "\n")
        list_of_columns = ", ".join(f"`{column}`" for column in wanted)
        # Tables are loaded by name, so a row can arrive before the row that it references.
        mariadb(f"SET foreign_key_checks = 0; LOAD DATA LOCAL INFILE '{rows}' INTO TABLE `{table}` CHARACTER SET utf8mb4 ({list_of_columns}); ANALYZE TABLE `{table}`", name)
        rows.unlink()
        copied, there = mariadb(f"SELECT COUNT(*) FROM `{table}`", name).strip(), source.execute(f"SELECT COUNT(*) FROM `{table}`").fetchone()[0]
        if int(copied) != there:
            raise SystemExit(f"{table}: {copied} of {there} rows arrived in MariaDB")
    return f"{os.environ['RUNLENS_TEST_MARIADB_URL']}/{name}"


def cell(value) -> str:
    """Encodes a value for LOAD DATA."""
    if value is None:
        return "\\N"
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Response:
    status: int
    headers: dict[str, str]
    body: bytes


class Process:
    """A program that listens on a free port and is stopped at the end of the `with` block."""

    def __init__(self, command: list, environment: dict[str, str], log: Path):
        self.log = log
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log.open("w"), stderr=subprocess.STDOUT)
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"{command[0]} did not start: {log.read_text()}")
                time.sleep(0.1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Server(Process):
    """Runlens on a platform; with `trace` it logs its queries."""

    def __init__(self, url: str, files: Path, work: Path, bearer: str, trace: bool = False):
        self.port, self.bearer = free_port(), bearer
        settings = {
            "RUNLENS_LISTEN": f"127.0.0.1:{self.port}",
            "RUNLENS_LOG": f"warn,runlens::query={'trace' if trace else 'warn'}",
            "RUNLENS_LOG_FORMAT": "json",
        }
        super().__init__([RUNLENS, "serve"], environment(url, files) | settings, work / "server.log")
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)

    def get(self, path: str, may_fail: bool = False) -> Response:
        self.connection.request("GET", path, headers={"Authorization": f"Bearer {self.bearer}"})
        response = self.connection.getresponse()
        body = response.read()
        if response.status != 200 and not may_fail:
            raise SystemExit(f"{path} answered {response.status}: {body[:300]!r}")
        headers = {name: value for name, value in response.getheaders() if name.lower() not in VOLATILE_HEADERS}
        return Response(response.status, headers, body)

    def queries(self, settled: bool = False) -> list[str]:
        """Returns the text of every query so far; `settled` first waits for the log to be written."""
        if settled:
            time.sleep(0.2)
        found = []
        for line in self.log.read_text().splitlines():
            if '"runlens::query"' in line:
                event = json.loads(line)
                found.append(re.sub(r"\s+", " ", event["fields"]["message"]))
        return found

    def megabytes(self) -> float:
        """Returns the resident memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


class HttpBaseline(Process):
    """A handler that returns these responses from memory."""

    def __init__(self, responses: dict, work: Path):
        self.port = free_port()
        file = work / "responses.json"
        file.write_text(json.dumps(responses))
        super().__init__([HTTP_BASELINE, f"127.0.0.1:{self.port}", file], dict(os.environ), work / "baseline.log")
