"""The shared cache holds the counts of sign-in; its keys would name addresses and computers: they are hashed."""

from django.utils.crypto import salted_hmac


def opaque_key(key: str, prefix: str, version: int) -> str:
    """A key of the cache's table, from which nobody reads what it stands for (`KEY_FUNCTION`)."""
    return salted_hmac("cache", f"{prefix}:{version}:{key}", algorithm="sha256").hexdigest()
