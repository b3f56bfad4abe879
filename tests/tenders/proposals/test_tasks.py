from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from tenders.proposals import orphans, sweeping
from tenders.proposals.models import Closing
from tenders.proposals.tasks import sweep, sweep_orphans


def test_task_and_command_carry_out_what_is_due_once_between_them(cutoff):
    cutoff.at(timedelta(seconds=10))
    out = StringIO()

    sweep()
    sweep()
    call_command("sweep", stdout=out)

    assert Closing.objects.count() == 1
    assert out.getvalue() == (
        "closed: 0, reminder rounds: 0, notices: 0, mails: 0, staged: 0, uploads: 0, scanned: 0, orphans: 0\n"
    )


def test_a_part_that_fails_holds_up_no_other(cutoff, monkeypatch, mailoutbox):
    def fail(_now):
        raise RuntimeError("no reminders")

    cutoff.submitted()
    cutoff.at(timedelta(seconds=10))
    monkeypatch.setitem(sweeping.PARTS, "reminder_rounds", fail)

    with pytest.raises(ExceptionGroup) as raised:
        sweep()

    assert [str(error) for error in raised.value.exceptions] == ["no reminders"]
    assert Closing.objects.count() == 1
    assert mailoutbox != []


def test_task_takes_orphans_away(db, monkeypatch):
    swept = []
    monkeypatch.setattr(orphans, "sweep_orphans", swept.append)

    sweep_orphans()

    assert len(swept) == 1
