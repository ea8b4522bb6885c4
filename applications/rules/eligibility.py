"""Whether a project fits a programme, from five answers: advice before anybody has written a line, never a decision.

A receipt may not be refused (§ 24 (3) VwVfG NRW), so a "no" says why and who else might help, and bars nobody. The
codes are stable; funding/site/eligibility.py holds the sentences.
"""

from dataclasses import dataclass
from datetime import date, timedelta

YES, TALK, NO = "yes", "talk", "no"
INDIVIDUAL = "individual"
TOWN, PARTLY, OUTSIDE = "town", "partly", "outside"
EVERYBODY, SOME, MEMBERS = "everybody", "some", "members"


@dataclass(frozen=True)
class Facts:
    """What somebody answered; an empty text or None was not answered or is not known yet."""

    legal_form: str = ""
    where: str = ""  # town, partly, outside
    start: date | None = None
    audience: str = ""  # everybody, some (a named circle), members (of the own group)
    total_cents: int | None = None


@dataclass(frozen=True)
class Terms:
    """What the programme allows, in cents; None: no such limit. `left_cents` is what this year still has."""

    individuals_may_apply: bool
    cap_cents: int | None
    short_form_cents: int
    lead_time_weeks: int
    is_open: bool
    left_cents: int | None = None


@dataclass(frozen=True)
class Verdict:
    """`outcome` is yes, talk or no; `reasons` are its codes, `notes` what is good to know besides."""

    outcome: str
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    short: bool  # the short form is enough


def judge(facts: Facts, terms: Terms, today: date) -> Verdict:
    """The verdict on the answers so far.

    A reason against it outweighs a reason to talk. A start before today is "already begun", as on the day of receipt
    (`rules.problems`); a start within the lead time needs an early start request, so somebody should talk first.
    """
    start, total = facts.start, facts.total_cents
    against = {
        "individual": facts.legal_form == INDIVIDUAL and not terms.individuals_may_apply,
        "outside": facts.where == OUTSIDE,
        "already-begun": start is not None and start < today,
    }
    unclear = {
        "partly-outside": facts.where == PARTLY,
        "too-soon": start is not None and today <= start < today + timedelta(weeks=terms.lead_time_weeks),
        "members-only": facts.audience == MEMBERS,
    }
    asked = None if total is None or terms.cap_cents is None else min(total, terms.cap_cents)
    short = total is not None and total <= terms.short_form_cents
    worth_knowing = {
        "round-closed": not terms.is_open,
        "above-cap": total is not None and terms.cap_cents is not None and total > terms.cap_cents,
        "little-left": asked is not None and terms.left_cents is not None and asked > terms.left_cents,
        "short-form": short,
    }
    reasons = _codes(against) or _codes(unclear)
    outcome = NO if any(against.values()) else TALK if reasons else YES
    return Verdict(outcome, reasons, _codes(worth_knowing), short)


def _codes(found: dict[str, bool]) -> tuple[str, ...]:
    return tuple(code for code, is_so in found.items() if is_so)
