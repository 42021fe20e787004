import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tableNeeds } from '#shared/access/access-table.ts';
import { aDocument } from '../../support/an-access-document.ts';

const MAIN = { id: 'main', type: 'oidc', issuer: 'https://issuer.example/', audience: ['api'] };
const KEYS = { id: 'keys', type: 'apiKey', prefix: 'shop_live' };
const TICKETS = { id: 'tickets', type: 'ticket', from: ['shop'] };

/** A WebSocket in two stages, since it may take all of them. */
const needsOf = (issuers: readonly object[], stage: string) =>
  tableNeeds(
    aDocument(
      {
        api: { dev: { apiId: 'dev0000000', stage: 'v1' }, prod: { apiId: 'prod000000', stage: 'v1' } },
        issuers,
        sources: [
          {
            in: 'query',
            name: 'credential',
            issuers: issuers.map((issuer) => Reflect.get(issuer, 'id') as string),
          },
        ],
        rules: [{ id: 'all', effect: 'allow', connect: true }],
      },
      ['ANY $connect'],
      'websocket',
    ),
    stage,
  );

describe('tableNeeds', () => {
  for (const { issuers, stage = 'prod', expected } of [
    { issuers: [MAIN], expected: [] },
    { issuers: [KEYS], expected: ['keys'] },
    { issuers: [TICKETS], expected: ['tickets'] },
    { issuers: [{ ...MAIN, revocation: true }], expected: ['revocation'] },
    {
      issuers: [{ ...MAIN, revocation: { cacheSeconds: 60 } }, KEYS],
      expected: ['keys', 'revocation'],
    },
    { issuers: [TICKETS], stage: 'other', expected: [] },
    { issuers: [{ ...TICKETS, only: ['dev'] }], expected: [] },
    { issuers: [{ ...TICKETS, only: ['dev'] }], stage: 'dev', expected: ['tickets'] },
  ])
    it(`of ${JSON.stringify(issuers)} in ${stage} are ${expected.join(', ') || 'none'}`, () => {
      assert.deepEqual(needsOf(issuers, stage), expected);
    });
});
