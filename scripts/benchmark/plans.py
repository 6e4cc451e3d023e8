"""Query plans."""
import re
import sqlite3

from platforms import mariadb

# Tables that grow with the number of runs.
GROWING = {"test", "test_progress", "test_result", "test_result_file"}


def show_plans(url: str, queries: list[str]) -> None:
    """Prints each query with its plan and marks full scans of growing tables."""
    explain = sqlite_plan if url.startswith("sqlite:") else mariadb_plan
    scans = 0
    # Queries that differ only in the length of a list count as one.
    distinct = {re.sub(r"\?(, \?)+", "?, …", query): query for query in queries if query.upper().startswith(("SELECT", "WITH"))}
    for short, query in distinct.items():
        print(f"\n  {short}")
        tables = aliases(query)
        for step, scanned in explain(url, query):
            is_marked = tables.get(scanned, scanned) in GROWING
            scans += is_marked
            print(f"    {'FULL SCAN' if is_marked else '         '} {step}")
    print(f"\n  {len(distinct)} distinct queries, {scans} full scans of tables that grow")


def aliases(query: str) -> dict[str, str]:
    """Maps the aliases in a query to their tables."""
    found = re.findall(r"\b(?:FROM|JOIN)\s+[`\"]?(\w+)[`\"]?(?:\s+(?:AS\s+)?[`\"]?(\w+)[`\"]?)?", query, re.IGNORECASE)
    return {name: table for table, name in found if name} | {table: table for table, _ in found}


def sqlite_plan(url: str, query: str):
    with sqlite3.connect(url.removeprefix("sqlite://")) as connection:
        for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {with_values(query)}"):
            scan = re.match(r"SCAN (\w+)", step)
            yield step, scan[1] if scan else None


def mariadb_plan(url: str, query: str):
    switch = "SET SESSION optimizer_switch = 'exists_to_in=off,split_materialized=off';"
    for line in mariadb(f"{switch} EXPLAIN {with_values(query)}", url.rsplit("/", 1)[1]).splitlines():
        number, kind, table, access, _, key, _, _, rows, *extra = line.split("\t")
        step = f"{number} {kind} {table}: {access} by {key}, {rows} rows {' '.join(extra)}"
        yield step, table if access in ("ALL", "index") else None


def with_values(query: str) -> str:
    """Replaces placeholders: by text, which both databases also compare with numbers, or by a number after LIMIT and OFFSET."""
    query = re.sub(r"\b(LIMIT|OFFSET) \?", r"\1 1", query)
    return re.sub(r"\?\d*", "'1'", query)
