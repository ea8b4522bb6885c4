"""Settings: everything a town may override comes from the environment, everything else stands here."""

import os
import secrets
import sqlite3
import sys
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Everything that must survive lives in one folder: the database, uploads, the audit heads, the secret key.
DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / "data"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)


def _secret_key(path: Path) -> str:
    """The key in the data folder, made on first use; two processes starting at once agree on one key."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(60))
    return path.read_text(encoding="ascii").strip()


SECRET_KEY = env("SECRET_KEY", default="") or _secret_key(DATA_DIR / "secret-key")
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
TESTING = "pytest" in sys.modules
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_FAILURE_VIEW = "funding.site.views.not_sent.not_sent"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth.account",
    "crispy_forms",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "simple_history",
    "funding",
    "applications",
    "budgets",
    "review",
    "funding.site",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "funding.site.middleware.SmallPages",
    "csp.middleware.CSPMiddleware",
    "funding.site.middleware.without_null_cookies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "funding.site.middleware.in_a_language_of_staff",
    "funding.kept.with_kept_input",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "funding.site.middleware.with_a_way_back",
    "funding.site.middleware.with_a_page_for_wrong_methods",
]

ROOT_URLCONF = "funding.urls"
WSGI_APPLICATION = "funding.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "funding.site.context.frame",
            ],
        },
    }
]
FORM_RENDERER = "funding.renderer.Renderer"


def _sqlite_options() -> dict:
    """Writers queue instead of failing; WAL only where its reset race is mended (3.51.3, 3.50.7, 3.44.6)."""
    version = sqlite3.sqlite_version_info
    mended = (
        version >= (3, 51, 3)
        or (version[:2] == (3, 50) and version >= (3, 50, 7))
        or (version[:2] == (3, 44) and version >= (3, 44, 6))
    )
    journal = "WAL" if mended else "TRUNCATE"
    return {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": f"PRAGMA journal_mode={journal}; PRAGMA synchronous=FULL;",
    }


DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'foerdertopf.sqlite3'}")}
# A thread keeps its connection for the next page: opening one costs as much as a query or two.
DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = _sqlite_options()
    # Threads cannot share an in-memory database: tests use a file (one per pytest-xdist worker).
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}

# The counts behind the limits: one place for all processes, and none of them is thrown out by an onslaught.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "funding_cache",
        "KEY_FUNCTION": "funding.site.cache.opaque_key",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

AUTH_USER_MODEL = "funding.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "sign-in"
# Of django-allauth we use the codes, the limits and the sign-in itself; none of its pages has an address here.
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # the code that signs in has proved the address
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ACCOUNT_RATE_LIMITS = {"request_login_code": "20/h/ip,5/h/key", "confirm_login_code": "5/15m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BEHIND_PROXY", default=False) else 0
LOGIN_REDIRECT_URL = "tasks"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("HTTPS", default=False)
SECURE_SSL_REDIRECT = env.bool("HTTPS", default=False)
SECURE_HSTS_SECONDS = 31_536_000 if env.bool("HTTPS", default=False) else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "de"
# Named in themselves, as the switch shows them. de-simple is Einfache Sprache (the registered variant "simple"): its
# catalogue holds help texts only, everything else is German. Who works for a town reads it in STAFF_LANGUAGES.
LANGUAGES = [
    ("de", "Deutsch"),
    ("de-simple", "Einfache Sprache"),
    ("en", "English"),
    ("tr", "Türkçe"),
    ("ar", "العربية"),
    ("ru", "Русский"),
]
STAFF_LANGUAGES = ("de", "en")
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "funding.formats"
TIME_ZONE = "Europe/Berlin"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA_DIR / "uploads"), "file_permissions_mode": 0o600},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_USE_FINDERS = TESTING or DEBUG
# Uploads are read into memory to be parsed and rewritten; ten megabytes each, what is larger is thrown away while it
# arrives (funding/quota.py).
FILE_UPLOAD_HANDLERS = ["funding.quota.QuotaHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 8_000  # a usage proof may list a thousand receipts of seven fields each
UPLOAD_MAX_BYTES = 10 * 1024 * 1024
UPLOAD_MAX_REQUEST_BYTES = 105 * 1024 * 1024  # ten of the largest at once, and what the form adds

CRISPY_TEMPLATE_PACK = "kern"
CRISPY_ALLOWED_TEMPLATE_PACKS = ("kern",)

# Row history: reasons are codes and typed sentences of any length.
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True

EMAIL_CONFIG = env.email("EMAIL_URL", default="dummymail://" if DEMO else "consolemail://")
globals().update(EMAIL_CONFIG)
# kind of mail -> what makes its attachment (name, bytes, media type; or a part of its own) from the message when it is
# sent; named and not imported, so that a page does not load what draws PDFs.
MAIL_ATTACHMENTS = {
    "receipt": "applications.documents.receipt_of_mail",
    **dict.fromkeys(("invitation", "meeting-moved", "meeting-cancelled"), "review.documents.meeting_of_mail"),
}
DEFAULT_FROM_EMAIL = env("MAIL_FROM", default="foerdertopf@localhost")
EMAIL_TIMEOUT = 30  # seconds a mail server may take for each answer
# Where people reach the site, for the links in mails.
SITE_URL = env("SITE_URL", default=f"http://127.0.0.1:{env('PORT', default='8000')}").rstrip("/")

# A worker (manage.py work) does what need not be waited for; the tests do it at once.
_TASKS = "django_tasks.backends.immediate.ImmediateBackend" if TESTING else "django_tasks_db.DatabaseBackend"
TASKS = {"default": {"BACKEND": _TASKS}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"refusals": {"()": "funding.logs.RefusalsInOneLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["refusals"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django_tasks_db": {"level": "ERROR"}},  # that a worker was told to end is no news
}
