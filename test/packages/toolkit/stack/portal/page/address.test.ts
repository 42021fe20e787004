import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  invitationLink,
  isSignInAddress,
  linkTo,
  parseAddress,
} from '../../../../../../packages/toolkit/stack/portal/page/address.ts';

describe('parseAddress', () => {
  const KNOWN: readonly (readonly [hash: string, section: string, item: string | undefined])[] = [
    ['', '', undefined],
    ['#', '', undefined],
    ['#/', '', undefined],
    ['#/keys', 'keys', undefined],
    ['#/invoices/2026-10', 'invoices', '2026-10'],
    ['#/reference/a%2Fb', 'reference', 'a/b'],
    ['#/reference/%E0%A4%A', 'reference', '%E0%A4%A'],
    ['#/sign-in/MEMBER_UNKNOWN', 'sign-in', 'MEMBER_UNKNOWN'],
  ];
  for (const [hash, section, item] of KNOWN)
    it(`reads ${hash === '' ? 'nothing' : hash}`, () => {
      assert.deepEqual(parseAddress(hash), { section, item });
    });

  it('reads what linkTo writes', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z-]{1,10}$/),
        fc.string({ minLength: 1, unit: 'grapheme' }),
        (section, item) => {
          assert.deepEqual(parseAddress(linkTo(section, item)), { section, item });
        },
      ),
    );
  });
});

describe('invitationLink', () => {
  it('has the secret in the fragment, which is not sent to a server', () => {
    for (const page of ['https://p.example/portal/', 'https://p.example/portal/#/members'])
      assert.equal(invitationLink(page, 'gwinv_1'), 'https://p.example/portal/#/invitation/gwinv_1');
  });
});

describe('isSignInAddress', () => {
  const KNOWN: readonly (readonly [address: string, isSafe: boolean])[] = [
    ['https://login.example/authorize?a=b', true],
    ['http://127.0.0.1:4000/oauth2/authorize', true],
    ['http://localhost:4000/', true],
    ['http://login.example/', false],
    ['javascript:alert(1)', false],
    ['data:text/html,x', false],
    ['//login.example', false],
    ['', false],
  ];
  for (const [address, isSafe] of KNOWN)
    it(`is ${isSafe} for ${address}`, () => {
      assert.equal(isSignInAddress(address), isSafe);
    });
});
