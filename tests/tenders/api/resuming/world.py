"""Run with a database of its own: makes a draft whose tender takes a video, and a key; prints what a client needs."""

import json

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - applications are loaded above

from tests.factories import companies  # noqa: E402
from tests.factories.keys import token_of  # noqa: E402
from tests.factories.proposals import draft_proposal  # noqa: E402

call_command("migrate", verbosity=0, interactive=False)
call_command("collectstatic", verbosity=0, interactive=False)
draft = draft_proposal()
print(json.dumps({"proposal": draft.public_id, "token": token_of(companies.owner_of(draft.company))}))
