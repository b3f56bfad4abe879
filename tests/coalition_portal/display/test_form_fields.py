import re

import pytest
from django import forms

from tests.coalition_portal.display.drawing import draw, words


class Claim(forms.Form):
    name = forms.CharField(label="Legal name", help_text="As in the register.")
    rate = forms.DecimalField(label="Rate", widget=forms.TextInput(attrs={"placeholder": "9.4"}))
    note = forms.CharField(required=False)
    camera = forms.ChoiceField(choices=[("day", "Day"), ("both", "Both")], widget=forms.RadioSelect)
    sure = forms.BooleanField(label="I have checked.")
    token = forms.CharField(widget=forms.HiddenInput)


def test_field_ties_hint_and_error_to_its_control():
    form = Claim({"rate": "about 9"})

    name, rate = draw("{% field form.name %}", form=form), draw('{% field form.rate unit="km" %}', form=form)

    assert 'aria-describedby="id_name-hint id_name-error"' in name
    assert 'aria-invalid="true"' in name
    assert '<p class="field-bad" id="id_name-error">' in name
    assert 'value="about 9"' in rate
    assert words(rate) == "Rate Enter a number. km"


def test_field_drops_placeholders_and_marks_what_is_optional():
    form = Claim()

    assert "placeholder" not in draw("{% field form.rate %}", form=form)
    assert words(draw('{% field form.note hint="Only you see this." %}', form=form)) == (
        "Note (optional) Only you see this."
    )


def test_field_of_a_choice_is_a_group_with_a_legend():
    markup = draw("{% field form.camera %}", form=Claim({"camera": "x"}))

    assert words(markup).startswith("Camera Select a valid choice")
    assert '<fieldset class="field" aria-describedby="id_camera-error" id="id_camera">' in markup
    assert markup.count('<label class="choice"') == 2


def test_field_of_a_tick_has_its_words_beside_it():
    assert words(draw("{% field form.sure %}", form=Claim({}))) == "This field is required. I have checked."


def test_field_that_is_hidden_stays_hidden():
    assert draw("{% field form.token %}", form=Claim()).strip().startswith('<input type="hidden"')


def test_error_summary_links_each_mistake_to_its_control():
    form = Claim({"name": "x", "rate": "9", "camera": "y", "token": "t"})
    form.add_error(None, "The whole does not fit.")

    markup = draw("{% error_summary form other %}", form=form, other=None)

    assert re.findall(r'href="([^"]+)"', markup) == ["#id_camera_0", "#id_sure"]
    assert words(markup) == (
        "3 things need mending before this can go on The whole does not fit. "
        "Camera: Select a valid choice. y is not one of the available choices. I have checked: This field is required."
    )


@pytest.mark.parametrize("data", [None, {"name": "x", "rate": "9", "camera": "day", "sure": "on", "token": "t"}])
def test_error_summary_is_nothing_where_nothing_is_wrong(data):
    assert draw("{% error_summary form %}", form=Claim(data)).strip() == ""


def test_relabel_changes_field_and_summary_alike():
    form = Claim({})

    markup = draw(
        '{% relabel form name="Your company" ghost="x" %}{% field form.name %}{% error_summary form %}', form=form
    )

    assert words(markup).count("Your company") == 2
