// Verifies a token with jose and the issuer's JWK Set. ISSUER, JWKS_URI, TOKEN in the environment; prints the claims.
import { createRemoteJWKSet, jwtVerify } from 'jose';

const { ISSUER, JWKS_URI, TOKEN } = process.env;
const { payload } = await jwtVerify(TOKEN, createRemoteJWKSet(new URL(JWKS_URI)), { issuer: ISSUER });
console.log(JSON.stringify(payload));
