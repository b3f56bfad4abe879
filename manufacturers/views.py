"""A view loads, calls one verb, says so and leads on. A refused form comes back with every word in it."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coalition_portal.permission import Refused
from manufacturers import catalogue, registration, undertaking
from manufacturers.forms import (
    CompanyForm,
    DroneModelForm,
    PersonForm,
    RegistrationForm,
    RoleForm,
    register_hints,
    show_refusal,
)
from manufacturers.models import Person
from manufacturers.permissions import check_can_edit, check_can_own, check_can_remove, rights_of
from manufacturers.queries import (
    accepted_undertaking,
    drone_models_of,
    latest_vetting_reason,
    people_of,
    person_of,
    serves_coalition,
)
from manufacturers.register_words import TITLES
from manufacturers.standing import MEANINGS, TONES, standing_of
from manufacturers.states import MAY_CHANGE, VettingState

form_page = require_http_methods(["GET", "HEAD", "POST"])


def company_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Gives the view the person's place in their company.

    Visitors are sent to sign in, and people without a company to register one; both come back here. Staff find nothing.
    """

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        person = person_of(request.user)
        if person is not None:
            return view(request, person, *args, **kwargs)
        _refuse_staff(request)
        return redirect(f"{reverse('company-register')}?{urlencode({'next': request.get_full_path()})}")

    return guarded


@form_page
@login_required
def register(request):
    if person_of(request.user) is not None:
        return redirect(_next_of(request))
    _refuse_staff(request)
    form = RegistrationForm(request.POST or None)
    if form.is_valid():
        try:
            company = registration.register_company(**form.cleaned_data, by=request.user, now=request.now)
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("%(name)s is registered.") % {"name": company.legal_name})
            return redirect(_next_of(request))
    context = {"company": None, "form": form, "hints": register_hints(), "next": _wanted_next(request)}
    return render(request, "manufacturers/register.html", context)


@require_safe
@company_page
def company(request, person):
    accepted = accepted_undertaking(person.company)
    standing = standing_of(person.company, has_undertaking=accepted is not None)
    told = person.company.state in (VettingState.RETURNED, VettingState.SUSPENDED)
    context = _company_context(person) | {
        "standing": standing,
        "actions": [{"url": reverse("home"), "label": _("See the tenders")}] if standing.is_ready else [],
        "register_title": TITLES.get(person.company.register_scheme, person.company.register_scheme),
        "vetting_tone": TONES[VettingState(person.company.state)],
        "vetting_meaning": MEANINGS[VettingState(person.company.state)],
        "vetting_record": latest_vetting_reason(person.company) if told else None,
        "accepted": accepted,
        "may_change": person.company.state in MAY_CHANGE,
        "people": people_of(person.company),
        "drone_models": drone_models_of(person.company),
    }
    return render(request, "manufacturers/company.html", context)


@form_page
@company_page
def edit(request, person):
    check_can_own(request.user, person.company)
    form = CompanyForm(request.POST or None, initial=_facts_of(person.company))
    if form.is_valid():
        try:
            registration.change_company(company=person.company, **form.cleaned_data, by=request.user, now=request.now)
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The company's facts are saved."))
            return redirect("company")
    context = _company_context(person) | {"form": form, "hints": register_hints()}
    return render(request, "manufacturers/edit.html", context)


@form_page
@company_page
def people(request, person):
    if request.method == "POST":
        check_can_own(request.user, person.company)
    form = PersonForm(request.POST or None)
    if form.is_valid():
        try:
            added = registration.add_person(
                company=person.company, **form.cleaned_data, by=request.user, now=request.now
            )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("%(name)s now acts for the company.") % {"name": added.user})
            return redirect("company-people")
    context = _company_context(person) | {"form": form, "people": people_of(person.company)}
    return render(request, "manufacturers/people.html", context)


@form_page
@company_page
def change_role(request, person, public_id):
    check_can_own(request.user, person.company)
    other = _colleague(person, public_id)
    form = RoleForm(request.POST or None, initial={"role": other.role})
    if form.is_valid():
        try:
            registration.change_role(person=other, **form.cleaned_data, by=request.user, now=request.now)
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The role of %(name)s is saved.") % {"name": other.user})
            return redirect("company-people")
    context = _company_context(person) | {"form": form, "other": other}
    return render(request, "manufacturers/role.html", context)


@form_page
@company_page
def remove_person(request, person, public_id):
    other = _colleague(person, public_id)
    check_can_remove(request.user, other)
    refused = None
    if request.method == "POST":
        try:
            registration.remove_person(person=other, by=request.user, now=request.now)
        except Refused as refusal:
            refused = refusal
        else:
            messages.success(request, _("%(name)s no longer acts for the company.") % {"name": other.user})
            return redirect("home" if other == person else "company-people")
    context = _company_context(person) | {"other": other, "refused": refused}
    return render(request, "manufacturers/remove.html", context)


@form_page
@company_page
def undertaking_page(request, person):
    """The text, to read and print at any time. The click comes from here or from any page that shows the text."""
    if request.method == "POST":
        undertaking.accept_undertaking(company=person.company, by=request.user, now=request.now)
        messages.success(request, _("The confidentiality undertaking is accepted for the company."))
        return redirect(_next_of(request))
    context = _company_context(person) | {"accepted": accepted_undertaking(person.company)}
    return render(request, "manufacturers/undertaking.html", context | {"next": _wanted_next(request)})


@form_page
@company_page
def add_model(request, person):
    check_can_edit(request.user, person.company)
    form = DroneModelForm(request.POST or None)
    if form.is_valid():
        try:
            model = catalogue.add_drone_model(
                company=person.company, **form.cleaned_data, by=request.user, now=request.now
            )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("%(name)s is added.") % {"name": model.name})
            return redirect(_next_of(request))
    context = _company_context(person) | {"form": form, "next": _wanted_next(request)}
    return render(request, "manufacturers/model.html", context)


def _company_context(person: Person) -> dict:
    return {"company": person.company, "person": person, "rights": rights_of(person)}


def _facts_of(company) -> dict:
    names = ("legal_name", "original_name", "country", "register_scheme", "register_number")
    return {name: str(getattr(company, name)) for name in names}


def _colleague(person: Person, public_id: str) -> Person:
    """Somebody of the same company; anybody else does not exist here."""
    return get_object_or_404(people_of(person.company), user__public_id=public_id)


def _refuse_staff(request: HttpRequest) -> None:
    if serves_coalition(request.user):
        raise Http404


def _wanted_next(request: HttpRequest) -> str:
    """The page to come back to, where it is the path of one of ours; else nothing."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=request.is_secure())
    return wanted if is_ours and wanted.startswith("/") else ""


def _next_of(request: HttpRequest) -> str:
    return _wanted_next(request) or reverse("company")
