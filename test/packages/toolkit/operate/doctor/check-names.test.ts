/** Findings of names, reservations and kinds, each by what is shown. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PlaneError } from '../../../../../packages/toolkit/operate/attach/control-plane.ts';
import type { ControlPlane } from '../../../../../packages/toolkit/operate/attach/control-plane.ts';
import { surroundingsIn } from '../../../../../packages/toolkit/operate/doctor/account-surroundings.ts';
import { planeOfDefinition } from '../../../../../packages/toolkit/operate/doctor/definition-surroundings.ts';
import type { Unread } from '../../../../../packages/toolkit/operate/doctor/finding.ts';
import { reservations } from '../../../../../packages/toolkit/operate/doctor/check-account-quotas.ts';
import { checkNames } from '../../../../../packages/toolkit/operate/doctor/check-names.ts';
import { NAMED_TYPES } from '../../../../../packages/toolkit/operate/doctor/named-types.ts';
import { findRestOnly } from '../../../../../packages/toolkit/operate/doctor/rest-only.ts';
import type { ApiView } from '../../../../../packages/toolkit/operate/doctor/api-view.ts';
import type { AccountView } from '../../../../../packages/toolkit/operate/doctor/views.ts';
import { aStack, aStackWith } from '../../../../support/a-packaged-stack.ts';

const findings = (type: string, resources: AccountView['resources'] = []) =>
  checkNames({
    stack: aStack(),
    account: { resources, taken: [{ type, logicalId: 'Own', name: 'menu-prod' }] } as unknown as AccountView,
  });

describe('a name that is taken', () => {
  for (const type of Object.keys(NAMED_TYPES))
    it(`is reported with how to free it: ${type}`, () => {
      const [found, ...others] = findings(type);

      assert.deepEqual(others, []);
      assert.match(
        found?.what ?? '',
        /^[a-z ]*\w[\w ]* menu-prod exists, but does not belong to stack menu-prod$/i,
      );
      assert.doesNotMatch(found?.what ?? '', /^(?: |AWS::)/);
      assert.ok(found?.fix.includes('menu-prod'), found?.fix);
    });

  it('of an unknown type is reported, too', () => {
    assert.deepEqual(
      findings('AWS::Other::Thing').map(({ what, fix }) => [what, fix]),
      [
        [
          'AWS::Other::Thing menu-prod exists, but does not belong to stack menu-prod',
          'delete the existing resource, or use another name',
        ],
      ],
    );
  });

  it('by the stack itself is not a conflict', () => {
    const own = { type: 'AWS::CloudWatch::Dashboard', logicalId: 'Own', physicalId: 'menu-prod' };

    assert.deepEqual(findings('AWS::CloudWatch::Dashboard', [own]), []);
  });
});

describe('reservations of a stack', () => {
  it('are those of functions with reserved concurrency', () => {
    const reserving = (count: unknown) => ({
      Type: 'AWS::Lambda::Function',
      Properties: { FunctionName: 'f', ReservedConcurrentExecutions: count },
    });
    const stack = aStackWith({
      Some: reserving(5),
      Text: reserving('7'),
      None: reserving(0),
      Other: { ...reserving(9), Type: 'AWS::Lambda::Alias' },
    });

    assert.deepEqual(reservations(stack), [
      { logicalId: 'Some', name: 'f', count: 5 },
      { logicalId: 'Text', name: 'f', count: 7 },
    ]);
  });
});

// Developer guide, "Choose between REST APIs and HTTP APIs".
describe('what an HTTP API lacks', () => {
  const view = (more: Partial<ApiView>, live: object = {}): ApiView =>
    ({
      live: { api: {}, stageShown: {}, gatewayResponses: [], ...live },
      routes: [],
      plans: [],
      hasValidators: false,
      ...more,
    }) as unknown as ApiView;
  const routes = (one: object) =>
    [
      { method: 'GET', shown: {}, integration: {}, apiKeyRequired: false, ...one },
    ] as unknown as ApiView['routes'];
  for (const [features, of] of [
    [[], view({ routes: routes({}) })],
    [['API keys'], view({ routes: routes({ apiKeyRequired: true }) })],
    [['API keys'], view({ plans: [{}] as never })],
    [
      ['request validation'],
      view({ hasValidators: true, routes: routes({ shown: { requestValidatorId: 'v' } }) }),
    ],
    [[], view({ hasValidators: false, routes: routes({ shown: { requestValidatorId: 'v' } }) })],
    [['mapping templates'], view({ routes: routes({ integration: { requestTemplates: { a: 'b' } } }) })],
    [
      [],
      view({
        routes: routes({ method: 'OPTIONS', integration: { type: 'MOCK', requestTemplates: { a: 'b' } } }),
      }),
    ],
    [['non-proxy integrations'], view({ routes: routes({ integration: { type: 'AWS' } }) })],
    [[], view({ routes: routes({ integration: { type: 'AWS_PROXY' } }) })],
    [['the stage cache'], view({}, { stageShown: { cacheClusterEnabled: true } })],
    [['a canary'], view({}, { stageShown: { canarySettings: {} } })],
    [['a web ACL'], view({}, { stageShown: { webAclArn: 'arn' } })],
    [['a resource policy'], view({}, { api: { policy: '{}' } })],
    [[], view({}, { api: { policy: '', endpointConfiguration: { types: ['EDGE'] } } })],
    [['a private endpoint'], view({}, { api: { endpointConfiguration: { types: ['PRIVATE'] } } })],
    [['traces'], view({}, { stageShown: { tracingEnabled: true } })],
    [['a client certificate'], view({}, { stageShown: { clientCertificateId: 'c' } })],
    [['execution logs'], view({}, { stageShown: { methodSettings: { '*/*': { loggingLevel: 'ERROR' } } } })],
    [[], view({}, { stageShown: { methodSettings: { '*/*': { loggingLevel: 'OFF' } } } })],
    [['gateway responses'], view({}, { gatewayResponses: [{}] })],
    [['binary media types'], view({}, { api: { binaryMediaTypes: ['*/*'] } })],
  ] as const)
    it(`is ${features.join(', ') || 'nothing'}`, () => {
      assert.deepEqual(findRestOnly(of), features);
    });
});

