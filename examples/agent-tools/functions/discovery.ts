/** Tells MCP clients where they sign in (RFC 9728). The route has no authorizer, because nobody has a token yet. */
import { protectedResourceMetadata } from 'gatewright/mcp';

const { SERVER_URL = '', GATEWRIGHT_ISSUER_URL = '' } = process.env;

const metadata = protectedResourceMetadata({
  resource: SERVER_URL,
  // On this machine, the gateway sets the variable to the address of its local issuer.
  issuers: [GATEWRIGHT_ISSUER_URL],
});

export const handler = async () => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(metadata),
});
