"""The pages of money: the happy act, what is typed stays, who gets in, and how many queries a list takes."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from applications.models import Organisation
from applications.operations import open_letter
from budgets import operations
from budgets.models import BudgetYear, Grant, Payment, PaymentRun, UsageProof
from funding.gate import carry_out
from tests.budgets.money import AWARD, TODAY, award, booked, checked, fresh, handed_in, ordered, payable
from tests.factories import make_organisation, make_town, make_user

pytestmark = pytest.mark.django_db
EURO = "€1,598.90"


@pytest.fixture(autouse=True)
def in_english(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


@pytest.fixture
def visit(client):
    """`visit(user, "name", pk, data)`: the answer to this person's GET, or POST when data is given."""

    def go(user, name, *args, data=None, query=""):
        client.force_login(user)
        url = reverse(f"budgets:{name}", args=args) + query
        return client.get(url) if data is None else client.post(url, data)

    return go


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def errors(response) -> list[str]:
    return [text for texts in response.context["form"].errors.values() for text in texts]


def day(name, value=TODAY) -> dict[str, int]:
    return {f"{name}_day": value.day, f"{name}_month": value.month, f"{name}_year": value.year}


@pytest.fixture
def takes(client, django_assert_num_queries):
    """`takes(queries, user, "name", pk)`: the page opens with exactly so many queries."""

    def count(number, user, name, *args):
        client.force_login(user)
        url = reverse(f"budgets:{name}", args=args)
        with django_assert_num_queries(number):
            assert client.get(url).status_code == 200

    return count


# --- Access -----------------------------------------------------------------------------------------------------------

STAFF = ("officer", "decider", "verifier", "authoriser", "cashier", "auditor")
WHO = {  # GET: who gets the page; everybody else is forbidden (403), or does not see the case at all (404)
    "years": STAFF,
    "year-open": ("officer",),
    "year": STAFF,
    "year-move": ("decider",),
    "year-block": ("decider",),
    "grant": (*STAFF, "applicant"),
    "call": ("applicant",),
    "payments": STAFF,
    "payment": STAFF,
    "payment-order": STAFF,
    "runs": ("cashier", "auditor"),
    "run-create": ("cashier",),
    "proof": (*STAFF, "applicant"),
    "proof-submit": ("applicant",),
}
UNSEEN = {  # 404 rather than 403
    "year": ("applicant", "board", "administrator"),
    "year-move": ("applicant", "board", "administrator"),
    "year-block": ("applicant", "board", "administrator"),
    **dict.fromkeys(("grant", "call", "payment", "payment-order", "proof", "proof-submit"), ("board", "administrator")),
}


@pytest.mark.parametrize("name", WHO)
def test_page_opens_for_exactly_the_roles_it_is_made_for(world, visit, name):
    grant = payable(world)
    payment = operations.call_for_funds(grant, 100_00, by=fresh(world.applicant))
    target = {"year": grant.budget_year_id, "paym": payment.pk, "proo": grant.proofs.get().pk}.get(name[:4], grant.pk)
    args = [] if name in ("years", "year-open", "payments", "runs", "run-create") else [target]
    people = world.people | {"applicant": world.applicant}

    answers = {role: visit(fresh(user), name, *args).status_code for role, user in people.items()}

    expected = {role: 200 if role in WHO[name] else 404 if role in UNSEEN.get(name, ()) else 403 for role in people}
    assert answers == expected


@pytest.mark.parametrize("name", [name for name in WHO if name in UNSEEN])
def test_case_of_somebody_else_does_not_exist(world, visit, name):
    grant = payable(world)
    payment = operations.call_for_funds(grant, 100_00, by=fresh(world.applicant))
    target = {"year": grant.budget_year_id, "paym": payment.pk, "proo": grant.proofs.get().pk}.get(name[:4], grant.pk)
    elsewhere = make_town()
    stranger = make_user(elsewhere, *STAFF)
    make_organisation(elsewhere, stranger)

    assert visit(stranger, name, target).status_code == 404


def test_nobody_is_asked_to_sign_in(client, world):
    for name in ("years", "payments", "runs", "run-create"):
        assert client.get(reverse(f"budgets:{name}")).status_code == 302


