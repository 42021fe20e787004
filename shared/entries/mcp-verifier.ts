/**
 * Verifies callers of an MCP server in the function itself. This entry is separate from `gatewright/mcp`, because only
 * it needs the package `aws-jwt-verify`. Handlers behind an authorizer do not need it.
 *
 * @module gatewright/mcp-verifier
 */
export type { DomainErrorCode } from '../errors.ts';
export type { McpVerifier } from '../mcp/verify-caller.ts';

export { DomainError } from '../errors.ts';
export { createMcpVerifier } from '../mcp/lambda-verify-caller.ts';
