"""What a template is filled from: one answer or one refusal, its request, the clock, the dice."""

from watchword.dialect.answer import Sources, TokenAnswer
from watchword.dialect.wire import WireRequest

Value = str | int | float | bool | list[str] | dict[str, object] | None


class Wording:
    """The words of one refusal, as the dialect has chosen them."""

    __slots__ = ("cause", "code", "description", "error", "retry_after", "status", "values")

    def __init__(
        self,
        *,
        cause: str,
        error: str,
        description: str,
        status: int,
        code: str | int | None,
        retry_after: int | None,
        values: dict[str, str],
    ) -> None:
        self.cause = cause
        self.error = error
        self.description = description
        self.status = status
        self.code = code
        self.retry_after = retry_after
        self.values = values


class Scene:
    """The values that placeholders look at. `answer` or `wording` is there, never both."""

    __slots__ = ("answer", "generated", "request", "sources", "wording")

    answer: TokenAnswer
    wording: Wording

    def __init__(self, request: WireRequest, sources: Sources) -> None:
        self.request = request
        self.sources = sources
        # A generated value named twice in one answer is the same value.
        self.generated: dict[str, str] | None = None

    def generate(self, key: str, length: int) -> bytes | str:
        """Random bytes for a generated value, or the value itself where it is known already."""
        if self.generated is None:
            self.generated = {}
        known = self.generated.get(key)
        return self.sources.random(length) if known is None else known

    def keep(self, key: str, value: str) -> str:
        """Remember a generated value."""
        if self.generated is None:
            self.generated = {}
        self.generated[key] = value
        return value
