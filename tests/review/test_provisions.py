"""The library of conditions and obligations, and how a decision takes from it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from applications.workflow import State
from funding.gate import Refused
from funding.policies import Role
from review import operations
from review.documents.letters import award_parts
from review.models import Decision, Provision
from tests.factories import make_town, make_user

ENTRY = {"kind": "obligation", "title": "Bericht", "text": "Berichten Sie zu „{titel}“ bis zum {datum}.", "position": 1}


def signed_in(user):
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def errors(response):
    return {field: list(sentences) for field, sentences in response.context["form"].errors.items()}


@pytest.fixture
def entry(review):
    return operations.save_provision(Provision(municipality=review.town), by=review.officer, **ENTRY)


@pytest.fixture
def case(review):
    """Ready to be decided, without a recommendation."""
    return review.case(state=State.RECOMMENDED, title="Chor der Nachbarn")


def decide(client, case, **typed):
    data = {"version": case.version, "seen": 0, "kind": "award", "cents": "1.598,90", "next_step": "Neu stellen."}
    return client.post(reverse("review:decide", args=[case.pk]), data | typed)


# --- The library ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.DECIDER, Role.AUDITOR, Role.BOARD])
def test_library_is_kept_by_officer_and_administrator_only(review, role):
    with pytest.raises(PermissionDenied):
        operations.save_provision(Provision(municipality=review.town), by=make_user(review.town, role), **ENTRY)


def test_unknown_placeholder_is_refused_where_it_is_typed(review):
    url = reverse("review:provision-create", args=[review.town.pk])
    typed = ENTRY | {"version": 0, "text": "Bis zum {frist} melden."}

    page = signed_in(review.officer).post(url, typed)

    assert errors(page) == {
        "text": [
            "There is no placeholder {frist} here. Possible are: {betrag}, {titel}, {organisation}, {aktenzeichen}, "
            "{beginn}, {ende}, {nachweis_bis}, {datum}, {summe}"
        ]
    }
    assert page.context["form"]["text"].value() == "Bis zum {frist} melden."
    assert Provision.objects.count() == 0


def test_second_entry_of_the_same_name_is_refused(review, entry):
    with pytest.raises(Refused):
        operations.save_provision(Provision(municipality=review.town), by=review.officer, **ENTRY)


def test_entry_keeps_its_versions_with_who_wrote_them(review, entry):
    administrator = make_user(review.town, Role.ADMINISTRATOR)
    url = reverse("review:provision", args=[entry.pk])
    client = signed_in(administrator)

    client.post(url, ENTRY | {"version": 1, "text": "Berichten Sie.", "offered": "on"})

    versions = client.get(url).context["versions"]
    assert [(v.text, v.history_user) for v in versions] == [
        ("Berichten Sie.", administrator),
        (ENTRY["text"], review.officer),
    ]


def test_entry_changed_by_two_people_is_refused_to_the_second(review, entry):
    client, url = signed_in(review.officer), reverse("review:provision", args=[entry.pk])
    client.post(url, ENTRY | {"version": 1, "text": "Berichten Sie."})

    page = client.post(url, ENTRY | {"version": 1, "text": "Schreiben Sie."})

    assert list(errors(page)) == ["__all__"]
    assert Provision.objects.get().text == "Berichten Sie."


def test_usual_entries_fill_an_empty_library_once(review):
    counts = [operations.take_usual_provisions(review.town, by=review.officer) for _time in range(2)]

    assert counts == [8, 0]
    assert {entry.kind for entry in Provision.objects.all()} == {"condition", "obligation"}


def test_library_of_another_town_is_not_there(review, entry):
    officer = make_user(make_town(), Role.OFFICER)

    assert signed_in(officer).get(reverse("review:provision", args=[entry.pk])).status_code == 404


# --- Picked for a decision --------------------------------------------------------------------------------------------


def test_picked_entry_stands_in_the_letter_with_everything_filled_in(review, entry, case):
    response = decide(
        signed_in(review.decider), case, **{f"pick-{entry.pk}": "on", f"pick-{entry.pk}-datum": "31.3.2027"}
    )

    decision = Decision.objects.get()
    assert response.status_code == 302
    assert decision.obligations == ["Berichten Sie zu „Chor der Nachbarn“ bis zum 31. März 2027."]


def test_picked_entry_without_its_day_asks_for_it(review, entry, case):
    page = decide(signed_in(review.decider), case, **{f"pick-{entry.pk}": "on"})

    assert errors(page) == {f"pick-{entry.pk}-datum": ["Please enter it: it stands in the text you picked."]}


def test_typed_conditions_and_obligations_are_told_apart_line_by_line(review, case):
    decide(
        signed_in(review.decider),
        case,
        more_conditions="- Der Saal ist zugesagt.\n\nDie Versicherung steht.",
        more_obligations="Laden Sie uns ein.",
    )

    decision = Decision.objects.get()
    assert decision.conditions == ["Der Saal ist zugesagt.", "Die Versicherung steht."]
    assert decision.obligations == ["Laden Sie uns ein."]


def test_amount_changed_before_the_release_changes_in_the_provision(review, case):
    text = operations.Text("condition", "Die {betrag} sind gedeckelt.")
    award = {"by": review.decider, "kind": "award", "reasons": "Kleiner.", "provisions": [text]}
    operations.prepare_decision(case, cents=1_000_00, **award)

    decision = operations.prepare_decision(case, cents=900_00, **award)

    assert decision.conditions == ["Die 900,00\u00a0€ sind gedeckelt."]


def test_entry_taken_off_the_list_stays_with_the_decision_that_picked_it(review, entry, case):
    client = signed_in(review.decider)
    decide(client, case, **{f"pick-{entry.pk}": "on", f"pick-{entry.pk}-datum": "31.3.2027"})
    operations.save_provision(entry, by=review.officer, offered=False)

    form = client.get(reverse("review:decide", args=[case.pk])).context["form"]

    assert (form[f"pick-{entry.pk}"].value(), form.library) == (True, [Provision.objects.get()])


def test_decision_prepared_by_two_deciders_at_once_is_refused_to_the_second_who_loses_nothing(review, case):
    first, second = signed_in(review.decider), signed_in(make_user(review.town, Role.DECIDER))
    decide(first, case, more_obligations="Von der Ersten.")

    page = decide(second, case, more_obligations="Vom Zweiten.")

    sentence = "Somebody else changed this in the meantime. Please look at it again before you go on."
    assert errors(page) == {"__all__": [sentence]}
    assert page.context["form"]["more_obligations"].value() == "Vom Zweiten."
    assert Decision.objects.get().obligations == ["Von der Ersten."]
    decide(second, case, more_obligations="Vom Zweiten.", seen=page.context["form"]["seen"].value())
    assert Decision.objects.get().obligations == ["Vom Zweiten."]


def test_criteria_and_next_step_of_a_rejection_stand_in_its_letter(review, case):
    decision = operations.prepare_decision(
        case,
        by=review.decider,
        kind="reject",
        grounds={"Viele machen mit.": "Nur drei sind beteiligt.", "Etwas bleibt, wenn das Projekt endet.": " "},
        reasons="Der Saal fehlt.",
        next_step="Sprechen Sie mit der Bücherei.",
    )

    assert decision.reason_lines == ["Viele machen mit: Nur drei sind beteiligt.", "Der Saal fehlt."]
    assert decision.next_step == "Sprechen Sie mit der Bücherei."


def test_provisions_stand_apart_in_the_award_letter(review, case):
    texts = [operations.Text("condition", "Der Saal steht."), operations.Text("obligation", "Laden Sie uns ein.")]
    decision = operations.prepare_decision(case, by=review.decider, kind="award", cents=1_598_90, provisions=texts)

    parts = award_parts(decision, proof_due_on=case.end, by=review.decider)

    assert "Der Saal steht." in str(parts["conditions"])
    assert "Der Saal steht." not in str(parts["obligations"])
    assert "Laden Sie uns ein." in str(parts["obligations"])
