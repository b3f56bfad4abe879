from datetime import timedelta
from io import StringIO

from django.core.management import call_command

from tenders.proposals.models import Closing
from tenders.proposals.tasks import sweep


def test_task_and_command_carry_out_what_is_due_once_between_them(cutoff):
    cutoff.at(timedelta(seconds=10))
    out = StringIO()

    sweep()
    sweep()
    call_command("sweep", stdout=out)

    assert Closing.objects.count() == 1
    assert out.getvalue() == "closed: 0, reminder rounds: 0, notices: 0, mails: 0\n"
