"""A roll that is killed at any of its statements: the old state or the new one, never neither."""

import os
import signal

from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.admin.scene import DAY, NOW, context
from watchword.admin.client import NewClient, create_client
from watchword.admin.issuer import NewIssuer, create_issuer
from watchword.admin.pepper import open_peppers
from watchword.admin.roll import roll_secret
from watchword.admin.set_up import Place, open_estate, prepare
from watchword.core.secret import Secret
from watchword.core.secret_verifier import matching_secrets

_MOST_STATEMENTS = 100


def first_secret(place: Place) -> Secret:
    """An estate with one client; its secret. Nothing stays open."""
    estate = prepare(place, os.urandom).estate
    issuer = create_issuer(estate, context(), NewIssuer(name="a", url="https://a.example"))
    made = create_client(estate, context(), issuer.id, NewClient())
    estate.store.close()
    assert made.secret is not None
    return made.secret.secret


def roll_and_die(place: Place, secret: Secret, fatal: int, shown: int) -> None:
    """In a child process: roll, and end by SIGKILL right before the statement number `fatal`."""
    count = 0

    def step(*_: object) -> None:
        nonlocal count
        count += 1
        if count == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    estate = open_estate(place, os.urandom)
    event.listen(Engine, "before_cursor_execute", step)
    event.listen(Engine, "commit", step)
    done = roll_secret(estate, context(NOW), secret.id, overlap=DAY)
    os.write(shown, done.new.value.encode())


def run(place: Place, secret: Secret, fatal: int) -> tuple[bool, str]:
    """Whether the child was killed, and the secret that it had shown until then."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            roll_and_die(place, secret, fatal, writing)
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    shown = os.read(reading, 1000).decode()
    os.close(reading)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL)
    return os.WIFSIGNALED(status), shown


def test_a_killed_roll_leaves_the_old_state_or_the_new_one(place: Place) -> None:
    old = first_secret(place)
    for fatal in range(1, _MOST_STATEMENTS):
        killed, shown = run(place, old, fatal)
        estate = open_estate(place, os.urandom)
        with estate.store.reading() as reading:
            secrets, peppers = reading.secrets(old.client_ref), open_peppers(reading, estate)
        estate.store.close()
        if not killed:
            break
        assert (shown, secrets) == ("", [old])

    [after] = [secret for secret in secrets if secret.id == old.id]
    [new] = matching_secrets(shown, secrets, peppers)
    assert fatal > 5
    assert after.revoked_at == NOW + DAY
    assert new.is_live(NOW)
