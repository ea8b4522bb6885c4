"""The form templates: errors are found, named and linked, and every id they point to exists."""

import re

from django import forms
from django.template.loader import render_to_string
from django.utils import translation

from funding.fields import GermanDateField, MoneyField
from funding.templatetags.kern import problems

CHOICES = [("a", "A"), ("b", "B")]


class Line(forms.Form):
    label = forms.CharField(label="What for")
    amount = MoneyField(label="Amount")


Lines = forms.formset_factory(Line, extra=0)


class Idea(forms.Form):
    name = forms.CharField(label="What is it called?", help_text="A short name")
    start = GermanDateField(label="Start")
    kind = forms.ChoiceField(label="Kind", choices=CHOICES, widget=forms.RadioSelect)
    people = forms.MultipleChoiceField(label="People", choices=CHOICES, widget=forms.CheckboxSelectMultiple)
    place = forms.ChoiceField(label="Place", choices=CHOICES)
    true = forms.BooleanField(label="This is true")


def sent_lines() -> forms.BaseFormSet:
    data = {"lines-TOTAL_FORMS": "2", "lines-INITIAL_FORMS": "0", "lines-0-label": "Room", "lines-0-amount": "25,00"}
    return Lines({**data, "lines-1-label": "", "lines-1-amount": "1,00"}, prefix="lines")


def test_problems_of_form_and_formset_are_named_in_page_order():
    with translation.override("en"):
        found = problems(
            Idea({"start_day": "1", "name": "x", "kind": "a", "people": ["a"], "place": "a"}), [sent_lines()]
        )

    assert [(problem["name"], str(problem["text"])) for problem in found] == [
        ("Start:", "Please enter day, month and year as numbers, for example 24 3 2026."),
        ("This is true:", "Please fill this in."),
        ("Line 2, What for:", "Please fill this in."),
    ]


def test_problems_before_anything_was_sent_are_none():
    assert problems(Idea(), [Lines(prefix="lines")]) == []


def test_form_page_with_errors_points_only_to_ids_that_exist():
    context = {"form": Idea({}), "formsets": [sent_lines()]}

    html = render_to_string("kern/errors.html", context) + render_to_string("kern/uni_form.html", context)
    html += render_to_string("kern/formset.html", {"formset": context["formsets"][0]})

    ids = re.findall(r'\bid="([^"]+)"', html)
    pointed = {
        name for names in re.findall(r'(?:href="#|for="|aria-describedby=")([^"]+)"', html) for name in names.split()
    }
    assert (pointed - set(ids), len(ids) - len(set(ids))) == (set(), 0)


def test_formset_row_rendered_by_its_part_keeps_every_hidden_field():
    html = render_to_string("kern/formset.html", {"formset": sent_lines()})

    assert re.findall(r'type="hidden" name="([^"]+)"', html) == [
        "lines-TOTAL_FORMS",
        "lines-INITIAL_FORMS",
        "lines-MIN_NUM_FORMS",
        "lines-MAX_NUM_FORMS",
    ]