# --- The pot ----------------------------------------------------------------------------------------------------------


def test_pot_shows_its_figures_and_bar(world, visit):
    grant = payable(world)
    booked(world, grant, 598_90)

    response = visit(world.auditor, "year", grant.budget_year_id)

    figures = {name: cents for name, cents, _meaning in response.context["figures"] if cents}
    assert figures == {
        "Allocated": 20_000_00,
        "Committed": AWARD,
        "Paid": 598_90,
        "Still to be paid": 1_000_00,
        "Free": 18_401_10,
    }
    assert sum(part["cents"] for part in response.context["segments"]) == 20_000_00


def test_pot_is_supplemented(world, visit):
    year = operations.open_year(world.programme, 2026, by=world.officer)
    data = {"number": 1, "kind": "supplement", "amount": "500,00", "ground": "Rat, 3. März"}

    response = visit(world.decider, "year-move", year.pk, data=data)

    assert response["Location"] == reverse("budgets:year", args=[year.pk])
    assert year.balances.allocated_cents == 20_500_00


def test_cut_beyond_what_is_free_keeps_what_was_typed(world, visit):
    year = award(world).budget_year
    data = {"number": 2, "kind": "cut", "amount": "19.500,00", "ground": "Sperre"}

    response = visit(world.decider, "year-move", year.pk, data=data)

    assert errors(response) == [
        "The pot does not suffice: 18.401,10\xa0€ are free, 19.500,00\xa0€ are needed. Nothing was changed."
    ]
    assert (response.context["form"]["amount"].value(), response.context["form"]["ground"].value()) == (
        "19.500,00",
        "Sperre",
    )


def test_pot_is_blocked_and_released(world, visit):
    year = operations.open_year(world.programme, 2026, by=world.officer)

    visit(world.decider, "year-block", year.pk, data={"to": "blocked", "ground": "§ 82 GO NRW"})
    assert BudgetYear.objects.get(pk=year.pk).blocked
    visit(world.decider, "year-block", year.pk, data={"to": "released", "ground": "Haushalt genehmigt"})

    assert not BudgetYear.objects.get(pk=year.pk).blocked


def test_year_is_opened_once(world, visit):
    data = {"programme": world.programme.pk, "year": 2027}

    assert visit(world.officer, "year-open", data=data).status_code == 302
    response = visit(world.officer, "year-open", data=data)

    assert errors(response) == ["This year is already open."]
    assert BudgetYear.objects.get(year=2027).balances.free_cents == 20_000_00


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_of_pots_and_entries_take_the_same_queries(world, takes, rows):
    for year in range(2026, 2026 + rows):
        operations.open_year(world.programme, year, by=world.officer)
    organisation = make_organisation(world.town, world.applicant)
    for _ in range(rows):
        award(world, organisation=organisation)
    pot = BudgetYear.objects.get(year=2026)

    takes(5, world.auditor, "years")
    takes(7, world.auditor, "year", pot.pk)


# --- The grant --------------------------------------------------------------------------------------------------------


def test_grant_says_what_comes_next(world, visit):
    grant = award(world, accepted=False)
    response = visit(fresh(world.applicant), "grant", grant.pk)
    assert response.context["next_step"] == "Please read the letter. Then say whether you accept the grant."
    assert [move.name for move in response.context["moves"]] == ["accept", "decline"]

    visit(fresh(world.applicant), "grant_move", grant.pk, "accept", data={"version": grant.version})
    response = visit(fresh(world.applicant), "grant", grant.pk)

    assert response.context["next_step"] == "You can call for money now. It is paid from April 3, 2026 on."
    assert response.context["waive"].label == "Waive the right to sue, so the money comes sooner"
    assert response.context["account"] == ("DE89 … 3000", "Kinderzeit Unna e.V.")


def test_waiver_is_unticked_and_must_be_ticked(world, visit):
    grant = award(world)
    page = visit(fresh(world.applicant), "grant_move", grant.pk, "waive")
    assert page.context["form"]["waiver"].value() is None

    response = visit(fresh(world.applicant), "grant_move", grant.pk, "waive", data={"version": grant.version})
    assert Grant.objects.get(pk=grant.pk).waived_on is None
    assert response.status_code == 200
    visit(fresh(world.applicant), "grant_move", grant.pk, "waive", data={"version": grant.version, "waiver": "on"})

    assert Grant.objects.get(pk=grant.pk).waived_on == TODAY


