// @jmondi/oauth2-server behind fastify, its fastest adapter; ES256 tokens as JWT, all in memory.
import { createPrivateKey, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { parse } from "node:querystring";

const modules = new URL("../../tests/node/node_modules/", import.meta.url);
const load = (path) => import(new URL(path, modules));
const { AuthorizationServer, DateInterval } = await load("@jmondi/oauth2-server/dist/index.js");
const { requestFromFastify, handleFastifyReply, handleFastifyError } =
  await load("@jmondi/oauth2-server/dist/fastify.js");
const { default: jsonwebtoken } = await load("jsonwebtoken/index.js");
const { default: fastify } = await load("fastify/fastify.js");

const { BENCH_CLIENT_ID: clientId, BENCH_CLIENT_SECRET: clientSecret, BENCH_KEY: keyFile } = process.env;
const key = createPrivateKey(readFileSync(keyFile));
const issuer = "https://peer.example";
const scopes = [{ name: "payments:read" }, { name: "payments:write" }];
const client = {
  id: clientId, name: clientId, secret: clientSecret,
  redirectUris: [], allowedGrants: ["client_credentials"], scopes,
};
const clients = new Map([[clientId, client]]);

const same = (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
const clientRepository = {
  getByIdentifier: async (id) => clients.get(id),
  isClientValid: async (grant, known, secret) => same(known.secret, secret ?? ""),
};
let number = 0;
const tokenRepository = {
  issueToken: async (of, granted) => ({
    accessToken: `token${++number}`, accessTokenExpiresAt: new DateInterval("1h").getEndDate(),
    client: of, scopes: granted,
  }),
  persist: async () => undefined,
};
const scopeRepository = {
  getAllByIdentifiers: async (names) => scopes.filter((scope) => names.includes(scope.name)),
  finalize: async (granted) => granted,
};
const jwt = {
  sign: (payload) => new Promise((resolve, reject) => {
    jsonwebtoken.sign(payload, key, { algorithm: "ES256" }, (error, token) => (error ? reject(error) : resolve(token)));
  }),
};

const server = new AuthorizationServer(clientRepository, tokenRepository, scopeRepository, jwt, { issuer });
server.enableGrantType("client_credentials");

const app = fastify();
app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" },
  (request, body, done) => done(null, parse(body)));
app.post("/token", async (request, reply) => {
  try {
    handleFastifyReply(reply, await server.respondToAccessTokenRequest(requestFromFastify(request)));
  } catch (error) {
    handleFastifyError(error, reply);
  }
  return reply;
});
await app.listen({ host: "127.0.0.1", port: 0 });
console.log(`listens on ${app.server.address().port}`);
