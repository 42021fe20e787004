import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  protectedResourceMetadata,
  protectedResourceMetadataUrl,
} from '../../../shared/mcp/resource-metadata.ts';

const ISSUER = 'https://issuer.example/';

describe('protectedResourceMetadata', () => {
  it('names the resource and its issuers exactly as they are given (RFC 9728 §2)', () => {
    assert.deepEqual(
      protectedResourceMetadata({ resource: 'https://mcp.example/mcp', issuers: [ISSUER], scopes: ['read'] }),
      {
        resource: 'https://mcp.example/mcp',
        authorization_servers: [ISSUER],
        scopes_supported: ['read'],
        bearer_methods_supported: ['header'],
      },
    );
  });

  // A client without scopes_supported omits the parameter scope (MCP specification, scope selection strategy).
  for (const scopes of [undefined, []])
    it(`has no scopes_supported for the scopes ${JSON.stringify(scopes)}`, () => {
      const metadata = protectedResourceMetadata({
        resource: 'http://127.0.0.1:3000/mcp',
        issuers: ['http://127.0.0.1:4000'],
        ...(scopes && { scopes }),
      });

      assert.equal('scopes_supported' in metadata, false);
    });

  for (const { name, given, message } of [
    {
      name: 'a resource with a fragment (RFC 8707 §2)',
      given: { resource: 'https://mcp.example/mcp#a', issuers: [ISSUER] },
      message: /^resource is "https:\/\/mcp\.example\/mcp#a"; expected an https address/,
    },
    {
      name: 'a resource without TLS on the network',
      given: { resource: 'http://mcp.example/mcp', issuers: [ISSUER] },
      message: /^resource is /,
    },
    {
      name: 'a name instead of an address',
      given: { resource: 'mcp.example', issuers: [ISSUER] },
      message: /^resource is /,
    },
    {
      name: 'an issuer without TLS on the network',
      given: { resource: 'https://mcp.example', issuers: ['http://issuer.example'] },
      message: /^an issuer is /,
    },
    {
      name: 'no issuer (MCP specification: at least one)',
      given: { resource: 'https://mcp.example', issuers: [] },
      message: /^issuers is empty/,
    },
  ])
    it(`refuses ${name}`, () => {
      assert.throws(() => protectedResourceMetadata(given), { name: 'TypeError', message });
    });
});

describe('protectedResourceMetadataUrl', () => {
  // RFC 9728 §3.1
  for (const [resource, url] of [
    ['https://mcp.example', 'https://mcp.example/.well-known/oauth-protected-resource'],
    ['https://mcp.example/', 'https://mcp.example/.well-known/oauth-protected-resource'],
    ['https://mcp.example/mcp', 'https://mcp.example/.well-known/oauth-protected-resource/mcp'],
    ['https://mcp.example:8443/a/mcp', 'https://mcp.example:8443/.well-known/oauth-protected-resource/a/mcp'],
    ['https://mcp.example/mcp/', 'https://mcp.example/.well-known/oauth-protected-resource/mcp/'],
    ['https://mcp.example/r?x=1', 'https://mcp.example/.well-known/oauth-protected-resource/r?x=1'],
    ['http://localhost:3000/dev/mcp', 'http://localhost:3000/.well-known/oauth-protected-resource/dev/mcp'],
  ] as const)
    it(`puts the well-known path between host and path of ${resource}`, () => {
      assert.equal(protectedResourceMetadataUrl(resource), url);
    });
});
