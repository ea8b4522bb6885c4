"""Forms of the decision: prepare one, release several."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.letter_forms import problems
from applications.models import Application
from funding.fields import MoneyField, TextField
from review.documents import FROM_CASE, asked_in
from review.forms.procedure import VersionForm, long_text
from review.models import Decision, Provision
from review.operations import Text, deviates

# What stands there until the decider writes something else; German, because it stands in the letter.
NEXT_STEP = "Sie können Ihren Antrag überarbeiten und neu stellen. Sprechen Sie vorher gern mit uns."
TYPED = ("kind", "reasons", "deviation_reason", "overrule_reason")
KINDS = {Provision.Kind.CONDITION: "more_conditions", Provision.Kind.OBLIGATION: "more_obligations"}


def _asked(name: str, provision: Provision) -> forms.Field:
    """What to enter for a placeholder that the case does not answer."""
    if name == "summe":
        return MoneyField(label=_("Sum for “%s”") % provision.title, required=False)
    return forms.DateField(
        label=_("Day for “%s”") % provision.title,
        required=False,
        input_formats=["%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d"],
        widget=forms.DateInput(format="%d.%m.%Y", attrs={"inputmode": "decimal", "placeholder": "31.03.2027"}),
        error_messages={"invalid": _("Please enter the day like this: 31.03.2027.")},
    )


class DecisionForm(VersionForm):
    """What the town decides; what must be given a reason says so."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("Decision"), choices=Decision.Kind.choices, widget=forms.RadioSelect)
    cents = MoneyField(label=_("Amount"), required=False)
    more_conditions = long_text(
        _("Other conditions"), required=False, rows=2, help_text=_("In German, one on each line.")
    )
    more_obligations = long_text(
        _("Other obligations"), required=False, rows=2, help_text=_("In German, one on each line.")
    )
    reasons = long_text(
        _("What else you want to say"), required=False, rows=3, help_text=_("In German. It stands in the letter.")
    )
    next_step = long_text(
        _("What the group can do next"), required=False, rows=3, help_text=_("In German. It stands in the letter.")
    )
    deviation_reason = long_text(
        _("Why you do not follow the board"),
        required=False,
        rows=2,
        help_text=_("Only if your decision differs from the board's. It stays inside the town."),
    )
    overrule_reason = long_text(
        _("Why it gets a grant although a usage proof is overdue"),
        required=False,
        rows=2,
        help_text=_("Only for an award. It stays inside the town."),
    )

    def __init__(
        self,
        *args: Any,
        application: Application,
        recommendation: Any,
        decision: Decision | None,
        provisions: list[Provision],
        requested_cents: int,
        owes_proof: bool = False,
        **kwargs: Any,
    ) -> None:
        self.application, self.recommendation, self.requested_cents = application, recommendation, requested_cents
        self.library = provisions
        self.criteria = [str(criterion) for criterion in application.programme.criteria]
        initial = {"version": application.version, "seen": decision.version if decision else 0}
        initial |= self._of(decision) if decision else self._advised()
        super().__init__(*args, **(kwargs | {"initial": initial}))
        if not owes_proof:
            del self.fields["overrule_reason"]
        self._add_library()
        for index, criterion in enumerate(self.criteria):
            self.fields[f"ground-{index}"] = TextField(
                label=criterion,
                required=False,
                max_length=1000,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def _add_library(self) -> None:
        for provision in self.library:
            name = f"pick-{provision.pk}"
            self.fields[name] = forms.BooleanField(label=provision.title, help_text=provision.text, required=False)
            for asked in asked_in(provision.text):
                self.fields[f"{name}-{asked}"] = _asked(asked, provision)

    # --- What stands there first --------------------------------------------------------------------------------------

    def _advised(self) -> dict[str, Any]:
        """What the board advises."""
        advice, initial = self.recommendation, {"next_step": NEXT_STEP}
        if advice is not None and advice.kind == "do-not-fund":
            return initial | {"kind": Decision.Kind.REJECT}
        if advice is not None and advice.kind == "fund":
            return initial | {
                "kind": Decision.Kind.AWARD,
                "cents": advice.amount_cents,
                "more_conditions": advice.conditions,
            }
        return initial

    def _of(self, decision: Decision) -> dict[str, Any]:
        """The prepared decision."""
        initial: dict[str, Any] = {name: getattr(decision, name) for name in TYPED}
        initial |= {"cents": decision.amount_cents or None, "next_step": decision.next_step or NEXT_STEP}
        known = {provision.pk for provision in self.library}
        for kind, field in KINDS.items():
            typed = [p for p in decision.provisions if p["kind"] == kind and p.get("source") not in known]
            initial[field] = "\n".join(p.get("template", p["text"]) for p in typed)
        for provision in decision.provisions:
            if (source := provision.get("source")) in known:
                initial[f"pick-{source}"] = True
                entered = dict(provision["entered"])
                if "datum" in entered:
                    entered["datum"] = date.fromisoformat(entered["datum"])
                initial |= {f"pick-{source}-{name}": value for name, value in entered.items()}
        texts = {ground["criterion"]: ground["text"] for ground in decision.grounds}
        initial |= {f"ground-{index}": texts.get(text, "") for index, text in enumerate(self.criteria)}
        return initial

    def has_seen(self, application: Application, decision: Decision | None) -> None:
        """Sent once more, what was typed counts: by then the person has read what somebody else wrote meanwhile."""
        self.carry(version=application.version, seen=decision.version if decision else 0)

    # --- Parts for the page -------------------------------------------------------------------------------------------

    def picks(self) -> list[tuple[str, list[dict[str, Any]], Any, int]]:
        """Per kind: the entries of the library with their fields, the field for other ones, and how many there are."""
        found = []
        for kind, field in KINDS.items():
            entries: list[dict[str, Any]] = [
                {
                    "pick": self[f"pick-{provision.pk}"],
                    "asked": [self[f"pick-{provision.pk}-{name}"] for name in asked_in(provision.text)],
                }
                for provision in self.library
                if provision.kind == kind
            ]
            typed = [line for line in str(self[field].value() or "").splitlines() if line.strip()]
            picked = [entry for entry in entries if entry["pick"].value()]
            found.append((str(kind), entries, self[field], len(picked) + len(typed)))
        return found

    def grounds(self) -> list[Any]:
        """The fields of the published criteria."""
        return [self[f"ground-{index}"] for index in range(len(self.criteria))]

    # --- What was entered ---------------------------------------------------------------------------------------------

    def _clean_typed(self, field: str) -> str:
        text: str = self.cleaned_data[field]
        if text and (sentences := problems(text, FROM_CASE)):
            raise ValidationError(sentences)
        return text

    def clean_more_conditions(self) -> str:
        return self._clean_typed("more_conditions")

    def clean_more_obligations(self) -> str:
        return self._clean_typed("more_obligations")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        rejects = cleaned.get("kind") == Decision.Kind.REJECT
        if not rejects:
            self._clean_picks(cleaned)
        if self.errors:
            return cleaned
        cents = 0 if rejects else cleaned.get("cents") or 0
        if not rejects and not cents:
            self.add_error("cents", _("Please enter the amount of the grant."))
            return cleaned
        if rejects:
            self._clean_rejection(cleaned)
        elif cents < self.requested_cents and not (self._grounds(cleaned) or cleaned["reasons"]):
            self.add_error("reasons", _("Less than was asked for needs reasons (§ 39 VwVfG). Please give them."))
        has_conditions = any(text.kind == Provision.Kind.CONDITION for text in self._texts(cleaned))
        differs = deviates(self.recommendation, cleaned["kind"], cents, has_conditions)
        if differs and not cleaned["deviation_reason"]:
            self.add_error("deviation_reason", _("Your decision differs from the board's. Please say why."))
        return cleaned

    def _clean_picks(self, cleaned: dict[str, Any]) -> None:
        for provision in self.library:
            name = f"pick-{provision.pk}"
            for asked in asked_in(provision.text) if cleaned.get(name) else ():
                if not cleaned.get(f"{name}-{asked}") and f"{name}-{asked}" not in self.errors:
                    self.add_error(f"{name}-{asked}", _("Please enter it: it stands in the text you picked."))

    def _clean_rejection(self, cleaned: dict[str, Any]) -> None:
        if self.criteria and not self._grounds(cleaned):
            self.add_error(
                "ground-0", _("A rejection rests on the criteria. Please write a sentence for at least one.")
            )
        if not self.criteria and not cleaned["reasons"]:
            self.add_error("reasons", _("A rejection needs reasons (§ 39 VwVfG). Please give them."))
        if not cleaned["next_step"]:
            self.add_error("next_step", _("Please say what the group can do next. A rejection is never the last word."))

    def _grounds(self, cleaned: dict[str, Any]) -> dict[str, str]:
        return {c: text for i, c in enumerate(self.criteria) if (text := cleaned.get(f"ground-{i}", ""))}

    def _texts(self, cleaned: dict[str, Any]) -> list[Text]:
        """What was picked, then what was typed, in the order of the page."""
        found = []
        for kind, field in KINDS.items():
            for provision in (p for p in self.library if p.kind == kind and cleaned.get(f"pick-{p.pk}")):
                entered: dict[str, Any] = {
                    name: cleaned.get(f"pick-{provision.pk}-{name}") for name in asked_in(provision.text)
                }
                if entered.get("datum"):
                    entered["datum"] = entered["datum"].isoformat()
                found.append(Text(kind, provision.text, provision.pk, entered))
            lines = (line.strip().lstrip("–-•* ") for line in cleaned.get(field, "").splitlines())
            found += [Text(kind, line) for line in lines if line]
        return found

    def to_prepare(self) -> dict[str, Any]:
        """What `operations.prepare_decision` takes."""
        cleaned = self.cleaned_data
        names = ("version", "seen", "next_step", *TYPED)
        return {name: cleaned[name] for name in names if name in cleaned} | {
            "cents": cleaned["cents"] or 0,
            "provisions": self._texts(cleaned),
            "grounds": self._grounds(cleaned),
        }


class ReleaseForm(forms.Form):
    """Which of the prepared decisions are released, each as it was read: `<number>-<version>`."""

    chosen = forms.Field(widget=forms.MultipleHiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        """`chosen`: decision -> the version that was read."""
        values = (super().clean() or {}).get("chosen") or []
        marks = [re.fullmatch(r"(\d{1,18})-(\d{1,9})", value) for value in values]
        if not marks or not all(marks):
            raise ValidationError(_("Please choose at least one decision."))
        return {"chosen": {int(mark[1]): int(mark[2]) for mark in marks if mark}}