def test_waiver_waits_for_the_letter_to_be_opened(world, visit):
    grant = award(world, notified=False)
    response = visit(fresh(world.applicant), "grant", grant.pk)
    assert (response.context["waive"], response.context["may_waive_later"]) == (None, True)

    open_letter(grant.letter, by=fresh(world.applicant))
    response = visit(fresh(world.applicant), "grant", grant.pk)

    assert (response.context["waive"] is None, response.context["may_waive_later"]) == (False, False)


def test_call_in_three_taps(world, visit):
    grant = payable(world)
    page = visit(fresh(world.applicant), "call", grant.pk)
    form = page.context["form"]
    assert (form["amount"].value(), page.context["account"][0]) == ("1,598.90", "DE89 … 3000")

    data = {"version": form["version"].value(), "amount": "1.598,90"}
    response = visit(fresh(world.applicant), "call", grant.pk, data=data)
    again = visit(fresh(world.applicant), "call", grant.pk, data=data)

    assert response["Location"] == again["Location"] == reverse("budgets:grant", args=[grant.pk])
    assert Payment.objects.get().amount_cents == AWARD
    assert said(again)[-1] == "The grant has changed, or you have already called. Here is how it stands."


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("1.598,91", "You can call for up to 1.598,90\xa0€."),
        ("0", "Please enter an amount above zero."),
        ("-5", "“-5” is below zero. Write it without a minus."),
        ("viel", "“viel” is not a number we understand. Use digits only, for example 1.234,56."),
    ],
)
def test_call_that_is_refused_keeps_what_was_typed(world, visit, amount, sentence):
    grant = payable(world)

    response = visit(fresh(world.applicant), "call", grant.pk, data={"version": grant.version, "amount": amount})

    assert errors(response) == [sentence]
    assert response.context["form"]["amount"].value() == amount


def test_call_after_a_return_asks_for_the_account(world, visit):
    grant = payable(world)
    carry_out(booked(world, grant), "return_by_bank", by=world.cashier, reason="Konto aufgelöst")
    page = visit(fresh(world.applicant), "call", grant.pk)
    data = {"version": page.context["form"]["version"].value(), "amount": "1.598,90", "account_holder": "Kinderzeit"}

    wrong = visit(fresh(world.applicant), "call", grant.pk, data=data | {"iban": "DE02120300000000202052"})
    assert errors(wrong) == [
        "The check digits of this IBAN are wrong, so one character is mistyped. Please compare it once more."
    ]
    visit(fresh(world.applicant), "call", grant.pk, data=data | {"iban": "DE02 1203 0000 0000 2020 51"})

    payment = Payment.objects.get(number=2)
    assert (payment.iban, payment.account_holder) == ("DE02120300000000202051", "Kinderzeit")
    seen = visit(world.verifier, "payment", payment.pk)
    assert seen.context["warnings"] == [
        "The account is not the one in the application. Please call the group before you confirm it."
    ]


def test_repayment_is_booked_and_too_much_is_refused(world, visit):
    grant = payable(world)
    booked(world, grant)
    operations.settle(checked(world, grant, spent=1_000_00), by=world.decider)
    version = Grant.objects.get(pk=grant.pk).version
    data = {"version": version, "amount": "700,00", **day("received_on")}

    refused = visit(world.cashier, "repayment", grant.pk, data=data)
    assert errors(refused) == ["698,90\xa0€ are still to be paid back."]
    visit(world.cashier, "repayment", grant.pk, data=data | {"amount": "698,90"})

    assert Grant.objects.get(pk=grant.pk).repaid_cents == 698_90
    assert visit(world.officer, "repayment", grant.pk).status_code == 403


# --- Payments and runs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_of_payments_and_runs_take_the_same_queries(world, takes, rows):
    organisation = make_organisation(world.town, world.applicant)
    for _ in range(rows):
        booked(world, payable(world, organisation=organisation))
        ordered(world, payable(world, organisation=organisation))
    run = PaymentRun.objects.first()

    takes(6, world.cashier, "payments")
    takes(5, world.cashier, "runs")
    takes(7, world.cashier, "run", run.pk)
    takes(5, world.cashier, "run-create")


