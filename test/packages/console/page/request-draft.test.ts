import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  draftOfRequest,
  fillPlaceholders,
  placeholdersIn,
  toTarget,
} from '../../../../packages/console/page/request-draft.ts';
import type { RequestDetail } from '../../../../packages/console/records/model.ts';

const DRAFT = {
  method: 'POST',
  target: '/dev/orders?token=${ACCESS_TOKEN}',
  headers: [['Authorization', 'Bearer ${AUTHORIZATION}']],
  body: '{"secret":"${CLIENT_SECRET}","again":"${ACCESS_TOKEN}","price":"${5}","$":"${lower}"}',
  as: '',
} as const;

describe('placeholders of a saved request', () => {
  it('are found in its path, headers and body, each once', () => {
    assert.deepEqual(placeholdersIn(DRAFT), ['ACCESS_TOKEN', 'AUTHORIZATION', 'CLIENT_SECRET']);
  });

  it('are filled with values as they are, and stay where there is none', () => {
    const filled = fillPlaceholders(
      DRAFT,
      new Map([
        ['AUTHORIZATION', '$& ${ACCESS_TOKEN}'],
        ['ACCESS_TOKEN', 't'],
      ]),
    );

    assert.deepEqual(filled, {
      ...DRAFT,
      target: '/dev/orders?token=t',
      headers: [['Authorization', 'Bearer $& ${ACCESS_TOKEN}']],
      body: '{"secret":"${CLIENT_SECRET}","again":"t","price":"${5}","$":"${lower}"}',
    });
  });
});

describe('a typed path', () => {
  for (const [typed, sent] of [
    ['/dev/caf\u00e9?q=a b', '/dev/caf%C3%A9?q=a%20b'],
    ['/dev/caf%C3%A9%2F', '/dev/caf%C3%A9%2F'],
    ['/dev/\ud800', '/dev/%EF%BF%BD'],
  ] as const)
    it(`${typed} is sent as ${sent}`, () => {
      assert.equal(toTarget(typed), sent);
    });

  it('is refused without a slash', () => {
    assert.throws(() => toTarget('users'), /begin with a slash/);
  });
});

describe('a recorded request that is sent again', () => {
  const request = {
    headers: [
      ['Accept', '*/*'],
      ['Connection', 'close'],
      ['Content-Length', '2'],
    ],
    body: undefined,
  };
  const recorded = { method: 'GET', target: '/dev/orders?a=1', request } as unknown as RequestDetail;

  it('leaves out the headers of its connection, and has no body where none was sent', () => {
    assert.deepEqual(draftOfRequest(recorded), {
      method: 'GET',
      target: '/dev/orders?a=1',
      headers: [['Accept', '*/*']],
      body: '',
      as: '',
    });
  });
});
