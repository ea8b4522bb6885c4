"""A plan whose count of rows does not fit what came with it: nothing typed is lost, nothing kept is wiped."""

import pytest
from django.urls import reverse

from tests.factories import make_application, make_group, make_programme, make_town, make_user


@pytest.fixture
def draft(db):
    town = make_town()
    applicant = make_user()
    group = make_group(town, applicant)
    return make_application(make_programme(town), organisation=group), applicant


def sent(draft, **changes):
    row = {"category": draft.programme.categories.first().pk, "what": "Saalmiete", "quantity": "1"}
    data = {
        "version": draft.version,
        "costs-INITIAL_FORMS": 0,
        "financing-TOTAL_FORMS": 0,
        "financing-INITIAL_FORMS": 0,
    }
    data |= {f"costs-0-{name}": value for name, value in row.items()} | {"costs-0-unit_price_cents": "100"}
    return data | changes


@pytest.mark.parametrize("total", ["1000000", "-1", "0", "x", "", "9" * 5000])
def test_plan_with_a_wrong_count_of_rows_is_saved_as_typed(client, draft, total):
    application, applicant = draft
    client.force_login(applicant)

    client.post(
        reverse("applications:edit", args=[application.pk, "costs"]), sent(application, **{"costs-TOTAL_FORMS": total})
    )

    assert [line.what for line in application.costs.all()] == ["Saalmiete"]


def test_plan_with_a_wrong_count_of_rows_is_calculated_as_typed(client, draft):
    application, applicant = draft
    client.force_login(applicant)
    data = sent(application, calculate="1", **{"costs-TOTAL_FORMS": "-1"})

    answer = client.post(reverse("applications:edit", args=[application.pk, "costs"]), data)

    assert (answer.status_code, "Saalmiete" in answer.text) == (200, True)


@pytest.mark.parametrize("total", ["-1", "x", "4", None])
def test_plan_without_rows_and_without_their_count_is_refused_and_keeps_the_saved_one(client, draft, total):
    application, applicant = draft
    before = [line.what for line in application.costs.all()]
    client.force_login(applicant)
    data = {"version": application.version, "financing-TOTAL_FORMS": 0, "financing-INITIAL_FORMS": 0}
    data |= {} if total is None else {"costs-TOTAL_FORMS": total, "costs-INITIAL_FORMS": 0}

    answer = client.post(reverse("applications:edit", args=[application.pk, "costs"]), data)

    assert answer.status_code == 200
    assert [line.what for line in application.costs.all()] == before != []


def test_plan_of_more_lines_than_allowed_says_so(client, draft):
    application, applicant = draft
    client.force_login(applicant)
    data = sent(application) | {f"costs-{row}-what": "Zeile" for row in range(1, 61)}

    answer = client.post(reverse("applications:edit", args=[application.pk, "costs"]), data)

    errors = answer.context["form"].costs.non_form_errors()
    assert (answer.status_code, len(errors)) == (200, 1)
    assert "60" in errors[0]
