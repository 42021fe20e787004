import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { rootCertificates } from 'node:tls';

import { makeTrustStore } from '../../../../../packages/base/aws/certificates/java-trust-store.ts';
import { thisMachine } from '../../../../../packages/gateway/lambda/process/find-toolchain.ts';
import { findPrograms } from '../../../../../packages/gateway/lambda/process/machine.ts';

const NO_KEYTOOL =
  findPrograms(thisMachine(), /^keytool$/).length === 0 ? 'no keytool on this machine' : false;

describe('makeTrustStore', () => {
  it('makes what keytool reads, whole and with every certificate', { skip: NO_KEYTOOL }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-jks-'));
    try {
      const file = join(folder, 'trust.jks');
      const given = [...rootCertificates.slice(0, 3), 'no certificate'];
      writeFileSync(file, makeTrustStore(given, 'changeit', Date.UTC(2026, 10, 23)));

      const read = [
        '-J-Duser.language=en',
        '-list',
        '-storetype',
        'JKS',
        '-storepass',
        'changeit',
        '-keystore',
        file,
      ];
      const listed = execFileSync('keytool', read, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

      assert.match(listed, /contains 3 entries/);
      assert.equal(listed.match(/^authority-[0-2], .*trustedCertEntry/gm)?.length, 3);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
