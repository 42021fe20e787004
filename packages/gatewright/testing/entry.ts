/**
 * The entry `gatewright/testing`.
 *
 * @module gatewright/testing
 */
export { connectGateway, startGateway } from './start-gateway.ts';
export { FunctionFailed } from './test-gateway.ts';
export { HandshakeRefused } from './test-socket.ts';
export { McpRefused } from '../mcp-client/errors.ts';
export { TestingError } from './control-link.ts';
export type { McpClient, McpPrompt, McpResource, McpTool, McpToolResult } from '../mcp-client/mcp-client.ts';
export type { RequestOptions } from './api-request.ts';
export type { StartOptions } from './start-gateway.ts';
export type {
  Explanation,
  McpOptions,
  RecordedCall,
  ResetOptions,
  SendOptions,
  TestClock,
  TestGateway,
  TestMessage,
  TestTable,
} from './test-gateway.ts';
export type { SocketOptions, TestSocket } from './test-socket.ts';
