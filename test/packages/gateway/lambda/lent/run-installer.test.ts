/** The local pip with a list of this test; a wheel in a folder replaces the index. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';

import { pipCommand } from '../../../../../packages/gateway/lambda/lent/install-commands.ts';
import { Lending } from '../../../../../packages/gateway/lambda/lent/lending.ts';
import { thisMachine } from '../../../../../packages/gateway/lambda/process/find-toolchain.ts';
import { findPrograms } from '../../../../../packages/gateway/lambda/process/machine.ts';
import { aFolder } from '../start-runtime.ts';

const WHEEL = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    wheel.writestr("boto3/__init__.py", "VALUE = 'of the wheel'")
    wheel.writestr("boto3-1.0.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: boto3\\nVersion: 1.0.0\\n")
    wheel.writestr("boto3-1.0.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr("boto3-1.0.0.dist-info/RECORD", "")
`;

describe('pip with a list', () => {
  const machine = thisMachine();
  const python = findPrograms(machine, /^python3$/).find(hasPip);

  function hasPip(file: string): boolean {
    try {
      execFileSync(file, ['-m', 'pip', '--version'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }

  function lendFrom(hashOf: (wheel: string) => string): ReturnType<Lending['lend']> {
    const wheel = join(aFolder({}), 'boto3-1.0.0-py3-none-any.whl');
    execFileSync(python ?? '', ['-c', WHEEL, wheel]);
    const list = {
      name: 'python-3',
      file: join(aFolder({ 'list.txt': `boto3==1.0.0 --hash=sha256:${hashOf(wheel)}\n` }), 'list.txt'),
      what: 'boto3 1.0.0',
      proof: 'boto3/__init__.py',
    };
    const folder = join(aFolder({}), 'lent');
    const lending = new Lending({ folder, installs: true, inform: () => undefined });
    const environment = { ...machine.environment, PIP_NO_INDEX: '1', PIP_FIND_LINKS: dirname(wheel) };
    return lending.lend(list, (unfinished) =>
      Promise.resolve(pipCommand(python ?? '', list, unfinished, environment)),
    );
  }
  const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

  it('installs a wheel whose hash is in the list', { skip: python === undefined }, async () => {
    const lent = await lendFrom(sha256);

    assert.equal(lent.kind, 'lent', JSON.stringify(lent));
  });

  it('refuses one of another hash', { skip: python === undefined }, async () => {
    const lent = await lendFrom(() => '0'.repeat(64));

    assert.match(lent.kind === 'refused' ? lent.reason : '', /DO NOT MATCH THE HASHES/);
  });
});
