"""How commands are made: an example in each one's help, the common options, lazy groups."""

import functools
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from watchword.core.nearest import nearest

Callback = Callable[..., int | None]


class Command(click.Command):
    """A command whose help ends in an example that can be pasted."""

    def __init__(self, *args: Any, example: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.example = example

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.example:
            formatter.write_paragraph()
            formatter.write("Example:\n")
            for line in self.example.splitlines():
                formatter.write(f"  {line}\n")


class Group(click.Group):
    """A group that suggests the command which was probably meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-"):
            meant = nearest(args[0], known)
            hint = f" Did you mean {meant!r}?" if meant else f" There are: {', '.join(known)}."
            raise click.UsageError(f"No such command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)


class LazyGroup(Group):
    """A group whose commands are imported when they are used, not for the overview.

    lazy: name → ("module:attribute", short help). sections: heading of the overview → names.
    """

    def __init__(
        self,
        *args: Any,
        lazy: Mapping[str, tuple[str, str]] | None = None,
        sections: Mapping[str, Sequence[str]] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.lazy = dict(lazy or {})
        self.sections = dict(sections or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.lazy, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.lazy:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self.lazy[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = {name: text for name, (_, text) in self.lazy.items()}
        rows.update(
            (name, each.get_short_help_str(limit=80)) for name, each in self.commands.items()
        )
        width = max(map(len, rows))
        for title, names in self.sections.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), rows.pop(name)) for name in names])
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl([(name.ljust(width), text) for name, text in rows.items()])


def group(name: str, text: str) -> Group:
    """A group of commands that does nothing by itself."""
    return Group(name, help=text, context_settings={"max_content_width": 100})


_COMMON = (
    click.option("--profile", type=click.Path(path_type=Path), help="Credential for --server."),
    click.option("--server", metavar="URL", help="Work on a server's administration listener."),
    click.option("--config", type=click.Path(path_type=Path), help="Settings file (TOML)."),
    click.option("--database", metavar="URL", help="Database: sqlite:///FILE or postgresql://…"),
    click.option("--data", type=click.Path(path_type=Path), help="Data folder."),
    click.option("--json", "as_json", is_flag=True, help="Answer as JSON."),
)
COMMON_NAMES = ("as_json", "data", "database", "config", "server", "profile")


def leaf(parent: click.Group, name: str, *, example: str) -> Callable[[Callback], Command]:
    """Make `function(session, **options)` the command `name` of `parent`."""

    def decorate(function: Callback) -> Command:
        command = standalone(name, example=example)(function)
        parent.add_command(command)
        return command

    return decorate


def standalone(name: str, *, example: str) -> Callable[[Callback], Command]:
    """Make `function(session, **options)` a command that belongs to no group."""

    def decorate(function: Callback) -> Command:
        callback: Any = _with_session(function)
        own = getattr(callback, "__click_params__", [])
        callback.__click_params__ = []
        for option in _COMMON:
            callback = option(callback)
        # click lists the parameters of a function backwards: the common ones come last in its help.
        callback.__click_params__ += own
        make: Callable[[Callback], Command] = click.command(name, cls=Command, example=example)
        return make(callback)

    return decorate


def _with_session(function: Callback) -> Callback:
    @functools.wraps(function)
    def call(**given: Any) -> int | None:
        from watchword.cli.session import Session

        common = {name: given.pop(name) for name in COMMON_NAMES}
        with Session.start(**common) as session:
            return function(session, **given)

    return call
