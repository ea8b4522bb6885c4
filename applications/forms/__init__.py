"""Input to clean data: the sections of an application, its plan, sending it in, files and letters."""

from applications.forms.answering import SectionForm
from applications.forms.counter import ConfirmForm, CounterForm
from applications.forms.lists import ApplicationFilter
from applications.forms.members import InvitationForm, RightForm
from applications.forms.plan import CostsForm
from applications.forms.sections import BankForm, IdeaForm, OrganisationForm, PeopleForm, WhenForm
from applications.forms.sending import CheckForm, CorrectionForm, DayForm, StartForm, UploadForm, offered_consents

FORMS: dict[str, type[SectionForm]] = {
    "organisation": OrganisationForm,
    "idea": IdeaForm,
    "when": WhenForm,
    "people": PeopleForm,
    "costs": CostsForm,
    "bank": BankForm,
}

__all__ = [
    "FORMS",
    "ApplicationFilter",
    "CheckForm",
    "ConfirmForm",
    "CorrectionForm",
    "CostsForm",
    "CounterForm",
    "DayForm",
    "InvitationForm",
    "RightForm",
    "SectionForm",
    "StartForm",
    "UploadForm",
    "offered_consents",
]
