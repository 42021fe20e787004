/** How the plug-in handles `access/portal.yml`. */
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

  /** The plug-in of a stack with a portal that offers keys, until its template is finalized. */
  function withKeys(
    api: string,
    { only = '', prefix = 'shop', id = undefined as string | undefined } = {},
  ): void {
    using service = aService(
      DOCUMENT.replace(/^api:.*$/m, `api: ${api}`)
        .replace(
          '{ id: local, type: local, only: [prod] }',
          `{ id: partners, type: apiKey, prefix: shop${only} }`,
        )
        .replace('issuers: [local]', 'scheme: Bearer, issuers: [partners]')
        .concat('roles: { partner: {} }\n'),
      JSON.stringify({ ...JSON.parse(INVENTORY), ...(id !== undefined && { apiIds: { prod: [id] } }) }),
    );
    writeFileSync(
      join(service.folder, 'access/portal.yml'),
      `${PORTAL}keys: { prefix: ${prefix}, roles: [partner], most: 3 }\n`,
    );
    writeFileSync(join(service.folder, 'gatewright.yml'), 'parts: [portal, authorizers]\n');
    const input = { ...PARTS, custom: { parts: { portal: [], authorizers: [] } } };
    const hooks = aPlugin('prod', {}, {}, service.folder, {}, { input });
    void hooks['initialize']?.();
    void hooks[finalize]?.();
  }

  // The guide of the portal: "Deploy the stack first, then the service", so the id is not known at the first packaging.
  const BY_NAME: readonly (readonly [how: string, api: string])[] = [
    ['stack and logical id', '{ prod: { stack: shop-prod, logicalId: ApiGatewayRestApi, stage: prod } }'],
    ['stack and output', '{ prod: { stack: shop-prod, output: ApiId, stage: prod } }'],
    ['name', '{ prod: { name: prod-shop, stage: prod } }'],
    ['id', '{ prod: { apiId: abcdefghij, stage: prod } }'],
  ];
  for (const [how, api] of BY_NAME)
    it(`packages a portal with keys if the document names its API by ${how}, before and after the id is known`, () => {
      assert.doesNotThrow(() => {
        withKeys(api);
      });
      assert.doesNotThrow(() => {
        withKeys(api, { id: 'abcdefghij' });
      });
    });

  const CAUSES: readonly (readonly [cause: string, start: () => void, message: RegExp, code?: string])[] = [
    [
      'the document does not name the stage',
      () => {
        withKeys('{ dev: { apiId: abcdefghij, stage: dev } }');
      },
      /; access\/users\.yml has such an issuer, but does not name an API for the stage\. Add prod under api of access\/users\.yml, or change keys\.prefix$/,
    ],
    [
      'the issuer is only for other stages',
      () => {
        withKeys('{ dev: { apiId: bcdefghija, stage: dev }, prod: { name: a, stage: prod } }', {
          only: ', only: [dev]',
        });
      },
      /; the issuer "partners" of access\/users\.yml has the prefix, but its "only" does not contain the stage\. Add prod to "only", or change keys\.prefix$/,
    ],
    [
      'the prefix is another',
      () => {
        withKeys('{ prod: { name: a, stage: prod } }', { prefix: 'other' });
      },
      /access\/portal\.yml:5:.*; the prefixes are shop\. Add such an issuer to a document, or change keys\.prefix$/,
      'ACCESS_DOCUMENT_INVALID',
    ],
  ];
  for (const [cause, start, message, code = 'PART_MISSING'] of CAUSES)
    it(`says why keys of the portal have no issuer: ${cause}`, () => {
      assert.throws(start, { code, message });
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
  const WEBHOOKS = `version: 1
masterSecret: { prod: { parameter: /shop/prod/master } }
sources:
  orders: { scheme: standard, secrets: customers, target: { sqs: { queue: orders } } }
`;
  const OFFER = `webhooks: [{ source: orders, title: Orders, url: { prod: 'https://hooks.example.com' } }]`;
  const WEBHOOK_PARTS = {
    ...PARTS,
    custom: { parts: { portal: [], webhooks: [] }, namedParts: ['portal'] },
  };

  /** The plug-in of a stack with webhooks, until its template is finalized. */
  function withWebhooks(
    {
      portal,
      webhooks = WEBHOOKS,
      chosen = ['portal', 'webhooks'],
      localStages = [] as readonly string[],
    }: {
      readonly portal: string | undefined;
      readonly webhooks?: string;
      readonly chosen?: readonly string[];
      readonly localStages?: readonly string[];
    },
    resources: Parameters<typeof aPlugin>[4] = {},
  ): void {
    using service = aService(DOCUMENT, INVENTORY);
    rmSync(join(service.folder, 'access/users.yml'));
    if (portal !== undefined) writeFileSync(join(service.folder, 'access/portal.yml'), portal);
    writeFileSync(join(service.folder, 'access/webhooks.yml'), webhooks);
    writeFileSync(join(service.folder, 'gatewright.yml'), `parts: [${chosen.join(', ')}]\n`);
    const hooks = aPlugin('prod', {}, { localStages }, service.folder, resources, { input: WEBHOOK_PARTS });
    void hooks['initialize']?.();
    void hooks[finalize]?.();
  }

  const aRole = () => ({
    Type: 'AWS::IAM::Role',
    Properties: { Policies: [{ PolicyName: 'run', PolicyDocument: { Statement: [] } }] },
  });
  const MASTER_RIGHT =
    /"Action":"ssm:GetParameter","Resource":\{"Fn::Sub":"[^"]*:parameter\/shop\/prod\/master"/;

  it('lets the portal read the master secret of webhooks if it offers them in the stage, and not otherwise', () => {
    const roles = () => ({ PortalRole: aRole(), PortalSessionRole: aRole(), WebhookReceiverRole: aRole() });
    const rights = (resources: ReturnType<typeof roles>) =>
      Object.entries(resources)
        .filter(([, role]) => MASTER_RIGHT.test(JSON.stringify(role)))
        .map(([id]) => id);
    const offered = roles();
    withWebhooks({ portal: `${PORTAL}${OFFER}\n` }, offered);
    assert.deepEqual(rights(offered), ['PortalRole', 'WebhookReceiverRole']);

    const ofOther = roles();
    const webhooks = WEBHOOKS.replace('masterSecret: { prod:', 'masterSecret: { dev:');
    withWebhooks({ portal: `${PORTAL}${OFFER}\n`, webhooks }, ofOther);
    assert.deepEqual(rights(ofOther), []);
  });

  it('refuses a source for which customers create the secrets, if the portal does not offer it or is missing', () => {
    assert.throws(() => withWebhooks({ portal: PORTAL }), {
      code: 'PART_MISSING',
      message:
        'the source "orders" of access/webhooks.yml needs the portal, in which customers create its secrets, but access/portal.yml does not offer the source: add the source to webhooks in access/portal.yml, or write under secrets, for each stage, where the secrets are stored',
    });
    assert.throws(() => withWebhooks({ portal: undefined, chosen: ['webhooks'] }), {
      code: 'PART_MISSING',
      message:
        'the source "orders" of access/webhooks.yml needs the portal, in which customers create its secrets, but access/portal.yml does not exist: run npx gatewright init --add portal, or write under secrets, for each stage, where the secrets are stored',
    });
    assert.throws(() => withWebhooks({ portal: `${PORTAL}${OFFER}\n`, chosen: ['portal'] }), {
      code: 'PART_MISSING',
      message:
        /access\/webhooks\.yml has sources in stage "prod", but the stack has no part webhooks: run npx gatewright init --add webhooks/,
    });
  });

  it('refuses a portal that offers a source which does not exist, with its line', () => {
    const offer = OFFER.replace('source: orders', 'source: other');
    assert.throws(() => withWebhooks({ portal: `${PORTAL}${offer}\n` }), {
      code: 'ACCESS_DOCUMENT_INVALID',
      message:
        /access\/portal\.yml:5:.*webhooks\.yml has no source "other": add the source to webhooks.yml, or remove the entry/,
    });
  });

  it('refuses to deploy a master secret in a variable, or an address of this machine, but serves them locally', () => {
    const webhooks = WEBHOOKS.replace('{ parameter: /shop/prod/master }', '{ env: MASTER }');
    const offer = OFFER.replace('https://hooks.example.com', 'http://127.0.0.1:4000/webhooks');
    const portal = `${PORTAL}${OFFER}\n`;
    assert.doesNotThrow(() => withWebhooks({ portal, webhooks, localStages: ['prod'] }));
    assert.throws(() => withWebhooks({ portal, webhooks }), {
      code: 'LOCAL_SECRET_DEPLOYED',
      message: /access\/webhooks\.yml reads masterSecret from an environment variable in this stage/,
    });
    assert.throws(() => withWebhooks({ portal: `${PORTAL}${offer}\n` }), {
      code: 'LOCAL_API_DEPLOYED',
      message: /offers webhooks of the source "orders" at http:\/\/127\.0\.0\.1:4000\/webhooks/,
    });
  });

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
