"""What every page's frame shows: the town, the navigation, the demo banner."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """Template context for templates/base.html."""
    return {"frame": {"brand": "Fördertopf", "official": False, "demo": settings.DEMO, "nav": []}}
