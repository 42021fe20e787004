/**
 * Verifies callers of an MCP server in the function itself. It is apart from `gatewright/mcp`, because it needs the package
 * `aws-jwt-verify`, and handlers behind an authorizer do not.
 *
 * @module gatewright/mcp-verifier
 */
export type { DomainErrorCode } from '../errors.ts';
export type { McpVerifier } from '../mcp/verify-caller.ts';

export { DomainError } from '../errors.ts';
export { createMcpVerifier } from '../mcp/lambda-verify-caller.ts';
