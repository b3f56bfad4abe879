"""Somebody who walks through the portal in a real browser, where every page on the way is looked at."""

from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from tests.factories.sessions import signed_in

GRAVE = ("serious", "critical")
TABS_MAX = 120


class Walk:
    """`screens` are the addresses on which the person did something, in their order; `seen` those that were looked at.

    Words of buttons and fields are given in English and looked for in the language of the walk.
    """

    def __init__(self, page, address, *, language="en", has_scripts=True):
        self.page, self.address, self.language, self.has_scripts = page, address, language, has_scripts
        self.screens, self.seen, self.complaints = [], [], []
        page.on("console", lambda message: self._complain(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self._complain(str(error)))

    def _complain(self, text):
        self.complaints.append(f"{self.path}: {text}")

    @property
    def path(self):
        return urlsplit(self.page.url).path

    def words(self, text, **facts):
        with translation.override(self.language):
            return gettext(text) % facts

    def go(self, path):
        self.page.goto(self.address + path)
        self._look()

    def press(self, text, *, within="main", **facts):
        """The first button in `within` with these words; then the page that it leads to is looked at."""
        self._remember()
        with self.page.expect_navigation():
            self.button(text, within=within, **facts).click()
        self._look()

    def button(self, text, *, within="main", **facts):
        return self.page.locator(within).get_by_role("button", name=self.words(text, **facts)).first

    def follow(self, text, *, within="body", **facts):
        with self.page.expect_navigation():
            self.page.locator(within).get_by_role("link", name=self.words(text, **facts)).first.click()
        self._look()

    def sign_in(self, user):
        """With a session that was begun elsewhere: the way in has tests of its own."""
        client = signed_in(user)
        name = settings.SESSION_COOKIE_NAME
        cookie = {"name": name, "value": client.cookies[name].value, "url": self.address}
        self.page.context.add_cookies([cookie])

    def tab_to(self, selector):
        """By the keyboard alone; what has the focus shows it."""
        wanted = self.page.locator(selector).first
        for _ in range(TABS_MAX):
            if wanted.evaluate("one => one === document.activeElement"):
                outline = wanted.evaluate("one => getComputedStyle(one).outlineStyle")
                assert outline != "none", f"{selector} has the focus and does not show it"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{TABS_MAX} times Tab did not reach {selector} at {self.path}")

    def enter(self):
        self._remember()
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self._look()

    def choose_file(self, form, *files):
        """Into a form of its own; with scripts it goes as soon as it is chosen. The page tells that it is here."""
        self._remember()
        form.locator("input[type=file]").set_input_files(list(files))
        if not self.has_scripts:
            form.locator("button[type=submit]").click()

    def _remember(self):
        if self.path not in self.screens:
            self.screens.append(self.path)

    def _look(self):
        if self.path not in self.seen and self.has_scripts:
            self.look()

    def look(self):
        self.seen.append(self.path)
        assert self.faults() == []

    def faults(self):
        """What scrolls sideways, and what is grave to whoever cannot see, hear or point."""
        wide = [f"{self.path} is {self.overhang()} px too wide: {self.widest()}"] if self.overhang() > 0 else []
        rules = [rule for rule in Axe().run(self.page).response["violations"] if rule["impact"] in GRAVE]
        return wide + [f"{self.path}: {rule['id']}: {node['html'][:300]}" for rule in rules for node in rule["nodes"]]

    def overhang(self):
        return self.page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")

    def widest(self):
        """What sticks out, for the message of a failure."""
        script = """() => [...document.querySelectorAll('body *')]
            .filter(one => one.getBoundingClientRect().right > window.innerWidth + 1)
            .slice(0, 5).map(one => one.outerHTML.slice(0, 160))"""
        return self.page.evaluate(script)
