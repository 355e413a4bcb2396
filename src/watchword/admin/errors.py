"""Why a change is refused: one class for each way out, one code for each cause.

    ChangeRefused
    ├── Unknown             there is no such issuer, customer, client, secret or key
    ├── Invalid             a value that cannot be stored; `field` names it
    ├── Taken               a name that must be unique is in use, or was
    ├── NeedsForce          allowed, but only on purpose
    ├── LimitReached        as many as the issuer allows are there
    ├── ChangedMeanwhile    somebody else changed it after it was read
    ├── NotNow              the state of things does not allow it
    ├── NotAllowed          whoever asks may not do it; others may
    └── NotReady            the data folder lacks what every change needs

`message` and `hint` are for the administrator and never hold a secret. The trail keeps both.
"""


class ChangeRefused(Exception):
    """A change that was not made.

    code: stable, for programs. message: what is wrong. hint: what to do about it.
    field: the setting at fault, "" where it is none in particular.
    """

    code = "refused"

    def __init__(
        self, message: str, *, hint: str = "", field: str = "", code: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.field = field
        if code is not None:
            self.code = code


class Unknown(ChangeRefused):
    """`kind` and `name` of what is not there; code is `unknown_<kind>`."""

    def __init__(self, kind: str, name: str, *, hint: str = "") -> None:
        code = f"unknown_{kind.replace(' ', '_')}"
        super().__init__(f"there is no {kind} {name!r}", hint=hint, field=kind, code=code)


class Invalid(ChangeRefused):
    code = "invalid_value"


class Taken(ChangeRefused):
    code = "name_taken"


class NeedsForce(ChangeRefused):
    code = "needs_force"


class LimitReached(ChangeRefused):
    code = "limit_reached"


class ChangedMeanwhile(ChangeRefused):
    """Two people changed one thing at once; the second one gets this."""

    code = "conflict"

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(
            f"the {kind} {name!r} was changed by somebody else meanwhile",
            hint="read it again, then repeat the change",
        )


class NotNow(ChangeRefused):
    code = "not_now"


class NotAllowed(ChangeRefused):
    code = "forbidden"


class NotReady(ChangeRefused):
    code = "not_ready"
