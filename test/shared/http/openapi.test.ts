/** The document of an admin function describes what its router accepts and answers. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeRoutes } from '#shared/http/openapi.ts';
import { optional, text, wholeNumber } from '#shared/http/fields.ts';
import { problem } from '#shared/http/problem.ts';
import { jsonReply } from '#shared/http/reply.ts';
import { changeRoute, readRoute } from '#shared/http/route.ts';

const messages = { summary: 'a thing', answer: { description: 'done' } };
const ROUTES = [
  readRoute(
    {
      ...messages,
      path: '/things/{thing}',
      id: 'getThing',
      query: { at: optional(text('when')), units: wholeNumber('units', { min: 1, max: 2 }) },
    },
    () => Promise.resolve(jsonReply(200, {})),
  ),
  changeRoute(
    {
      ...messages,
      method: 'PUT',
      path: '/things/{thing}',
      id: 'putThing',
      answer: { description: 'done', mediaTypes: ['text/csv'] },
      body: { units: optional(text('')) },
    },
    () => Promise.resolve(jsonReply(200, {})),
  ),
];
type Parameter = { readonly name: string; readonly in: string; readonly required: boolean };
type Operation = {
  readonly responses: Readonly<Record<string, { readonly content?: object }>>;
  readonly parameters: readonly (Parameter & { readonly schema: object })[];
  readonly requestBody?: { readonly required: boolean };
};
const described = describeRoutes({ title: 'things', version: '1', description: '' }, ROUTES) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: {
      readonly Problem: { readonly required: readonly string[]; readonly properties: object };
    };
  };
};

describe('describeRoutes', () => {
  const { get, put } = described.paths['/things/{thing}'] ?? {};
  const placesOf = (operation: Operation | undefined) =>
    operation?.parameters.map(({ name, in: place, required }) => [name, place, required]);

  it('says where each parameter is, and whether it is required', () => {
    assert.deepEqual(placesOf(get), [
      ['thing', 'path', true],
      ['at', 'query', false],
      ['units', 'query', true],
    ]);
    assert.deepEqual(placesOf(put), [
      ['thing', 'path', true],
      ['Idempotency-Key', 'header', true],
    ]);
  });

  // As test/shared/http/router.test.ts has it: 128 characters, bare or in quotes.
  it('allows an operation id as long as the router does', () => {
    assert.deepEqual(put?.parameters.at(-1)?.schema, { type: 'string', minLength: 1, maxLength: 130 });
  });

  it('asks for a body only if one of its fields has to be there', () => {
    assert.equal(put?.requestBody?.required, false);
    assert.equal(get?.requestBody, undefined);
  });

  it('says that answers are JSON, unless they are something else', () => {
    assert.deepEqual(get?.responses['200']?.content, { 'application/json': { schema: {} } });
    assert.deepEqual(put?.responses['200']?.content, { 'text/csv': { schema: {} } });
  });

  it('has a schema of refusals that each of them matches', () => {
    const { required, properties } = described.components.schemas.Problem;

    assert.deepEqual([...required].sort(), Object.keys(problem(404, 'Not Found')).sort());
    assert.deepEqual(Object.keys(properties), ['type', 'title', 'status', 'detail', 'code', 'field']);
  });
});
