// Discovery and a client_credentials grant with openid-client, as its readme shows.
// ISSUER, CLIENT_ID, CLIENT_SECRET, METHOD (basic|post), SCOPE in the environment; prints the answer as JSON.
import * as client from 'openid-client';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, METHOD, SCOPE } = process.env;
const authentication =
  METHOD === 'post' ? client.ClientSecretPost(CLIENT_SECRET) : client.ClientSecretBasic(CLIENT_SECRET);
const configuration = await client.discovery(new URL(ISSUER), CLIENT_ID, undefined, authentication, {
  algorithm: 'oauth2',
  execute: [client.allowInsecureRequests],
});
const answer = await client.clientCredentialsGrant(configuration, SCOPE ? { scope: SCOPE } : {});
console.log(JSON.stringify(answer));