def test_payments_are_found_by_state_and_words(world, visit):
    waiting = ordered(world, payable(world, title="Chor der Nachbarn"))
    paid = booked(world, payable(world, title="Radgruppe"))

    def found(query):
        return [payment.pk for payment in visit(world.verifier, "payments", query=query).context["page_obj"]]

    assert found("") == [paid.pk, waiting.pk]
    assert found("?state=ordered") == [waiting.pk]
    assert found("?words=radgruppe") == [paid.pk]
    assert found(f"?words={paid.end_to_end_id}&state=ordered") == []
    assert found("?state=nonsense") == [paid.pk, waiting.pk]


def test_payment_is_verified_and_ordered_through_its_page(world, visit):
    payment = operations.call_for_funds(payable(world), AWARD, by=fresh(world.applicant))

    visit(world.verifier, "payment_move", payment.pk, "verify", data={"version": payment.version})
    late = visit(world.verifier, "payment_move", payment.pk, "verify", data={"version": payment.version})
    assert said(late)[-1] == "This was already done, or the case has moved on. Here is how it stands now."
    assert visit(world.verifier, "payment_move", payment.pk, "order").status_code == 403
    visit(world.authoriser, "payment_move", payment.pk, "order", data={"version": payment.version + 1})

    assert Payment.objects.get().state == "ordered"
    entries = visit(world.auditor, "payment", payment.pk).context["entries"]
    assert [(str(entry["what"]), entry["who"]) for entry in entries] == [
        ("Order the payment", world.authoriser),
        ("Verify", world.verifier),
        ("Asked for", world.applicant),
    ]


def test_run_is_made_and_its_file_served_to_cashier_and_auditor_only(world, visit):
    payment = ordered(world, payable(world))
    data = {"payments": [payment.pk], **day("execute_on")}

    response = visit(world.cashier, "run-create", data=data)
    run = PaymentRun.objects.get()
    again = visit(world.cashier, "run-create", data=data)

    assert response["Location"] == reverse("budgets:run", args=[run.pk])
    assert errors(again) == ["One of the payments is no longer waiting to be handed over. Please look at the list."]
    served = {role: visit(user, "run-file", run.key).status_code for role, user in world.people.items()}
    assert served == {role: 200 if role in ("cashier", "auditor") else 403 for role in world.people}
    assert visit(world.cashier, "run-file", run.key).content == bytes(run.content)
    stranger = make_user(make_town(), "cashier")
    assert visit(stranger, "run-file", run.key).status_code == 404
    assert visit(stranger, "run", run.pk).status_code == 404


def test_run_before_the_day_keeps_what_was_chosen(world, visit):
    payment = ordered(world, award(world))

    response = visit(world.cashier, "run-create", data={"payments": [payment.pk], **day("execute_on")})

    assert errors(response) == [f"{payment.end_to_end_id} may be paid from April 3, 2026 on."]
    assert response.context["form"]["payments"].value() == [str(payment.pk)]


def test_payment_order_is_a_pdf(world, visit):
    payment = ordered(world, payable(world))

    response = visit(world.authoriser, "payment-order", payment.pk)

    assert (response["Content-Type"], response.content[:5]) == ("application/pdf", b"%PDF-")


# --- Usage proof ------------------------------------------------------------------------------------------------------


def proof_data(proof, **changes):
    lines = list(proof.lines.all())
    receipts = {"receipts-TOTAL_FORMS": 1, "receipts-INITIAL_FORMS": 0, "receipts-0-payee": ""}
    answers = {"version": proof.version, "report": "Zwölf Führungen.", "participants": "160"}
    spent = {f"spent_{line.pk}": "300,00" for line in lines}
    return receipts | answers | spent | {"income_cents": "120,00"} | changes


