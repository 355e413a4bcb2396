"""Files that hold secrets or keys: mode 0600 from the first byte on, never written over."""

import os
from pathlib import Path

from watchword.cli.failure import Refused


def write_private(path: Path, text: str) -> None:
    """Write a new file of mode 0600, safely on disk. Refused where there is one already."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Refused(
            f"{path} is there already", hint="name another file", code="file_exists"
        ) from None
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}", code="no_file") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
