/** A result of an authorizer that was cached for another request (docs/aws §4.1). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explain } from '../../../../../packages/gateway/console/explain/explain.ts';
import type { Circumstances } from '../../../../../packages/gateway/console/explain/circumstances.ts';
import { GUARD, refusedBy } from '../../../../support/refused-by-policy.ts';

const definition = (form: 'sam' | 'cloudformation') => ({ file: 'template.yaml', form, logicalId: 'Api' });
const refused = (
  protocol: 'rest' | 'http',
  form: 'sam' | 'cloudformation',
  more: Partial<NonNullable<Circumstances['guard']>>,
): Circumstances => ({
  ...refusedBy('authorizer', undefined),
  protocol,
  definition: definition(form),
  policies: [],
  guard: {
    ...GUARD,
    from: 'cache',
    ageMs: 2_000,
    givenFor: 'DELETE /tiles/{id}',
    ttlSeconds: 300,
    simpleResponses: true,
    simpleAnswer: false,
    ...more,
  },
});

describe('a refusal that was cached for another route', () => {
  const SAYS = 'about DELETE /tiles/{id} says nothing about this request.';
  const USE = 'Use a caller that gate allows on GET /tiles/{id}, or add a rule that allows this caller.';

  it('is first told to be of the other route, if the code of the function reads the route', () => {
    const { changes } = explain(refused('http', 'sam', { routeReadAt: 'auth.py:8' }));
    assert.deepEqual(changes.slice(0, 2), [
      `The function reads the route or path at auth.py:8, so its decision ${SAYS} Add Context: [routeKey] to the Identity of the authorizer, in Auth.Authorizers.gate. Each route then has its own result.`,
      USE,
    ]);
  });

  // SAM, ApiAuth: Identity.Context. API Gateway, "$context.routeKey" and "context.httpMethod" as identity sources.
  for (const [protocol, form, own] of [
    ['http', 'cloudformation', 'Add $context.routeKey to the identity sources of the authorizer.'],
    [
      'rest',
      'cloudformation',
      'Add context.httpMethod and context.resourcePath to the identity sources of the authorizer.',
    ],
    [
      'rest',
      'sam',
      'Add Context: [httpMethod, resourcePath] to the Identity of the authorizer, in Auth.Authorizers.gate.',
    ],
  ] as const)
    it(`is told to be perhaps of the other route if the code is not known: ${protocol} of ${form}`, () => {
      const { changes } = explain(refused(protocol, form, {}));
      assert.deepEqual(changes.slice(0, 2), [
        USE,
        `If the function decides by route, its decision ${SAYS} ${own} Each route then has its own result.`,
      ]);
    });
});
