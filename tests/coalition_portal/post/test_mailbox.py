from datetime import timedelta

import pytest
from django.core.mail import EmailMessage, get_connection

from coalition_portal import clock
from coalition_portal.post.mailbox import newest_letters

BACKEND = "django.core.mail.backends.filebased.EmailBackend"


@pytest.fixture
def folder(tmp_path, settings):
    settings.EMAIL_BACKEND = BACKEND
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return tmp_path / "mail"


def send(*subjects, body="Your code is AB12-CD34.\n", date=None):
    headers = {"Date": date} if date else {}
    messages = [
        EmailMessage(s, body, "tenders@example.test", ["Олена <olena@example.test>"], headers=headers) for s in subjects
    ]
    get_connection(BACKEND).send_messages(messages)


def test_letters_are_read_back_as_they_were_sent(folder):
    send("Ваш код", body="Привіт.\nhttps://portal.example.test/\n")

    (letter,) = newest_letters(folder, 10)

    assert (letter.to, letter.subject, letter.body) == (
        "Олена <olena@example.test>",
        "Ваш код",
        "Привіт.\nhttps://portal.example.test/\n",
    )
    assert clock.now() - letter.sent_at < timedelta(minutes=1)


def test_letters_come_newest_first_and_at_most_so_many(folder):
    send("one", "two", date="Wed, 14 Oct 2026 09:00:00 +0000")
    send("three", date="Wed, 14 Oct 2026 12:00:01 +0300")

    assert [letter.subject for letter in newest_letters(folder, 10)] == ["three", "two", "one"]
    assert [letter.subject for letter in newest_letters(folder, 1)] == ["three"]


def test_a_letter_that_is_being_written_waits(folder):
    send("whole")
    half = folder / "99990101-000000-1.log"
    half.write_bytes(b"Subject: half\n\nnot yet")

    assert [letter.subject for letter in newest_letters(folder, 10)] == ["whole"]


def test_a_letter_without_plain_text_has_no_body(folder):
    message = EmailMessage("pages", "<p>x</p>", "a@example.test", ["b@example.test"])
    message.content_subtype = "html"
    get_connection(BACKEND).send_messages([message])

    assert newest_letters(folder, 10)[0].body == ""


def test_there_are_no_letters_without_a_folder(tmp_path):
    assert newest_letters(tmp_path / "none", 10) == []


@pytest.mark.django_db
def test_the_page_shows_letters_with_links_and_escapes_them(client, folder):
    send("<b>News</b>", body="Look at https://portal.example.test/tenders/ <script>\n")

    response = client.get("/demo/mail/")

    page = response.content.decode()
    assert response.status_code == 200
    assert "&lt;b&gt;News&lt;/b&gt;" in page
    assert '<a href="https://portal.example.test/tenders/" rel="nofollow">' in page
    assert "&lt;script&gt;" in page


@pytest.mark.django_db
def test_the_page_says_when_there_is_nothing(client, folder):
    assert "No mail yet" in client.get("/demo/mail/").content.decode()


@pytest.mark.django_db
def test_there_is_no_page_outside_the_demonstration(client, folder, settings):
    settings.PORTAL_DEMO = False
    send("secret")

    assert client.get("/demo/mail/").status_code == 404
