"""What a server costs besides its CPU a token: its start, its memory, a client not in memory.

The last is measured as the difference between tokens of one client over and over, and tokens of
many clients none of which is in memory: each needs the cache miss's one read. Both among ten
clients and among a million, taken in by `secret import`, whose own time is a figure too.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import load, ours, process
from bench.ours import CLIENT_ID, FORM, Wanted
from watchword.admin.import_file import Numbered
from watchword.admin.import_line import ImportLine
from watchword.admin.secret_import import import_clients

BODY = b"grant_type=client_credentials"
STARTS = 5


def run(*, clients: int) -> dict[str, Any]:
    """Cold starts and memory with ten clients; import and cache misses with `clients`."""
    process.pin_load()
    return {"ten_clients": _small(), f"{clients}_clients": _large(clients)}


def _small() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        port = ours.free_port()
        issuer = ours.prepare_folder(Path(folder), [Wanted("es256", "ES256")], port)["es256"]
        _import(Path(folder), 9)
        headers = [("Authorization", ours.basic(CLIENT_ID, issuer.secret)), FORM]
        starts = []
        for _ in range(STARTS):
            begun = time.monotonic()
            with ours.start(Path(folder), port) as server:
                request = load.post(issuer.token_path, BODY, headers, "127.0.0.1", server.port)
                load.once(request)
                starts.append(time.monotonic() - begun)
                load.run(request, seconds=1)
                memory = server.resident_mib()
    return {
        "first_token_after_s": round(sorted(starts)[STARTS // 2], 3),
        "resident_mib": {str(pid): round(mib, 1) for pid, mib in memory.items()},
    }


def _large(clients: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        port = ours.free_port()
        issuer = ours.prepare_folder(Path(folder), [Wanted("es256", "ES256")], port)["es256"]
        begun, cpu = time.monotonic(), time.process_time()
        _import(Path(folder), clients)
        imported = {
            "import_s": round(time.monotonic() - begun, 1),
            "import_cpu_s": round(time.process_time() - cpu, 1),
        }
        with ours.start(Path(folder), port) as server:
            return {**imported, **_misses(server, issuer, clients)}


def _misses(server: process.Server, issuer: ours.Registered, clients: int) -> dict[str, Any]:
    """CPU of a token of a client in memory and of one that is not, each asked for once."""
    count = min(clients, 20_000)
    step = max(clients // count, 1)
    asked = [_request(server, issuer.token_path, number * step) for number in range(count)]
    for request in asked[:200]:
        load.once(request)
    figures = {}
    with load.keep_alive(asked[0]) as ask:
        for name, requests in (
            ("hit", [asked[0]] * (count // 2)),
            ("miss", asked[count // 2 :]),
        ):
            before = server.cpu_seconds()
            for request in requests:
                ask(request)
            spent = server.cpu_seconds() - before
            figures[f"{name}_cpu_us"] = round(spent / len(requests) * 1e6, 1)
    figures["resident_mib"] = round(max(server.resident_mib().values()), 1)
    return figures


def _request(server: process.Server, path: str, number: int) -> load.Request:
    headers = [("Authorization", ours.basic(f"acct-{number:07}", _secret(number))), FORM]
    return load.post(path, BODY, headers, "127.0.0.1", server.port)


def _secret(number: int) -> str:
    return f"a secret of client number {number:07}"


def _import(folder: Path, clients: int) -> None:
    estate = ours.open_folder(folder)
    import_clients(estate, ours.context(), "es256", _lines(clients))
    estate.store.close()


def _lines(clients: int) -> Iterator[Numbered]:
    for number in range(clients):
        line = ImportLine(client_id=f"acct-{number:07}", secret=_secret(number), scopes=ours.SCOPES)
        yield Numbered(number + 1, line)
