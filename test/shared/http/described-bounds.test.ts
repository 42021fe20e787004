/**
 * The OpenAPI document of the admin routes names bounds of each value. A caller who keeps to them is accepted, and one
 * who exceeds one of them is told so: the schema is the oracle of the reader, at each bound and one beyond it.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { accessAdminRoutes } from '#shared/access/access-admin-routes.ts';
import { invalidatorRoutes } from '#shared/cache/invalidator-routes.ts';
import type { HttpEvent } from '#shared/aws/http-event.ts';
import { RequestInvalid } from '#shared/errors.ts';
import type { JsonSchema } from '#shared/http/fields.ts';
import type { Route } from '#shared/http/route.ts';
import { portalAdminRoutes } from '#shared/portal/admin-routes.ts';
import { quotaAdminRoutes } from '#shared/quota/admin/routes.ts';
import { memoryAdminPorts } from '../../support/quota-admin.ts';

type Bound = { readonly name: string; readonly value: unknown; readonly isWithin: boolean };

/** Everything behind the reading of a request fails, so that an answer about a field comes from the reader. */
const nobody = new Proxy(() => undefined, {
  get: () => nobody,
  apply: () => {
    throw new Error('only the reading of requests is tested');
  },
}) as never;
const ROUTES: readonly Route[] = [
  ...accessAdminRoutes({ keys: nobody, revocations: nobody, documents: nobody }),
  ...quotaAdminRoutes({ ...memoryAdminPorts(), store: nobody, listing: nobody }),
  ...portalAdminRoutes({ ports: nobody, customers: nobody, portal: nobody, portalUrl: '' }),
  ...invalidatorRoutes(nobody),
];

const numberOf = (schema: JsonSchema, keyword: string): number | undefined =>
  typeof schema[keyword] === 'number' ? schema[keyword] : undefined;
const schemaAt = (schema: JsonSchema, keyword: string): JsonSchema => (schema[keyword] ?? {}) as JsonSchema;
const letters = (length: number): string => 'a'.repeat(length);
const listOf = (schema: JsonSchema, length: number): unknown[] =>
  Array.from({ length }, () => sampleOf(schemaAt(schema, 'items')));
const objectOf = (
  schema: JsonSchema,
  length: number,
  value = sampleOf(schemaAt(schema, 'additionalProperties')),
) => Object.fromEntries(Array.from({ length }, (_, index) => [`member${index}`, value]));

function sampleOf(schema: JsonSchema): unknown {
  const { type, enum: words, pattern, properties } = schema;
  if (Array.isArray(words)) return words[0];
  if (type === 'integer' || type === 'number') return numberOf(schema, 'minimum') ?? 1;
  if (type === 'boolean') return true;
  if (type === 'array') return listOf(schema, 1);
  if (type === 'object' && properties === undefined) return objectOf(schema, 1);
  if (type === 'object') return requiredMembers(schema);
  if (typeof pattern !== 'string') return letters(3);
  const samples = fc.sample(fc.stringMatching(new RegExp(pattern)), { numRuns: 20, seed: 1 });
  return samples.find((text) => isText(schema, text));
}

function requiredMembers(schema: JsonSchema): Readonly<Record<string, unknown>> {
  const required = schema['required'] as readonly string[];
  return Object.fromEntries(
    required.map((name) => [name, sampleOf(schemaAt(schemaAt(schema, 'properties'), name))]),
  );
}

function isText({ pattern, ...schema }: JsonSchema, text: string): boolean {
  return (
    text.length >= (numberOf(schema, 'minLength') ?? 0) &&
    text.length <= (numberOf(schema, 'maxLength') ?? Infinity) &&
    (typeof pattern !== 'string' || new RegExp(pattern).test(text))
  );
}

