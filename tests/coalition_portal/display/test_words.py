from decimal import Decimal

from coalition_portal.display.words import epoch_ms, tone_of_level
from tests.coalition_portal.display.drawing import CLOSES, draw, words


def test_filters():
    source = '{{ amount|money:"EUR" }}; {{ size|file_size }}; {{ part|figure:2 }}'

    assert words(draw(source, amount=2_000_000, size=4_200_000, part=Decimal("12.5"))) == (
        "EUR 2,000,000; 4.2 MB; 12.50"
    )


def test_a_number_of_a_tender_is_kept_on_one_line():
    assert draw("{{ number|unbroken }}", number="IDC-2026-0001") == '<span class="unbroken">IDC-2026-0001</span>'
    assert draw("{{ number|unbroken }}", number="<b>") == '<span class="unbroken">&lt;b&gt;</span>'


def test_in_language_filter_follows_the_page():
    thing = {"title_en": "Range", "title_uk": "Дальність"}

    assert draw('{{ thing|in_language:"title" }}', language="uk", thing=thing) == "Дальність"


def test_messages_wear_a_tone():
    assert [tone_of_level(level) for level in ("success", "warning", "error", "info", "debug", "odd")] == [
        "good",
        "warn",
        "bad",
        "now",
        "quiet",
        "quiet",
    ]


def test_epoch_ms_of_nothing():
    assert [epoch_ms(None), epoch_ms(CLOSES)] == ["", "1791968400000"]
