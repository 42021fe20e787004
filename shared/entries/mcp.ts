/**
 * Access rules by tool, prompt and resource in front of your own MCP server.
 *
 * @module gatewright/mcp
 */
export type { DomainErrorCode } from '../errors.ts';
export type { McpHandler, McpOptions } from '../middleware/mcp.ts';
export type { McpStreamHandler } from '../middleware/lambda-mcp-stream.ts';
export type { ResponseStream } from '../mcp/lambda-filtered-stream.ts';
export type { McpVerifier } from '../mcp/verify-caller.ts';

export { DomainError } from '../errors.ts';
export { admissionOfCall, mcp, withMcp } from '../middleware/mcp.ts';
export { withMcpStream } from '../middleware/lambda-mcp-stream.ts';
export { protectedResourceMetadata, protectedResourceMetadataUrl } from '../mcp/resource-metadata.ts';
