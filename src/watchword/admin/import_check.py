"""What a line of an import means for the store: a client, a secret, or why neither.

Nothing is written here. What the store says about a batch of lines is asked for once a batch.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from watchword.admin import rules
from watchword.admin.dialect_of import dialect_of
from watchword.admin.errors import ChangeRefused, Invalid, NeedsForce, Taken, Unknown
from watchword.admin.estate import Estate
from watchword.admin.import_line import ImportLine, instant, words
from watchword.admin.secret import PLAIN_LENGTH, require_value
from watchword.core import base62, secret_format, secret_hash
from watchword.core.client import Client, InvalidClientId, require_client_id
from watchword.core.issuer import Issuer
from watchword.core.secret import HMAC, Secret
from watchword.core.secret_hash import HashRefused, argon2id
from watchword.core.secret_verifier import hmac_verifier

ID_WIDTH = 8


class ImportOptions(Struct, frozen=True, kw_only=True):
    """add_scopes, add_customers: make those that are not there yet. weak: take secrets below 12
    characters. force: take client_ids that differ only in case. to_existing: give secrets to
    clients that are there already. lifetime: of the secrets as `NewSecret.lifetime` has it.
    """

    add_scopes: bool = False
    add_customers: bool = False
    weak: bool = False
    force: bool = False
    to_existing: bool = False
    lifetime: int | UnsetType | None = UNSET


class Known(Struct, frozen=True, kw_only=True):
    """What the store knows of a batch's lines: clients by client_id and by its lower case."""

    by_client_id: Mapping[str, Client]
    by_lower: Mapping[str, str]

    @classmethod
    def of(cls, clients: Iterable[Client]) -> "Known":
        found = list(clients)
        return cls(
            by_client_id={client.client_id: client for client in found},
            by_lower={client.client_id.lower(): client.client_id for client in found},
        )


