"""Things in the shapes of `answer`."""

from typing import Any, TypeVar

import msgspec

from watchword.admin import credential_request as requests
from watchword.admin import view
from watchword.admin.administrator import bounds_of, role_of
from watchword.admin.apply import Applied, FirstSecret
from watchword.admin.diagnosis import Diagnosis
from watchword.admin.expiring import Expiring
from watchword.admin.roll import RollPlan
from watchword.admin.secret import IssuedSecret
from watchword.admin.step import Step
from watchword.admin.tracing import LedgerLine, Trace
from watchword.admin.usage import SecretUsage
from watchword.app.administration import answer, file_answer
from watchword.core.client import Client
from watchword.core.credential_request import CredentialRequest
from watchword.core.customer import Customer
from watchword.core.event import Event
from watchword.core.issuer import Issuer
from watchword.core.secret import Secret
from watchword.core.signing_key import SigningKey
from watchword.storage import LastUse, Reading, TrailReport, UsageCount

Shape = TypeVar("Shape")


def issuer(thing: Issuer) -> answer.IssuerAnswer:
    return _as(answer.IssuerAnswer, view.issuer(thing))


def customer(thing: Customer) -> answer.CustomerAnswer:
    return _as(answer.CustomerAnswer, view.customer(thing))


def client(thing: Client, reading: Reading) -> answer.ClientAnswer:
    owner = reading.issuer(thing.issuer_id)
    customer = reading.customer(thing.customer_id) if thing.customer_id else None
    names = (owner.name if owner else "", customer.name if customer else None)
    return _as(answer.ClientAnswer, view.client(thing, *names))


def secret(thing: Secret, now: int, last_use: LastUse | None = None) -> answer.SecretAnswer:
    return _as(answer.SecretAnswer, view.secret(thing, now, last_use))


def issued(thing: IssuedSecret, now: int) -> answer.IssuedSecretAnswer:
    return answer.IssuedSecretAnswer(secret=secret(thing.secret, now), client_secret=thing.value)


def key(thing: SigningKey, now: int) -> answer.KeyAnswer:
    return _as(answer.KeyAnswer, view.key(thing, now))


def event(thing: Event) -> answer.EventAnswer:
    return _as(answer.EventAnswer, view.event(thing))


def trail_report(report: TrailReport) -> answer.TrailReportAnswer:
    fault = report.fault
    return answer.TrailReportAnswer(
        ok=fault is None,
        events=report.events,
        dropped=report.dropped,
        seq=report.head.seq,
        chain=report.head.chain.hex(),
        fault_seq=fault.seq if fault else None,
        fault=fault.wrong if fault else None,
    )


def token(line: LedgerLine) -> answer.TokenAnswer:
    entry = line.entry
    return answer.TokenAnswer(
        jti=entry.jti,
        issuer=line.issuer,
        client_id=line.client_id,
        secret_id=line.secret_id,
        address=entry.address,
        scope=entry.scope,
        issued_at=_instant(entry.issued_at),
        expires_at=_instant(entry.expires_at),
        request_id=entry.request_id,
    )


def trace(found: Trace) -> answer.TraceAnswer:
    return answer.TraceAnswer(
        at=_instant(found.at), where=found.where, what=found.what, facts=found.facts
    )


def usage(count: UsageCount) -> answer.UsageAnswer:
    return answer.UsageAnswer(
        at=_instant(count.at),
        outcome=count.outcome,
        count=count.count,
        secret_id=count.secret_id,
    )


def roll_plan(plan: RollPlan, now: int) -> answer.RollPlanAnswer:
    return answer.RollPlanAnswer(
        old=secret(plan.old, now),
        old_ends_at=_instant(plan.old_ends_at),
        new_expires_at=view.instant(plan.new_expires_at),
        live=plan.live,
    )


def secret_usage(used: SecretUsage, now: int) -> answer.SecretUsageAnswer:
    return answer.SecretUsageAnswer(
        secret=secret(used.secret, now, used.last_use),
        issued=used.issued,
        share=used.share,
        safe_to_revoke=used.safe_to_revoke,
    )


def expiring(found: Expiring, now: int) -> answer.ExpiringAnswer:
    return answer.ExpiringAnswer(
        secret=secret(found.secret, now, found.last_use),
        client_id=found.client.client_id,
        issuer=found.issuer.name,
        customer=found.customer.name if found.customer else None,
        contacts=found.customer.contacts if found.customer else (),
        successor=found.successor,
    )


def diagnosis(found: Diagnosis, reading: Reading) -> answer.DiagnosisAnswer:
    return answer.DiagnosisAnswer(
        client=client(found.client, reading),
        findings=[
            answer.FindingAnswer(
                severity=each.severity,
                text=each.text,
                at=view.instant(each.at),
                advice=each.advice,
            )
            for each in found.findings
        ],
        refusals=[
            answer.RefusalsAnswer(
                cause=each.cause,
                count=each.count,
                first_hour=_instant(each.first_hour),
                last_hour=_instant(each.last_hour),
            )
            for each in found.refusals
        ],
        issued=found.issued,
        last_issued_at=view.instant(found.last_issued_at),
        events=[event(each) for each in found.events],
    )


def step(thing: Step) -> file_answer.StepAnswer:
    return file_answer.StepAnswer(**msgspec.structs.asdict(thing))


def plan(planned: Applied) -> file_answer.PlanAnswer:
    return file_answer.PlanAnswer(
        steps=tuple(map(step, planned.steps)),
        new_secrets=len(planned.secrets),
        digest=planned.digest,
    )


def applied(done: Applied) -> file_answer.AppliedAnswer:
    return file_answer.AppliedAnswer(
        steps=tuple(map(step, done.steps)), secrets=tuple(map(first_secret, done.secrets))
    )


def first_secret(thing: FirstSecret) -> file_answer.FirstSecretAnswer:
    secret = thing.secret.secret
    return file_answer.FirstSecretAnswer(
        issuer=thing.issuer,
        client_id=thing.client.client_id,
        client_secret=thing.secret.value,
        secret_id=secret.key_id,
        expires_at=view.instant(secret.expires_at),
    )


def request(thing: CredentialRequest, reading: Reading, now: int) -> answer.RequestAnswer:
    return _as(answer.RequestAnswer, requests.view_of(thing, reading, now))


def administrator(thing: Client) -> answer.AdministratorAnswer:
    return answer.AdministratorAnswer(
        id=thing.id,
        client_id=thing.client_id,
        name=thing.name,
        role=role_of(thing) or "",
        issuers=bounds_of(thing),
        enabled=thing.enabled,
        created_at=_instant(thing.created_at),
        version=thing.version,
    )


def _instant(at: int) -> str:
    return view.instant(at) or ""


def _as(shape: type[Shape], built: dict[str, Any]) -> Shape:
    return msgspec.convert(built, shape)
