"""Several processes on one database, and one that is killed."""

import subprocess
import sys

from tests.storage.things import CHAIN_KEY, fill
from watchword.storage import Store, open_store, verify_chain

EDIT = """
import sys
from msgspec.structs import replace
from watchword.storage import Conflict, open_store

store = open_store(sys.argv[1], chain_key=bytes(range(32)))
with store.reading() as reading:
    client = reading.client("c-acme-robot")
print("read", flush=True)
sys.stdin.readline()
try:
    with store.changing() as changing:
        changing.update_client(replace(client, name=sys.argv[2]))
    print("changed", flush=True)
except Conflict:
    print("conflict", flush=True)
"""

WRITE = """
import itertools, sys
from tests.storage.things import a_customer, an_event
from watchword.storage import open_store

store = open_store(sys.argv[1], chain_key=bytes(range(32)))
for number in itertools.count():
    with store.changing() as changing:
        changing.add_customer(a_customer(f"{sys.argv[2]}{number}"))
        changing.append(an_event())
    print(f"{sys.argv[2]}{number}", flush=True)
"""


def start(program: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_of_two_processes_that_change_one_client_one_gets_a_conflict(
    store: Store, database_url: str
) -> None:
    fill(store)
    editors = [start(EDIT, database_url, name) for name in ("one", "two")]
    for editor in editors:
        assert editor.stdout is not None
        assert editor.stdout.readline() == "read\n"
    answers = [editor.communicate("go\n", timeout=500)[0].strip() for editor in editors]

    assert sorted(answers) == ["changed", "conflict"]
    with store.reading() as reading:
        client = reading.client("c-acme-robot")
    assert client is not None
    assert (client.name, client.version) == (("one", "two")[answers.index("changed")], 2)


def test_whatever_a_killed_writer_had_reported_is_there(store: Store, database_url: str) -> None:
    fill(store)
    store.close()
    writers = [start(WRITE, database_url, name) for name in ("a", "b")]
    reported = []
    for writer in writers:
        assert writer.stdout is not None
        reported += [writer.stdout.readline().strip() for _ in range(20)]
    for writer in writers:
        writer.kill()
    for writer in writers:
        # The last line may have been cut off by the kill.
        with writer:
            reported += writer.stdout.read().split("\n")[:-1]

    again = open_store(database_url, chain_key=CHAIN_KEY, create=False)
    with again.reading() as reading:
        there = {customer.name for customer in reading.customers(limit=100_000)}
    assert len(reported) >= 40
    assert set(reported) <= there
    assert verify_chain(again).fault is None
    assert verify_chain(again).events == len(there)
    again.close()
