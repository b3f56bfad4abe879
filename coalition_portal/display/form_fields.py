"""Fields of forms with their hints and mistakes, and the summary of what stops a form."""

from django import template
from django.forms import CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def relabel(form, **labels: str) -> str:
    """Our words for the fields of a form that is not ours, in the form and in its error summary. Draws nothing."""
    for name, label in labels.items():
        if form is not None and name in form.fields:
            form.fields[name].label = form[name].label = label
    return ""


@register.simple_tag
def field(bound_field, unit: str = "", hint: str = "") -> SafeString:
    """A bound field with label, hint, errors and its control wired to them by aria-describedby.

    `hint` replaces the field's own. Placeholders are dropped: they vanish when one types.
    """
    kind = _kind_of(bound_field.field.widget)
    hint = hint or bound_field.help_text
    hint_id, error_id = f"{bound_field.auto_id}-hint", f"{bound_field.auto_id}-error"
    described = [hint_id] if hint else []
    described += [error_id if index == 0 else f"{error_id}-{index + 1}" for index in range(len(bound_field.errors))]
    attributes = {"placeholder": False}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound_field.errors:
        attributes["aria-invalid"] = "true"
    return render_to_string(
        "components/field.html",
        {
            "field": bound_field,
            "hint": hint,
            "kind": kind,
            "unit": unit,
            "optional": not bound_field.field.required and not getattr(bound_field.field, "silently_optional", False),
            "hint_id": hint_id,
            "error_id": error_id,
            "described_by": " ".join(described),
            "control": "" if kind == "choices" else bound_field.as_widget(attrs=attributes),
        },
    )


def _kind_of(widget) -> str:
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "choices"
    return "checkbox" if isinstance(widget, CheckboxInput) else "plain"


@register.simple_tag
def error_summary(*forms) -> SafeString:
    """All that stops these forms, on top of the page, each linked to its field. Nothing when nothing stops them.

    A field whose label stands on the page many times has a `label_in_summary` that tells it from the others.
    """
    mistakes = [mistake for form in forms if form is not None for mistake in _mistakes(form)]
    return render_to_string("components/errors.html", {"mistakes": mistakes, "count": len(mistakes)})


def _mistakes(form) -> list[dict]:
    if not form.is_bound:
        return []
    whole = [{"label": "", "text": text, "target": ""} for text in form.non_field_errors()]
    return whole + [
        {"label": _named(bound_field).rstrip(".:?"), "text": text, "target": _target_of(bound_field)}
        for bound_field in form
        for text in bound_field.errors
    ]


def _named(bound_field) -> str:
    return str(getattr(bound_field.field, "label_in_summary", bound_field.label))


def _target_of(bound_field) -> str:
    """The first control of the field: a group of radio buttons has none under the group's own id."""
    if _kind_of(bound_field.field.widget) == "choices":
        return next((option.id_for_label for option in bound_field), bound_field.auto_id)
    return bound_field.id_for_label or bound_field.auto_id