class Checker:
    """Checks lines for one issuer.

    pepper: number and octets of the newest. customer_id: gives the id of a customer of that name,
    or None. pepper_id: the number. new_scopes: what lines named beside the catalogue.
    """

    def __init__(
        self,
        estate: Estate,
        issuer: Issuer,
        options: ImportOptions,
        now: int,
        pepper: tuple[int, bytes],
        customer_id: Callable[[str], str | None],
    ) -> None:
        dialect = dialect_of(issuer)
        self._random = estate.random
        self._issuer = issuer
        self._options = options
        self._now = now
        self.pepper_id, self._pepper = pepper
        self._customer_id = customer_id
        self._colon_allowed = dialect.decodes_basic
        self._attributes = dialect.client_attributes
        self._catalogue = frozenset(issuer.scopes)
        self._expires_at = self._default_expiry()
        self.new_scopes: dict[str, None] = {}

    def client(self, line: ImportLine, known: Known) -> Client | None:
        """The client that `line` is to make; None if it is there and gets a secret only.

        Raises ChangeRefused.
        """
        self._require_client_id(line.client_id)
        if self._is_there(line, known):
            return None
        return Client(
            id=base62.name(self._random, ID_WIDTH),
            issuer_id=self._issuer.id,
            client_id=line.client_id,
            created_at=self._now,
            **self.settings(line),
        )

    def settings(self, line: ImportLine) -> dict[str, Any]:
        """The client's settings, each through its rule. Raises ChangeRefused."""
        lifetime = line.lifetime
        return {
            "customer_id": self._customer(line.customer),
            "name": rules.line(line.name, "name"),
            "scopes": self._scopes(words(line.scopes)),
            "audiences": rules.audiences(words(line.audiences)),
            "claims": rules.claims(line.claims) if line.claims else {},
            "attributes": rules.attributes(line.attributes, self._attributes),
            "lifetime": lifetime and rules.seconds(lifetime, "lifetime", rules.LONGEST_TOKEN),
            "enabled": line.enabled,
        }

    def secret(self, line: ImportLine, client_ref: str) -> Secret:
        """The secret of `line`, stored by the rule that its kind asks for. Raises ChangeRefused."""
        if (line.secret is None) == (line.secret_hash is None):
            raise Invalid("a line has either a secret or a secret_hash", field="secret")
        kind, verifier, key_id = self._verifier(line)
        expires_at = self._expires_at
        if line.expires_at is not UNSET:
            expires_at = instant(line.expires_at)
        return Secret(
            id=base62.name(self._random, ID_WIDTH),
            issuer_id=self._issuer.id,
            client_ref=client_ref,
            key_id=key_id or base62.name(self._random, secret_format.KEY_ID_WIDTH),
            kind=kind,
            verifier=verifier,
            pepper_id=self.pepper_id if kind == HMAC else None,
            label=rules.line(line.label, "label"),
            generated=key_id is not None,
            created_at=self._now,
            expires_at=expires_at,
        )

    def _verifier(self, line: ImportLine) -> tuple[str, bytes, str | None]:
        """Kind and verifier of the line's secret, and its key id if it is in our own format."""
        if line.secret is None:
            recognised = _recognised(line.secret_hash)
            return recognised.kind, recognised.verifier, None
        require_value(line.secret, self._options.weak)
        if len(line.secret) < PLAIN_LENGTH:
            salt = self._random(argon2id.SALT_OCTETS)
            return argon2id.KIND, argon2id.encode(line.secret, salt), None
        key_id = secret_format.key_id_of(line.secret)
        return HMAC, hmac_verifier(self._pepper, line.secret), key_id

    def _require_client_id(self, client_id: str) -> None:
        try:
            require_client_id(client_id, colon_allowed=self._colon_allowed)
        except InvalidClientId as error:
            raise Invalid(str(error), field="client_id") from None

    def _is_there(self, line: ImportLine, known: Known) -> bool:
        there = known.by_client_id.get(line.client_id)
        if there is None:
            similar = known.by_lower.get(line.client_id.lower())
            if similar is not None:
                self.require_forced(similar)
            return False
        if there.deleted_at is not None:
            raise Taken("the issuer had such a client, since deleted", field="client_id")
        if not self._options.to_existing:
            raise Taken(
                "the issuer has such a client already",
                hint="--to-existing gives the secret to it",
                field="client_id",
            )
        if line.says_settings:
            raise Taken(
                "the issuer has such a client already, and an import changes no settings",
                hint="leave all but client_id and the secret out",
                field="client_id",
            )
        return True

    def require_forced(self, similar: str) -> None:
        """Raise NeedsForce unless a client_id may differ from `similar` only in case."""
        if not self._options.force:
            raise NeedsForce(
                f"the client_id differs from {similar!r} only in case",
                hint="--force takes both",
                field="client_id",
            )

    def _customer(self, name: str | None) -> str | None:
        if name is None:
            return None
        found = self._customer_id(name)
        if found is None:
            raise Unknown("customer", name, hint="--add-customers makes those that are missing")
        return found

    def _scopes(self, tokens: tuple[str, ...]) -> tuple[str, ...]:
        if self._catalogue.issuperset(tokens):
            return tuple(dict.fromkeys(tokens))
        if not self._options.add_scopes:
            missing = next(token for token in tokens if token not in self._catalogue)
            raise Invalid(
                f"the issuer has no scope {missing!r}",
                hint="--add-scopes adds those that are missing to its catalogue",
                field="scopes",
            )
        listed = rules.scopes(tokens)
        self.new_scopes.update(dict.fromkeys(t for t in listed if t not in self._catalogue))
        return listed

    def _default_expiry(self) -> int | None:
        lifetime = self._options.lifetime
        if lifetime is None:
            return None
        if lifetime is UNSET:
            lifetime = self._issuer.secret_lifetime
        return self._now + rules.seconds(lifetime, "lifetime", rules.LONGEST_SECRET)


def names_no_client(issuer: Issuer) -> bool:
    """Whether requests of the issuer's dialect may carry a secret and no client_id."""
    places = dialect_of(issuer).file.request.credentials
    return any(
        "secret" in place.basic or (place.client_secret is not None and place.client_id is None)
        for place in places
    )


def reason(refused: ChangeRefused) -> str:
    """Why a line is refused, with what to do about it."""
    return f"{refused.message} ({refused.hint})" if refused.hint else refused.message


def _recognised(text: object) -> secret_hash.Recognised:
    from msgspec.json import encode

    try:
        return secret_hash.recognise(text if isinstance(text, str) else encode(text).decode())
    except HashRefused as error:
        raise Invalid(f"the hash cannot be taken over: {error}", field="secret_hash") from None
