import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { checkHandlers } from '../../../../../packages/stack/access/commands/claim-check.ts';
import { inspectStacks } from '../../../../../packages/engine/index.ts';
import type { InspectedApi } from '../../../../../packages/engine/index.ts';
import { loadOptions } from '../../../../../packages/stack/access/commands/access-apis.ts';
import { aDocument, anAccess } from '../../../../support/an-access-document.ts';

const INVOKE = 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions';
const TEMPLATE = {
  Resources: {
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'bookings' } },
    Auth: {
      Type: 'AWS::ApiGateway::Authorizer',
      Properties: {
        RestApiId: { Ref: 'Api' },
        Name: 'ours',
        Type: 'TOKEN',
        IdentitySource: 'method.request.header.Authorization',
        AuthorizerUri: `${INVOKE}/arn:aws:lambda:us-east-1:123456789012:function:gatewright-dev-token-authorizer/invocations`,
      },
    },
    List: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'list',
        Handler: 'index.list',
        Runtime: 'nodejs22.x',
        Role: 'arn:aws:iam::123456789012:role/x',
        Code: {},
      },
    },
    Get: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId: { Ref: 'Api' },
        ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
        HttpMethod: 'GET',
        AuthorizationType: 'CUSTOM',
        AuthorizerId: { Ref: 'Auth' },
        Integration: {
          Type: 'AWS_PROXY',
          IntegrationHttpMethod: 'POST',
          Uri: { 'Fn::Sub': `${INVOKE}/\${List.Arn}/invocations` },
        },
      },
    },
    Deployment: {
      Type: 'AWS::ApiGateway::Deployment',
      DependsOn: 'Get',
      Properties: { RestApiId: { Ref: 'Api' }, StageName: 'dev' },
    },
  },
};

/** The finding about a handler behind one of our authorizers, whose code is in the template. */
async function check(source: string) {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-claims-'));
  try {
    const template = structuredClone(TEMPLATE);
    Object.assign(template.Resources.List.Properties, { Code: { ZipFile: source } });
    const file = join(folder, 'template.json');
    writeFileSync(file, JSON.stringify(template));
    const apis = await inspectStacks([file], { ...loadOptions('dev', folder), onProgress: () => undefined });
    const [api] = apis;
    const access = anAccess(aDocument({ api: { dev: { apiId: api?.id ?? '', stage: 'dev' } } }, ['GET /']));
    return (await checkHandlers(access, apis, 'dev')).map((text) =>
      text.replace(relative(process.cwd(), folder), ''),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Of a route without a function, whose integration has these texts. */
function checkMapping(callerMappings: NonNullable<InspectedApi['routes'][number]['callerMappings']>) {
  const authorizer = {
    name: 'ours',
    payload: 'rest-token',
    ttlSeconds: 60,
    simpleResponses: false,
    functionName: 'gatewright-dev-token-authorizer',
    identitySources: [],
  } as const;
  const route = { method: 'GET', path: '/', authorizer, apiKeyRequired: false, callerMappings };
  const api: InspectedApi = {
    stack: 's',
    logicalId: 'Api',
    id: 'a1',
    kind: 'rest',
    stage: 'dev',
    region: 'us-east-1',
    routes: [route],
    apiKeySource: 'HEADER',
  };
  const access = anAccess(aDocument({ api: { dev: { apiId: 'a1', stage: 'dev' } } }, ['GET /']));
  return checkHandlers(access, [api], 'dev');
}

describe('checkHandlers', () => {
  it('finds the planted mistake: Cognito exchanged for ours, handlers untouched', async () => {
    const [complaint, ...more] = await check(
      'exports.list = async (event) => ({\n  body: event.requestContext.authorizer.claims.sub,\n});\n',
    );

    assert.deepEqual(more, []);
    assert.match(
      complaint ?? '',
      /^access\/orders\.yml: \/template\.json:2: reads authorizer\.claims, .* of GET \/,/,
    );
  });

  it('says nothing of a handler that reads the caller by claimsOf', async () => {
    assert.deepEqual(await check('exports.list = async (event) => ({ body: claimsOf(event).sub });\n'), []);
  });

  it('finds the planted mistake in mapping templates and parameters, which no handler shows', async () => {
    const place = { file: join(process.cwd(), 'api.yaml'), line: 7, logicalId: 'Api', property: undefined };
    const textAt = (text: string) => [{ text, place }];
    const cases = [
      [
        '{"owner": "$context.authorizer.claims.email"}',
        /^access\/orders\.yml: api\.yaml:7: reads \$context\.authorizer\.claims, .* of GET \/,/,
      ],
      ['context.authorizer.jwt.claims.sub', /reads \$context\.authorizer\.jwt/],
      ['## gatewright: claims acknowledged\n$context.authorizer.claims.email', undefined],
      ['{"owner": "$context.authorizer.email"}', undefined],
    ] as const;
    await Promise.all(
      cases.map(async ([text, expected]) => {
        const [complaint] = await checkMapping(textAt(text));
        if (expected === undefined) assert.equal(complaint, undefined, text);
        else assert.match(complaint ?? '', expected);
      }),
    );
  });
});
