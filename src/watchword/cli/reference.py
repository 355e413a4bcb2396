"""The reference of the command line, docs/cli.md, made of the commands themselves.

`python -m watchword.cli.reference > docs/cli.md` writes it; a test compares the two.
"""

import sys
from collections.abc import Iterator
from inspect import cleandoc

import click

from watchword.cli.command import Command
from watchword.cli.root import watchword
from watchword.cli.settings import SETTINGS

_HEAD = """\
# Command line

Made by `python -m watchword.cli.reference`; change the commands, not this page.

Every command takes `--json`, `--data`, `--database` and `--config`. Results go to standard output,
everything else to standard error. Lists in JSON are `{"items": [...], "next": null}`, errors
`{"error": code, "message": ..., "hint": ...}` on standard error, the hint null where there is none;
instants are RFC 3339 in UTC, durations whole seconds. Durations are typed
`90s 15m 12h 30d 1y` (a year is 365 days).

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | refused, declined, or found something |
| 2 | typed wrong, or an extra is missing |
| 3 | unreachable or locked |
| 70 | a fault of ours; `WATCHWORD_DEBUG=1` shows where |
| 130 | interrupted |

## Settings

A flag beats the environment, which beats the file (`DATA/watchword.toml`, or `--config FILE`),
which beats the default. `watchword config explain` shows each value and what set it. A key in the
file that is not in this list is refused.
"""
_COMMON = frozenset({"as_json", "data", "database", "config", "help"})


def reference() -> str:
    """The text of docs/cli.md."""
    lines = [_HEAD, *_settings()]
    context = click.Context(watchword, info_name="watchword")
    for name in watchword.list_commands(context):
        command = watchword.get_command(context, name)
        if command is not None:
            lines += _pages(command, click.Context(command, info_name=name, parent=context))
    return "\n".join(lines).rstrip() + "\n"


def _settings() -> Iterator[str]:
    yield "| in the file | variable | flag | meaning | default |"
    yield "|---|---|---|---|---|"
    for setting in SETTINGS:
        in_file = "" if setting.name in ("data", "config") else f"`{setting.name}`"
        default = "" if setting.default in (None, ()) else f"`{setting.default}`"
        text = setting.text.replace("|", "\\|")
        flag = f"`{setting.flag}`" if setting.flag else ""
        yield f"| {in_file} | `{setting.variable}` | {flag} | {text} | {default} |"


def _pages(command: click.Command, context: click.Context) -> Iterator[str]:
    if isinstance(command, click.Group):
        yield f"\n## {context.command_path}\n\n{cleandoc(command.help or '')}"
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None:
                yield from _pages(child, click.Context(child, info_name=name, parent=context))
        return
    depth = "##" if context.parent is None or context.parent.parent is None else "###"
    yield f"\n{depth} {context.command_path}\n\n{cleandoc(command.help or '')}\n"
    yield f"```\n{context.command_path} {' '.join(command.collect_usage_pieces(context))}\n```\n"
    yield from _options(command, context)
    if isinstance(command, Command):
        yield f"\n```sh\n{command.example}\n```"


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    records = [
        parameter.get_help_record(context)
        for parameter in command.params
        if parameter.name not in _COMMON
    ]
    told = [record for record in records if record is not None]
    if told:
        yield "| option | |"
        yield "|---|---|"
    for option, text in told:
        yield f"| `{option.replace('|', chr(92) + '|')}` | {text.replace('|', chr(92) + '|')} |"


if __name__ == "__main__":
    sys.stdout.write(reference())
