import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mapRequest } from '../../../../packages/gateway/core/phases/map-request.ts';
import { validate } from '../../../../packages/gateway/core/phases/validate.ts';
import type { Admitted, Authenticated, Matched } from '../../../../packages/gateway/core/exchange.ts';

/** A pipeline with each step left out in turn: `npm run lint` fails if the compiler accepts one. */
const PLANTED: Readonly<Record<string, (exchange: never) => unknown>> = {
  'validates what nobody has metered': (authenticated: Authenticated) => {
    // @ts-expect-error: Authenticated is not Admitted
    validate(authenticated);
  },
  'integrates what nobody has metered': (authenticated: Authenticated) =>
    // @ts-expect-error: Authenticated is not Admitted
    mapRequest(authenticated),
  'meters what nobody has authorized': (matched: Matched) =>
    // @ts-expect-error: Matched is not Authenticated
    matched.admitted(undefined),
  'maps by the back door': (authenticated: Authenticated) =>
    // @ts-expect-error: Authenticated is not Admitted
    authenticated.mapped({ kind: 'mock' }, ''),
};

describe('the stages of an exchange', () => {
  it('are types: code that skips a step does not compile, and code that passes all of them does', () => {
    const inOrder: (admitted: Admitted) => void = validate;

    assert.equal(typeof inOrder, 'function');
    assert.equal(Object.keys(PLANTED).length, 4);
  });
});
