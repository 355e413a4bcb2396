"""An application of the user's that is served below the issuers' URLs, as the demo does."""

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from watchword.app.asgi import Application
from watchword.app.settings import InvalidSettings


def load_application(place: str) -> Application:
    """The ASGI application at "package.module:attribute" or "path/to/file.py:attribute".

    Raises InvalidSettings.
    """
    module_name, colon, attribute = place.rpartition(":")
    if not (colon and module_name and attribute):
        raise InvalidSettings(f"{place!r} names no application", "write module:attribute")
    try:
        module = _load_module(module_name)
    except (ImportError, FileNotFoundError) as fault:
        raise InvalidSettings(f"{module_name} cannot be imported: {fault}") from None
    app: Application | None = getattr(module, attribute, None)
    if app is None:
        raise InvalidSettings(f"{module_name} has no {attribute!r}")
    return app


def _load_module(name: str) -> ModuleType:
    if not name.endswith(".py"):
        return importlib.import_module(name)
    spec = importlib.util.spec_from_file_location(Path(name).stem, name)
    if spec is None or spec.loader is None:
        raise ImportError("it is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
