"""A roll whose process is killed at any statement leaves the old state or the new one."""

import os
import shutil
import signal
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.admin.scene import NOW, context, events
from watchword.admin.client import NewClient, create_client
from watchword.admin.issuer import NewIssuer, create_issuer
from watchword.admin.pepper import open_peppers
from watchword.admin.roll import roll_secret
from watchword.admin.set_up import Place, open_estate, prepare
from watchword.core.secret import Secret
from watchword.core.secret_verifier import matching_secrets
from watchword.storage import verify_chain

MOST_STATEMENTS = 80


def place_of(folder: Path) -> Place:
    return Place(data=folder, database=f"sqlite:///{folder}/watchword.db", environ={})


def prepared(folder: Path) -> Secret:
    """A folder with a client and its one secret, and nobody in it."""
    estate = prepare(place_of(folder), os.urandom).estate
    create_issuer(estate, context(NOW), NewIssuer(name="acme", url="https://a.example"))
    made = create_client(estate, context(NOW), "acme", NewClient(client_id="ACME01"))
    assert made.secret is not None
    estate.store.close()
    return made.secret.secret


def roll_in_a_process(folder: Path, secret: Secret, last: int) -> bool:
    """Roll `secret` in a process that dies before its `last` statement; whether it came through.

    Like the command, it shows the value (in the file `shown`) once the roll has returned.
    """
    child = os.fork()
    if child == 0:
        _roll_and_die(folder, secret, last)
    _, status = os.waitpid(child, 0)
    assert os.WIFEXITED(status) or os.WTERMSIG(status) == signal.SIGKILL
    return os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0


def _roll_and_die(folder: Path, secret: Secret, last: int) -> None:
    count = 0

    def step(*_: object) -> None:
        nonlocal count
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        estate = open_estate(place_of(folder), os.urandom)
        event.listen(Engine, "before_cursor_execute", step)
        event.listen(Engine, "commit", step)
        rolled = roll_secret(estate, context(), secret.id, overlap=3600)
        (folder / "shown").write_text(rolled.new.value)
        step()
        os._exit(0)
    finally:
        os._exit(1)


def test_killed_at_each_statement_there_is_the_old_state_or_the_new_one(tmp_path: Path) -> None:
    old = prepared(tmp_path / "fresh")
    states = []
    for last in range(1, MOST_STATEMENTS):
        folder = tmp_path / str(last)
        shutil.copytree(tmp_path / "fresh", folder)
        finished = roll_in_a_process(folder, old, last)
        states.append(state_after(folder, old))
        if finished:
            break

    assert finished
    assert states[0] == 1
    assert states[-1] == 2
    assert len(states) > 5
    assert states == sorted(states)


def state_after(folder: Path, old: Secret) -> int:
    """How many secrets there are, all of it being as it must be."""
    estate = open_estate(place_of(folder), os.urandom)
    with estate.store.reading() as reading:
        secrets = reading.secrets(old.client_ref)
        peppers = open_peppers(reading, estate)
    [kept] = [secret for secret in secrets if secret.id == old.id]
    rolls = events(estate, "secret.roll")
    shown = folder / "shown"

    assert kept.is_live(NOW), "the old secret works either way"
    assert (kept.revoked_at is not None) == (len(secrets) == 2) == (len(rolls) == 1)
    if shown.exists():
        matches = matching_secrets(shown.read_text(), secrets, peppers)
        assert len(matches) == 1, "a secret that was shown works"
    assert verify_chain(estate.store).fault is None
    staying = next(secret for secret in secrets if secret.revoked_at is None)
    assert roll_secret(estate, context(NOW + 1), staying.id).new.value
    estate.store.close()
    return len(secrets)
