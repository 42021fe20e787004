import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  HTTP_PHASES,
  nameAfter,
  REST_PHASES,
} from '../../../../../packages/gateway/core/events/header-phases.ts';

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

/** Names that some phase treats specially, and names that none does. */
const NAMES =
  'Accept Age Authorization Connection Content-Encoding Content-Length Content-MD5 Content-Type Cookie Date Expect Forwarded Host Keep-Alive Max-Forwards Pragma Proxy-Authenticate Proxy-Connection Range Referer Server Set-Cookie TE Trailer Transfer-Encoding Upgrade User-Agent Via Warn WWW-Authenticate X-Amzn-RequestId X-Forwarded-For X-Forwarded-Host X-Forwarded-Port X-Forwarded-Proto'.split(
    ' ',
  );
/** RFC 9110 §7.6.1, and the length, which whoever sends a message writes. */
const OF_CONNECTION =
  'Connection Content-Length Keep-Alive Proxy-Connection TE Trailer Transfer-Encoding Upgrade';

describe('each phase', () => {
  const phases = {
    ...REST_PHASES,
    'http-request': HTTP_PHASES.request,
    'http-proxied': HTTP_PHASES.proxied,
    'http-result': HTTP_PHASES.result,
    'url-result': HTTP_PHASES['url-result'],
    'http-returned': HTTP_PHASES.returned,
  };
  const rows: readonly {
    readonly phase: keyof typeof phases;
    readonly source: string;
    readonly drops: string;
    readonly renames?: string;
  }[] = [
    {
      phase: 'request',
      source: 'docs/aws §2.6: dropped on receipt',
      drops:
        'Connection Content-Length Content-MD5 Expect Max-Forwards Proxy-Authenticate Server TE Trailer Transfer-Encoding Upgrade WWW-Authenticate',
    },
    {
      phase: 'proxied',
      source:
        'docs/aws §2.6: HTTP and HTTP_PROXY drop Via, and HTTP_PROXY Host and Content-Encoding, unless mapped',
      drops: 'Content-Encoding Host Keep-Alive Via',
    },
    {
      phase: 'service',
      source: 'docs/aws §2.6: AWS integrations drop Referer',
      drops: 'Keep-Alive Referer',
    },
    {
      phase: 'result',
      source: 'docs/aws §2.7: AWS_PROXY',
      drops: 'Trailer Transfer-Encoding',
      renames: 'Authorization Connection Content-Length Date Server WWW-Authenticate',
    },
    {
      phase: 'streamed',
      source: 'docs/aws §2.7: HTTP_PROXY; a stream is not decompressed',
      drops: 'Keep-Alive Trailer Transfer-Encoding Via',
      renames: 'Connection Content-Length Date Server X-Amzn-RequestId',
    },
    { phase: 'http-request', source: 'RFC 9110 §7.6.1 and §10.1.1', drops: `${OF_CONNECTION} Expect` },
    {
      phase: 'http-proxied',
      source: 'docs/aws §2.6: HTTP APIs turn X-Forwarded-* into Forwarded',
      drops: `${OF_CONNECTION} Expect Forwarded Host X-Forwarded-For X-Forwarded-Host X-Forwarded-Port X-Forwarded-Proto`,
    },
    { phase: 'http-result', source: 'docs/aws §2.7: HTTP APIs rename nothing', drops: OF_CONNECTION },
    {
      phase: 'url-result',
      source: 'docs/aws §2.7: function URLs rename WWW-Authenticate',
      drops: OF_CONNECTION,
      renames: 'WWW-Authenticate',
    },
    {
      phase: 'http-returned',
      source: 'RFC 9110 §7.6.1 and §6.6.1: a gateway with a clock writes the Date',
      drops: `${OF_CONNECTION} Date`,
    },
  ];
  for (const { phase, source, drops, renames = '' } of rows)
    it(`${phase} drops and renames exactly what its source says (${source})`, () => {
      const found = NAMES.map((name) => [name, nameAfter(phases[phase], name)]);

      const expected = NAMES.map((name) => [
        name,
        drops.split(' ').includes(name)
          ? undefined
          : renames.split(' ').includes(name)
            ? remapped(name)
            : name,
      ]);
      assert.deepEqual(found, expected);
    });
});
