"""A page as a person meets it: what can be read, where links lead, and which forms can be filled in and sent."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

UNSEEN = {"script", "style", "title", "svg", "template"}
INLINE = {"a", "abbr", "b", "code", "em", "i", "kbd", "small", "span", "strong", "time"}
UNSENT = {"submit", "button", "image", "reset", "file"}


@dataclass
class Button:
    text: str = ""
    name: str = ""
    value: str = ""
    form: "Form | None" = None


@dataclass
class Form:
    """`values` is what a browser would send untouched; `names` also has what is left empty, such as files and ticks."""

    action: str
    method: str
    key: str = ""
    accept: str = ""
    values: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)

    def offer(self, name, value, *, is_sent):
        self.names.setdefault(name, []).append(value)
        if is_sent:
            self.values.setdefault(name, []).append(value)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.words, self.links, self.forms, self.buttons = [], [], [], []
        self.form = self.button = self.link = self.choice = self.area = None
        self.unseen = 0
        self.waiting = []

    def handle_starttag(self, tag, pairs):
        attributes = {name: value or "" for name, value in pairs}
        if tag in UNSEEN:
            self.unseen += 1
        if tag not in INLINE:
            self.words.append(" ")
        if opener := getattr(self, f"_open_{tag}", None):
            opener(attributes)

    def _open_form(self, attributes):
        self.form = Form(
            action=attributes.get("action", ""),
            method=attributes.get("method", "get").lower(),
            key=attributes.get("id", ""),
        )
        self.forms.append(self.form)

    def _open_button(self, attributes):
        self.button = Button(name=attributes.get("name", ""), value=attributes.get("value", ""), form=self.form)
        if "form" in attributes:
            self.waiting.append((self.button, attributes["form"]))
        self.buttons.append(self.button)

    def _open_a(self, attributes):
        self.link = [attributes.get("href"), ""]

    def _open_input(self, attributes):
        kind, name = attributes.get("type", "text"), attributes.get("name")
        if self.form is None or not name or "disabled" in attributes:
            return
        if kind == "file":
            self.form.accept = attributes.get("accept", "")
        if kind in ("checkbox", "radio"):
            self.form.offer(name, attributes.get("value", "on"), is_sent="checked" in attributes)
        else:
            self.form.offer(name, attributes.get("value", ""), is_sent=kind not in UNSENT)

    def _open_select(self, attributes):
        self.choice = attributes.get("name")

    def _open_option(self, attributes):
        if self.form is not None and self.choice:
            self.form.offer(self.choice, attributes.get("value", ""), is_sent="selected" in attributes)

    def _open_textarea(self, attributes):
        self.area = [attributes.get("name"), ""]

    def handle_endtag(self, tag):
        if tag in UNSEEN:
            self.unseen -= 1
        if tag not in INLINE:
            self.words.append(" ")
        if tag == "form":
            self.form = None
        elif tag == "button":
            self.button = None
        elif tag == "a" and self.link:
            self.links.append((squeezed(self.link[1]), self.link[0]))
            self.link = None
        elif tag == "select":
            self._close_select()
        elif tag == "textarea" and self.area:
            self._close_textarea()

    def _close_select(self):
        if self.form is not None and self.choice and self.choice not in self.form.values:
            # Without a chosen option a browser sends the first.
            self.form.values[self.choice] = self.form.names.get(self.choice, [""])[:1]
        self.choice = None

    def _close_textarea(self):
        name, text = self.area
        if self.form is not None and name:
            # A browser drops the line break right after the tag.
            self.form.offer(name, text.removeprefix("\n"), is_sent=True)
        self.area = None

    def handle_data(self, data):
        if self.area is not None:
            self.area[1] += data
            return
        if self.unseen:
            return
        self.words.append(data)
        if self.button is not None:
            self.button.text += data
        if self.link is not None:
            self.link[1] += data


class Page:
    """What came back for one request, at the address where it ended. `text` has every word, single-spaced."""

    def __init__(self, response, url):
        self.response, self.status, self.url = response, response.status_code, url
        is_html = response.get("Content-Type", "").startswith("text/html")
        self.html = response.content.decode() if is_html else ""
        reader = _Reader()
        reader.feed(self.html)
        for button, key in reader.waiting:
            button.form = next(form for form in reader.forms if form.key == key)
        self.text = squeezed("".join(reader.words))
        self.links, self.forms, self.buttons = reader.links, reader.forms, reader.buttons
        self.buttons_text = [squeezed(button.text) for button in self.buttons]

    @property
    def heading(self):
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.html, re.S)
        return squeezed(re.sub("<[^>]+>", " ", found[1])) if found else ""

    def link(self, text):
        """The address behind the one link whose words begin with `text`."""
        found = {href for words, href in self.links if href and words.startswith(text)}
        assert len(found) == 1, f"{len(found)} links begin with {text!r} at {self.url}: {self.links}"
        return urljoin(self.url, found.pop())

    def button(self, text, at="", **names):
        """The first button whose words begin with `text`, in a form that goes to `at` and has all these fields."""
        for button in self.buttons:
            form = button.form
            if form is None or at not in form.action or not names.keys() <= form.names.keys():
                continue
            if squeezed(button.text).startswith(text):
                return button
        raise AssertionError(f"no button {text!r} with {sorted(names)} at {self.url}: {self.buttons_text}\n{self.text}")

    def offered(self, name):
        """The values among which a field lets one choose."""
        return next(form.names[name] for form in self.forms if name in form.names)

    def names(self):
        return [name for form in self.forms for name in form.names]

    def file_places(self):
        """For each form that takes a file: where it goes, and the types that it takes."""
        return [(form.action, form.accept) for form in self.forms if form.accept]

    def __contains__(self, words):
        return words in self.text


def squeezed(text):
    return " ".join(text.split())