def test_draft_of_a_proof_is_saved_and_handed_in_after_a_look(world, visit):
    proof = UsageProof.objects.get(grant=payable(world))
    row = {
        "receipts-0-payee": "Druckerei Hellweg",
        "receipts-0-purpose": "Faltplan",
        "receipts-0-amount_cents": "300,00",
        "receipts-0-category": proof.lines.all()[1].category_id,
        **day("receipts-0-paid_on"),
    }

    response = visit(fresh(world.applicant), "proof", proof.pk, data=proof_data(proof, **row, **{"hand-in": "1"}))
    assert response["Location"] == reverse("budgets:proof-submit", args=[proof.pk])
    page = visit(fresh(world.applicant), "proof-submit", proof.pk)
    assert page.context["sentence"] == "You spent €1,200.00, €498.90 less than planned."
    visit(fresh(world.applicant), "proof-submit", proof.pk, data={"version": page.context["form"]["version"].value()})

    proof = UsageProof.objects.get(pk=proof.pk)
    assert (proof.state, proof.income_cents, proof.receipts.get().payee) == ("submitted", 120_00, "Druckerei Hellweg")


def test_draft_of_who_gets_input_tax_back_counts_without_it_down_to_the_settlement(world, visit):
    grant = payable(world)
    Organisation.objects.filter(pk=grant.organisation_id).update(input_tax="partly")
    proof = UsageProof.objects.get(grant=grant)
    first, *others = [line.pk for line in proof.lines.all()]
    data = proof_data(proof, **{f"spent_{first}": "119,00", f"tax_{first}": "19,00"})

    too_much = visit(fresh(world.applicant), "proof", proof.pk, data=data | {f"tax_{first}": "119,01"})
    visit(fresh(world.applicant), "proof", proof.pk, data=data)

    proof = UsageProof.objects.get(pk=proof.pk)
    page = visit(fresh(world.applicant), "proof", proof.pk).context["form"]
    assert too_much.context["form"].errors == {f"tax_{first}": ["The tax cannot be more than the whole cost."]}
    assert [(line.spent_cents, line.deductible_cents) for line in proof.lines.all()] == [(100_00, 19_00)] + [
        (300_00, 0)
    ] * len(others)
    assert (page[f"spent_{first}"].value(), page[f"tax_{first}"].value()) == ("119.00", "19.00")
    assert (proof.spent_cents, proof.eligible_cents) == (1_000_00, 1_000_00)


def test_draft_with_a_wrong_amount_and_half_a_receipt_keeps_everything(world, visit):
    proof = UsageProof.objects.get(grant=payable(world))
    line = proof.lines.first()
    data = proof_data(proof, **{f"spent_{line.pk}": "1.0,5", "receipts-0-payee": "Bäcker"})

    response = visit(fresh(world.applicant), "proof", proof.pk, data=data)

    form, row = response.context["form"], response.context["receipts"].forms[0]
    assert list(form.errors) == [f"spent_{line.pk}"]
    assert (form[f"spent_{line.pk}"].value(), form["report"].value(), row["payee"].value()) == (
        "1.0,5",
        "Zwölf Führungen.",
        "Bäcker",
    )
    assert sorted(row.errors) == ["amount_cents", "category", "paid_on", "purpose"]
    assert UsageProof.objects.get(pk=proof.pk).report == ""


def test_draft_saved_in_two_windows_is_stale_and_keeps_what_was_typed(world, visit):
    proof = UsageProof.objects.get(grant=payable(world))
    visit(fresh(world.applicant), "proof", proof.pk, data=proof_data(proof))

    response = visit(fresh(world.applicant), "proof", proof.pk, data=proof_data(proof, report="anders"))

    assert errors(response) == [
        "Somebody saved something here while you were writing. Your answers are still below: save again."
    ]
    assert response.context["form"]["report"].value() == "anders"

    again = proof_data(proof, report="anders", version=response.context["form"]["version"].value())
    visit(fresh(world.applicant), "proof", proof.pk, data=again)
    assert UsageProof.objects.get().report == "anders"


