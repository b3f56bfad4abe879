"""Pages on which people of a company make, see and revoke the keys of their programs."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coalition_portal import fresh_sign_in
from coalition_portal.permission import Refused
from manufacturers.models import Person
from manufacturers.permissions import check_can_edit, rights_of
from manufacturers.queries import landing_of, person_of
from tenders.api import keys
from tenders.api.forms import KeyForm, words_for
from tenders.api.permissions import check_can_revoke_key
from tenders.api.queries import keys_visible_to, with_validity

ACT = "make-key"
form_page = require_http_methods(["GET", "HEAD", "POST"])


def company_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Gives the view the person's place in their company; whoever acts for none is led where they belong."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        person = person_of(request.user)
        if person is None:
            return redirect(landing_of(request.user))
        return view(request, person, *args, **kwargs)

    return guarded


@require_safe
@company_page
def key_list(request, person):
    """Viewers have no keys and see why."""
    keys_now = with_validity(keys_visible_to(request.user), request.now)
    rows = [{"key": key, "reach": words_for(key.scopes)} for key in keys_now]
    return render(request, "keys/list.html", _context(person) | {"rows": rows})


@form_page
@company_page
def make(request, person):
    """The token is drawn into the answer of this one request and kept nowhere. Who sits there is asked again before."""
    check_can_edit(request.user, person.company)
    if not fresh_sign_in.may_act(request, ACT):
        return fresh_sign_in.ask_who_it_is(request, request.path)
    rights = rights_of(person)
    posted = request.POST if request.method == "POST" else None
    form = KeyForm(posted, can_sign=rights.can_sign, zone=request.user.time_zone)
    if form.is_valid():
        try:
            key, token = keys.make(company=person.company, **form.facts, by=request.user, now=request.now)
        except Refused as refused:
            _show(form, refused)
        else:
            return render(request, "keys/made.html", _context(person) | {"key": key, "token": str(token)})
    context = _context(person) | {"form": form, "ticket": fresh_sign_in.ticket_for(request, ACT)}
    return render(request, "keys/make.html", context, status=422 if form.is_bound else 200)


@form_page
@company_page
def revoke(request, person, public_id):
    key = get_object_or_404(keys_visible_to(request.user), public_id=public_id)
    check_can_revoke_key(request.user, key)
    if request.method == "POST":
        keys.revoke(key=key, by=request.user, now=request.now)
        messages.success(request, _("The key “%(name)s” is revoked.") % {"name": key.name})
        return redirect("company-keys")
    if key.revoked_at is not None:
        return redirect("company-keys")
    return render(request, "keys/revoke.html", _context(person) | {"key": key})


def _context(person: Person) -> dict:
    return {"company": person.company, "person": person, "rights": rights_of(person)}


def _show(form: KeyForm, refused: Refused) -> None:
    field = {"name": "name", "scopes": "reach", "expires_at": "expires"}.get(refused.field)
    form.add_error(field, refused.sentence)
