"""The command line elsewhere, and the server that it works on."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.cli.program import Outcome, Program
from tests.cli.server import Server
from tests.support.patience import PATIENCE, eventually


@dataclass(frozen=True)
class Far:
    """A server, and somebody elsewhere who works on it with the owner's credential."""

    server: Server
    program: Program
    owner: Path

    @property
    def options(self) -> tuple[str, ...]:
        return ("--server", self.server.admin_url, "--profile", str(self.owner))

    def run(self, *arguments: str, stdin: str = "") -> Outcome:
        return self.program.run(*arguments, *self.options, stdin=stdin)

    def ok(self, *arguments: str, stdin: str = "") -> Outcome:
        return self.program.ok(*arguments, *self.options, stdin=stdin)

    def json(self, *arguments: str, stdin: str = "") -> Any:
        return self.program.json(*arguments, *self.options, stdin=stdin)

    def write(self, name: str, text: str) -> Path:
        """A file in the folder of whoever is elsewhere."""
        path = self.program.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def through(self, url: str) -> Sequence[str]:
        """The owner's options to reach the server by another URL, and the file that they name."""
        profile = json.loads(self.owner.read_text())
        path = self.write(f"owner-{url.rpartition(':')[2]}.json", "")
        path.chmod(0o600)
        path.write_text(json.dumps({**profile, "server": url}))
        return ("--server", url, "--profile", str(path))

    def profile(self, name: str, role: str, *issuers: str) -> Sequence[str]:
        """The options of another administrator, made for this."""
        options = [word for issuer in issuers for word in ("--issuer", issuer)]
        made = self.json("administrator", "create", name, "--role", role, *options)
        settings = self.program.folder / f"{name}.json"
        self.program.ok(
            *("login", "--server", self.server.admin_url, "--client-id", name),
            *("--secret-file", "-", "--profile", str(settings)),
            stdin=made["client_secret"],
        )
        return ("--server", self.server.admin_url, "--profile", str(settings))


def issued_to(client: dict[str, Any], status: int = 200) -> httpx.Response:
    """The answer of the client's token endpoint, once a new client is known there."""
    answers: list[httpx.Response] = []

    def settled() -> bool:
        answer = httpx.post(
            client["token_endpoint"],
            data={"grant_type": "client_credentials"},
            auth=(client["client_id"], client["client_secret"]),
            timeout=PATIENCE,
        )
        answers.append(answer)
        return answer.status_code == status

    eventually(settled)
    return answers[-1]
