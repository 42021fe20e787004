import { CLIENT_AUTHENTICATIONS, GRANT_TYPES } from '../login/oauth-error.ts';
import { ISSUER_PATHS } from '../../core/issuers/issuer-paths.ts';

/**
 * Returns the metadata of the local issuer as an authorization server (RFC 8414 §2; OpenID Connect Discovery 1.0,
 * section 3). Its identifier is its address, because clients compare it with the address that they have used
 * (RFC 8414 §3.3). The `iss` of its tokens is the fixed name that authorizers trust; clients do not read tokens.
 * @param issuer the address without a slash at the end: `http://127.0.0.1:4000`
 */
export function serverMetadata(issuer: string): Readonly<Record<string, unknown>> {
  return {
    issuer,
    authorization_endpoint: `${issuer}${ISSUER_PATHS.authorize}`,
    token_endpoint: `${issuer}${ISSUER_PATHS.token}`,
    registration_endpoint: `${issuer}${ISSUER_PATHS.register}`,
    jwks_uri: `${issuer}${ISSUER_PATHS.keys}`,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: GRANT_TYPES,
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: CLIENT_AUTHENTICATIONS,
    scopes_supported: ['openid', 'offline_access'],
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: true,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
}
