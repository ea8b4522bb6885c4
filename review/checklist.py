"""The points of the formal check: their words, and what the machine found about each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.rules import DE_MINIMIS_CENTS
from applications.texts import early_start_status
from funding.templatetags.show import eur_text
from review.models import CheckResult, admitted_result, cuts_of

LABELS = {
    "applicant": gettext_lazy("The applicant may get a grant"),
    "place": gettext_lazy("The project takes place in the town or for its people"),
    "not-begun": gettext_lazy("The project has not begun, and there is time to decide"),
    "plan": gettext_lazy("The plan adds up"),
    "categories": gettext_lazy("Costs are eligible, the grant keeps to the limits"),
    "other-funding": gettext_lazy("Other funding is named and settled"),
    "attachments": gettext_lazy("Attachments are there, as far as they are needed"),
    "de-minimis": gettext_lazy("De-minimis aid stays below the ceiling"),
}


@dataclass(frozen=True)
class Finding:
    """One thing the machine saw: `tone` is success, warning or danger."""

    tone: str
    text: str


@dataclass(frozen=True)
class Point:
    """One point of the checklist with the machine's findings and the answer they suggest ("" when unclear)."""

    code: str
    label: Any
    findings: list[Finding]

    @property
    def suggestion(self) -> str:
        tones = {finding.tone for finding in self.findings}
        if "danger" in tones:
            return CheckResult.Result.NO
        return CheckResult.Result.YES if tones == {"success"} else ""

    @property
    def is_clear(self) -> bool:
        """Everything the machine saw is in order: it can be confirmed without a second look."""
        return self.suggestion == CheckResult.Result.YES

    @property
    def wrongs(self) -> str:
        """What is not in order, as the first draft of what to ask the group for."""
        return " ".join(finding.text for finding in self.findings if finding.tone == "danger")


def points(application: Any, on: date) -> list[Point]:
    """Every point of the programme's checklist, in its order; one the machine knows nothing about has no finding."""
    codes = {*application.problems(on), *application.warnings(on)}
    return [
        Point(code, LABELS.get(code, code), FINDERS[code](application, codes) if code in FINDERS else [])
        for code in application.programme.checklist
    ]


def _found(codes: set[str], sentences: dict[str, tuple[str, str]], otherwise: str) -> list[Finding]:
    """A finding per code that is there; the good sentence when none is."""
    found = [Finding(tone, text) for code, (tone, text) in sentences.items() if code in codes]
    return found or [Finding("success", otherwise)]


def _applicant(application: Any, codes: set[str]) -> list[Finding]:
    organisation = application.organisation
    if organisation.is_person and not application.programme.individuals_may_apply:
        return [Finding("danger", _("A single person applies; this programme is for groups and organisations."))]
    sentences = {
        "account-holder-differs": (
            "warning",
            _("The account holder “%(holder)s” is neither the applicant nor a representative.")
            % {"holder": organisation.account_holder},
        ),
        "iban-invalid": ("danger", _("The IBAN is not valid.")),
        "bank-unknown": ("warning", _("The bank of this IBAN is not known.")),
        "iban-national-checksum": ("warning", _("The account number in the IBAN looks odd.")),
    }
    found = _found(codes, sentences, _("%s, account holder matches.") % organisation.get_legal_form_display())
    until = organisation.gemeinnuetzig_until
    if organisation.gemeinnuetzig and until and application.end and until < application.end:
        found.append(Finding("warning", _("The certificate of public benefit expires before the project ends.")))
    return found


def _place(application: Any, codes: set[str]) -> list[Finding]:
    districts = application.programme.taxonomies.get("districts", [])
    where = ", ".join(part for part in (application.place, application.district) if part)
    if not where:
        return [Finding("warning", _("No place is named."))]
    if application.district and districts and application.district not in districts:
        return [Finding("warning", _("“%s” is not one of the town's districts.") % application.district)]
    tone = "success" if application.district else "warning"
    return [Finding(tone, where)]


def _not_begun(application: Any, codes: set[str]) -> list[Finding]:
    sentences = {
        "already-begun": ("danger", _("The project starts before the application came in.")),
        "dates-reversed": ("danger", _("The end lies before the start.")),
        "lead-time-short": (
            "warning",
            _("It starts less than %(weeks)s weeks after the application came in.")
            % {"weeks": application.programme.lead_time_weeks},
        ),
    }
    if application.start is None or application.end is None:
        return [Finding("danger", _("Start or end is missing."))]
    if not application.early_start:
        return _found(codes, sentences, _("It starts after the application came in, with time to decide."))
    return _with_early_start(application, codes, sentences)


