// A client_credentials grant with simple-oauth2.
// HOST, TOKEN_PATH, CLIENT_ID, CLIENT_SECRET, METHOD (header|body), SCOPE in the environment; prints the answer as JSON.
import { ClientCredentials } from 'simple-oauth2';

const { HOST, TOKEN_PATH, CLIENT_ID, CLIENT_SECRET, METHOD, SCOPE } = process.env;
const client = new ClientCredentials({
  client: { id: CLIENT_ID, secret: CLIENT_SECRET },
  auth: { tokenHost: HOST, tokenPath: TOKEN_PATH },
  options: { authorizationMethod: METHOD },
});
const answer = await client.getToken(SCOPE ? { scope: SCOPE } : {});
console.log(JSON.stringify(answer.token));
