// An express API behind express-oauth2-jwt-bearer. ISSUER, JWKS_URI, AUDIENCE in the environment, one token an
// argument; prints for each the status, and the claims where it was let through.
import express from "express";
import { auth } from "express-oauth2-jwt-bearer";

const { ISSUER, JWKS_URI, AUDIENCE } = process.env;
const app = express();
app.use(
  auth({
    issuer: ISSUER,
    jwksUri: JWKS_URI,
    audience: AUDIENCE,
    strict: true,
    tokenSigningAlg: undefined,
  }),
);
app.get("/", (request, response) => response.json(request.auth.payload));
app.use((fault, request, response, next) => {
  response.status(fault.status ?? 500).json({ error: fault.code ?? String(fault) });
});
const server = app.listen(0, "127.0.0.1", async () => {
  const url = `http://127.0.0.1:${server.address().port}/`;
  const answers = [];
  for (const token of process.argv.slice(2)) {
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    answers.push({ status: answer.status, body: await answer.json() });
  }
  console.log(JSON.stringify(answers));
  server.close();
});
