"""Forms of the board: seats, meetings and their agenda, presence, bias, notes and comments, motions."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from funding import clock
from funding.fields import GermanDateField, MailField, MoneyField, TextField
from funding.models import Programme
from review import rules
from review.forms.procedure import long_text
from review.models import BoardMember, Meeting, Motion, PrivateNote

# --- Seats ------------------------------------------------------------------------------------------------------------


class SeatForm(forms.Form):
    """One seat: what its member does, for how long, and where else they belong."""

    position = forms.ChoiceField(
        label=_("Position"), choices=BoardMember.Position.choices, widget=forms.RadioSelect, initial="member"
    )
    votes = forms.BooleanField(
        label=_("May vote"), required=False, initial=True, help_text=_("A chair may sit without a vote.")
    )
    affiliations = TextField(
        label=_("Belongs to"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Organisations, one per line. When one of them applies, the list suggests bias."),
    )
    since = GermanDateField(label=_("First day"))
    until = GermanDateField(
        label=_("Last day"), required=False, help_text=_("From the day after, this person sees nothing of the board.")
    )

    def seat(self) -> dict[str, Any]:
        """What `give_seat` and `change_seat` take."""
        data = self.cleaned_data
        lines = [line.strip() for line in data["affiliations"].splitlines()]
        return {
            "position": data["position"],
            "votes": data["votes"],
            "affiliations": [line for line in lines if line],
            "since": data["since"],
            "until": data["until"],
        }


class NewSeatForm(SeatForm):
    """A seat for somebody who is named by their mail address."""

    programme = forms.ModelChoiceField(label=_("Board"), queryset=Programme.objects.none(), empty_label=None)
    name = TextField(label=_("Name"), max_length=200)
    email = MailField(label=_("Mail address"), max_length=254, help_text=_("They sign in with it."))
    field_order = ("programme", "name", "email")

    def __init__(self, *args: Any, programmes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["programme"]
        field.queryset = programmes
        field.label_from_instance = lambda programme: f"{programme.board or programme.name} – {programme}"
        if programmes.count() == 1:
            field.initial, field.widget = programmes.get().pk, forms.HiddenInput()


# --- Meetings ---------------------------------------------------------------------------------------------------------


class _Cases(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.file_number} · {obj} · {obj.organisation}"


class WhenForm(forms.Form):
    """Day, time and place. An invitation later than the period of notice is asked about once more."""

    held_on = GermanDateField(
        label=_("Day"), help_text=_("The day of the meeting; of a written procedure the last day to vote.")
    )
    begins = forms.TimeField(
        label=_("Time"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("Not needed for a written procedure."),
        error_messages={
            "required": _("Please say when it begins, for example 18:00."),
            "invalid": _("Please enter the time like 18:00."),
        },
    )
    place = TextField(
        label=_("Place"),
        max_length=200,
        help_text=_("For example: Rathaus, room 204. Not needed for a written procedure."),
        error_messages={"required": _("Please say where the board meets.")},
    )
    short_notice = forms.BooleanField(label=_("Invite all the same"), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, programme: Programme | None = None, written: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._notice_of = programme
        for name in ("begins", "place"):
            self.fields[name].required = not written

    def clean_held_on(self) -> Any:
        if self.cleaned_data["held_on"] < clock.today():
            raise ValidationError(_("This day lies in the past. Please choose today or a later day."))
        return self.cleaned_data["held_on"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        programme, day = cleaned.get("programme") or self._notice_of, cleaned.get("held_on")
        if programme is None or day is None:
            return cleaned
        if rules.is_short_notice(invited_on=clock.today(), held_on=day, days=programme.notice_days):
            self.fields["short_notice"].widget = forms.CheckboxInput()
            if not cleaned.get("short_notice"):
                self.add_error(
                    "held_on",
                    _(
                        "The board is to be invited %(days)s days ahead. Please choose a later day, or tick below that "
                        "you invite all the same: the minutes say so."
                    )
                    % {"days": programme.notice_days},
                )
        return cleaned

    def when(self) -> dict[str, Any]:
        """Day, time and place, as the operations take them."""
        return {name: self.cleaned_data[name] for name in ("held_on", "begins", "place")}


class MeetingForm(WhenForm):
    """A meeting or a written procedure; one that repeats another takes its cases from there."""

    programme = forms.ModelChoiceField(label=_("Programme"), queryset=Programme.objects.none(), empty_label=None)
    kind = forms.ChoiceField(label=_("Kind"), choices=Meeting.Kind.choices, widget=forms.RadioSelect, initial="meeting")
    applications = _Cases(
        label=_("Cases on the agenda"),
        queryset=Application.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Please choose at least one case.")},
    )
    field_order = ("programme", "kind", "held_on", "short_notice", "begins", "place", "applications")

    def __init__(
        self, *args: Any, programmes: Any, applications: Any, repeats: Meeting | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, programme=repeats.programme if repeats else None, **kwargs)
        self._field("programme").queryset = programmes
        self._field("applications").queryset = applications
        for name in ("begins", "place"):
            self._field(name).required = self.data.get("kind") != Meeting.Kind.WRITTEN
        if repeats is None and not applications.exists():
            self._field("applications").help_text = _(
                "No case waits for the board. Admit one in the formal check first."
            )
        if repeats is not None:
            for name in ("programme", "kind", "applications"):
                del self.fields[name]
        elif programmes.count() == 1:
            self.fields["programme"].initial = programmes.get().pk
            self.fields["programme"].widget = forms.HiddenInput()

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        programme = cleaned.get("programme")
        strange = [a for a in cleaned.get("applications") or [] if programme and a.programme_id != programme.pk]
        if strange:
            names = ", ".join(str(application) for application in strange)
            self.add_error("applications", _("These cases belong to another programme: %s") % names)
        return cleaned


class AgendaForm(forms.Form):
    """The cases of a meeting that was called: their numbers, which leave, which come."""

    def __init__(self, *args: Any, items: list[Any], more: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            self.fields[f"number-{item.pk}"] = forms.IntegerField(
                label=_("Number"),
                initial=item.position,
                min_value=1,
                max_value=999,
                widget=forms.NumberInput(attrs={"class": "kern-form-input__input--width-4"}),
            )
            self.fields[f"off-{item.pk}"] = forms.BooleanField(label=_("Take it off the agenda"), required=False)
        self.fields["more"] = _Cases(
            label=_("Add cases"), queryset=more, required=False, widget=forms.CheckboxSelectMultiple
        )

    def rows(self) -> list[tuple[Any, Any, Any]]:
        """(item, its number, take it off) of every case on the agenda."""
        return [(item, self[f"number-{item.pk}"], self[f"off-{item.pk}"]) for item in self.items]

    def cases(self) -> list[int]:
        """The ids of the cases in their new order; what is new comes last."""
        data = self.cleaned_data
        kept = [item for item in self.items if not data[f"off-{item.pk}"]]
        kept.sort(key=lambda item: (data[f"number-{item.pk}"], item.position))
        return [*(item.application_id for item in kept), *(case.pk for case in data["more"])]


class CancelForm(forms.Form):
    """Why a meeting does not take place."""

    reason = long_text(_("Reason"), help_text=_("The members read it in the mail."))


class PresentForm(forms.Form):
    """Who is there."""

    members = forms.TypedMultipleChoiceField(
        label=_("Who is there"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, seats: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(s.member_id, f"{s.member} ({s.member.get_position_display()})") for s in seats]
        field: Any = self.fields["members"]
        field.choices = names
        field.initial = [seat.member_id for seat in seats if seat.present]


class BiasForm(forms.Form):
    """Biased, not, or not sure, with the reason."""

    biased = forms.ChoiceField(
        choices=[("yes", _("I am biased")), ("no", _("I am not biased")), ("doubtful", _("I am not sure"))]
    )
    reason = TextField(label=_("Why"), required=False, max_length=300)


class ExcludeForm(forms.Form):
    """Who was found biased, and why."""

    member = forms.TypedChoiceField(label=_("Member"), coerce=int)
    reason = long_text(_("Reason"), help_text=_("It stands in the minutes."))

    def __init__(self, *args: Any, members: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["member"]
        field.choices = [("", _("Please choose")), *((m.pk, str(m)) for m in members)]


class DoubtForm(forms.Form):
    """Whose bias is doubtful, and why."""

    member = forms.TypedChoiceField(label=_("Member"), coerce=int)
    question = TextField(
        label=_("What makes it doubtful"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "It stands in the minutes. Until the board has ruled, the member neither reads the file nor votes."
        ),
    )

    def __init__(self, *args: Any, members: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["member"]
        field.choices = [("", _("Please choose")), *((m.pk, str(m)) for m in members)]


class RulingForm(forms.Form):
    """How those present ruled on a doubt."""

    yes = forms.IntegerField(label=_("Yes, the member is biased: votes"), min_value=0, max_value=999)
    no = forms.IntegerField(label=_("No, the member may take part: votes"), min_value=0, max_value=999)
    leader_vote = forms.ChoiceField(
        label=_("Only if the votes are equal: who leads voted"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("yes", _("Yes")), ("no", _("No")), ("abstain", _("Abstain"))],
    )


# --- Before and during the vote ---------------------------------------------------------------------------------------


class PrivateNoteForm(forms.Form):
    """What a member notes for themself."""

    leaning = forms.ChoiceField(
        label=_("Your leaning"), required=False, widget=forms.RadioSelect, choices=PrivateNote.Leaning.choices
    )
    text = TextField(label=_("Your notes"), required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 4}))


class CommentForm(forms.Form):
    """What one says to the others."""

    text = TextField(
        label=_("Your comment"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Please write your comment first.")},
    )


class MotionForm(forms.Form):
    """What is put to the vote."""

    kind = forms.ChoiceField(
        label=_("Motion"), choices=Motion.Kind.choices, widget=forms.RadioSelect, initial=Motion.Kind.FUND
    )
    cents = MoneyField(label=_("Amount"), required=False)
    conditions = long_text(_("Conditions"), required=False, rows=2)

    def __init__(self, *args: Any, written: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if written:
            field: Any = self.fields["kind"]
            field.choices = [(Motion.Kind.FUND, Motion.Kind.FUND.label)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == Motion.Kind.FUND and not cleaned.get("cents") and "cents" not in self.errors:
            self.add_error("cents", _("Please enter the amount the board votes on."))
        return cleaned


class ReasonForm(forms.Form):
    """The board's reason, or why it could give none."""

    reason = long_text(_("Reason"), help_text=_("One or two sentences, for the decision and for the applicant."))


class MeetingSearchForm(forms.Form):
    """Which meetings to list."""

    which = forms.ChoiceField(
        label=_("Show"), required=False, choices=[("", _("All")), ("open", _("Not over yet")), ("over", _("Over"))]
    )
