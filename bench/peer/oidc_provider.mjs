// panva's oidc-provider: client_credentials alone, JWT access tokens (ES256) for a default resource.
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";

const modules = new URL("../../tests/node/node_modules/", import.meta.url);
const { default: Provider } = await import(new URL("oidc-provider/lib/index.js", modules));

const { BENCH_CLIENT_ID: clientId, BENCH_CLIENT_SECRET: clientSecret, BENCH_KEY: keyFile } = process.env;
const jwk = createPrivateKey(readFileSync(keyFile)).export({ format: "jwk" });
const resource = "https://peer.example";

const provider = new Provider("https://peer.example", {
  clients: [{
    client_id: clientId, client_secret: clientSecret, grant_types: ["client_credentials"],
    redirect_uris: [], response_types: [], token_endpoint_auth_method: "client_secret_basic",
    scope: "payments:read payments:write", id_token_signed_response_alg: "ES256",
  }],
  clientAuthMethods: ["client_secret_basic", "client_secret_post"],
  jwks: { keys: [{ ...jwk, alg: "ES256", use: "sig", kid: "bench" }] },
  scopes: ["payments:read", "payments:write"],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      getResourceServerInfo: () => ({
        scope: "payments:read payments:write", audience: resource,
        accessTokenFormat: "jwt", accessTokenTTL: 3600, jwt: { sign: { alg: "ES256" } },
      }),
    },
  },
});
provider.proxy = true;
const server = provider.listen(0, "127.0.0.1", () => console.log(`listens on ${server.address().port}`));
