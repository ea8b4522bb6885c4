from django.apps import AppConfig
from django.forms import Field
from django.utils.translation import gettext_lazy as _


class FundingConfig(AppConfig):
    name = "funding"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Django's own sentence is officialese in German; every form of the site says it this way.
        Field.default_error_messages["required"] = _("Please fill this in.")
