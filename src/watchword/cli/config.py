"""`watchword config`: settings, and what set them."""

from urllib.parse import urlsplit

from watchword.cli.command import group, leaf
from watchword.cli.output import View
from watchword.cli.session import Session
from watchword.cli.settings import Chosen, Setting

config = group("config", "Settings, and what set them.")
COLUMNS = {"name": "setting", "value": "value", "source": "set by", "variable": "variable"}


@leaf(config, "explain", example="WATCHWORD_WORKERS=4 watchword config explain")
def explain(session: Session) -> None:
    """Show each setting, and the flag, variable or file that set it."""
    found = [_view(setting, chosen) for setting, chosen in session.settings.explained()]
    session.out.many(found, COLUMNS)


def _view(setting: Setting, chosen: Chosen) -> View:
    value = chosen.value
    if setting.name == "database":
        value = without_password(str(value))
    elif setting.is_secret and value is not None:
        value = "***"
    elif isinstance(value, tuple):
        value = list(value)
    return {
        "name": setting.name,
        "value": value if value is None or isinstance(value, list | int) else str(value),
        "source": chosen.source,
        "flag": setting.flag,
        "variable": setting.variable,
        "text": setting.text,
    }


def without_password(url: str) -> str:
    """A database URL that can be shown."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return url.replace(f":{parts.password}@", ":***@", 1)