def test_empty_proof_is_not_handed_in(world, visit):
    proof = UsageProof.objects.get(grant=payable(world))

    response = visit(fresh(world.applicant), "proof-submit", proof.pk, data={"version": proof.version})

    assert errors(response) == ["Please tell us in a few sentences what you did."]


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("500", "You spent €1,400.00, €298.90 less than planned."),
        ("798,90", "You spent €1,698.90, exactly as planned."),
        ("800", "You spent €1,700.00, €1.10 more than planned."),
    ],
)
def test_sentence_follows_what_is_typed_and_saves_nothing(world, visit, amount, sentence):
    proof = UsageProof.objects.get(grant=payable(world))
    data = proof_data(proof, **{f"spent_{proof.lines.first().pk}": amount})

    response = visit(fresh(world.applicant), "proof-sum", proof.pk, data=data)

    assert response.context["sentence"] == sentence
    assert UsageProof.objects.get(pk=proof.pk).spent_cents == 0


def test_proof_is_read_by_staff_and_not_written(world, visit):
    proof = UsageProof.objects.get(grant=payable(world))

    assert visit(world.officer, "proof", proof.pk, data=proof_data(proof)).status_code == 403
    assert visit(world.officer, "proof-sum", proof.pk, data=proof_data(proof)).status_code == 403


def test_category_above_its_tolerance_is_marked_and_lowered_beforehand(world, visit):
    grant = payable(world)
    proof = UsageProof.objects.get(grant=grant)
    first, second = list(proof.lines.all())[:2]  # 600.00 and 620.00 planned
    by = fresh(world.applicant)
    operations.save_proof(proof, by=by, answers={"report": "x"}, spent={first.pk: 720_01, second.pk: 744_00})
    proof = carry_out(UsageProof.objects.get(pk=proof.pk), "submit", by=by)

    form = visit(world.officer, "proof_check", proof.pk).context["form"]

    assert [row["line"].exceeds for row in form.rows[:2]] == [True, False]
    assert [row["admitted"].value() for row in form.rows[:2]] == ["720.00", "744.00"]
    assert form.rows[0]["reason"].value() == "More than 20 % above the plan, and no change was decided."


def test_check_and_settlement_through_their_pages_in_one_evening(world, visit):
    grant = payable(world)
    booked(world, grant)
    proof = handed_in(world, grant)
    form = visit(world.officer, "proof_check", proof.pk).context["form"]
    lines = {f"admitted_{line.pk}": "0" for line in form.lines}

    refused = visit(world.officer, "proof_check", proof.pk, data={"version": proof.version, **lines})
    assert errors(refused) == ["Please say why less is admitted than was spent."] * 4
    full = {f"admitted_{line.pk}": f"{line.spent_cents / 100:.2f}" for line in form.lines}
    visit(world.officer, "proof_check", proof.pk, data={"version": proof.version, **full})
    page = visit(world.decider, "settle", proof.pk)
    assert page.context["steps"] == [
        "€1,598.90 were awarded.",
        "Neither changed by more than €500.00, so the award stands.",
        "The grant comes to €1,598.90.",
    ]
    assert page.context["result"] == "Exactly this was paid. Nothing is left to pay or to get back."
    visit(world.decider, "settle", proof.pk, data={"version": page.context["form"]["version"].value()})
    late = visit(world.decider, "settle", proof.pk, data={"version": page.context["form"]["version"].value()})

    assert Grant.objects.get(pk=grant.pk).state == "settled"
    assert said(late)[-1] == "This was already done, or the usage proof has moved on. Here is how it stands now."
    steps = visit(fresh(world.applicant), "proof", proof.pk).context["steps"]
    assert steps == page.context["steps"]


@pytest.mark.parametrize(("name", "who"), [("proof_check", "officer"), ("settle", "decider")])
def test_check_and_settlement_are_for_one_role(world, visit, name, who):
    proof = checked(world, payable(world)) if name == "settle" else handed_in(world, payable(world))
    people = {role: user for role, user in world.people.items() if role not in ("board", "administrator")}

    answers = {role: visit(user, name, proof.pk).status_code for role, user in people.items()}

    assert answers == {role: 200 if role == who else 403 for role in people}


def test_proof_comes_back_with_a_question(world, visit):
    proof = handed_in(world, payable(world))
    data = {"version": proof.version, "reason": "Wie viele Gäste kamen zum Fest?"}

    visit(world.officer, "proof_move", proof.pk, "return_with_questions", data=data)

    page = visit(fresh(world.applicant), "proof", proof.pk)
    assert page.context["proof"].note == "Wie viele Gäste kamen zum Fest?"
