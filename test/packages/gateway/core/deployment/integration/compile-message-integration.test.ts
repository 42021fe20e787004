import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DefinitionError, REFUSING } from '../../../../../../packages/gateway/core/errors.ts';
import {
  compileFrames,
  compileMessageIntegration,
  noteStrayResponses,
} from '../../../../../../packages/gateway/core/deployment/integration/compile-message-integration.ts';
import { invokeUri } from '../../../../../support/a-stack.ts';
import type { PropertyBag } from '../../../../../../packages/gateway/core/deployment/properties.ts';

const bag = (properties: Readonly<Record<string, unknown>>): PropertyBag => ({
  id: 'i1',
  logicalId: 'Integration',
  properties,
  place: (property) => ({ file: 't.yml', logicalId: 'Integration', property }),
});
const HTTP = { IntegrationUri: 'https://backend.example/', IntegrationMethod: 'POST' };
const FUNCTION = { IntegrationUri: invokeUri('fn'), IntegrationMethod: 'POST' };

describe('an integration of a WebSocket API that is refused', () => {
  for (const [type, properties, words] of [
    ['LAMBDA', {}, /must be one of AWS, AWS_PROXY, HTTP, HTTP_PROXY, MOCK, VPC_LINK/],
    ['HTTP', { ...HTTP, IntegrationUri: 'ftp://x' }, /Invalid HTTP endpoint/],
    ['HTTP', { IntegrationUri: HTTP.IntegrationUri }, /HttpMethod must be non-empty/],
    ['VPC_LINK', HTTP, /ConnectionId is required/],
    ['AWS', { ...FUNCTION, IntegrationUri: 'arn:aws:s3:::b' }, /./],
    ['MOCK', { PassthroughBehavior: 'SOMETIMES' }, /PassthroughBehavior must be/],
    ['MOCK', { ContentHandlingStrategy: 'TEXT' }, /ContentHandlingStrategy must be/],
    ['MOCK', { TemplateSelectionExpression: '$context.x' }, /Invalid template selection expression/],
    ['MOCK', { RequestTemplates: { $default: '#if(' } }, /./],
    [
      'MOCK',
      { RequestParameters: { 'integration.request.header.x': 'method.request.header.x' } },
      /Invalid mapping expression specified: method\.request\.header\.x/,
    ],
    [
      'MOCK',
      { RequestParameters: { 'integration.request.header.x': 'route.request.path.x' } },
      /Invalid mapping expression specified: route\.request\.path\.x/,
    ],
    ['MOCK', { RequestParameters: { 'append:header.x': "'1'" } }, /specified: append:header\.x/],
  ] as const)
    it(`${type} ${JSON.stringify(properties)}`, () => {
      assert.throws(
        () => compileMessageIntegration(bag(properties), type, REFUSING),
        (error) => error instanceof DefinitionError && words.test(error.message),
      );
    });
});

// docs/aws §11.3: aws-samples/serverless-patterns, apigw-websocket-mapping-template-authorizer
it('a function without a method is called with POST', () => {
  const withoutMethod = bag({ IntegrationUri: FUNCTION.IntegrationUri });
  assert.equal(compileMessageIntegration(withoutMethod, 'AWS', REFUSING).kind, 'function');
});

describe('an integration of a WebSocket API that AWS deploys and that fails', () => {
  it('is a function by another verb than POST', () => {
    assert.deepEqual(
      compileMessageIntegration(bag({ ...FUNCTION, IntegrationMethod: 'GET' }), 'AWS', REFUSING),
      {
        kind: 'misconfigured',
        reason: 'Lambda accepts only POST, but IntegrationMethod is "GET"',
        defect: { kind: 'mapping', problem: 'verb', property: 'IntegrationMethod' },
      },
    );
  });

  it('maps a header that may not be mapped', () => {
    const RequestParameters = { 'integration.request.header.Content-Length': "'1'" };
    assert.equal(
      compileMessageIntegration(bag({ ...HTTP, RequestParameters }), 'HTTP', REFUSING).kind,
      'misconfigured',
    );
  });
});

describe('integration responses of a WebSocket API', () => {
  const integration = bag({});

  it('belong only to their own integration, by key', () => {
    const frames = compileFrames(integration, [
      bag({ IntegrationId: 'other', IntegrationResponseKey: '$default' }),
      bag({ IntegrationId: 'i1', IntegrationResponseKey: '/4\\d\\d/' }),
      bag({ IntegrationId: 'i1', IntegrationResponseKey: '$default' }),
    ]);
    assert.deepEqual(
      frames?.map(({ pattern }) => pattern),
      ['4\\d\\d', undefined],
    );
  });

  it('are empty if there are none', () => {
    assert.equal(compileFrames(integration, []), undefined);
    assert.equal(compileFrames(undefined, []), undefined);
  });

  for (const key of ['200', '/[/', '$other'])
    it(`are refused with the key ${key}`, () => {
      assert.throws(
        () => compileFrames(integration, [bag({ IntegrationId: 'i1', IntegrationResponseKey: key })]),
        DefinitionError,
      );
    });

  it('are reported if they belong to no integration', () => {
    const responses = [bag({ IntegrationId: 'i1' })];
    const note = (integrations?: ReadonlyMap<string, PropertyBag>): void => {
      noteStrayResponses(responses, integrations, REFUSING);
    };
    assert.doesNotThrow(() => note(new Map([['i1', integration]])));
    assert.throws(() => note(new Map()), /Unable to find Integration by id i1/);
    assert.throws(() => note(undefined), /for WebSocket APIs only/);
  });
});

describe('a template selection expression of an integration response (docs: websocket-api-data-transformations)', () => {
  const ANSWER = {
    status: 404,
    headers: ['Content-Type', 'text/plain', 'X-Kind', 'a', 'x-kind', 'b'],
    body: '{"kind":"answer"}',
  };
  for (const [expression, message, key] of [
    ['${integration.response.statuscode}', 'x', '404'],
    ['$integration.response.statuscode', 'x', '404'],
    ['${integration.response.header.content-type}', 'x', 'text/plain'],
    ['${integration.response.header.X-Kind}', 'x', 'b'],
    ['${integration.response.multivalueheader.X-Kind}', 'x', 'a,b'],
    ['${integration.response.header.x-missing}', 'x', ''],
    ['$integration.response.body.kind', 'x', 'answer'],
    ['${request.body.lang}-${integration.response.statuscode}', '{"lang":"de"}', 'de-404'],
    ['${request.body.lang}', '{"lang":"de"}', 'de'],
    ['fixed', 'x', 'fixed'],
    ['$default', 'x', '$default'],
  ] as const)
    it(`makes "${key}" of ${expression}`, () => {
      const response = bag({
        IntegrationId: 'i1',
        IntegrationResponseKey: '$default',
        TemplateSelectionExpression: expression,
      });
      const [frame] = compileFrames(bag({}), [response]) ?? [];

      assert.equal(frame?.selectTemplate?.(message, ANSWER), key);
    });
});
