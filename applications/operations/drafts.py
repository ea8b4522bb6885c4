"""Around the answers of a draft: begin it, declare and consent."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from applications import policies
from applications.models import (
    Application,
    Consent,
    CostLine,
    Membership,
    Organisation,
)
from applications.operations.answers import may_be_written, replace_lines
from funding import clock
from funding.gate import Refused, lock, record, save_with_history, writes
from funding.models import Programme
from funding.policies import is_officer
from funding.presentation import IdeaCost

DECLARATIONS = ("not-begun", "true", "authorised", "other-funding", "privacy")


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

    An officer starts a draft only for an application that came on paper (`paper=True`), for any organisation of the
    town, and does not become a member of it. Raises PermissionDenied for anybody else.
    """
    on_paper = bool(answers.get("paper")) and is_officer(programme, by)
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
        by.__dict__.pop("_rights", None)  # the person's rights were loaded before this one existed
    return organisation


@writes
def declare(application: Application, ticked: Iterable[str], *, by: Any) -> Application:
    """Record the declarations ticked now, each with its moment; one that was ticked before keeps its moment."""
    fresh = lock(application)
    if not may_be_written(fresh, by):
        raise Refused(_("The application was already sent."))
    now = clock.now().isoformat(timespec="seconds")
    fresh.declared = {code: fresh.declared.get(code, now) for code in DECLARATIONS if code in set(ticked)}
    save_with_history(fresh, by=by, reason="declarations")
    return fresh


@writes
def set_consents(application: Application, kinds: Iterable[str], *, by: Any) -> None:
    """Give the consents in `kinds` and revoke the others; each change is its own dated row."""
    if not policies.may_edit(application, by):
        raise PermissionDenied("not your application")
    current = {consent.kind: consent for consent in application.consents.filter(revoked_at=None)}
    for kind in set(kinds) - set(current):
        Consent.objects.create(
            municipality_id=application.municipality_id,
            application=application,
            kind=kind,
            given_by=by if getattr(by, "pk", None) else None,
            given_at=clock.now(),
        )
    for kind in set(current) - set(kinds):
        current[kind].revoked_at = clock.now()
        save_with_history(current[kind], by=by, reason="revoked")
