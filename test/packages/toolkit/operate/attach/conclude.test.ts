import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  assertClaimsChecked,
  describeDetached,
  undoIfWrong,
} from '../../../../../packages/toolkit/operate/attach/conclude.ts';
import { readAgain } from '../../../../../packages/toolkit/operate/attach/make-plan.ts';
import { aRestApiToAttach } from '../../../../support/an-api-to-attach.ts';

const aRouteBehind = (type: string) =>
  ({
    name: 'route GET /seeds',
    part: 'route GET /seeds',
    before: { authorizationType: type },
    after: {},
    does: '',
    isLive: true,
    apply: { service: 'apigateway', method: 'PATCH', path: '/', body: {} },
    revert: { service: 'apigateway', method: 'PATCH', path: '/', body: {} },
  }) as unknown as Parameters<typeof assertClaimsChecked>[0]['steps'][number];

const READS =
  'def handler(event, context):\n    return event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]\n';
const SOURCES: readonly {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly settings?: string;
  readonly says?: RegExp;
}[] = [
  {
    name: 'Python that reads the claims of a JWT authorizer',
    file: 'app.py',
    text: READS,
    says: /nothing was changed\napp\.py:2: reads authorizer\.jwt.*read claims_of\(event\) of the Python package gatewright/,
  },
  {
    name: 'JavaScript that reads them',
    file: 'app.mjs',
    text: 'export const handler = (event) => event.requestContext.authorizer.jwt.claims.sub;\n',
    says: /app\.mjs:1: reads authorizer\.jwt.*read claimsOf\(event\)/,
  },
  {
    name: 'Python that reads them by claims_of',
    file: 'app.py',
    text: 'from gatewright import claims_of\n\ndef handler(event, context):\n    return claims_of(event)["sub"]\n',
  },
  {
    name: 'a file that claimsChecked names',
    file: 'app.py',
    text: READS,
    settings: 'claimsChecked: [app.py]\n',
  },
];

// new-user 1: `--yes` ran past the warning, and every caller of a handler in Python became one.
describe('assertClaimsChecked', () => {
  for (const [type, isChecked, isRefused] of [
    ['COGNITO_USER_POOLS', false, true],
    ['JWT', false, true],
    ['JWT', true, false],
    ['CUSTOM', false, false],
    ['NONE', false, false],
  ] as const)
    it(`${isRefused ? 'refuses' : 'passes'} a route whose guard is ${type}, ${isChecked ? '' : 'not '}checked`, () => {
      const route = aRouteBehind(type);
      const refuse = () => {
        assertClaimsChecked({ steps: [route] }, { isChecked, folder: '/nowhere' });
      };

      if (isRefused)
        assert.throws(
          refuse,
          /route GET \/seeds would lose .*claimsOf\(event\) \(in Python, claims_of\(event\); .* --claims-checked together with --yes/,
        );
      else refuse();
    });

  // API Gateway's "Controlling access to HTTP APIs with JWT authorizers": claims are in authorizer.jwt.claims only.
  for (const { name, file, text, settings, says } of SOURCES)
    it(`${says === undefined ? 'passes' : 'refuses'} a false --claims-checked: ${name}`, () => {
      const folder = mkdtempSync(join(tmpdir(), 'gatewright-claims-'));
      try {
        writeFileSync(join(folder, file), text);
        if (settings !== undefined) writeFileSync(join(folder, 'gatewright.yml'), settings);
        const refuse = () => {
          assertClaimsChecked({ steps: [aRouteBehind('JWT')] }, { isChecked: true, folder });
        };

        if (says === undefined) refuse();
        else assert.throws(refuse, says);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
});

describe('a forced detachment', () => {
  for (const { kept, hasEarlier, says } of [
    { kept: [], hasEarlier: false, says: /^detached; .*run gatewright access sync$/ },
    {
      kept: [],
      hasEarlier: true,
      says: /^detached; there is an earlier attachment.*run gatewright access sync$/,
    },
    { kept: ['route GET /seeds: it was'], hasEarlier: false, says: /^not detached: 1 part above stays/ },
  ])
    it(`of which ${kept.length} parts stay says so${hasEarlier ? ', and of an earlier one' : ''}`, () => {
      assert.match(describeDetached(kept, hasEarlier), says);
    });
});

describe('undoIfWrong', () => {
  it('puts the route back if a check is wrong, and leaves it if all are good or open', async () => {
    await using api = await aRestApiToAttach({ resources: 1, methods: ['GET'] });
    const { plan } = await api.plan();
    await api.apply(plan);
    const work = {
      plane: api.plane,
      look: () => readAgain(api.plane, plan),
      journal: api.journal(),
      now: () => new Date(0),
      report: () => undefined,
    };
    const checkOf = (isGood: boolean | undefined) => ({ what: 'a good one is let in', isGood, saw: '502' });

    assert.equal(await undoIfWrong([checkOf(true), checkOf(undefined)], plan, work), false);
    assert.equal(await api.status('GET', '/things-1'), 401);
    assert.equal(await undoIfWrong([checkOf(true), checkOf(false)], plan, work), true);
    assert.equal(await api.status('GET', '/things-1'), 200);
    assert.equal(api.journal().undo(), undefined, 'there is nothing left to detach');
  });
});
