"""A realm as `kc.sh export` writes it: the shape of Keycloak 26, cut to what tells something."""

from typing import Any

SECRET = "tWcfHqXiF0FMqV7vnNgVIRKPwS2x0P8c"
ROTATED = "0LdSecretThatStillWorksForAWhile"


def a_client(client_id: str, **more: Any) -> dict[str, Any]:
    about = {
        "id": f"uuid-of-{client_id}",
        "clientId": client_id,
        "name": "",
        "enabled": True,
        "clientAuthenticatorType": "client-secret",
        "secret": SECRET,
        "redirectUris": [],
        "bearerOnly": False,
        "publicClient": False,
        "serviceAccountsEnabled": True,
        "protocol": "openid-connect",
        "attributes": {"client.secret.creation.time": "1700000000", "acr.loa.map": "{}"},
        "defaultClientScopes": ["web-origins", "roles", "payments"],
        "optionalClientScopes": ["refunds"],
    }
    return about | more


def a_scope(name: str, included: str) -> dict[str, Any]:
    return {"name": name, "attributes": {"include.in.token.scope": included}}


def mapper(kind: str, name: str, **config: str) -> dict[str, Any]:
    settings = {key.replace("__", "."): value for key, value in config.items()}
    return {"name": name, "protocol": "openid-connect", "protocolMapper": kind, "config": settings}


def a_realm() -> dict[str, Any]:
    mappers = [
        mapper(
            "oidc-hardcoded-claim-mapper",
            "tenant",
            claim__name="customer.id",
            claim__value="7",
            jsonType__label="int",
        ),
        mapper("oidc-audience-mapper", "aud", included__custom__audience="https://api.example"),
        mapper("oidc-usersessionmodel-note-mapper", "Client ID", user__session__note="client_id"),
        mapper("oidc-script-based-protocol-mapper", "script", claim__name="x"),
    ]
    rotation = {
        "client.secret.rotated": ROTATED,
        "client.secret.rotated.expiration.time": "1800005000",
        "access.token.lifespan": "1800",
    }
    return {
        "realm": "vendor",
        "accessTokenLifespan": 300,
        "clients": [
            a_client("billing", name="Billing", protocolMappers=mappers, attributes=rotation),
            a_client("paused", enabled=False),
            a_client("account", serviceAccountsEnabled=False),
            a_client("web", publicClient=True, secret=None),
            a_client("login", serviceAccountsEnabled=False),
            a_client("api", bearerOnly=True),
            a_client("saml", protocol="saml"),
            a_client("jwt", clientAuthenticatorType="client-jwt"),
            a_client("masked", secret="**********"),
            a_client("vault", secret="${vault.its-secret}"),
            a_client("empty", secret=None),
        ],
        "clientScopes": [
            a_scope("payments", "true"),
            a_scope("refunds", "true"),
            a_scope("roles", "false"),
            a_scope("web-origins", "false"),
        ],
        "users": [
            {
                "username": "service-account-billing",
                "serviceAccountClientId": "billing",
                "realmRoles": ["payer"],
                "clientRoles": {"api": ["write"]},
            }
        ],
    }
