"""The ceiling of a submission: the least that a database must do for one, by eight clients, each commit on the disk."""

import re
import subprocess

from django.db import connection

from tests.benchmarks.harness import CONNECTIONS, CannotMeasure
from tests.services.postgres import find_tools

SECONDS = 1
TABLES = """
CREATE TABLE bench_deadline (id int PRIMARY KEY, closes_at timestamptz NOT NULL);
CREATE TABLE bench_receipt (
    id bigserial PRIMARY KEY, deadline int NOT NULL REFERENCES bench_deadline, received_at timestamptz NOT NULL
);
INSERT INTO bench_deadline VALUES (1, now() + interval '1 day');
"""
SUBMISSION = """
INSERT INTO bench_receipt (deadline, received_at)
SELECT id, clock_timestamp() FROM bench_deadline WHERE id = 1 AND clock_timestamp() < closes_at;
"""


def prepare():
    with connection.cursor() as cursor:
        cursor.execute(TABLES)


def receipts_per_second(url):
    """One round: a deadline is read, a row written and committed, as often as eight clients manage."""
    tool = find_tools() / "pgbench"
    if not tool.exists():
        raise CannotMeasure("pgbench is not installed; it comes with PostgreSQL's server or contrib package.")
    command = [tool, "--no-vacuum", "--client", str(CONNECTIONS), "--jobs", "2", "--time", str(SECONDS)]
    done = subprocess.run([*command, "--file", "/dev/stdin", url], input=SUBMISSION, capture_output=True, text=True)
    if done.returncode != 0:
        raise CannotMeasure(f"pgbench failed: {done.stderr.strip()[-300:]}")
    return float(re.search(r"tps = ([\d.]+)", done.stdout).group(1))
