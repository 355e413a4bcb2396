"""django-oauth-toolkit: client credentials, JWT access tokens (ES256) by its generator hook.

Its store is SQLite in WAL mode in BENCH_FOLDER, and it writes each token there, which is its
design. The secret is stored plain, so that Django's slow password hash is not what is measured.
"""

import os
import time
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path
from joserfc import jwt
from joserfc.jwk import ECKey

ISSUER = "https://peer.example"
KEY = ECKey.import_key(Path(os.environ["BENCH_KEY"]).read_text())

settings.configure(
    SECRET_KEY="of a benchmark",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "oauth2_provider"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(Path(os.environ["BENCH_FOLDER"]) / "peer.db"),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
                "transaction_mode": "IMMEDIATE",
            },
        }
    },
    OAUTH2_PROVIDER={
        "SCOPES": {"payments:read": "", "payments:write": ""},
        "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
        "ACCESS_TOKEN_GENERATOR": f"{__name__}.access_token",
    },
)


def access_token(request: Any, refresh_token: bool = False) -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "sub": request.client_id,
        "client_id": request.client_id,
        "aud": ISSUER,
        "iat": now,
        "exp": now + 3600,
        "jti": os.urandom(16).hex(),
        "scope": " ".join(request.scopes),
    }
    return jwt.encode({"alg": "ES256", "typ": "at+jwt"}, claims, KEY)


django.setup()
urlpatterns = [path("", include("oauth2_provider.urls", namespace="oauth2_provider"))]
call_command("migrate", verbosity=0)


def _register_client() -> None:
    from oauth2_provider.models import get_application_model

    get_application_model().objects.get_or_create(
        client_id=os.environ["BENCH_CLIENT_ID"],
        defaults={
            "client_secret": os.environ["BENCH_CLIENT_SECRET"],
            "hash_client_secret": False,
            "client_type": "confidential",
            "authorization_grant_type": "client-credentials",
        },
    )


_register_client()
app = get_wsgi_application()
