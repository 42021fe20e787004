import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nameAfter, REST_PHASES } from '../../../../../packages/gateway/core/events/header-phases.ts';

const remapped = (name: string): string => `x-amzn-Remapped-${name}`;

/** docs/aws §2.7; undefined = dropped. */
const rows: readonly { name: string; mapped: string | undefined; proxied: string | undefined }[] = [
  ...['Connection', 'Content-Length', 'Date', 'Server'].map((name) => ({
    name,
    mapped: remapped(name),
    proxied: remapped(name),
  })),
  ...[
    'Authorization',
    'Content-MD5',
    'Expect',
    'Host',
    'Max-Forwards',
    'Proxy-Authenticate',
    'Upgrade',
    'User-Agent',
    'WWW-Authenticate',
  ].map((name) => ({ name, mapped: remapped(name), proxied: name })),
  ...['Accept', 'Age', 'Content-Type', 'Pragma', 'Range', 'Referer', 'TE', 'Warn', 'Set-Cookie'].map(
    (name) => ({
      name,
      mapped: name,
      proxied: name,
    }),
  ),
  { name: 'x-amzn-RequestId', mapped: 'x-amzn-RequestId', proxied: remapped('x-amzn-RequestId') },
  { name: 'Via', mapped: 'Via', proxied: undefined },
  { name: 'Content-Encoding', mapped: 'Content-Encoding', proxied: undefined },
  { name: 'Trailer', mapped: remapped('Trailer'), proxied: undefined },
  { name: 'Transfer-Encoding', mapped: undefined, proxied: undefined },
  { name: 'Keep-Alive', mapped: undefined, proxied: undefined },
  { name: 'dAtE', mapped: remapped('dAtE'), proxied: remapped('dAtE') },
];

describe('nameAfter', () => {
  for (const { name, mapped, proxied } of rows)
    it(`sends ${name} back as ${mapped ?? 'nothing'} when mapped and as ${proxied ?? 'nothing'} through HTTP_PROXY`, () => {
      assert.equal(nameAfter(REST_PHASES.returnedByMapping, name), mapped);
      assert.equal(nameAfter(REST_PHASES.returned, name), proxied);
    });
});
