import {
  described,
  either,
  integer,
  list,
  literal,
  mapped,
  object,
  oneOf,
  recursive,
  refine,
  scalar,
  text,
} from './shape.ts';
import type { Shape } from './shape.ts';
import { parseIpNetwork } from '@gatewright/handlers/access/decide/ip-network';

export const NAME = text(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'a name of letters, digits, _ and -, such as main');
export const SCOPE = text(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/, 'a scope, such as orders:read');

const CLAIM_NAME = text(
  /^[^.\s]+(\.[^.\s]+)*$/,
  'the name of a claim, such as sub or realm_access.roles; write a name that contains dots as a list: ["https://x.example/roles"]',
);

/**
 * The path of a claim. `realm_access.roles` is a path with two steps. If the name of a claim itself contains dots, the
 * path is written as a list of steps.
 */
export const CLAIM_PATH: Shape<readonly string[]> = described(
  either(
    mapped(CLAIM_NAME, (path) => path.split('.')),
    list(text(/^.{1,200}$/, 'the name of a claim'), 1, 8),
    (value) => !Array.isArray(value),
  ),
  'A claim; dots select claims within claims. Write a name that contains dots as a list: ["https://x.example/roles"].',
);

const CIDR = refine(
  text(/^[0-9A-Fa-f.:]+(\/\d{1,3})?$/, 'an address or a block of addresses, such as 203.0.113.0/24'),
  {},
  (block) =>
    parseIpNetwork(block) === undefined
      ? 'is not a block of addresses; write it as 203.0.113.0/24'
      : undefined,
);

export type ClaimTest = {
  readonly claim: readonly string[];
  readonly op: 'equals' | 'in' | 'contains' | 'exists' | 'gte' | 'lte';
  readonly value?: string | number | boolean | readonly (string | number | boolean)[];
};

export type Condition = {
  readonly all?: readonly Condition[];
  readonly any?: readonly Condition[];
  readonly not?: Condition;
  readonly issuers?: readonly string[];
  readonly clients?: readonly string[];
  readonly scopes?: Several;
  readonly roles?: Several;
  readonly claims?: readonly ClaimTest[];
  readonly sourceIp?: { readonly cidr: readonly string[] };
  readonly mfa?: true;
  readonly authAgeSeconds?: number;
};

export type Several = { readonly all?: readonly string[]; readonly any?: readonly string[] };

function several(name: Shape<string>): Shape<Several> {
  return refine(object({}, { all: list(name), any: list(name) }), { minProperties: 1 }, (given) =>
    given.all === undefined && given.any === undefined ? 'needs all: [ … ] or any: [ … ]' : undefined,
  );
}

const CLAIM_TEST: Shape<ClaimTest> = refine(
  object(
    { claim: CLAIM_PATH, op: oneOf('equals', 'in', 'contains', 'exists', 'gte', 'lte') },
    { value: either(list(scalar(), 1, 100), scalar(), Array.isArray) },
  ),
  {},
  checkClaimTest,
);

/** Checks that `value` has the type that `op` requires. A test that can never be true is reported as a mistake. */
function checkClaimTest({ op, value }: ClaimTest): string | undefined {
  switch (op) {
    case 'exists':
      return value === undefined ? undefined : 'a test with op: exists cannot have a value: remove value';
    case 'in':
      return Array.isArray(value) ? undefined : 'a test with op: in requires a list, such as value: [ a, b ]';
    case 'gte':
    case 'lte':
      return typeof value === 'number'
        ? undefined
        : `a test with op: ${op} requires a number, such as value: 5`;
    case 'equals':
    case 'contains':
      return value === undefined || Array.isArray(value)
        ? `a test with op: ${op} requires one value, such as value: gold`
        : undefined;
  }
}

const self = recursive('condition', 'a condition, such as scopes: { all: [orders:read] }', () => CONDITION);

export const CONDITION: Shape<Condition> = refine(
  object(
    {},
    {
      all: described(list(self), 'All of these must be true.'),
      any: described(list(self), 'At least one of these must be true.'),
      not: described(
        self,
        'This must be false. A test of a missing claim is undecided, and so is its "not": an allow rule then does not apply, but a deny rule does. Only a test with op: exists is decided for a missing claim.',
      ),
      issuers: described(list(NAME), 'The credential comes from one of these issuers.'),
      clients: described(
        list(text(/^\S{1,256}$/, 'the id of a client')),
        'The token was issued to one of these clients (client_id or azp).',
      ),
      scopes: several(SCOPE),
      roles: several(NAME),
      claims: described(
        list(CLAIM_TEST),
        'Each of these tests must be true. Types are strict: "1" is not 1. A deny rule that tests a missing claim denies, unless it also has a test with op: exists.',
      ),
      sourceIp: described(
        object({ cidr: list(CIDR) }, {}),
        'The request comes from one of these networks. The test is compiled into the policy, so it also applies to cached results.',
      ),
      mfa: described(literal(true), 'The token says that more than one factor was used ("mfa" in amr).'),
      authAgeSeconds: described(
        integer(1, 31_536_000),
        'The user signed in at most this long ago (auth_time), including the time for which results are cached.',
      ),
    },
  ),
  { minProperties: 1 },
  (given) =>
    Object.keys(given).length === 0 ? 'is empty: write a condition or leave "when" out' : undefined,
);
