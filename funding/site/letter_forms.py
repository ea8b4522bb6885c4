"""Forms of the town's letters: one text, and how they look."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.letter_texts import LetterPart
from applications.models import Stationery
from applications.uploads import UploadRefused, rewrite
from funding.fields import TextField

MAX_LOGO_BYTES = 2_000_000
# WCAG 1.4.3 for the town's name on white paper, which is set in this colour.
CONTRAST = 4.5


def contrast_on_white(color: str) -> float:
    """The contrast of "#rrggbb" with white, from 1 to 21 (WCAG 2.2)."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


class LetterTextForm(forms.Form):
    """One text of a letter, and the version its page was made from."""

    text = TextField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 16}), strip=True)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, part: LetterPart, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.part = part

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if found := self.part.problems(text):
            raise ValidationError(found)
        return text


class StationeryForm(forms.Form):
    """Logo, colour, return address and further lines of the info block."""

    logo = forms.FileField(
        label=_("Logo of the town"),
        required=False,
        max_length=200,
        help_text=_("A PNG or JPEG. It stands at the top right, at most 50 mm wide and 20 mm high."),
    )
    remove_logo = forms.BooleanField(label=_("Take the present logo away"), required=False)
    color = forms.RegexField(
        r"^#[0-9a-fA-F]{6}$",
        label=_("Colour"),
        help_text=_("Of the town's name and the line below it, as in #1f3a5f. It must be dark enough to read."),
        error_messages={"invalid": _("Please write the colour with # and six signs, as in #1f3a5f.")},
    )
    return_address = TextField(
        label=_("Return address"),
        required=False,
        max_length=120,
        help_text=_("The small line above the address. Empty: the name and address of the town."),
    )
    info = TextField(
        label=_("More lines for the info block"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("A line each, label and value with a colon between: Sprechzeiten: Di 9–12 Uhr"),
    )

    def __init__(self, *args: Any, sheet: Stationery | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if sheet is None or not sheet.logo:
            del self.fields["remove_logo"]

    def clean_logo(self) -> bytes | None:
        """The picture written anew. What is no picture gets a sentence."""
        file = self.cleaned_data["logo"]
        if not file:
            return None
        if file.size > MAX_LOGO_BYTES:
            raise ValidationError(_("This logo is larger than two megabytes. Please make it smaller."))
        try:
            clean = rewrite(file.read())
        except UploadRefused as refusal:
            raise ValidationError(str(refusal)) from None
        if not clean.media_type.startswith("image/"):
            raise ValidationError(_("This is no picture. Please choose a PNG or a JPEG."))
        return clean.content

    def clean_color(self) -> str:
        color: str = self.cleaned_data["color"].lower()
        contrast = contrast_on_white(color)
        if contrast < CONTRAST:
            raise ValidationError(
                _("This colour is too light to read on white: its contrast is %(contrast)s, at least 4.5 is needed.")
                % {"contrast": f"{contrast:.1f}"}
            )
        return color

    def clean_info(self) -> str:
        info: str = self.cleaned_data["info"]
        lines = [line for line in info.splitlines() if line.strip()]
        if len(lines) > 4:
            raise ValidationError(_("There is room for four more lines."))
        for line in lines:
            label, colon, value = line.partition(":")
            if not (label.strip() and colon and value.strip()):
                raise ValidationError(_("Please write a label, a colon and a value: %s") % line)
        return "\n".join(lines)
