"""The way of a manufacturer from a tender's page to the receipt, as it is walked in a browser."""

import re

from django.core import mail
from playwright.sync_api import expect

from tenders.notices.models import AnswerType, Requirement
from tests.factories import companies
from tests.factories.proposals import file_of, passing_claim, step_prices_of

EMAIL, PASSWORD = "olena@example.test", "four words that stay"
CODE = re.compile(r"^([A-Z0-9]{3,}-?[A-Z0-9]{3,})$", re.M)


def submit_a_proposal(walk, tender):
    """Everything that a person does who was never here before; gives the words of the receipt."""
    walk.go(f"/tenders/{tender.number}/")
    walk.follow("Register", within="#start")
    sign_up(walk)
    register_company(walk)
    walk.press("Accept for the company")
    walk.page.fill("#start-model-name", "Swift Two")
    walk.press("Start a proposal", within="#start")
    answer(walk, tender)
    offer(walk, tender)
    upload_everything(walk)
    walk.press("Freeze this version")
    walk.press("Submit proposal")
    return walk.page.locator("main").inner_text()


def sign_up(walk):
    page = walk.page
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password1]", PASSWORD)
    walk.press("Send me the code")
    page.fill("[name=code]", CODE.search(mail.outbox[-1].body)[1])
    walk.press("Confirm the code")


def register_company(walk):
    """The tender's page leads on to it, and it leads back there."""
    page = walk.page
    scheme, number = companies.register_number("UA")
    walk.follow("Enter your company", within="#start")
    page.fill("[name=legal_name]", "Swift Rotor Works")
    page.select_option("[name=country]", "UA")
    page.select_option("[name=register_scheme]", scheme)
    page.fill("[name=register_number]", number)
    for box in page.locator("[name=declarations]").all():
        box.check()
    walk.press("Register the company")


def answer(walk, tender):
    for row in Requirement.objects.filter(tender=tender).order_by("order"):
        claim, field = passing_claim(row), f"[name='{row.code}']"
        if row.answer_type in (AnswerType.YES_NO, AnswerType.CHOICE):
            value = {True: "yes", False: "no"}.get(claim, claim)
            walk.page.check(f"{field}[value='{value}']")
        else:
            walk.page.fill(field, format(claim.normalize(), "f") if row.answer_type == AnswerType.NUMBER else claim)
    walk.press("Save and continue")


def offer(walk, tender):
    page = walk.page
    values = {
        "price-trial_unit_price": "4380",
        "price-production_unit_price": "3590",
        **{f"step-{quantity}": str(amount) for quantity, amount in step_prices_of(tender).items()},
        "delivery_place": "Riga, Latvia",
        "lead_time_days": "21",
        "monthly_capacity": "400",
        "production_region": "Example oblast",
    }
    for name, text in values.items():
        page.fill(f"[name='{name}']", text)
    page.check("[name='vat_basis'][value='WITHOUT']")
    for box in page.locator("[name=declarations]").all():
        box.check()
    walk.press("Save and continue")


def upload_everything(walk):
    """Each file is received and checked by itself, with a script as without."""
    actions = [form.get_attribute("action") for form in walk.page.locator("form[data-plain]").all()]
    for number, action in enumerate(actions, start=1):
        form = walk.page.locator(f"form[action='{action}']")
        content = file_of(form.locator("input[type=file]").get_attribute("accept").split(",")[0].strip("."))
        walk.choose_file(form, {"name": content.name, "mimeType": "", "buffer": content.read()})
        expect(walk.page.locator(".file .say.good")).to_have_count(number)
    if walk.has_scripts:
        walk.look()
