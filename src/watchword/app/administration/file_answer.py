"""The shapes of what is answered about files: the steps they ask for, new secrets, their text."""

from typing import Any

from watchword.admin.step import Mark
from watchword.app.administration.answer import Answer, Instant


class StepAnswer(Answer, frozen=True, kw_only=True):
    """One change that files ask for: `+` made, `~` changed, `-` ended. changes: what differs, a
    line each, for people. before, after: the same as settings; before is null for something new.
    """

    mark: Mark
    action: str
    kind: str
    name: str
    changes: tuple[str, ...]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class PlanAnswer(Answer, frozen=True, kw_only=True):
    """What applying files would do. new_secrets: how many clients would get their first secret.

    digest: names these very steps; sent along with the files, no others are taken.
    """

    steps: tuple[StepAnswer, ...]
    new_secrets: int
    digest: str


class FirstSecretAnswer(Answer, frozen=True, kw_only=True):
    """A new client's secret. client_secret: its value, this once; null when repeated."""

    issuer: str
    client_id: str
    client_secret: str | None
    secret_id: str
    expires_at: Instant | None


class AppliedAnswer(Answer, frozen=True, kw_only=True):
    """What was done."""

    steps: tuple[StepAnswer, ...]
    secrets: tuple[FirstSecretAnswer, ...]


class FilePartAnswer(Answer, frozen=True, kw_only=True):
    """A piece of a file; between two pieces of one file stands an empty line."""

    file: str
    text: str
