// oidc-provider as an authorization server for client credentials, with JWT access tokens.
// Arguments: client_id, client_secret. Prints {"issuer": URL} when it is ready; ends with its standard input.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const [client_id, client_secret] = process.argv.slice(2);
const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://localhost:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id,
        client_secret,
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
        scope: "read",
      },
    ],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => "https://api.example",
        getResourceServerInfo: () => ({
          scope: "read write",
          audience: "https://api.example",
          accessTokenFormat: "jwt",
          accessTokenTTL: 600,
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
    scopes: ["read", "write"],
  });
  server.on("request", provider.callback());
  console.log(JSON.stringify({ issuer }));
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
