/** What the service itself refuses of a member, in its own words: at each bound, and one beyond it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusalByService } from '../../../../../packages/gateway/control/edits/check-members.ts';
import {
  API_KEY,
  REST_CONSTRAINTS,
} from '../../../../../packages/gateway/control/resource-types/constraints.ts';
import type { Constraint } from '../../../../../packages/gateway/control/resource-types/constraints.ts';
import { CONTROL_TYPES } from '../../../../../packages/gateway/control/resource-types/api-types.ts';
import { V2_CONSTRAINTS } from '../../../../../packages/gateway/control/resource-types/v2-constraints.ts';

type Row = readonly [
  call: string,
  member: string,
  refused: readonly unknown[],
  accepted: readonly unknown[],
  says: string | ((value: unknown) => string),
];

const a = (length: number): string => 'a'.repeat(length);
const STAGE_NAME = ['dev-1_x', 'A', ''];

/** The words are those of recorded and reported answers of AWS: packages/conformance/cases/control. */
const ROWS: readonly Row[] = [
  [
    'POST /restapis',
    'endpointConfiguration.types',
    [['EDGE', 'REGIONAL']],
    [['EDGE'], []],
    'Cannot create an api with multiple Endpoint Types.',
  ],
  ['POST /restapis', 'description', [''], ['a'], 'Description cannot be an empty string'],
  [
    'POST /restapis',
    'minimumCompressionSize',
    [-1, 10_485_761],
    [0, 10_485_760],
    'Invalid minimum compression size, must be between 0 and 10485760',
  ],
  [
    'POST /restapis/{restApiId}/resources/{parentId}',
    'pathPart',
    [''],
    ['a'],
    "Resource's path part must be specified",
  ],
  [
    'PUT /restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration',
    'timeoutInMillis',
    [49, 900_001],
    [50, 900_000],
    'Timeout should be between 50 ms and 29000 ms',
  ],
  [
    'PUT /restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration',
    'credentials',
    ['role', ' arn:'],
    ['arn:aws:iam::123456789012:role/a', ''],
    'Invalid ARN specified in the request',
  ],
  [
    'PUT /restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration/responses/{statusCode}',
    'responseTemplates',
    [{ json: '' }],
    [{ 'application/json': '' }, {}],
    'Validation Result: warnings : [], errors : [Invalid content type specified: json]',
  ],
  [
    'POST /restapis/{restApiId}/authorizers',
    'authorizerCredentials',
    ['role'],
    ['arn:aws:iam::123456789012:role/a'],
    'Invalid ARN specified in the request',
  ],
  ['POST /restapis/{restApiId}/models', 'name', [''], [], 'Model name must be non-empty'],
  [
    'POST /restapis/{restApiId}/models',
    'name',
    ['a-b', 'a b', 'ä'],
    ['Pet1'],
    (name) => `Model name must be alphanumeric: ${String(name)}`,
  ],
  [
    'POST /restapis/{restApiId}/deployments',
    'stageName',
    ['a.b', 'a b', 'ä'],
    STAGE_NAME,
    'Stage name only allows a-zA-Z0-9_',
  ],
  [
    'POST /restapis/{restApiId}/stages',
    'stageName',
    ['a.b', 'a b', 'ä'],
    STAGE_NAME,
    'Stage name only allows a-zA-Z0-9_',
  ],
  [
    'POST /apikeys',
    'name',
    [a(1025)],
    [a(1024), ''],
    'Invalid API Key name, can be at most 1024 characters.',
  ],
  ['POST /apikeys', 'description', [a(125_001)], [a(125_000)], 'Invalid API Key description specified.'],
  ['POST /apikeys', 'value', [a(19)], [a(20)], 'API Key value should be at least 20 characters'],
  ['POST /apikeys', 'value', [a(129)], [a(128)], 'API Key value exceeds maximum size of 128 characters'],
  ['POST /vpclinks', 'name', [''], ['a'], 'Name cannot be empty'],
];

/** The value of an API key is also checked where no call creates it. */
const constraintOf = (call: string, member: string): Constraint | undefined =>
  REST_CONSTRAINTS.find(({ made }) => made === call)?.properties[member] ??
  (member === 'value' ? API_KEY.value : undefined);

describe('the service, of a member', () => {
  for (const [call, member, refused, accepted, says] of ROWS)
    it(`${call} ${member}: ${typeof says === 'string' ? says : says('…')}`, () => {
      const constraint = constraintOf(call, member);
      assert.ok(constraint, `${call} has no constraint of ${member}`);
      for (const value of refused)
        assert.equal(
          refusalByService(value, constraint),
          typeof says === 'string' ? says : says(value),
          String(value).slice(0, 40),
        );
      for (const value of accepted) assert.equal(refusalByService(value, constraint), undefined);
      assert.equal(refusalByService(undefined, constraint), undefined);
    });

  it('is tested for every member that it refuses itself', () => {
    const own = REST_CONSTRAINTS.flatMap(({ made, properties }) =>
      Object.entries(properties)
        .filter(([, constraint]) => (constraint.own ?? []).length > 0)
        .map(([member]) => `${made} ${member}`),
    );
    const tested = new Set(ROWS.map(([call, member]) => `${call} ${member}`));
    assert.deepEqual(
      own.filter((one) => !tested.has(one)),
      [],
    );
  });
});

describe('the constraints', () => {
  it('are of types that the control plane reads, and of calls of theirs', () => {
    for (const { type, made, input } of [...REST_CONSTRAINTS, ...V2_CONSTRAINTS]) {
      assert.match(made, /^P(?:OST|UT|ATCH) \//);
      if (type !== undefined) {
        assert.ok(Object.hasOwn(CONTROL_TYPES, type), `${type} of ${made}`);
        assert.equal(/ \/v2\//.test(made), type.startsWith('AWS::ApiGatewayV2::'), made);
      }
      assert.match(input, /^[a-z]\w+Input$/);
    }
  });
});
