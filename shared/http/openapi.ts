import type { Route, RouteDescription } from './route.ts';

type OpenApiInfo = { readonly title: string; readonly version: string; readonly description: string };

/** Returns the OpenAPI document of the routes as a plain object: `openapi: 3.1.0`, JSON Schema 2020-12. */
export function describeRoutes(
  info: OpenApiInfo,
  routes: readonly Route[],
): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { method, path, description } of routes)
    (paths[path] ??= {})[method.toLowerCase()] = describeOperation(path, description);
  return {
    openapi: '3.1.0',
    info,
    security: [{ signature: [] }],
    paths,
    components: {
      securitySchemes: {
        signature: {
          type: 'apiKey',
          name: 'Authorization',
          in: 'header',
          description: 'AWS Signature Version 4 for execute-api; IAM decides per route.',
          'x-amazon-apigateway-authtype': 'awsSigv4',
        },
      },
      schemas: { Problem: PROBLEM },
      responses: {
        Problem: {
          description: 'The request was refused; code and field give the reason (RFC 9457).',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  };
}

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', description: 'Stable code of the reason.' },
    field: { type: 'string', description: 'The invalid part of the request, such as limits[1].burst.' },
  },
};

const OPERATION_ID_PARAMETER = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description: 'An id of your choice: a change that is repeated with the same id takes effect once.',
  schema: { type: 'string', minLength: 1, maxLength: 130 },
};

function describeOperation(path: string, route: RouteDescription): Readonly<Record<string, unknown>> {
  const { id, summary, query, body, isChange, answer } = route;
  const names = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
  const { mediaTypes = ['application/json'], schema = {} } = answer;
  return {
    operationId: id,
    summary,
    parameters: [
      ...names.map((name) => ({ name, in: 'path', required: true, schema: NAME })),
      ...Object.entries(query).map(([name, field]) => ({
        name,
        in: 'query',
        required: field.isRequired,
        schema: field.schema,
      })),
      ...(isChange ? [OPERATION_ID_PARAMETER] : []),
    ],
    ...(body !== undefined && {
      requestBody: {
        required: !isEmptyList(body['required']),
        content: { 'application/json': { schema: body } },
      },
    }),
    responses: {
      200: {
        description: answer.description,
        content: Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, { schema }])),
      },
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

const NAME = { type: 'string', minLength: 1, maxLength: 256 };

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
