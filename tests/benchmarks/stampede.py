"""./portal bench stampede: many companies submit around a deadline, and every one of them has a true answer.

Goals 6, 7 and 8. Companies, frozen versions, sessions and forms are prepared by real verbs; then the clients, processes
of their own, submit over the last seconds before the deadline, one in five in the last five seconds and a few just
after it, while files of 5 MB are uploaded. Worker and beat close the tender. The checker replays what the clients
remember. With --rate the clients come evenly at that multiple of the portal's own measured rate, 3/4 of them in time.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.benchmarks import layout, pgbench
from tests.benchmarks.checker import violations
from tests.benchmarks.evidence import LATE, RECEIPT, Attempt, read_evidence
from tests.benchmarks.harness import CONNECTIONS, CannotMeasure
from tests.benchmarks.world import portal_world, sqlite_world
from tests.services.environment import ROOT, bare_environment

KEYS = (
    "late_accepted",
    "on_time_refused",
    "lost_acknowledgements",
    "server_errors",
    "submit_p50_ms",
    "submit_p99_ms",
    "close_wait_ms",
    "share_of_pgbench",
)
CROWDS = 4
PREPARERS = 2
WARMED, REHEARSED = 24, 40
UPLOADERS = 4
NUMBERS_EACH = 60  # of register numbers, of which not every one has its check digit
IN_LAST_FIVE, AFTERWARDS, IN_TIME_OF_RATE = 0.2, 0.05, 0.75
TRUSTED_LAG_SECONDS = 0.020
SLACK = 1.3
"""So many times the measured preparation lies before the deadline, so that a busy machine is ready when it comes."""
STARTING_SECONDS = 30
RATE_SECONDS = 10
BEFORE_THE_CROWD = 8


def main(arguments):
    parser = argparse.ArgumentParser(prog="./portal bench stampede", description=__doc__)
    parser.add_argument("--clients", type=int, default=300)
    parser.add_argument("--seconds", type=int, default=60, help="so long before the deadline the first one comes")
    parser.add_argument("--rate", type=float, help="come at this multiple of the portal's own measured submit rate")
    parser.add_argument("--sqlite", action="store_true", help="./portal run on SQLite instead of PostgreSQL")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    asked = parser.parse_args(arguments)
    try:
        figures, found = stampede(asked)
    except CannotMeasure as reason:
        sys.exit(str(reason))
    print(json.dumps(figures, indent=2) if asked.json else "\n".join(f"{key:24} {figures[key]}" for key in KEYS))
    for violation in found:
        say(str(violation))
    sys.exit(bool(found) or any(figures[key] for key in KEYS[:4]))


def say(words):
    """Progress and remarks, beside the figures."""
    print(words, file=sys.stderr, flush=True)


def stampede(asked):
    world = sqlite_world() if asked.sqlite else portal_world()
    serve = layout.embedded if asked.sqlite else layout.production
    with world as variables, tempfile.TemporaryDirectory(prefix="portal-stampede-") as folder:
        # The servers read documents of the same folder; a cluster has another owner.
        Path(folder).chmod(0o755)
        with serve(variables, folder) as (port, words):
            say(f"Serving by {words}.")
            crowd = Stampede(asked, variables, Path(folder), port)
            try:
                return crowd.run()
            finally:
                crowd.end()


class Stampede:
    def __init__(self, asked, variables, folder, port):
        self.asked, self.variables, self.folder, self.port = asked, variables, folder, port
        self.children = []
        self.companies = 1000  # numbers below are those of the tenders' own people

    def run(self):
        share, rate, seconds_each = self._rehearse()
        count, seconds = self._size(rate)
        tender, closes_at = self._publish(count, seconds, seconds_each)
        clients = self._prepare(tender, count)
        uploaders = self._prepare(tender, UPLOADERS, "uploads")
        closes_at = self._extended_if_late(tender, closes_at, seconds)
        self._schedule(clients, closes_at, seconds)
        begins = clients[0]["at"]
        say(f"{count} clients are ready {begins - _now():.0f} s before the first; deadline {closes_at:%H:%M:%S} UTC.")
        time.sleep(max(0, begins - _now() - BEFORE_THE_CROWD))
        with Uploads(self, uploaders, until=closes_at), Watcher(self.asked.sqlite) as watcher:
            attempts = self._crowd(clients, CROWDS)
            self._await_closing(tender, closes_at)
        return self._judge(attempts, clients, share, watcher.waited_ms(tender))

    def _rehearse(self):
        """The portal's own rate by eight clients at once, its share of pgbench, and the cost of preparing one.

        The first ones are not measured: each process reads its code and its templates with them.
        """
        from tests.factories.tenders import published_tender

        clients = self._prepare(published_tender(), WARMED + REHEARSED)
        each = self.preparing_seconds / len(clients)
        ceiling = None
        if not self.asked.sqlite:
            pgbench.prepare()
            ceiling = pgbench.receipts_per_second(self.variables["DATABASE_URL"])
        for client in clients:
            client["at"] = None
        warming = self._crowd(clients[:WARMED], 1, connections=CONNECTIONS)
        attempts = self._crowd(clients[WARMED:], 1, connections=CONNECTIONS)
        if {attempt["answer"] for attempt in warming + attempts} != {RECEIPT}:
            answers = sorted({(a["answer"], a["status"]) for a in warming + attempts})
            raise CannotMeasure(f"The rehearsal was answered {answers}.")
        self.rehearsed = [_remembered(client, attempt) for client, attempt in _pairs(clients, warming + attempts)]
        spent = max(a["answered_at"] for a in attempts) - min(a["sent_at"] for a in attempts)
        rate = REHEARSED / spent
        words = f", {rate / ceiling:.4f} of pgbench" if ceiling else ""
        say(f"The portal takes {rate:.1f} submissions a second by {CONNECTIONS} clients{words}.")
        return ceiling and round(rate / ceiling, 4), rate, each

    def _size(self, rate):
        if not self.asked.rate:
            return self.asked.clients, self.asked.seconds
        wanted = self.asked.rate * rate
        seconds = max(RATE_SECONDS, round(self.asked.clients / wanted) if self.asked.rate < 1 else 0)
        say(f"Coming at {wanted:.0f} a second for {seconds} s.")
        return max(1, round(wanted * seconds)), seconds

    def _publish(self, count, seconds, seconds_each):
        """A tender whose deadline comes when everybody is expected to be ready and the crowd has come."""
        from coalition_portal import clock
        from tests.factories.tenders import published_tender, whole_second

        ahead = timedelta(seconds=STARTING_SECONDS + seconds + SLACK * seconds_each * (count + UPLOADERS))
        closes_at = whole_second(clock.database_now() + ahead)
        return published_tender(closes_at=closes_at), closes_at

    def _extended_if_late(self, tender, closes_at, seconds):
        """A busy machine may need longer than it did in the rehearsal: the deadline moves, by the verbs for it."""
        from coalition_portal import clock
        from tests.factories.tenders import extended_tender, whole_second

        earliest = whole_second(clock.database_now() + timedelta(seconds=seconds + 2 * BEFORE_THE_CROWD))
        if earliest <= closes_at:
            return closes_at
        say("Preparing took longer than expected, so the deadline is extended.")
        return extended_tender(tender, earliest).closes_at

    def _prepare(self, tender, count, kind="submits"):
        """Made by several processes; the longest of them sets the time."""
        parts, running = [count // PREPARERS + (number < count % PREPARERS) for number in range(PREPARERS)], []
        for part in parts:
            file = self.folder / f"prepared-{self.companies}"
            command = ["tests.benchmarks.preparing", tender.number, str(self.companies), str(part), str(file), kind]
            running.append((file, self._python(*command)))
            self.companies += NUMBERS_EACH * (part + 1)
        made, self.preparing_seconds = [], 0
        for file, process in running:
            if process.wait():
                raise CannotMeasure("Companies and their versions could not be prepared; the lines above say why.")
            found = json.loads(file.read_text())
            made, self.preparing_seconds = made + found["made"], max(self.preparing_seconds, found["seconds"])
        return made

    def _python(self, *command):
        environment = bare_environment(**self.variables)
        child = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=environment, stdout=sys.stderr)
        self.children.append(child)
        return child

    def end(self):
        """Nobody goes on where the run was broken off."""
        for child in self.children:
            child.kill()
            child.wait()

    def _schedule(self, clients, closes_at, seconds):
        """Seeded, so that two runs are alike."""
        chance, deadline = random.Random(1), closes_at.timestamp()  # noqa: S311 - a load, no secret
        for client, place in zip(clients, range(len(clients)), strict=True):
            client["at"] = deadline + self._offset(chance, place / len(clients), seconds)
        clients.sort(key=lambda client: client["at"])

    def _offset(self, chance, place, seconds):
        if self.asked.rate:
            return (place - IN_TIME_OF_RATE) * seconds
        if place < AFTERWARDS:
            return chance.uniform(0.05, 2)
        if place < AFTERWARDS + IN_LAST_FIVE:
            return -chance.uniform(0.05, min(5, seconds))
        return -chance.uniform(min(5, seconds / 2), seconds)

    def _crowd(self, clients, processes, *, connections=0):
        running = []
        for number in range(processes):
            plan, answers = self.folder / f"plan-{number}", self.folder / f"answers-{number}"
            mine = clients[number::processes]
            plan.write_text(json.dumps({"port": self.port, "connections": connections, "clients": mine}))
            running.append((answers, self._python("tests.benchmarks.crowd", str(plan), str(answers))))
        attempts = []
        for answers, process in running:
            if process.wait():
                raise CannotMeasure("The clients failed; the lines above say why.")
            attempts += json.loads(answers.read_text())
        return attempts

    def _await_closing(self, tender, closes_at):
        from django.conf import settings

        from tenders.proposals.models import Closing

        settle = 2 if self.asked.sqlite else 60
        until = closes_at.timestamp() + settle + 6 * settings.SWEEP_SECONDS
        while not Closing.objects.filter(tender=tender).exists():
            if _now() > until:
                raise CannotMeasure("The tender was not closed in time by worker and beat.")
            time.sleep(0.1)

    def _judge(self, attempts, clients, share, close_wait_ms):
        history = self.rehearsed + [_remembered(client, attempt) for client, attempt in _pairs(clients, attempts)]
        found = violations(history, read_evidence())
        self._remark(attempts, clients)
        took = sorted(1000 * (a["answered_at"] - a["sent_at"]) for a in attempts if a["answer"] in (RECEIPT, LATE))
        percentiles = statistics.quantiles(took, n=100, method="inclusive")
        by_rule = {rule: sum(violation.rule == rule for violation in found) for rule in ("I1", "I3", "I4")}
        values = (
            by_rule["I3"],
            by_rule["I4"],
            by_rule["I1"],
            sum(attempt["answer"] in ("error", "none") for attempt in attempts),
            round(percentiles[49], 1),
            round(percentiles[98], 1),
            close_wait_ms,
            share,
        )
        return dict(zip(KEYS, values, strict=True)), found

    def _remark(self, attempts, clients):
        answers = [attempt["answer"] for attempt in attempts]
        counted = ", ".join(f"{answers.count(word)} {word}" for word in sorted(set(answers)))
        worst = max((a["answered_at"] - a["sent_at"] for a in attempts if a["answer"] == RECEIPT), default=0)
        say(f"Answers: {counted}; the worst accepted one after {1000 * worst:.0f} ms.")
        lags = sorted(attempt["lag"] for attempt in attempts)
        lag = lags[int(0.99 * (len(lags) - 1))]
        verdict = "trusted" if lag <= TRUSTED_LAG_SECONDS else "NOT TRUSTED: the clients themselves were slow"
        say(f"Clients began {1000 * lag:.1f} ms late (99 of 100), {1000 * lags[-1]:.1f} ms at most: {verdict}.")
        final = {a["client"] for a in attempts if a["answer"] not in ("error", "none")}
        if len(final) < len(clients):
            say(f"{len(clients) - len(final)} clients got no final answer.")


class Uploads:
    """Files of 5 MB go on until the deadline, from a process of their own."""

    def __init__(self, stampede, uploaders, until):
        self.stampede, self.uploaders, self.until = stampede, uploaders, until

    def __enter__(self):
        folder = self.stampede.folder
        plan, self.answers = folder / "uploads", folder / "uploaded"
        until = self.until.timestamp()
        plan.write_text(json.dumps({"port": self.stampede.port, "until": until, "uploaders": self.uploaders}))
        self.process = self.stampede._python("tests.benchmarks.uploading", str(plan), str(self.answers))
        return self

    def __exit__(self, kind, *_rest):
        if kind is not None:
            self.process.terminate()
        if self.process.wait() == 0:
            counted = json.loads(self.answers.read_text())
            failed = f", {counted['failed']} failed: {counted['refusals'][:1]}" if counted["failed"] else ""
            say(f"Uploads of 5 MB meanwhile: {counted['kept']} kept{failed}.")


class Watcher:
    """How long the closer stood at the exclusive lock of the tender.

    PostgreSQL tells who waits since when. SQLite has no such view: there it is what the closing row came later than one
    sweep after settling.
    """

    EVERY_SECONDS = 0.005

    def __init__(self, is_sqlite):
        self.is_sqlite, self.waits = is_sqlite, {}
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        if not self.is_sqlite:
            self.thread.start()
        return self

    def __exit__(self, *_rest):
        self.ending.set()
        if not self.is_sqlite:
            self.thread.join()

    def _watch(self):
        from django.db import connection

        from coalition_portal.locks import TENDER_SPACE

        with connection.cursor() as cursor:
            while not self.ending.wait(self.EVERY_SECONDS):
                cursor.execute(
                    "SELECT objid, waitstart, extract(epoch FROM clock_timestamp() - waitstart) FROM pg_locks "
                    "WHERE locktype = 'advisory' AND classid = %s AND mode = 'ExclusiveLock' AND NOT granted "
                    "AND waitstart IS NOT NULL",
                    [TENDER_SPACE],
                )
                for tender, since, seconds in cursor.fetchall():
                    self.waits[tender, since] = float(seconds)
        connection.close()

    def waited_ms(self, tender):
        if not self.is_sqlite:
            return round(1000 * max((s for (pk, _since), s in self.waits.items() if pk == tender.pk), default=0), 1)
        from django.conf import settings

        from tenders.proposals.models import Closing

        closing = Closing.objects.get(tender=tender)
        due = closing.closes_at + timedelta(seconds=settings.PORTAL_SETTLE_SECONDS + settings.SWEEP_SECONDS)
        return round(max(0.0, 1000 * (closing.closed_at - due).total_seconds()), 1)


def _pairs(clients, attempts):
    by_name = {client["client"]: client for client in clients}
    return [(by_name[attempt["client"]], attempt) for attempt in attempts]


def _remembered(client, attempt):
    answered_at = attempt["answered_at"]
    return Attempt(
        client=client["client"],
        proposal=client["proposal"],
        version=client["version"],
        sha256=client["sha256"],
        sent_at=datetime.fromtimestamp(attempt["sent_at"], UTC),
        answered_at=answered_at and datetime.fromtimestamp(answered_at, UTC),
        answer=attempt["answer"],
    )


def _now():
    from coalition_portal import clock

    return clock.now().timestamp()