/** Returns a value at each bound that the schema names, and one beyond it. */
function boundsOf(schema: JsonSchema): readonly Bound[] {
  const at = (keyword: string, make: (bound: number) => unknown, step: 1 | -1): readonly Bound[] => {
    const bound = numberOf(schema, keyword);
    if (bound === undefined || !Number.isSafeInteger(bound + step)) return [];
    return [
      { name: `${keyword} ${bound}`, value: make(bound), isWithin: true },
      { name: `beyond ${keyword} ${bound}`, value: make(bound + step), isWithin: false },
    ];
  };
  const same = (bound: number): number => bound;
  const inMembers = schemaAt(schema, 'additionalProperties');
  return [
    ...at('minimum', same, -1),
    ...at('maximum', same, 1),
    ...[...at('minLength', letters, -1), ...at('maxLength', letters, 1)].filter(
      ({ value, isWithin }) => isWithin === isText(schema, String(value)),
    ),
    ...at('maxItems', (length) => listOf(schema, length), 1),
    ...at('maxProperties', (length) => objectOf(schema, length), 1),
    ...(schema['type'] === 'object' ? boundsOf(inMembers) : []).map(({ name, value, isWithin }) => ({
      name: `a member with ${name}`,
      value: objectOf({}, 1, value),
      isWithin,
    })),
  ];
}

/** Values with a form that their schema does not describe, so that a sample at a bound is refused for its form. */
const WITH_FORM: ReadonlySet<string> = new Set(['cursor', 'email']);
/** The document of a plan has a parser of its own, which refuses a sample before it gets to the bounds. */
const WITH_PARSER = '/quota/plans/{plan}';

type Sent = { readonly route: Route; readonly query: object; readonly body: object };

/** Returns the field that the answer calls wrong. */
async function refusedField({ route, query, body }: Sent): Promise<string | undefined> {
  const names = [...route.path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
  const event = {
    path: route.path,
    headers: { 'idempotency-key': 'operation-1' },
    pathParameters: Object.fromEntries(names.map((name) => [name, 'a'.repeat(16)])),
    query: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
    signer: 'arn:aws:iam::123456789012:user/ada',
    receivedEpochMs: 1_700_000_000_000,
    ...(route.description.body !== undefined && { body: JSON.stringify(body) }),
  } as unknown as HttpEvent;
  try {
    await route.answer(event);
    return undefined;
  } catch (error) {
    return error instanceof RequestInvalid ? error.field : undefined;
  }
}

describe('a bound of a value in the OpenAPI document', () => {
  for (const route of ROUTES) {
    const { query, body: described = {} } = route.description;
    const body = route.path === WITH_PARSER ? {} : described;
    const sample = {
      query: Object.fromEntries(
        Object.entries(query).flatMap(([name, { schema, isRequired }]) =>
          isRequired ? [[name, sampleOf(schema)]] : [],
        ),
      ),
      body: body['properties'] === undefined ? {} : requiredMembers(body),
    };
    const fields = [
      ...Object.entries(query).map(([name, { schema }]) => ({ part: 'query', name, schema }) as const),
      ...Object.entries(schemaAt(body, 'properties')).map(
        ([name, schema]) => ({ part: 'body', name, schema: schema as JsonSchema }) as const,
      ),
    ];
    const bounds = fields.flatMap(({ part, name, schema }) =>
      boundsOf(schema)
        .filter(({ isWithin }) => !isWithin || !WITH_FORM.has(name))
        .map((bound) => ({ part, field: name, ...bound })),
    );
    if (bounds.length > 0)
      it(`is what ${route.method} ${route.path} accepts`, async () => {
        const wrong: string[] = [];
        for (const { part, field, name, value, isWithin } of bounds) {
          const refused = await refusedField({
            route,
            ...sample,
            [part]: { ...sample[part], [field]: value },
          });
          if ((refused === field) === isWithin)
            wrong.push(`${field}: ${name}: ${refused === undefined ? 'accepted' : `${refused} is refused`}`);
        }
        assert.deepEqual(wrong, []);
      });
  }
});