def _with_early_start(application: Any, codes: set[str], sentences: dict[str, tuple[str, str]]) -> list[Finding]:
    """With consent a short time does no harm; but consent never covers a start before its day (DOMAIN, section 4)."""
    known, allowed_from = codes & set(sentences), application.early_start_from
    too_early = allowed_from is not None and application.start < allowed_from
    if allowed_from is not None and not too_early:
        known.discard("lead-time-short")
    found = [Finding(*sentence) for code, sentence in sentences.items() if code in known]
    if too_early:
        found.append(Finding("danger", _("It starts before the day from which it may begin early.")))
    return [*found, Finding("success" if allowed_from else "warning", early_start_status(application))]


def _plan(application: Any, codes: set[str]) -> list[Finding]:
    result = application.evaluate()
    sentences = {
        "plan-not-balanced": ("danger", _("Costs and money do not match: %s are open.") % eur_text(result.open_cents)),
        "amount-out-of-range": ("danger", _("A line has no usable amount.")),
        "no-grant-requested": ("danger", _("No grant is asked for.")),
    }
    return _found(codes, sentences, _("Costs and money match: %s.") % eur_text(result.total_cents))


def _categories(application: Any, codes: set[str]) -> list[Finding]:
    result = application.evaluate()
    sentences = {
        "grant-above-cap": ("danger", _("More is asked for than one project can get.")),
        "grant-above-eligible": ("danger", _("More is asked for than the eligible costs.")),
        "grant-above-gap": ("danger", _("More is asked for than is left to finance.")),
        "volunteer-allowance-high": ("warning", _("One volunteer would get more than is free of tax.")),
        "kilometre-rate-high": ("warning", _("A kilometre is charged above the usual rate.")),
    }
    good = _("%(asked)s asked for, up to %(highest)s are possible.") % {
        "asked": eur_text(result.requested_cents),
        "highest": eur_text(result.highest_grant_cents),
    }
    found = _found(codes, sentences, good)
    if left_out := result.cash_cents - result.eligible_cents:
        found.append(Finding("success", _("Not eligible: %s.") % eur_text(left_out)))
    if cuts := cuts_of(application):
        counts = admitted_result(application, {line: cut.admitted_cents for line, cut in cuts.items()})
        cut_cents = sum(cut.planned_cents - cut.admitted_cents for cut in cuts.values())
        figures = {"cut": eur_text(cut_cents), "highest": eur_text(counts.highest_grant_cents)}
        found.append(Finding("success", _("You cut %(cut)s; up to %(highest)s are possible.") % figures))
    return found


def _other_funding(application: Any, codes: set[str]) -> list[Finding]:
    sentences = {"other-funding-undecided": ("warning", _("Another funder has not decided yet."))}
    cents = application.evaluate().third_party_cents
    good = _("Other funders: %s, approved.") % eur_text(cents) if cents else _("No other funding is named.")
    return _found(codes, sentences, good)


def _attachments(application: Any, codes: set[str]) -> list[Finding]:
    open_ones = [wanted for wanted in application.attachments if not wanted.files]
    found = [
        Finding("warning", (_("Comes later: %s.") if wanted.later else _("Not there: %s.")) % wanted.name)
        for wanted in open_ones
        if wanted.later or wanted.mandatory
    ]
    if found:
        return found
    count = application.uploads.count()
    return [Finding("success", _("%s files are attached.") % count if count else _("None attached, none required."))]


def _de_minimis(application: Any, codes: set[str]) -> list[Finding]:
    """What was declared of three years and what is asked for, against Regulation (EU) 2023/2831."""
    declared = application.organisation.de_minimis_cents
    if declared is None:
        return [Finding("warning", _("Nothing is declared yet."))]
    figures = {
        "declared": eur_text(declared),
        "all": eur_text(declared + application.evaluate().requested_cents),
        "ceiling": eur_text(DE_MINIMIS_CENTS),
    }
    above = declared + application.evaluate().requested_cents > DE_MINIMIS_CENTS
    text = _("%(declared)s declared for three years; with what is asked for %(all)s of %(ceiling)s.") % figures
    return [Finding("danger" if above else "success", text)]


FINDERS: dict[str, Callable[[Any, set[str]], list[Finding]]] = {
    "applicant": _applicant,
    "place": _place,
    "not-begun": _not_begun,
    "plan": _plan,
    "categories": _categories,
    "other-funding": _other_funding,
    "attachments": _attachments,
    "de-minimis": _de_minimis,
}
