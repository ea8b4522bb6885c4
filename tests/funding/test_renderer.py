"""What is written in Python is what Django's own templates write, and is escaped as they escape."""

import re

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting

from funding.renderer import WRITTEN, Renderer

HOSTILE = '"><script>alert("1")</script>&'
CHOICES = [("", "Bitte wählen"), ("a", HOSTILE), ("Gruppe <b>", [("b", "B"), ("c", "C & D")])]
WIDGETS = [
    (forms.TextInput(attrs={"class": HOSTILE, "required": True, "disabled": False, "maxlength": 5}), HOSTILE),
    (forms.TextInput(), None),
    (forms.EmailInput(), "a@b.example"),
    (forms.NumberInput(attrs={"min": 0}), 3),
    (forms.URLInput(), HOSTILE),
    (forms.HiddenInput(), 7),
    (forms.CheckboxInput(), True),
    (forms.CheckboxInput(attrs={"class": "x"}), False),
    (forms.FileInput(attrs={"accept": "image/*", "multiple": False}), None),
    (forms.Textarea(attrs={"rows": 3}), f"\n{HOSTILE}\nzweite Zeile"),
    (forms.Textarea(), None),
    (forms.Select(choices=CHOICES), "a"),
    (forms.Select(choices=CHOICES, attrs={"required": True}), "b"),
]


def without_space_between_tags(html: str) -> str:
    return re.sub(r">\s+<", "><", html.strip())


@pytest.mark.parametrize(("widget", "value"), WIDGETS, ids=lambda value: type(value).__name__)
def test_widget_is_written_as_djangos_template_writes_it(widget, value):
    ours = widget.render("field", value, renderer=Renderer())
    theirs = widget.render("field", value, renderer=TemplatesSetting())

    assert widget.template_name in WRITTEN
    assert without_space_between_tags(ours) == without_space_between_tags(theirs)
    assert "<script>" not in ours


def test_other_widget_keeps_its_template():
    choices = forms.RadioSelect(choices=[("a", "A")])

    assert choices.template_name not in WRITTEN
    assert choices.render("f", "a", renderer=Renderer()) == choices.render("f", "a", renderer=TemplatesSetting())
