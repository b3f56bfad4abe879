import json

import pytest

from tenders.notices.template_library import DATA, UnknownTemplate, codes, template, templates


def untranslated(value, path=""):
    """Paths of texts that stand in one language only."""
    if isinstance(value, list):
        return [found for index, one in enumerate(value) for found in untranslated(one, f"{path}[{index}]")]
    if not isinstance(value, dict):
        return []
    here = [
        f"{path}.{name}"
        for name in value
        if name.endswith("_en") and bool(value[name]) != bool(value[name[:-2] + "uk"])
    ]
    return here + [found for name, one in value.items() for found in untranslated(one, f"{path}.{name}")]


def test_three_templates_come_with_the_portal():
    assert codes() == ["advanced_fpv", "interceptor", "reconnaissance"]
    assert [source.kind for source in templates()] == ["FPV", "INTERCEPTOR", "RECONNAISSANCE"]


def test_a_template_brings_its_parts_resolved():
    source = template("reconnaissance")

    assert [row["code"] for row in source.documents] == source.body["document_codes"]
    assert [row["code"] for row in source.declarations] == source.body["declaration_codes"]
    assert [source.scale_of(row)[-1]["points"] for row in source.body["criteria"] if row["scale_code"]] == [10] * 6
    assert source.scale_of(source.body["criteria"][-1]) == []


def test_an_unknown_code_is_refused_with_the_known_ones():
    with pytest.raises(UnknownTemplate, match="advanced_fpv, interceptor, reconnaissance"):
        template("balloon")


def test_every_text_stands_in_both_languages():
    assert untranslated(json.loads(DATA.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("code", codes())
def test_references_inside_a_template_hold(code):
    body = template(code).body
    requirement_codes = {row["code"] for row in body["requirements"]}
    criterion_codes = {row["code"] for row in body["criteria"]}

    assert {one for row in body["criteria"] for one in row["requirement_codes"]} <= requirement_codes
    assert {row["criterion_code"] for row in body["requirements"]} - {None} <= criterion_codes
    assert {one for row in body["criteria"] for one in row["document_codes"]} <= set(body["document_codes"])
