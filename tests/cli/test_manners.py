"""How every command behaves: help, suggestions, exit codes, settings."""

import resource
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from tests.cli.program import Program
from watchword.cli.command import Command
from watchword.cli.root import GROUPS, SECTIONS, watchword


def python(code: str) -> subprocess.CompletedProcess[str]:
    """A Python process that runs `code`."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with its whole name."""
    context = click.Context(watchword, info_name="watchword")
    for name in watchword.list_commands(context):
        if name == "demo":
            continue
        command = watchword.get_command(context, name)
        assert command is not None
        if not isinstance(command, click.Group):
            yield name, command
            continue
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            assert found is not None
            yield f"{name} {child}", found


def test_every_command_has_an_example_and_the_common_options() -> None:
    for name, command in commands():
        assert isinstance(command, Command), name
        assert command.example.startswith(("watchword ", "WATCHWORD_")), name
        assert name in command.example, name
        assert command.help, name
        options = {option for parameter in command.params for option in parameter.opts}
        assert {"--json", "--data", "--database", "--config"} <= options, name


def test_every_command_is_told_in_one_short_line() -> None:
    cut = [name for name, each in commands() if each.get_short_help_str(limit=90).endswith("...")]

    assert cut == []


def test_every_option_says_what_it_is_for() -> None:
    for name, command in commands():
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{name} {parameter.opts}"


def test_the_overview_is_quick_and_loads_nothing_of_the_server() -> None:
    code = (
        "import sys; from watchword.cli.root import run; run(['--help']);"
        "bad = {'sqlalchemy', 'rich', 'cryptography', 'watchword.storage', 'watchword.admin'};"
        "sys.exit(len(bad & set(sys.modules)))"
    )

    assert python(code).returncode == 0


@pytest.mark.parametrize("name", ["issuer create", "client create", "secret roll", "key list"])
def test_help_of_a_command_loads_no_database(name: str) -> None:
    code = (
        f"import sys; from watchword.cli.root import run; run({[*name.split(), '--help']!r});"
        "sys.exit('sqlalchemy' in sys.modules)"
    )

    assert python(code).returncode == 0


def test_help_takes_less_than_150_ms_of_processor_time(program: Program) -> None:
    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    times = []
    for _ in range(5):
        before = spent()
        program.process("--help")
        times.append(spent() - before)

    assert min(times) < 0.15


def test_the_overview_names_every_group(program: Program) -> None:
    overview = program.ok("--help").out

    for name, (_, text) in GROUPS.items():
        assert name in overview
        assert text in overview


def test_without_a_command_the_overview_is_the_answer(program: Program) -> None:
    done = program.run()

    assert done.code == 2
    assert done.err.startswith("Usage: watchword")


def test_every_group_has_its_section() -> None:
    assert sorted(name for names in SECTIONS.values() for name in names) == sorted(GROUPS)


def test_the_help_of_a_command_ends_in_its_example(program: Program) -> None:
    shown = program.ok("secret", "issue", "--help").out

    assert "Example:\n  watchword secret issue ACME01" in shown


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["isuer"], "'issuer'"),
        (["client", "crate"], "'create'"),
        (["client", "list", "--isuer", "x"], "--issuer"),
    ],
)
def test_a_mistyped_word_is_recognised(program: Program, typed: list[str], meant: str) -> None:
    done = program.run(*typed)

    assert done.code == 2
    assert "Did you mean" in done.err
    assert meant in done.err


def test_errors_are_json_on_standard_error_when_asked_for(program: Program) -> None:
    done = program.run("client", "list", "--json")

    assert done.code == 1
    assert done.out == ""
    assert done.error["error"] == "no_data"
    assert set(done.error) == {"error", "message", "hint"}
    assert not (program.folder / "watchword-data").exists()


def test_an_error_without_a_hint_says_null_in_json(prepared: Program) -> None:
    refused = prepared.run("client", "show", "nobody-like-that", "--json")
    prepared.folder.joinpath("ours.toml").write_text('name = ""\n')
    faults = prepared.run("dialect", "check", "ours.toml", "--json").json["faults"]

    assert refused.error["hint"] is None
    assert faults
    assert all(each.get("hint") != "" for each in faults)


def test_a_usage_error_is_json_too(program: Program) -> None:
    done = program.run("client", "show", "--json")

    assert done.code == 2
    assert done.error["error"] == "usage"


def test_a_database_that_cannot_be_reached_is_exit_code_3(prepared: Program) -> None:
    done = prepared.run(
        *("issuer", "list", "--json", "--database"),
        "postgresql://nobody@127.0.0.1:1/none?connect_timeout=2",
    )

    assert done.code == 3
    assert done.error["error"] == "unreachable"


def test_a_fault_of_ours_is_a_short_text_and_exit_code_70(program: Program) -> None:
    code = (
        "from watchword.cli import root;"
        "root.watchword.main = lambda *a, **k: 1 / 0;"
        "raise SystemExit(root.run(['issuer', 'list']))"
    )
    done = python(code)

    assert done.returncode == 70
    assert "Traceback" not in done.stderr
    assert "a fault of ours (ZeroDivisionError)" in done.stderr


