/** Source: the Fetch standard, "CORS-preflight fetch" and "CORS check". */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  requestedHeaders,
  needsPreflight,
  checkPreflight,
} from '../../../../../../packages/gateway/console/page/traffic/preflight.ts';
import type { PreflightQuestion } from '../../../../../../packages/gateway/console/page/traffic/preflight.ts';

const QUESTION: PreflightQuestion = {
  origin: 'https://app.example',
  method: 'PUT',
  hasCredentials: false,
  headers: [
    ['Authorization', 'Bearer x'],
    ['Accept', '*/*'],
    ['Content-Type', 'application/json'],
  ],
};
const ALLOWING: readonly (readonly [string, string])[] = [
  ['Access-Control-Allow-Origin', 'https://app.example'],
  ['Access-Control-Allow-Methods', 'GET,PUT'],
  ['Access-Control-Allow-Headers', 'Authorization, content-type'],
];
const without = (name: string) => ALLOWING.filter(([known]) => known !== `Access-Control-Allow-${name}`);

describe('a preflight as a browser sees it', () => {
  it('asks for what is not simple, sorted, in lower case', () => {
    assert.deepEqual(requestedHeaders(QUESTION), ['authorization', 'content-type']);
    assert.equal(needsPreflight({ ...QUESTION, method: 'GET', headers: [['Accept', 'a']] }), false);
    assert.equal(
      needsPreflight({ ...QUESTION, method: 'POST', headers: [['Content-Type', 'text/plain']] }),
      false,
    );
    assert.equal(needsPreflight({ ...QUESTION, headers: [] }), true);
  });

  const rows: {
    name: string;
    question?: Partial<PreflightQuestion>;
    status?: number;
    headers?: typeof ALLOWING;
    blockedBy: RegExp | undefined;
  }[] = [
    { name: 'allows everything that is named', blockedBy: undefined },
    { name: 'wants the origin', headers: without('Origin'), blockedBy: /Allow-Origin is missing/ },
    {
      name: 'takes * as the origin',
      headers: [...without('Origin'), ['access-control-allow-origin', '*']],
      blockedBy: undefined,
    },
    {
      name: 'takes * as no origin with credentials',
      question: { hasCredentials: true },
      headers: [...without('Origin'), ['Access-Control-Allow-Origin', '*']],
      blockedBy: /does not apply to requests with credentials/,
    },
    {
      name: 'wants Allow-Credentials with credentials',
      question: { hasCredentials: true },
      blockedBy: /Allow-Credentials is missing/,
    },
    { name: 'wants a status of success', status: 403, blockedBy: /status of the response is 403/ },
    { name: 'wants the method', headers: without('Methods'), blockedBy: /Allow-Methods is missing/ },
    {
      name: 'wants no permission for POST',
      question: { method: 'POST' },
      headers: without('Methods'),
      blockedBy: undefined,
    },
    { name: 'wants each header', headers: without('Headers'), blockedBy: /the request needs authorization/ },
    {
      name: 'does not take * for Authorization',
      headers: [...without('Headers'), ['Access-Control-Allow-Headers', '*']],
      blockedBy: /the request needs authorization/,
    },
  ];
  for (const { name, question, status = 204, headers = ALLOWING, blockedBy } of rows)
    it(name, () => {
      const first = checkPreflight({ ...QUESTION, ...question }, { status, headers }).find(
        ({ isMet }) => !isMet,
      );

      if (blockedBy === undefined) assert.equal(first, undefined);
      else assert.match(first?.label ?? '', blockedBy);
    });
});
