"""Form fields: what people type, what comes out, and what is said when it cannot be used."""

import datetime
from decimal import Decimal

import pytest
from django import forms
from django.utils import translation

from funding.fields import GermanDateField, MailField, MoneyField, QuantityField, TextField, clean_text


class Sample(forms.Form):
    name = TextField()
    amount = MoneyField(required=False)
    quantity = QuantityField(required=False)
    start = GermanDateField(required=False)


def sample(**typed) -> Sample:
    return Sample({"name": "Nachbarschaftsfest", **typed})


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("  Fest \u200b", "Fest"),
        ("\u202eabc\u202c", "abc"),
        ("Fami\u00adlie", "Familie"),
        ("a\u200db", "ab"),
        ("👨\u200d👩\u200d👧 ❤\ufe0f", "👨\u200d👩\u200d👧 ❤\ufe0f"),
        ("👩🏽\u200d🏫", "👩🏽\u200d🏫"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("x\u200cy", "xy"),
        ("one\r\ntwo\x00", "one\ntwo"),
        ("u\u0308ber", "über"),
    ],
)
def test_text_cleaned_loses_invisible_marks_only(typed, expected):
    assert clean_text(typed) == expected


def test_text_field_of_invisible_marks_alone_is_empty():
    with translation.override("en"):
        assert sample(name="\u200b \u200e").errors == {"name": ["Please fill this in."]}


@pytest.mark.parametrize(
    ("typed", "cents"), [("1.234,56", 123456), ("1234,56", 123456), ("\u200e25,00", 2500), ("", None)]
)
def test_money_field_given_an_amount_returns_cents(typed, cents):
    form = sample(amount=typed)

    assert (form.errors, form.cleaned_data["amount"]) == ({}, cents)


def test_money_field_given_nonsense_says_why_and_keeps_it():
    form = sample(amount="1.0,5")

    assert (len(form.errors["amount"]), form["amount"].value()) == (1, "1.0,5")


def test_money_field_with_initial_cents_shows_them_in_the_language_of_the_page():
    form = Sample(initial={"amount": 123456})

    with translation.override("de"):
        assert form["amount"].value() == "1.234,56"


def test_money_field_sent_back_unchanged_has_not_changed():
    with translation.override("de"):
        form = Sample({"name": "Fest", "amount": "1.234,56"}, initial={"name": "Fest", "amount": 123456})

        assert form.changed_data == []


def test_quantity_field_given_a_fraction_returns_a_decimal():
    assert sample(quantity="1,5").fields["quantity"].clean("1,5") == Decimal("1.5")


def test_quantity_field_with_initial_decimal_shows_it_without_trailing_zeros():
    form = Sample(initial={"quantity": Decimal("24.500")})

    with translation.override("de"):
        assert form["quantity"].value() == "24,5"


def test_date_in_three_parts_given_a_day_returns_a_date():
    form = sample(start_day="24", start_month="3.", start_year="2026")

    assert (form.errors, form.cleaned_data["start"]) == ({}, datetime.date(2026, 3, 24))


def test_date_left_empty_is_none():
    form = sample(start_day="", start_month="", start_year="")

    assert (form.errors, form.cleaned_data["start"]) == ({}, None)


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (("31", "02", "2026"), "The calendar has no 31.02.2026. Please check day, month and year."),
        (("31", "", "2026"), "Please enter day, month and year as numbers, for example 24 3 2026."),
        (("x", "2", "2026"), "Please enter day, month and year as numbers, for example 24 3 2026."),
        (("1", "2", "26"), "Please enter the year with four digits, for example 2026."),
        (("1", "2", "1800"), "Please enter the year with four digits, for example 2026."),
        (("1", "2", "9999"), "Please enter the year with four digits, for example 2026."),
        (("0", "2", "2026"), "The calendar has no 00.02.2026. Please check day, month and year."),
        ((str(2**63), "2", "2026"), "Please enter day, month and year as numbers, for example 24 3 2026."),
        (("1", "2", "9" * 5000), "Please enter day, month and year as numbers, for example 24 3 2026."),
        (("-1", "2", "2026"), "Please enter day, month and year as numbers, for example 24 3 2026."),
        (("²", "2", "2026"), "Please enter day, month and year as numbers, for example 24 3 2026."),
    ],
)
def test_date_that_cannot_be_has_one_sentence_and_keeps_what_was_typed(parts, sentence):
    day, month, year = parts

    form = sample(start_day=day, start_month=month, start_year=year)

    assert (form.errors, form["start"].value()) == ({"start": [sentence]}, [day, month, year])
    assert [f'value="{part}"' in str(form["start"]) for part in parts if part] == [True] * len([p for p in parts if p])


def test_date_required_and_empty_says_so_once():
    class Required(forms.Form):
        start = GermanDateField()

    with translation.override("en"):
        assert Required({}).errors == {"start": ["Please fill this in."]}


def test_text_that_is_too_long_is_said_and_not_cut_off_by_the_browser():
    class Short(forms.Form):
        name = TextField(max_length=5)

    form = Short({"name": "🎉" * 7})

    assert form.errors == {"name": ["This is too long: 7 characters, and at most 5 fit. Please shorten it."]}
    assert "maxlength" not in str(form["name"])


@pytest.mark.parametrize("typed", ["kein-at", "a@b", "ş@x", "a b@town.example"])
def test_what_is_no_mail_address_is_said_with_an_example(typed):
    class Mail(forms.Form):
        email = MailField()

    assert Mail({"email": typed}).errors == {
        "email": ["This is no whole mail address. It has an @ in it, for example name@example.org."]
    }
