import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeTrust } from '../../../../../packages/gatewright/command/local/trust-text.ts';

const FILE = "/srv/my shop's/.gatewright/tls/ca.pem";
const QUOTED = `'/srv/my shop'\\''s/.gatewright/tls/ca.pem'`;

describe('describeTrust', () => {
  const rows: { platform: NodeJS.Platform; has: readonly string[]; taken: number }[] = [
    {
      platform: 'darwin',
      taken: 1,
      has: [`security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db ${QUOTED}`],
    },
    { platform: 'win32', taken: 1, has: [`certutil -user -addstore Root ${QUOTED}`] },
    { platform: 'linux', taken: 3, has: [`sudo trust anchor ${QUOTED}`, `-n gatewright -i ${QUOTED}`] },
  ];
  for (const { platform, has, taken } of rows)
    it(`says how ${platform} trusts it, how that is undone, and what needs no installing`, () => {
      const text = describeTrust(FILE, platform).join('\n');
      for (const line of [...has, `NODE_EXTRA_CA_CERTS=${QUOTED}`, 'curl --cacert'])
        assert.ok(text.includes(line), line);
      assert.equal(text.match(/# undo/g)?.length, taken);
    });
});
