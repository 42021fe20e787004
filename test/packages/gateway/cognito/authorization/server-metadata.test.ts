import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serverMetadata } from '../../../../../packages/gateway/cognito/authorization/server-metadata.ts';

// RFC 8414 §2; OpenID Connect Discovery 1.0, section 3; RFC 9207 §3; the MCP specification, "Client ID Metadata
// Documents".
describe('the metadata of the local issuer as an authorization server', () => {
  const found = serverMetadata('http://127.0.0.1:4000');

  for (const name of ['authorization_endpoint', 'token_endpoint', 'registration_endpoint', 'jwks_uri'])
    it(`has an address of the issuer as ${name}`, () =>
      assert.match(String(found[name]), /^http:\/\/127\.0\.0\.1:4000\/[\w./-]+$/));

  for (const [name, expected] of [
    ['issuer', 'http://127.0.0.1:4000'],
    ['response_types_supported', ['code']],
    ['response_modes_supported', ['query']],
    ['grant_types_supported', ['authorization_code', 'refresh_token', 'client_credentials']],
    ['code_challenge_methods_supported', ['S256']],
    ['token_endpoint_auth_methods_supported', ['none', 'client_secret_basic', 'client_secret_post']],
    ['scopes_supported', ['openid', 'offline_access']],
    ['authorization_response_iss_parameter_supported', true],
    ['client_id_metadata_document_supported', true],
    ['subject_types_supported', ['public']],
    ['id_token_signing_alg_values_supported', ['RS256']],
  ] as const)
    it(`says what it supports: ${name}`, () => assert.deepEqual(found[name], expected));
});
