import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Json } from '@gatewright/aws/json-object';
import {
  describeCycle,
  findCycle,
  OpenNames,
  pathOfCycle,
  remedyOfCycle,
} from '../../../../packages/gateway/templates/dependency-cycles.ts';

const NAMES = ['A', 'B', 'C', 'D', 'E'];
const needs = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...NAMES)), { maxLength: 9 })
  .map(
    (pairs) =>
      new Map(
        NAMES.map((name) => [name, new Set(pairs.flatMap(([from, to]) => (from === name ? [to] : [])))]),
      ),
  );

/** Takes away what needs nothing, until nothing changes; what is left needs itself. */
function hasCycle(graph: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const left = new Set(graph.keys());
  for (;;) {
    const free = [...left].filter((name) => [...(graph.get(name) ?? [])].every((next) => !left.has(next)));
    if (free.length === 0) return left.size > 0;
    for (const name of free) left.delete(name);
  }
}

describe('findCycle', () => {
  it('finds a cycle if there is one, in the order of its needs and each name once', () => {
    fc.assert(
      fc.property(needs, (graph) => {
        const cycle = findCycle(graph);
        assert.equal(cycle.length > 0, hasCycle(graph));
        assert.equal(new Set(cycle).size, cycle.length);
        for (const [index, name] of cycle.entries())
          assert.ok(graph.get(name)?.has(cycle[(index + 1) % cycle.length] ?? ''), cycle.join());
      }),
      { numRuns: 200, seed: 62 },
    );
  });

  it('is told with its names in order', () => {
    assert.equal(describeCycle(['A', 'B']), 'Circular dependency between resources: [A, B]');
  });
});

describe('pathOfCycle', () => {
  const rows: readonly (readonly [resource: Json, path: readonly string[]])[] = [
    [{ Properties: { Role: { Ref: 'B' } } }, ['Properties', 'Role']],
    [{ Properties: { Role: { 'Fn::GetAtt': ['B', 'Arn'] } } }, ['Properties', 'Role']],
    [
      { Properties: { Env: [{ Ref: 'X' }, { V: { 'Fn::Sub': '${B.Arn}/x' } }] } },
      ['Properties', 'Env', '1', 'V'],
    ],
    [{ DependsOn: 'B', Properties: { Role: 'B' } }, ['DependsOn']],
    [{ Properties: { Role: { Ref: 'X' } } }, []],
  ];
  for (const [resource, path] of rows)
    it(`is ${path.join('.') || 'empty'} in ${JSON.stringify(resource)}`, () => {
      const resourceOf = (logicalId: string): Json => (logicalId === 'A' ? resource : {});
      assert.deepEqual(pathOfCycle(['A', 'B'], resourceOf), ['A', ...path]);
    });

  it('is the reference in a policy, which can have a fixed name instead', () => {
    const resources: Readonly<Record<string, Json>> = {
      Bucket: { Type: 'AWS::S3::Bucket', Properties: { Target: { 'Fn::GetAtt': ['F', 'Arn'] } } },
      F: { Type: 'AWS::Lambda::Function', Properties: { Role: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
      Role: { Type: 'AWS::IAM::Role', Properties: { Policies: [{ Ref: 'Bucket' }] } },
    };
    assert.deepEqual(
      pathOfCycle(['Bucket', 'F', 'Role'], (logicalId) => resources[logicalId] ?? {}),
      ['Role', 'Properties', 'Policies', '0'],
    );
  });
});

describe('remedyOfCycle', () => {
  // aws/serverless-application-model#386
  for (const [type, where] of [
    ['AWS::ApiGateway::RestApi', /requestContext\.domainName/],
    ['AWS::ApiGatewayV2::Api', /requestContext\.domainName/],
    ['AWS::Cognito::UserPool', /userPoolId/],
    ['AWS::S3::Bucket', /s3\.bucket\.name/],
  ] as const)
    it(`names what a function's events have of ${type}`, () => {
      const resources: Readonly<Record<string, Json>> = {
        Fn: { Type: 'AWS::Lambda::Function', Properties: { Environment: { Ref: 'Source' } } },
        Source: { Type: type, Properties: { Body: { 'Fn::GetAtt': ['Fn', 'Arn'] } } },
      };
      const remedy = remedyOfCycle(['Source', 'Fn'], (logicalId) => resources[logicalId] ?? {});

      assert.match(remedy ?? '', /^remove the reference to Source from Fn, because /);
      assert.match(remedy ?? '', where);
    });

  const reference = { Properties: { Value: { Ref: 'B' } } };
  const rows: readonly (readonly [string, Readonly<Record<string, Json>>, string | undefined])[] = [
    [
      'a DependsOn',
      { A: { DependsOn: 'B' }, B: { Properties: { V: { Ref: 'A' } } } },
      'remove B from DependsOn of A',
    ],
    ['a DependsOn of several', { A: { DependsOn: ['X', 'B'] }, B: {} }, 'remove B from DependsOn of A'],
    [
      'the last one, whose next is the first',
      { A: reference, B: { DependsOn: ['A'] } },
      'remove A from DependsOn of B',
    ],
    ['a DependsOn that repeats a reference', { A: { DependsOn: 'B', ...reference }, B: {} }, undefined],
    ['references alone', { A: reference, B: { Properties: { V: { Ref: 'A' } } } }, undefined],
    ['a DependsOn outside of the cycle', { A: { DependsOn: 'X', ...reference }, B: {} }, undefined],
  ];
  for (const [what, resources, expected] of rows)
    it(`${expected === undefined ? 'knows none for' : 'removes'} ${what}`, () => {
      assert.equal(
        remedyOfCycle(['A', 'B'], (logicalId) => resources[logicalId] ?? {}),
        expected,
      );
    });
});

describe('OpenNames', () => {
  it('refuses a name within itself, with the names between, and no name after its work', () => {
    const open = new OpenNames();
    const refuse = (cycle: readonly string[]): never => {
      throw new Error(cycle.join());
    };
    const enter = (names: readonly string[]): unknown => {
      const [name, ...rest] = names;
      return name === undefined ? 'done' : open.enter(name, () => enter(rest), refuse);
    };

    assert.equal(enter(['A', 'B', 'C']), 'done');
    assert.throws(() => enter(['A', 'B', 'C', 'B']), { message: 'B,C' });
    assert.throws(() => enter(['A', 'A']), { message: 'A' });
    assert.equal(open.has('A'), false);
    open.enter('A', () => assert.equal(open.has('A'), true), refuse);
  });
});
