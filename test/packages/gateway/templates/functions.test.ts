import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defineFunctions, layerFolders } from '../../../../packages/gateway/templates/functions.ts';
import type { FunctionsOfStack } from '../../../../packages/gateway/templates/functions.ts';
import { Faults, REFUSING } from '../../../../packages/gateway/core/errors.ts';
import type { Tolerance } from '../../../../packages/gateway/core/errors.ts';
import { aStack, refusal } from './stack-builders.ts';

const LAMBDA = 'AWS Lambda API reference, CreateFunction';

function define(properties: string, others = '', tolerance: Tolerance = REFUSING): FunctionsOfStack {
  const text = `Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties: ${properties}\n${others}`;
  const stack = aStack(text);
  const resources = stack.resolveResources();
  const folders = new Map(layerFolders(resources.values(), stack.raw.code));
  return defineFunctions(stack.raw, resources.values(), folders, tolerance);
}

describe('defineFunctions', () => {
  for (const runtime of ['nodejs', 'nodejs4.3', 'nodejs8.10', 'nodejs12.x', 'nodejs24.x'])
    it(`takes ${runtime}, which Lambda has or had`, () => {
      const { functions, unsupported } = define(`{Runtime: ${runtime}, Handler: a.b, Code: {ZipFile: "1"}}`);

      assert.deepEqual([functions[0]?.runtime, unsupported], [runtime, []], LAMBDA);
    });

  it("reads inline code with Lambda's defaults", () => {
    const { functions, unsupported } = define(
      '{FunctionName: f, Runtime: nodejs24.x, Handler: index.handler, Code: {ZipFile: "exports.handler = 1"}}',
    );

    assert.deepEqual(unsupported, []);
    assert.deepEqual(
      functions,
      [
        {
          name: 'f',
          arn: 'arn:aws:lambda:eu-west-1:123456789012:function:f',
          logicalId: 'F',
          stackName: 'shop',
          region: 'eu-west-1',
          accountId: '123456789012',
          runtime: 'nodejs24.x',
          handler: 'index.handler',
          timeoutSeconds: 3,
          memorySizeMb: 128,
          environment: {},
          code: { kind: 'inline', source: 'exports.handler = 1' },
          layers: [],
          place: { file: '/app/shop.yml', line: 2, logicalId: 'F' },
        },
      ],
      LAMBDA,
    );
  });

  it('finds code and layers that the template names by a local path', () => {
    const { functions } = define(
      '{Runtime: nodejs24.x, Handler: a.b, Code: ./src, Layers: [!Ref L], Timeout: "30", Environment: {Variables: {NN: 1, BB: true}}}',
      '  L:\n    Type: AWS::Lambda::LayerVersion\n    Properties: {LayerName: deps, Content: layers/deps}',
    );

    const [found] = functions;
    assert.deepEqual(found?.code, { kind: 'directory', directory: '/app/src', esbuild: undefined });
    assert.deepEqual(found.layers, [
      { arn: 'arn:aws:lambda:eu-west-1:123456789012:layer:deps:1', directory: '/app/layers/deps' },
    ]);
    assert.equal(found.timeoutSeconds, 30);
    assert.deepEqual(found.environment, { NN: '1', BB: 'true' });
  });

  const unsupported = [
    {
      properties: '{Runtime: perl5, Handler: a.b, Code: ./src}',
      says: /^Runtime: perl5 is not a Lambda runtime/,
    },
    {
      properties: '{Runtime: nodejs24.x, Handler: a.b, Code: {S3Bucket: b, S3Key: k}}',
      says: /^Code: the code is stored in s3:\/\/b\/k, not on this machine, .* write it to gatewright\.values\.yml as s3: \{ b: \{ k: !file … \} \}$/,
    },
    {
      properties:
        '{Runtime: nodejs24.x, Handler: a.b, Code: ./src, Layers: ["arn:aws:lambda:us-east-1:1:layer:x:1"]}',
      says: /^Layers: layer arn:aws:lambda:us-east-1:1:layer:x:1 is not on this machine/,
    },
  ];
  for (const { properties, says } of unsupported) {
    it(`reports ${says.source.slice(1, 8)} of ${properties}`, () => {
      const [item, ...more] = define(properties).unsupported;

      assert.match(`${item?.property ?? ''}: ${item?.consequence ?? ''}`, says);
      assert.deepEqual(more, []);
    });
  }

  const base = 'Runtime: nodejs24.x, Handler: a.b, Code: ./src';
  const refusals = [
    { properties: '{Handler: a.b, Code: ./src}', says: /F\.Runtime: Handler and Runtime are mandatory/ },
    { properties: `{${base}, Timeout: 901}`, says: /F\.Timeout: 901 must be a whole number from 1 to 900/ },
    { properties: `{${base}, Timeout: ""}`, says: /F\.Timeout/ },
    {
      properties: `{${base}, MemorySize: 64}`,
      says: /F\.MemorySize: 64 must be a whole number from 128 to 10240/,
    },
    { properties: `{${base}, MemorySize: [128]}`, says: /F\.MemorySize: \[128\] must be a whole number/ },
    { properties: `{${base}, FunctionName: "a b"}`, says: /F\.FunctionName: "a b" must be up to 64 letters/ },
    {
      properties: `{${base}, Environment: {Variables: {AWS_REGION: x}}}`,
      says: /AWS_REGION: is a reserved key/,
    },
    {
      properties: `{${base}, Environment: {Variables: {1A: x}}}`,
      says: /1A: the name must consist of two or more letters/,
    },
    {
      properties: `{${base}, Timeout: 901, MemorySize: 64, Environment: {Variables: {1A: x, AB: [x], AWS_REGION: x}}}`,
      says: /F\.Timeout: 901 [^\n]+\n.+MemorySize[^\n]+\n.+1A[^\n]+\n.+AB: must be a string\n.+AWS_REGION: is a reserved key/,
    },
    { properties: `{${base}, Environment: {Variables: {AB: [x]}}}`, says: /AB: must be a string/ },
    {
      properties: `{${base}, Environment: {Variables: {AB: ${'x'.repeat(4096)}}}}`,
      says: /F\.Environment\.Variables\.AB: the variables have 4098 bytes, but Lambda allows at most 4096/,
    },
    {
      properties: `{${base}, Layers: [a, b, c, d, e, f]}`,
      says: /F\.Layers\.5: a function can have at most 5 layers/,
    },
  ];
  it('reports every fault for which Lambda would refuse a function, one by one', () => {
    const faults = new Faults(false);
    const bad = `{${base}, FunctionName: f, Timeout: 901, Environment: {Variables: {1A: x, B: y, AWS_REGION: x}}}`;

    const { functions, refused } = define(bad, '', faults);

    assert.deepEqual(functions, []);
    assert.deepEqual(
      faults.all.map(({ error }) => error.place.property),
      ['Timeout', ...['1A', 'B', 'AWS_REGION'].map((name) => `Environment.Variables.${name}`)],
    );
    assert.match(refused.get('f') ?? '', /Timeout[^]+AWS_REGION/);
  });

  // Tech4covid19/trackovid19-backend, serverless.yaml: deployed by its pipeline, although the documentation reserves it
  it('does not refuse AWS_EXECUTION_ENV, for which no refusal by Lambda is known', () => {
    const faults = new Faults(false);
    const { functions } = define(`{${base}, Environment: {Variables: {AWS_EXECUTION_ENV: prd}}}`, '', faults);

    assert.deepEqual(functions[0]?.environment, { AWS_EXECUTION_ENV: 'prd' });
    assert.deepEqual(
      faults.all.map(({ error }) => error.rule),
      ['unclear-variable'],
    );
  });

  for (const [missing, properties] of [
    ['Runtime', '{FunctionName: f, Handler: a.b, Code: ./src}'],
    ['Handler', '{FunctionName: f, Runtime: nodejs24.x, Code: ./src}'],
  ] as const)
    it(`reports nothing else about a function without ${missing}`, () => {
      const faults = new Faults(false);

      const { functions, unsupported, refused } = define(properties, '', faults);

      assert.deepEqual([functions, unsupported, [...refused.keys()]], [[], [], ['f']]);
      assert.deepEqual(
        faults.all.map(({ error }) => error.place.property),
        [missing],
      );
    });

  for (const { properties, says } of refusals) {
    it(`refuses ${properties.slice(0, 100)}`, () => {
      assert.match(
        refusal(() => define(properties)),
        says,
        LAMBDA,
      );
    });
  }
});
