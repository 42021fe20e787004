/** Serves the page and the client library that it imports. */
import { createHash } from 'node:crypto';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import library from '../page/channels.txt';
import page from '../page/index.html';

const [, script = ''] = /<script type="module">([\s\S]*?)<\/script>/.exec(page) ?? [];
const scriptHash = createHash('sha256').update(script).digest('base64');
const POLICY = `default-src 'none'; script-src 'self' 'sha256-${scriptHash}'; style-src 'unsafe-inline'; connect-src ws: wss:`;

export async function handler({
  rawPath,
}: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  if (rawPath.endsWith('/channels.js'))
    return { statusCode: 200, headers: { 'content-type': 'text/javascript' }, body: library };
  return {
    statusCode: 200,
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY },
    body: page.replace('{{socket}}', process.env['SOCKET_URL'] ?? ''),
  };
}
