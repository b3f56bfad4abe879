"""A person with a browser of their own, who reads pages, follows links, presses buttons, and does nothing else."""

import re
from urllib.parse import urljoin, urlsplit

from django.core import mail
from django.test import Client

from tests.journeys.pages import Page

PASSWORD = "four words that stay"
CODE = re.compile(r"^([A-Z0-9]{3,}-?[A-Z0-9]{3,})$", re.M)
RESET = re.compile(r"https?://\S+/accounts/password/reset/key/\S+")


class Visitor:
    """`page` is what stands on the screen now."""

    def __init__(self):
        self.client = Client(enforce_csrf_checks=True)
        self.page = None

    def visit(self, path, status=200):
        parts = urlsplit(path)
        response = self.client.get(parts.path + (f"?{parts.query}" if parts.query else ""), follow=True)
        return self._arrive(response, path, status)

    def follow(self, text):
        return self.visit(self.page.link(text))

    def press(self, text, fields=None, *, status=200, at=""):
        """Fill in `fields` of the form that has the button and press it. None leaves a field out, as an empty tick.

        Every field must stand on the page, and what stands in the others is sent as it is.
        """
        fields = fields or {}
        button = self.page.button(text, at, **fields)
        data = button.form.values | fields | ({button.name: button.value} if button.name else {})
        data = {name: value for name, value in data.items() if value is not None}
        url = urljoin(self.page.url, button.form.action or self.page.url)
        assert button.form.method == "post", f"{text!r} does not post"
        return self._arrive(self.client.post(urlsplit(url).path, data, follow=True), url, status)

    def download(self, path):
        response = self.client.get(path)
        assert response.status_code == 200, f"{response.status_code} at {path}"
        return response.getvalue()

    def _arrive(self, response, url, status):
        chain = getattr(response, "redirect_chain", [])
        self.page = Page(response, chain[-1][0] if chain else url)
        told = f"{self.page.status} at {self.page.url}, wanted {status}: {self.page.text[:1500]}"
        assert self.page.status == status, told
        return self.page


class Person(Visitor):
    def __init__(self, name, email):
        super().__init__()
        self.name, self.email = name, email

    def mailed(self, wanted):
        """What `wanted` finds in the newest mail to this person that has it."""
        for message in reversed(mail.outbox):
            if message.to == [self.email] and (found := wanted.search(message.body)):
                return found[found.re.groups and 1 or 0]
        raise AssertionError(f"no such mail to {self.email}: {[(one.to, one.subject) for one in mail.outbox]}")

    def sign_up(self):
        """From the front page to a confirmed address."""
        self.visit("/")
        self.follow("Register")
        self.press("Send me the code", {"email": self.email, "password1": PASSWORD})
        assert self.page.heading == "Enter the code from your e-mail"
        self.press("Confirm the code", {"code": self.mailed(CODE)})

    def come_in(self):
        """Whoever the operator entered has no password yet: they choose one by the letter that they ask for."""
        self.visit("/accounts/password/reset/")
        self.press("Send me the letter", {"email": self.email})
        self.visit(urlsplit(self.mailed(RESET)).path)
        self.press("Save the new password", {"password1": PASSWORD, "password2": PASSWORD})
        self.follow("Sign in")
        self.press("Sign in", {"login": self.email, "password": PASSWORD})
        self.press("Confirm the code", {"code": self.mailed(CODE)})
