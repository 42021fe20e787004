/** A small MCP server as the source of a function, so that a test needs no package and no bundle. */

/**
 * Returns the source of a handler for an HTTP API (payload 2.0). It serves the revisions 2026-07-28 and 2025-11-25, and
 * publishes its metadata at the well-known path, with the local issuer. It requires a token whose `aud` is its own
 * address, or `gatewright`. Its tools are `get_order` and `refund_order`; it refuses calls of `refund_order`.
 * @param revisions the revisions that the server knows
 * @param without methods that the server does not know
 */
export function anMcpHandler(
  revisions: readonly string[] = ['2026-07-28', '2025-11-25'],
  without: readonly string[] = [],
): string {
  return `
const REVISIONS = ${JSON.stringify(revisions)};
const TOOLS = [
  { name: 'get_order', description: 'Returns an order.', inputSchema: { type: 'object', properties: { id: { type: 'string', 'x-mcp-header': 'Order' } } } },
  { name: 'refund_order', description: 'Refunds an order.', inputSchema: { type: 'object' } },
];
const RESULTS = {
  'tools/list': () => ({ tools: TOOLS }),
  'prompts/list': () => ({ prompts: [{ name: 'summary', description: 'Asks for a summary.' }] }),
  'prompts/get': () => ({ messages: [{ role: 'user', content: { type: 'text', text: 'Summarize it.' } }] }),
  'resources/list': () => ({ resources: [{ uri: 'orders://terms', name: 'terms' }] }),
  'resources/templates/list': () => ({ resourceTemplates: [] }),
  'resources/read': ({ uri }) => ({ contents: [{ uri, text: 'Within 14 days.' }] }),
  'tools/call': (params, headers, claims) => params.name === 'get_order'
    ? { content: [{ type: 'text', text: JSON.stringify({ id: params.arguments.id, header: headers['mcp-param-order'] ?? null, sub: claims.sub, roles: claims.roles, scope: claims.scope, tenant: claims.tenant, revision: headers['mcp-protocol-version'] }) }] }
    : undefined,
};
for (const method of ${JSON.stringify(without)}) delete RESULTS[method];
const json = (statusCode, body, headers = {}) => ({ statusCode, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
exports.handler = async ({ rawPath, headers, body }) => {
  if (rawPath.startsWith('/.well-known/')) return json(200, { resource: 'http://' + headers.host + '/mcp', authorization_servers: [process.env.GATEWRIGHT_ISSUER_URL], scopes_supported: ['orders:read'] });
  const claims = JSON.parse(Buffer.from((headers.authorization ?? '').split('.')[1] ?? 'e30', 'base64url'));
  if (![claims.aud].flat().some((one) => one === 'gatewright' || one === 'http://' + headers.host + '/mcp')) return json(401, { message: 'no token' }, { 'www-authenticate': 'Bearer' });
  const { id, method, params } = JSON.parse(body);
  const error = (status, code, message, data) => json(status, { jsonrpc: '2.0', id, error: { code, message, data } });
  if (id === undefined) return { statusCode: 202 };
  const revision = params?._meta?.['io.modelcontextprotocol/protocolVersion'];
  if (revision !== undefined && !REVISIONS.includes(revision)) return REVISIONS.includes('2026-07-28') ? error(400, -32022, 'Unsupported protocol version', { supported: REVISIONS }) : error(400, -32000, 'Bad Request: Unsupported protocol version');
  if (method === 'initialize') return json(200, { jsonrpc: '2.0', id, result: { protocolVersion: REVISIONS.at(-1), capabilities: {}, serverInfo: { name: 'orders', version: '1' } } }, { 'mcp-session-id': 's-1' });
  if (revision === undefined && headers['mcp-session-id'] !== 's-1') return error(400, -32000, 'Bad Request: no session');
  if (!(method in RESULTS)) return error(404, -32601, 'Method not found');
  const result = RESULTS[method](params, headers, claims);
  return result === undefined ? error(403, 403, 'The access document does not allow it.', { retryAfterSeconds: 3 }) : json(200, { jsonrpc: '2.0', id, result: { resultType: 'complete', ...result } });
};`;
}
