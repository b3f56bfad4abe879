from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from coalition_portal.post.mailbox import newest_letters

SHOWN = 30


@require_safe
@never_cache
def demo_mailbox(request: HttpRequest) -> HttpResponse:
    """All mail of the demonstration, open to everybody; outside the demonstration there is no such page."""
    if not settings.PORTAL_DEMO:
        raise Http404
    letters = newest_letters(Path(settings.EMAIL_FILE_PATH), SHOWN)
    return render(request, "post/mailbox.html", {"letters": letters, "shown": SHOWN})
