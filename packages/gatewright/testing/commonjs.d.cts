import type * as testing from './entry.js' with { 'resolution-mode': 'import' };

export declare const startGateway: (options?: testing.StartOptions) => Promise<testing.TestGateway>;
export declare const connectGateway: () => Promise<testing.TestGateway>;
export declare const FunctionFailed: typeof testing.FunctionFailed;
export declare const HandshakeRefused: typeof testing.HandshakeRefused;
export declare const McpRefused: typeof testing.McpRefused;
export declare const TestingError: typeof testing.TestingError;
export type {
  McpClient,
  McpOptions,
  McpPrompt,
  McpResource,
  McpTool,
  McpToolResult,
  RecordedCall,
  RequestOptions,
  ResetOptions,
  SendOptions,
  SocketOptions,
  StartOptions,
  TestClock,
  TestGateway,
  TestMessage,
  TestSocket,
  TestTable,
} from './entry.js' with { 'resolution-mode': 'import' };
