/** An MCP server with three tools, a resource and a prompt, on AWS Lambda. */
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { withMcp } from 'gatewright/mcp';
import * as z from 'zod';

/** The parts of an HTTP API's event (payload 2.0) that are read. */
type HttpEvent = {
  readonly rawPath: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isBase64Encoded: boolean;
  readonly requestContext: { readonly domainName: string; readonly http: { readonly method: string } };
};

const ORDERS: Readonly<Record<string, { readonly total: number }>> = { 7: { total: 42 }, 8: { total: 9 } };

const { fetch } = createMcpHandler(() => {
  const server = new McpServer({ name: 'agent-tools', version: '1.0.0' });
  const text = (value: unknown) => ({ content: [{ type: 'text' as const, text: JSON.stringify(value) }] });
  server.registerTool(
    'get_order',
    { description: 'Returns an order.', inputSchema: z.object({ id: z.string() }) },
    ({ id }) => text(ORDERS[id] ?? { error: 'There is no such order.' }),
  );
  server.registerTool('list_orders', { description: 'Lists the ids of all orders.' }, () =>
    text(Object.keys(ORDERS)),
  );
  server.registerTool(
    'refund_order',
    { description: 'Refunds an order.', inputSchema: z.object({ id: z.string() }) },
    ({ id }) => text({ refunded: id }),
  );
  server.registerResource('terms', 'orders://public/terms', { mimeType: 'text/plain' }, (uri) => ({
    contents: [{ uri: uri.href, text: 'Refunds within 14 days.' }],
  }));
  server.registerResource('ledger', 'orders://internal/ledger', { mimeType: 'text/plain' }, (uri) => ({
    contents: [{ uri: uri.href, text: 'Only for accountants.' }],
  }));
  server.registerPrompt('summary', { description: 'Asks for a summary of an order.' }, () => ({
    messages: [{ role: 'user', content: { type: 'text', text: 'Summarize the order.' } }],
  }));
  return server;
});

async function serve(event: HttpEvent): Promise<object> {
  const { rawPath, headers, body, isBase64Encoded, requestContext } = event;
  const response = await fetch(
    new Request(`https://${requestContext.domainName}${rawPath}`, {
      method: requestContext.http.method,
      headers,
      ...(body !== undefined && { body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') }),
    }),
  );
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
}

export const handler = withMcp(serve, { document: 'agent-tools' });
