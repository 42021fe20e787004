import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { firstSection } from '../../../../../../packages/toolkit/stack/portal/page/roles.ts';

describe('firstSection', () => {
  for (const [role, section] of [
    ['owner', 'keys'],
    ['developer', 'keys'],
    ['billing', 'use'],
  ] as const)
    it(`opens the page of the role ${role} with ${section}`, () => assert.equal(firstSection(role), section));
});
