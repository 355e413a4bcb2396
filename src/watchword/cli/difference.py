"""A plan as people read it: `+` made, `~` changed, `-` ended, and what differs."""

from watchword.cli.desk import Answer
from watchword.cli.session import Session

_STYLES = {"+": "green", "~": "yellow", "-": "red"}


def show_difference(session: Session, steps: list[Answer], new_secrets: int) -> None:
    """Print the steps."""
    if not steps:
        session.out.text("Everything is as the files say.")
        return
    for step in steps:
        session.out.title(f"{step['mark']} {step['kind']} {step['name']}", _STYLES[step["mark"]])
        for line in step["changes"]:
            session.out.text(f"    {line}")
    counts = {mark: sum(step["mark"] == mark for step in steps) for mark in _STYLES}
    session.out.text(
        f"\n{counts['+']} to make, {counts['~']} to change, {counts['-']} to end; "
        f"new secrets: {new_secrets}."
    )
