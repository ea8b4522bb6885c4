"""A town whose money can move: everybody who acts on it, a pot, and a grant awarded by the real operation."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from applications.models import Membership
from applications.operations import record_handover
from budgets import operations
from budgets.models import Grant, Payment, UsageProof
from funding.gate import carry_out
from funding.models import Municipality, Programme, User
from funding.policies import Role
from tests.factories import make_application, make_letter, make_organisation, make_programme, make_town, make_user

TODAY = date(2026, 3, 2)  # a Monday
AWARD = 1_598_90


@dataclass
class World:
    """The people of one town and its programme; `applicant` may act for every organisation made here."""

    town: Municipality
    programme: Programme
    applicant: User
    people: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, role: str) -> User:
        try:
            return self.__dict__["people"][role]
        except KeyError:
            raise AttributeError(role) from None


def make_world(**fields: Any) -> World:
    town = make_town(**{key: fields.pop(key) for key in list(fields) if key == "payment_channel"})
    world = World(town, make_programme(town, **fields), make_user())
    for role in Role.values:
        world.people[role] = make_user(town, role)
    return world


def award(world: World, *, notified: bool = True, accepted: bool = True, **fields: Any) -> Grant:
    """A grant through the operation that commits its money; notified in person the same day, and accepted."""
    organisation = fields.pop("organisation", None) or make_organisation(world.town, world.applicant)
    cents = fields.pop("cents", None)
    application = make_application(world.programme, organisation, state="awarded", **fields)
    letter = make_letter(application)
    grant = operations.award(
        application,
        cents=cents or application.evaluate().requested_cents,
        letter=letter,
        proof_due_on=date(2027, 2, 1),
        by=world.decider,
    )
    if notified:
        record_handover(letter, by=world.officer, day=TODAY)
    grant = Grant.objects.get(pk=grant.pk)
    return carry_out(grant, "accept", by=fresh(world.applicant)) if accepted else grant


def payable(world: World, **fields: Any) -> Grant:
    """An accepted grant whose right to sue was waived: it can be paid today."""
    return carry_out(award(world, **fields), "waive", by=fresh(world.applicant), waiver=True)


def fresh(user: User) -> User:
    """The person as a new request sees them: roles and rights are loaded once per request."""
    return User.objects.get(pk=user.pk)


def ordered(world: World, grant: Grant, cents: int | None = None) -> Payment:
    """A payment that was called for, verified and ordered."""
    grant = Grant.objects.get(pk=grant.pk)
    payment = operations.call_for_funds(grant, cents or grant.callable_cents, by=fresh(world.applicant))
    payment = carry_out(payment, "verify", by=world.verifier)
    return carry_out(payment, "order", by=world.authoriser)


def booked(world: World, grant: Grant, cents: int | None = None) -> Payment:
    """A payment that went the whole way."""
    payment = ordered(world, grant, cents)
    operations.export([payment], execute_on=payment.due_on, by=world.cashier)
    return carry_out(Payment.objects.get(pk=payment.pk), "book", by=world.cashier, booked_on=TODAY)


def handed_in(world: World, grant: Grant, *, spent: int | None = None, **answers: Any) -> UsageProof:
    """The usage proof, handed in: all spent as planned, or `spent` laid on the first lines of the plan."""
    proof = UsageProof.objects.get(grant=grant)
    left, by_line = spent, {}
    for line in proof.lines.all():
        by_line[line.pk] = line.planned_cents if left is None else min(left, line.planned_cents)
        left = None if left is None else left - by_line[line.pk]
    answers = {"report": "Zwölf Führungen, 160 Gäste."} | answers
    by = fresh(world.applicant)
    proof = operations.save_proof(proof, by=by, answers=answers, spent=by_line)
    return carry_out(proof, "submit", by=by)


def checked(world: World, grant: Grant, **fields: Any) -> UsageProof:
    return operations.check_proof(handed_in(world, grant, **fields), by=world.officer, admitted={})


def member(world: World, user: User, grant: Grant) -> User:
    """The same person, now also of the organisation."""
    Membership.objects.create(municipality=world.town, organisation=grant.organisation, user=user, right="submit")
    return fresh(user)
