/** What the plug-in does with `access/portal.yml`. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { aPlugin, aService } from '../support/a-stack-plugin.ts';

const finalize = 'after:aws:package:finalize:mergeCustomProviderResources';
const DOCUMENT = `version: 1
api: { prod: { apiId: abcdefghij, stage: prod } }
routes: ..
issuers: [{ id: local, type: local, only: [prod] }]
sources: [{ in: header, name: authorization, issuers: [local] }]
rules: [{ id: all, effect: allow, methods: [GET], paths: [/users] }]
`;
/** A stack that has the part `portal` and no other. */
const PARTS = { custom: { parts: { portal: [] } }, resources: [] };
const INVENTORY = JSON.stringify({
  kind: 'rest',
  apiIds: {},
  routes: [{ method: 'GET', path: '/users', isProtected: true }],
});

describe('StackPlugin', () => {
  const PORTAL = `version: 1
name: Shop
colour: '#0b5fa5'
plans: [{ plan: free, title: Free, changesTo: [], from: now }]
`;

  function aPortal(text: string) {
    const service = aService(DOCUMENT, INVENTORY);
    writeFileSync(join(service.folder, 'access/portal.yml'), text);
    return service;
  }

  it('compiles the portal, with its page', () => {
    using service = aPortal(PORTAL);

    void aPlugin('prod', {}, {}, service.folder)['initialize']?.();

    const read = (name: string): string => readFileSync(join(service.folder, 'access', name), 'utf8');
    assert.match(read('portal.compiled.json'), /"name":"Shop"/);
    assert.match(read('portal-page.compiled.json'), /"assets\/app-[0-9a-f]{16}\.js"/);
  });

  it('names the line of what is wrong in the document of the portal', () => {
    using service = aPortal(PORTAL.replace('free, title', 'free, titel'));

    assert.throws(() => aPlugin('prod', {}, {}, service.folder)['initialize']?.(), {
      code: 'ACCESS_DOCUMENT_INVALID',
      message: /access\/portal\.yml:4:.*did you mean "title"\?/,
    });
  });

  const LOCAL: readonly (readonly [more: string, code: string, message: RegExp])[] = [
    [
      'signIn: { prod: { issuer: local, clientId: a, label: b } }',
      'LOCAL_ISSUER_DEPLOYED',
      /signIn of access\/portal\.yml trusts the local issuer/,
    ],
    [
      "signIn: { prod: { issuer: 'https://a.example', clientId: a, label: b, clientSecret: { env: A } } }",
      'LOCAL_SECRET_DEPLOYED',
      /reads the client secret from an environment variable/,
    ],
    [
      "apis: [{ id: a, title: A, url: { prod: 'http://127.0.0.1:4000' }, openapi: a.json }]",
      'LOCAL_API_DEPLOYED',
      /offers the API "a" at http:\/\/127\.0\.0\.1:4000/,
    ],
  ];
  for (const [more, code, message] of LOCAL)
    it(`refuses to deploy a portal with ${more.slice(0, 60)}, but serves it locally`, () => {
      using service = aPortal(`${PORTAL}${more}\n`);
      writeFileSync(join(service.folder, 'access/a.json'), '{"openapi":"3.0.0","paths":{}}');
      rmSync(join(service.folder, 'access/users.yml'));
      writeFileSync(join(service.folder, 'gatewright.yml'), 'parts: [portal]\n');
      const start = (localStages: readonly string[]): (() => void) => {
        const hooks = aPlugin('prod', {}, { localStages }, service.folder, {}, { input: PARTS });
        void hooks['initialize']?.();
        return () => void hooks[finalize]?.();
      };

      assert.doesNotThrow(start(['prod']));
      assert.throws(start([]), { code, message });
    });
});
