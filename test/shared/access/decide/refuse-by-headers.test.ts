import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refuseByHeaders } from '#shared/access/decide/refuse-by-headers.ts';
import { aDocument, aPrincipal } from '../../../support/an-access-document.ts';

const DOCUMENT = aDocument(
  {
    roles: { reader: {} },
    result: { cacheTtlSeconds: 0 },
    mcp: {
      path: '/mcp',
      refuseByHeaders: true,
      rules: [{ id: 'read', effect: 'allow', tools: ['get_*'], when: { roles: { any: ['reader'] } } }],
    },
  },
  ['POST /mcp'],
);
const AT = { isInNetwork: () => undefined, nowEpochSeconds: 0 };
const headers = (tool: string) =>
  new Map([
    ['mcp-protocol-version', ['2026-07-28']],
    ['mcp-method', ['tools/call']],
    ['mcp-name', [tool]],
  ]);

describe('refuseByHeaders', () => {
  const rows = [
    { name: 'a tool that the caller may not call', roles: ['reader'], tool: 'refund', refused: true },
    { name: 'a tool that another role may call', roles: [], tool: 'get_order', refused: true },
    { name: 'a tool that the caller may call', roles: ['reader'], tool: 'get_order', refused: false },
  ];
  for (const { name, roles, tool, refused } of rows)
    it(`${refused ? 'refuses' : 'does not refuse'} ${name}`, () => {
      assert.equal(
        refuseByHeaders(DOCUMENT, aPrincipal({ roles: new Set(roles) }), AT, headers(tool)),
        refused,
      );
    });

  it('refuses nothing without headers, or without rules under mcp', () => {
    const other = aDocument({ roles: { reader: {} } }, ['POST /mcp']);
    assert.equal(refuseByHeaders(DOCUMENT, aPrincipal(), AT, undefined), false);
    assert.equal(refuseByHeaders(other, aPrincipal(), AT, headers('refund')), false);
  });
});
