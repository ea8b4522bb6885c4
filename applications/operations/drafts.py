"""Around the answers of a draft: begin it, declare and consent."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from applications import policies
from applications.confirmations import CONSENTS, declaration, declarations_of, latest
from applications.models import (
    Application,
    Consent,
    CostLine,
    Membership,
    Organisation,
)
from applications.operations.answers import LINES, columns, lines_of, may_be_written, replace_lines
from funding import clock
from funding.gate import Refused, lock, record, save_with_history, writes
from funding.models import Programme
from funding.policies import is_officer
from funding.presentation import IdeaCost


@writes
def start(
    programme: Programme,
    *,
    by: Any,
    organisation: Organisation | None = None,
    legal_form: str = "",
    costs: Iterable[IdeaCost] = (),
    **answers: Any,
) -> Application:
    """A new draft for an organisation this person may write for; without one a new, still nameless one is made.

    `legal_form` is that of the new organisation; `costs` are the usual lines of an idea to start from, of which those
    in a category the programme no longer has are left out.

    An officer starts a draft only for an application that came on paper (`paper=True`) or is written at the counter
    (`assisted`), for any organisation of the town, and does not become a member of it. Raises PermissionDenied for
    anybody else.
    """
    on_paper = bool(answers.get("paper") or answers.get("assisted")) and is_officer(programme, by)
    if organisation is None:
        organisation = _new_organisation(programme, by=by, joins=not on_paper, legal_form=legal_form)
    elif organisation.municipality_id != programme.municipality_id:
        raise PermissionDenied("an organisation of another town")
    elif getattr(by, "pk", None) and not on_paper and by.right_in(organisation.pk) not in ("edit", "submit"):
        raise PermissionDenied("not your organisation")
    application = Application(
        municipality_id=programme.municipality_id,
        programme=programme,
        organisation=organisation,
        created_by=by if getattr(by, "pk", None) else None,
        **answers,
    )
    application.refresh_search()
    save_with_history(application, by=by, reason="start")
    replace_lines(application, CostLine, _cost_rows(programme, costs), by=by)
    record(programme.municipality_id, "application.start", application, by=by)
    return application


COPIED = (
    *("language", "title", "summary", "need", "goals", "remains", "target_groups", "partners", "participants"),
    *("volunteers", "place", "district", "action_field", "cross_cutting", "life_phases", "public", "accessibility"),
    "short",
)


@writes
def copy_application(application: Application, *, by: Any) -> Application:
    """A new draft of the same organisation with the texts and the plan of an earlier application.

    Dates, declarations, consents and files are not taken over. Raises PermissionDenied for who may not write for it.
    """
    if by.right_in(application.organisation_id) not in ("edit", "submit"):
        raise PermissionDenied("not your organisation")
    answers = {name: getattr(application, name) for name in COPIED}
    # German versions come along as they are written; they bind a new application when they are confirmed for it.
    answers["german"] = {
        field: entry | {"confirmed_by": None, "confirmed_at": ""} for field, entry in application.german.items()
    }
    draft = start(application.programme, by=by, organisation=application.organisation, **answers)
    for model in LINES.values():
        rows = [columns(line) for line in lines_of(application, model)]
        replace_lines(draft, model, rows, by=by)
    record(draft.municipality_id, "application.copy", draft, by=by, details={"from": application.pk})
    return draft


def _cost_rows(programme: Programme, costs: Iterable[IdeaCost]) -> list[dict[str, Any]]:
    if not (costs := list(costs)):
        return []
    categories = {category.slug: category for category in programme.categories.all()}
    return [
        {
            "category": categories[cost.category],
            "what": cost.what,
            "quantity": cost.quantity,
            "unit_price_cents": cost.unit_price_cents,
        }
        for cost in costs
        if cost.category in categories
    ]


def _new_organisation(programme: Programme, *, by: Any, joins: bool, legal_form: str) -> Organisation:
    joins = joins and bool(getattr(by, "pk", None))
    organisation = Organisation(
        municipality_id=programme.municipality_id, email=by.email if joins else "", legal_form=legal_form
    )
    save_with_history(organisation, by=by, reason="start")
    if joins:
        Membership.objects.create(
            municipality_id=programme.municipality_id, organisation=organisation, user=by, right="submit"
        )
        by.forget_rights()  # the person's rights were loaded before this one existed
    return organisation


@writes
def declare(application: Application, ticked: Iterable[str], *, by: Any) -> Application:
    """Record what is declared now, each with moment and wording; what was ticked before in this wording keeps them."""
    fresh = lock(application)
    if not may_be_written(fresh, by):
        raise Refused(_("The application was already sent."))
    now, ticked = clock.now().isoformat(timespec="seconds"), set(ticked)
    fresh.declared = {
        code: fresh.declared[code]
        if code in fresh.declared and declaration(code, fresh.declared[code]) == declaration(code)
        else {"at": now, "version": latest(wordings)}
        for code, wordings in declarations_of(fresh.organisation).items()
        if code in ticked
    }
    save_with_history(fresh, by=by, reason="declarations")
    return fresh


@writes
def set_consents(application: Application, kinds: Iterable[str], *, by: Any, at_counter: bool = False) -> None:
    """Give the consents in `kinds` and revoke the others; each change is its own dated row.

    At the counter it is not the officer who gives them, but the person who sits there.
    """
    if not policies.may_edit(application, by):
        raise PermissionDenied("not your application")
    current = {consent.kind: consent for consent in application.consents.filter(revoked_at=None)}
    for kind in set(kinds) - set(current):
        given = Consent.objects.create(
            municipality_id=application.municipality_id,
            application=application,
            kind=kind,
            version=latest(CONSENTS[kind]),
            given_by=by if getattr(by, "pk", None) and not at_counter else None,
            given_at=clock.now(),
        )
        record(application.municipality_id, "consent.give", given, by=by)
    for kind in set(current) - set(kinds):
        current[kind].revoked_at = clock.now()
        save_with_history(current[kind], by=by, reason="revoked")
        record(application.municipality_id, "consent.revoke", current[kind], by=by)
