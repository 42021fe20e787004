/**
 * Tests that the gateway reads every property of a service's resources. Each row has a resource with all properties
 * that the gateway enforces, under the names of the CloudFormation reference. If a property is not read, the row gives
 * the reason. The same resource is then tested with values at the limits that AWS documents, and beyond them.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json, JsonObject } from '@gatewright/aws/json-object';

import type { ResolvedStack } from '../../packages/gateway/core/stack/model.ts';
import { CATALOGUE, RESOURCE_TYPES } from '../../packages/gateway/engine/compose/services/catalogue.ts';
import { Faults } from '../../packages/gateway/core/errors.ts';
import { anEventEngine, stackOf } from './an-event-engine.ts';
import type { ServiceModules } from './a-recorder.ts';
import { recordReads } from './read-properties.ts';

/** All services are loaded, because the resources of one refer to the resources of others. */
const MODULES: ServiceModules = Object.fromEntries(
  await Promise.all(CATALOGUE.map(async ({ name, load }) => [name, await load()] as const)),
);
const FUNCTIONS = { f: () => undefined };
export const FUNCTION = 'arn:aws:lambda:us-east-1:123456789012:function:f';
export const NAMED_BEFORE = 'the name is part of the id, which the template has made already';

export const arnOf = (id: string): Json => ({ 'Fn::GetAtt': [id, 'Arn'] });
export const ref = (id: string): Json => ({ Ref: id });

/** A value that has the effect of a missing property. */
export const ABSENT: Json = { Ref: 'AWS::NoValue' };

type Resource = { readonly Type: string; readonly Properties: JsonObject };
export const QUEUE: Resource = { Type: 'AWS::SQS::Queue', Properties: {} };
export const TOPIC: Resource = { Type: 'AWS::SNS::Topic', Properties: {} };

export type PropertyRow = {
  readonly type: string;
  readonly properties: JsonObject;
  /** Properties that are set but not read, with the reason. */
  readonly unread?: Readonly<Record<string, string>>;
  /** Resources that the subject refers to. */
  readonly others?: Readonly<Record<string, Resource>>;
  /** The name of another service in the catalogue, whose events or targets the subject uses. */
  readonly needs?: string;
  /** The minimum and the maximum that AWS accepts, by path. */
  readonly bounds?: Readonly<Record<string, readonly [least: number, most: number]>>;
  /** Values that AWS accepts, and values that it refuses, by path. */
  readonly values?: Readonly<
    Record<string, { readonly takes: readonly Json[]; readonly refuses: readonly Json[] }>
  >;
};

/** @returns the given number of items, which all differ */
export function times(count: number, make: (index: number) => Json): Json {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** @param own the service that the rows are about */
export function describeProperties(what: string, own: ServiceModules, rows: readonly PropertyRow[]): void {
  describe(`a template with ${what}`, () => {
    for (const [at, row] of rows.filter(isWhole).entries()) {
      it(`has every property of ${row.type} read (${at + 1})`, () => {
        const stack = makeStack(row);
        const subject = stack.resources.get('Subject');
        assert.ok(subject);
        const seen = new Set<string>();
        const properties = recordReads(subject.properties, seen);
        const resources = new Map([...stack.resources, ['Subject', { ...subject, properties }]]);

        assert.deepEqual(read({ ...stack, resources }, own), []);
        const left = pathsOf(subject.properties, '').filter((path) => path !== '' && !seen.has(path));
        assert.deepEqual([...new Set(left)].toSorted(), Object.keys(row.unread ?? {}).toSorted());
      });

      const messagesOf = (path: string, value: Json): readonly string[] =>
        read(makeStack({ ...row, properties: withValue(row.properties, path, value) }), own);
      for (const [path, [least, most]] of Object.entries(row.bounds ?? {}))
        it(`takes ${path} of ${row.type} from ${least} to ${most} (${at + 1})`, () => {
          for (const value of [least, most]) assert.deepEqual(messagesOf(path, value), [], `${value}`);
          for (const value of [least - 1, most + 1])
            assert.equal(messagesOf(path, value).length, 1, `${value}`);
        });
      for (const [path, { takes, refuses }] of Object.entries(row.values ?? {}))
        it(`accepts some values of ${path} of ${row.type} and refuses others (${at + 1})`, () => {
          for (const value of takes) assert.deepEqual(messagesOf(path, value), [], show(value));
          for (const value of refuses) assert.equal(messagesOf(path, value).length, 1, show(value));
        });
    }
  });
}

/** A service can be removed from the gateway. Rows that need it are then left out. */
function isWhole({ others = {}, needs }: PropertyRow): boolean {
  const isKnown = Object.values(others).every(({ Type }) => RESOURCE_TYPES.classOf(Type) !== undefined);
  return isKnown && (needs === undefined || Object.hasOwn(MODULES, needs));
}

function show(value: Json): string {
  return JSON.stringify(value).slice(0, 80);
}

function makeStack({ type, properties, others = {} }: PropertyRow): ResolvedStack {
  const resources = Object.entries({ ...others, Subject: { Type: type, Properties: properties } })
    .map(([id, resource]) => `  ${id}: ${JSON.stringify(resource)}`)
    .join('\n');
  return stackOf({ resources, functions: FUNCTIONS });
}

/** @returns the messages about problems of the stack, and about settings without effect */
function read(stack: ResolvedStack, own: ServiceModules): readonly string[] {
  const faults = new Faults(true);
  const { engine } = anEventEngine({ ...MODULES, ...own }, { resources: '', functions: FUNCTIONS });
  const { apply, unsupported } = engine.read([stack], faults);
  apply();
  return [
    ...faults.all.map(({ error }) => error.describe()),
    ...unsupported.map(({ property = '', consequence }) => `${property}: ${consequence}`),
  ];
}

/** Prints a path, such as `Rules[].Name` for members of blocks in lists. */
function pathsOf(value: unknown, path: string): readonly string[] {
  if (Array.isArray(value)) return [path, ...value.flatMap((one) => pathsOf(one, `${path}[]`).slice(1))];
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([name, one]) =>
    pathsOf(one, path === '' ? name : `${path}.${name}`),
  );
  return [path, ...inner];
}

/** @param path a path with the indices of list items, such as `Rules.0.Name` */
function withValue(properties: JsonObject, path: string, value: Json): JsonObject {
  const copy = structuredClone(properties);
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  let at: unknown = copy;
  for (const step of steps) at = Reflect.get(at as object, step);
  Reflect.set(at as object, last, value);
  return copy;
}
