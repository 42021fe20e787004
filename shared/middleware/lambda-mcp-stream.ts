/** Access rules in front of an MCP server that streams its answers: REST APIs with `STREAM`, and function URLs. */
import { finished } from 'node:stream/promises';
import type { ProxyResult } from '../aws/proxy-result.ts';
import { FilteredStream, metadataOf } from '../mcp/lambda-filtered-stream.ts';
import type { ResponseStream } from '../mcp/lambda-filtered-stream.ts';
import { admit, endCalls } from './mcp.ts';
import type { McpOptions, McpPassage } from './mcp.ts';

export type McpStreamHandler<Event> = (event: Event, stream: ResponseStream, context: unknown) => unknown;

const METADATA_TYPE = 'application/vnd.awslambda.http-integration-response';
/** Separates the metadata of a response from its body (docs/aws, function URLs). */
const DELIMITER = new Uint8Array(8);

/**
 * Protects a streaming MCP server as `withMcp()` does: `awslambda.streamifyResponse(withMcpStream(server, options))`.
 * Events are passed on as they arrive, but lists and resources are filtered first.
 *
 * @example
 * ```ts
 * import { Writable } from 'node:stream';
 * import { withMcpStream } from 'gatewright/mcp';
 *
 * const server = withMcpStream((_event, stream) => stream.end('{}'), { document: 'orders' });
 * const sent: string[] = [];
 * const stream = Object.assign(
 *   new Writable({
 *     write(chunk: Uint8Array, _encoding, done) {
 *       sent.push(Buffer.from(chunk).toString());
 *       done();
 *     },
 *   }),
 *   { setContentType: () => undefined },
 * );
 * const authorizer = { lambda: { sub: 'ann', mcpGrants: '{"document":"orders","allow":{"tools":["get_*"]},"deny":{}}' } };
 * const event = {
 *   headers: { 'content-type': 'application/json' },
 *   body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"refund_order"}}',
 *   requestContext: { timeEpoch: Date.now(), http: { method: 'POST' }, authorizer },
 * };
 * await server(event, stream, {});
 * sent.join('').includes('does not allow') // → true
 * ```
 */
export function withMcpStream<Event extends object>(
  handler: McpStreamHandler<Event>,
  options: McpOptions,
): McpStreamHandler<Event> {
  return async (event, stream, context) => {
    const admitted = await admit(event, context, options);
    if (admitted.kind === 'refused') {
      await end(stream, admitted.reply);
      return undefined;
    }
    try {
      const status = await run(handler, event, { stream, context, passage: admitted });
      await endCalls(event, admitted, status >= 500);
      return undefined;
    } catch (error) {
      await endCalls(event, admitted, true);
      throw error;
    }
  };
}

type Run = { readonly stream: ResponseStream; readonly context: unknown; readonly passage: McpPassage };

const OK = 200;

/** Runs the handler and returns the status code of its response. */
async function run<Event>(
  handler: McpStreamHandler<Event>,
  event: Event,
  { stream, context, passage }: Run,
): Promise<number> {
  if (!passage.filters) {
    await handler(event, stream, context);
    return metadataOf(stream).statusCode ?? OK;
  }
  const filtered = new FilteredStream(stream, passage);
  const failed = finished(filtered).then(
    () => undefined,
    (error: unknown) => error,
  );
  await handler(event, filtered, context);
  const isOver = filtered.writableEnded || filtered.destroyed || filtered.errored !== null;
  const error = isOver ? await failed : undefined;
  // Lambda ends the stream with this error.
  if (error instanceof Error) throw error;
  return metadataOf(filtered).statusCode ?? OK;
}

async function end(stream: ResponseStream, { statusCode, headers, body }: ProxyResult): Promise<void> {
  stream.setContentType(METADATA_TYPE);
  stream._onBeforeFirstWrite = (write) => {
    write(JSON.stringify({ statusCode, headers }));
    write(DELIMITER);
  };
  // The metadata is sent with the first `write`, and never with `end`.
  stream.write(body ?? '');
  stream.end();
  await finished(stream);
}
