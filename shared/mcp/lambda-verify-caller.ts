/** The verifier in a Lambda function: configuration from the environment, real clock and network. */
import { followDocuments } from '../access/documents/lambda-documents.ts';
import { createAuthorizerPorts } from '../access/lambda-authorizer.ts';
import { readAuthorizerConfig } from '../config/access-config.ts';
import { createCallerVerifier } from './verify-caller.ts';
import type { McpVerifier } from './verify-caller.ts';

/**
 * Verifies callers in the function itself, for a function URL or a route without an authorizer. The function needs the
 * environment variables of the authorizers (GATEWRIGHT_STAGE, and GATEWRIGHT_ACCESS_TABLE for keys and revocation).
 * @param compiled content of `access/compiled.json`
 * @throws DomainError CONFIG_INVALID if an environment variable is missing or invalid
 *
 * @example
 * ```ts
 * import { createMcpVerifier, DomainError } from 'gatewright/mcp-verifier';
 *
 * delete process.env['GATEWRIGHT_STAGE'];
 * let code = '';
 * try {
 *   createMcpVerifier({ documents: [] });
 * } catch (error) {
 *   if (error instanceof DomainError) code = error.code;
 * }
 * code // → 'CONFIG_INVALID'
 * ```
 */
export function createMcpVerifier(compiled: unknown): McpVerifier {
  const config = readAuthorizerConfig();
  const ports = createAuthorizerPorts();
  const current = followDocuments(compiled, (access) => createCallerVerifier(access, config, ports));
  return async (...request) => (await current())(...request);
}