describe('what the templates would make, as a control plane', () => {
  const plane = (status: number, body: string) =>
    planeOfDefinition({ get: () => Promise.resolve({ status, body }) } as unknown as Parameters<
      typeof planeOfDefinition
    >[0]);

  it('is read, and says what it cannot read in 200 characters at most', async () => {
    assert.deepEqual(await plane(200, '{"id":"a"}').read('apigateway', '/a'), { id: 'a' });
    assert.equal(await plane(404, '{}').read('apigateway', '/a'), undefined);
    for (const [status, body, message] of [
      [200, 'no JSON', 'GET /a: 200: no JSON'],
      [500, 'x'.repeat(300), `GET /a: 500: ${'x'.repeat(200)}`],
    ] as const)
      await assert.rejects(plane(status, body).read('apigateway', '/a'), { message });
  });

  it('is not written', async () => {
    await assert.rejects(plane(200, '{}').write({ service: 'apigateway', method: 'PUT', path: '/a' }), {
      message: 'PUT /a: a template is read-only',
    });
  });
});

describe('a function of an account', () => {
  const facts = async (answer: () => Promise<unknown>) => {
    const unread: Unread[] = [];
    const surroundings = surroundingsIn({ read: answer } as unknown as ControlPlane, unread);
    return { found: await surroundings.facts('shop:live', false), unread };
  };

  it('is shown by its configuration', async () => {
    const { found, unread } = await facts(() => Promise.resolve({ Runtime: 'nodejs24.x', Timeout: 7 }));

    assert.deepEqual(found, {
      name: 'shop:live',
      where: 'function shop:live',
      sources: [],
      runtime: 'nodejs24.x',
      timeoutSeconds: 7,
    });
    assert.deepEqual(unread, []);
  });

  it('is unknown if it does not exist or may not be read, which is reported', async () => {
    const absent = await facts(() => Promise.resolve(undefined));
    const closed = await facts(() => Promise.reject(new PlaneError('GET', 'AccessDenied', 'no')));

    assert.deepEqual([absent.found, absent.unread], [undefined, []]);
    assert.equal(closed.found, undefined);
    assert.deepEqual(closed.unread, [
      {
        what: 'function shop:live',
        reason: 'GET: AccessDenied: no',
        permission: 'lambda:GetFunctionConfiguration',
      },
    ]);
  });
});
