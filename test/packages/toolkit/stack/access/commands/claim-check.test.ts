import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { checkDocumentedHandlers } from '../../../../../../packages/toolkit/stack/access/commands/claim-check.ts';
import { inspectStacks } from '../../../../../../packages/gateway/engine/index.ts';
import type { InspectedApi } from '../../../../../../packages/gateway/engine/index.ts';
import { loadOptions } from '../../../../../../packages/toolkit/stack/access/commands/access-apis.ts';
import { aDocument, anAccess } from '../../../../../support/an-access-document.ts';

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
  const { unsafe } = await checkFunction({ Code: { ZipFile: source } });
  return unsafe;
}

async function checkFunction(properties: object, files: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-claims-'));
  try {
    const template = structuredClone(TEMPLATE);
    Object.assign(template.Resources.List.Properties, properties);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const file = join(folder, 'template.json');
    writeFileSync(file, JSON.stringify(template));
    const apis = await inspectStacks([file], { ...loadOptions('dev', folder), onProgress: () => undefined });
    const [api] = apis;
    const access = anAccess(aDocument({ api: { dev: { apiId: api?.id ?? '', stage: 'dev' } } }, ['GET /']));
    const { unsafe, warnings } = await checkDocumentedHandlers(access, apis, 'dev', [file]);
    const shown = (text: string) => text.replace(relative(process.cwd(), folder), '');
    return { unsafe: unsafe.map(shown), warnings: warnings.map(shown) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Checks a route without a function, whose integration contains these texts. */
function checkMapping(
  callerMappings: NonNullable<InspectedApi['routes'][number]['callerMappings']>,
  { others = [] }: { readonly others?: readonly Pick<InspectedApi, 'id' | 'stage'>[] } = {},
) {
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
  const silent = { ...route, callerMappings: [] };
  const apis = [...others.map((other) => ({ ...api, routes: [silent], ...other })), api];
  return checkDocumentedHandlers(access, apis, 'dev', []).then(({ unsafe }) => unsafe);
}

describe('checkDocumentedHandlers', () => {
  it("finds the planted mistake: a Cognito authorizer was replaced by the toolkit's, and the handlers were not changed", async () => {
    const [complaint, ...more] = await check(
      'exports.list = async (event) => ({\n  body: event.requestContext.authorizer.claims.sub,\n});\n',
    );

    assert.deepEqual(more, []);
    assert.match(
      complaint ?? '',
      /^access\/orders\.yml: \/template\.json:2: reads authorizer\.claims, .* of GET \/,/,
    );
  });

  it('ignores a handler that reads the caller with claimsOf', async () => {
    assert.deepEqual(await check('exports.list = async (event) => ({ body: claimsOf(event).sub });\n'), []);
  });

  // new-user 1: a service in Python got `sub: null` for every caller.
  const PYTHON =
    'def list(event, context):\n  return event["requestContext"]["authorizer"]["claims"]["sub"]\n';
  const asPython = { Runtime: 'python3.12', Handler: 'app.list', Code: 'src' };

  it('finds it in a handler in Python, in what it imports, and in nothing else of the folder', async () => {
    const { unsafe } = await checkFunction(asPython, {
      'src/app.py': 'from shop import caller\n\ndef list(event, context):\n  return caller.of(event)\n',
      'src/shop/caller.py': `# of the caller\n${PYTHON}`,
      'src/other.py': PYTHON,
    });

    assert.deepEqual(
      unsafe.map((text) => text.replace(/ reads.*/, '')),
      ['access/orders.yml: /src/shop/caller.py:3:'],
    );
  });

  for (const [name, runtime, files, expected] of [
    [
      'Go, through a package of its module',
      'provided.al2023',
      {
        'src/main.go': 'package main\nimport "shop/internal/who"\n',
        'go.mod': 'module shop\n',
        'internal/who/who.go': 'package who\nvar s = r.RequestContext.Authorizer.JWT.Claims["sub"]\n',
        'internal/other/other.go': 'package other\nvar s = r.RequestContext.Authorizer.JWT\n',
      },
      '/internal/who/who.go:2',
    ],
    [
      'Rust',
      'provided.al2023',
      { 'src/Cargo.toml': '', 'src/src/main.rs': 'let c = ctx.authorizer.unwrap().jwt;\n' },
      '/src/src/main.rs:1',
    ],
    [
      'Java',
      'java21',
      { 'src/src/main/java/shop/App.java': '\nObject c = e.getAuthorizer().get("claims");\n' },
      '/src/src/main/java/shop/App.java:2',
    ],
    ['C#', 'dotnet8', { 'src/App.cs': 'var c = r.RequestContext.Authorizer.Claims;\n' }, '/src/App.cs:1'],
    [
      'Ruby',
      'ruby3.3',
      {
        'src/app.rb': "require_relative 'who'\n",
        'src/who.rb': "c = event['requestContext']['authorizer']['claims']\n",
        'src/old.rb': "c = event['requestContext']['authorizer']['claims']\n",
      },
      '/src/who.rb:1',
    ],
  ] as const)
    it(`finds it in ${name}`, async () => {
      const given = { Runtime: runtime, Handler: 'app.list', Code: 'src' };
      const { unsafe, warnings } = await checkFunction(given, files);

      assert.deepEqual([unsafe.length, warnings], [1, []], unsafe.join('\n'));
      assert.ok(unsafe[0]?.startsWith(`access/orders.yml: ${expected}: reads authorizer.`), unsafe[0]);
    });

  it('accepts the functions that claimsChecked names, and refuses a path that does not exist', async () => {
    const files = { 'src/app.py': PYTHON };
    const passed = await checkFunction(asPython, {
      ...files,
      'gatewright.yml': 'claimsChecked: [src/app.py]\n',
    });

    assert.deepEqual(passed, { unsafe: [], warnings: [] });
    await assert.rejects(
      checkFunction(asPython, { ...files, 'gatewright.yml': 'claimsChecked: [src/none.py]\n' }),
      /gatewright\.yml:1: claimsChecked: src\/none\.py does not exist/,
    );
  });

  it('warns of a function of which only compiled code is here, until claimsChecked names it', async () => {
    const given = { Runtime: 'java21', Handler: 'shop.App', Code: 'out' };
    const files = { 'out/shop/App.class': '' };
    const { unsafe, warnings } = await checkFunction(given, files);

    assert.deepEqual(unsafe, []);
    assert.match(
      warnings.join(),
      /^access\/orders\.yml: \/out: List behind the authorizer of GET \/ is compiled/,
    );
    assert.deepEqual(await checkFunction(given, { ...files, 'gatewright.yml': 'claimsChecked: [out]' }), {
      unsafe: [],
      warnings: [],
    });
  });

  it('looks in the API and stage that the document names, not in others with the same stage or id', async () => {
    const place = { file: join(process.cwd(), 'api.yaml'), line: 7, logicalId: 'Api', property: undefined };
    const mapping = [{ text: '$context.authorizer.claims.email', place }];
    const others = [
      { id: 'b2', stage: 'dev' },
      { id: 'a1', stage: 'v2' },
    ];

    assert.equal((await checkMapping(mapping, { others })).length, 1);
  });

  it('finds the planted mistake in mapping templates and parameters, which no handler shows', async () => {
    const place = { file: join(process.cwd(), 'api.yaml'), line: 7, logicalId: 'Api', property: undefined };
    const textAt = (text: string) => [{ text, place }];
    const cases = [
      [
        '{"owner": "$context.authorizer.claims.email"}',
        /^access\/orders\.yml: api\.yaml:7: the mapping reads \$context\.authorizer\.claims, .* of GET \/,/,
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
