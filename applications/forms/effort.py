"""How much an application asks of somebody who fills it in."""

from applications.forms import FORMS
from applications.models import Application


def required_inputs(application: Application) -> int:
    """The inputs somebody has to fill in at the least, from the first section to sending.

    A date counts as three, a line of cost as each of its inputs, the declarations as their one tick. What has an
    answer before anybody typed (the language, the town) does not count.
    """
    return sum(form(application=application).required_inputs for form in FORMS.values()) + 1