def test_a_folder_that_cannot_be_made_is_no_fault_of_ours(program: Program) -> None:
    (program.folder / "file").touch()
    refused = program.run("issuer", "create", "a", "--url", "http://localhost", "--data", "file/x")

    assert refused.code == 1
    assert "file/x cannot be made: Not a directory" in refused.err
    assert "--data FOLDER" in refused.err


def test_a_file_that_cannot_be_written_is_named_with_the_reason(prepared: Program) -> None:
    (prepared.folder / "file").touch()
    refused = prepared.run("export", "-f", "file/x")

    assert (refused.code, refused.err) == (1, "watchword: file/x: Not a directory\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["dialect", "check", "nothing"],
        ["issuer", "create", "a", "--url", "http://localhost", "--dialect", "./nothing"],
        ["token", "get", "--token-endpoint", "x", "--client-id", "x", "--secret-file", "nothing"],
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_words(
    program: Program, arguments: list[str]
) -> None:
    refused = program.run(*arguments)

    assert refused.code == 2
    assert "nothing: No such file or directory" in refused.err.replace(" cannot be read", "")
    assert "Errno" not in refused.err


def test_a_secret_file_with_nothing_in_it_is_told_before_anybody_is_asked(program: Program) -> None:
    (program.folder / "empty").write_text("\n")
    asked = ("token", "get", "--token-endpoint", "https://auth.invalid/token", "--client-id", "x")

    refused = program.run(*asked, "--secret-file", "empty")

    assert (refused.code, "there is nothing in it" in refused.err) == (2, True)


def test_a_piped_secret_is_read_without_a_prompt(program: Program) -> None:
    checked = program.run("secret", "check", stdin="wk_not-one-of-ours\n")
    nothing = program.run("secret", "check")

    assert (checked.code, checked.err) == (1, "")
    assert (nothing.code, nothing.err.count("--secret-file")) == (2, 1)


def test_debugging_shows_where_a_fault_is(program: Program) -> None:
    done = program.run("client", "list", WATCHWORD_DEBUG="1")

    assert "Traceback" in done.err


def test_a_missing_extra_is_named_with_the_line_that_brings_it(program: Program) -> None:
    code = (
        "import sys; sys.modules['sqlalchemy'] = None;"
        "from watchword.cli.root import run; sys.exit(run(['issuer', 'list']))"
    )
    done = python(code)

    assert done.returncode == 2
    assert 'pip install "watchword[server]"' in done.stderr


def test_without_click_the_command_says_what_to_install() -> None:
    code = "import sys; sys.modules['click'] = None; from watchword.cli.main import main; main()"
    done = python(code)

    assert done.returncode == 2
    assert 'pip install "watchword[server]"' in done.stderr


def explained(program: Program, *arguments: str, **environ: str) -> dict[str, tuple[str, str]]:
    done = program.run("config", "explain", "--json", *arguments, **environ)
    assert done.code == 0, done
    return {item["name"]: (item["value"], item["source"]) for item in done.json["items"]}


def test_a_flag_beats_the_environment_which_beats_the_file(program: Program) -> None:
    (program.folder / "watchword-data").mkdir()
    file = program.folder / "watchword-data" / "watchword.toml"
    file.write_text('database = "sqlite:///file.db"\n[serve]\nworkers = 3\n')
    name = "sqlite:///flag.db"

    by_default = explained(program, "--data", "elsewhere")
    by_file = explained(program)
    by_variable = explained(program, WATCHWORD_DATABASE_URL="sqlite:///variable.db")
    by_flag = explained(program, "--database", name, WATCHWORD_DATABASE_URL="sqlite:///v.db")

    assert by_default["database"] == ("sqlite:///elsewhere/watchword.db", "default")
    assert by_default["data"] == ("elsewhere", "flag --data")
    assert by_file["database"] == ("sqlite:///file.db", "file watchword-data/watchword.toml")
    assert by_file["serve.workers"] == (3, "file watchword-data/watchword.toml")
    assert by_variable["database"] == (
        "sqlite:///variable.db",
        "environment WATCHWORD_DATABASE_URL",
    )
    assert by_flag["database"] == (name, "flag --database")


def test_an_unknown_key_in_the_file_is_refused_with_the_right_word(program: Program) -> None:
    (program.folder / "ours.toml").write_text("[serve]\nworkerz = 3\n")

    done = program.run("config", "explain", "--config", "ours.toml", "--json")

    assert done.code == 2
    assert done.error["hint"] == "did you mean 'serve.workers'?"


def test_a_value_of_the_wrong_type_is_refused(program: Program) -> None:
    (program.folder / "ours.toml").write_text('[serve]\nworkers = "many"\n')

    done = program.run("config", "explain", "--config", "ours.toml", "--json")

    assert done.code == 2
    assert "serve.workers must be a number" in done.error["message"]


def test_a_database_password_is_not_shown(program: Program) -> None:
    shown = explained(program, "--database", "postgresql://u:hunter2@db/x")

    assert shown["database"][0] == "postgresql://u:***@db/x"


def test_text_for_a_pipe_has_no_colours(prepared: Program) -> None:
    shown = prepared.ok("issuer", "list").out

    assert "\x1b" not in shown
    assert shown.splitlines()[0].split() == ["NAME", "URL", "DIALECT", "ALG", "LIFETIME", "ENABLED"]


def test_the_version_is_told(program: Program) -> None:
    assert program.ok("--version").out.startswith("watchword, version ")
