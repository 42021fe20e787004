import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, it } from 'node:test';

import { findOsls } from '../../../../../packages/gateway/templates/serverless/find-osls.ts';

function install(folder: string, name: string, version: string): string {
  const target = join(folder, 'node_modules', name);
  mkdirSync(join(target, 'bin'), { recursive: true });
  writeFileSync(join(target, 'package.json'), JSON.stringify({ name, version }));
  writeFileSync(join(target, 'bin', 'run.js'), '');
  return target;
}

/** A machine with these programs in `PATH`, none of them next to the gateway. */
function aMachine(programs: Readonly<Record<string, string>>) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'gatewright-osls-')));
  const [bin, service] = [join(root, 'bin'), join(root, 'service')];
  for (const folder of [bin, service]) mkdirSync(folder);
  for (const [name, version] of Object.entries(programs))
    symlinkSync(join(install(join(root, 'global'), name, version), 'bin', 'run.js'), join(bin, name));
  const gateway = join(root, 'gateway', 'load.js');
  return { root, service, find: () => findOsls(service, gateway, ['/nowhere', bin].join(delimiter)) };
}

describe('the osls that reads a service', () => {
  it('is the one of the service before one that is installed for all projects', () => {
    const { service, find } = aMachine({ osls: '4.3.1' });
    const folder = install(service, 'serverless', '3.40.0');

    assert.deepEqual(find(), { folder, name: 'serverless', version: '3.40.0', owner: 'project' });
  });

  it('may be a program in PATH', () => {
    const { root, find } = aMachine({ serverless: '3.39.0' });
    const folder = join(root, 'global', 'node_modules', 'serverless');

    assert.deepEqual(find(), { folder, name: 'serverless', version: '3.39.0', owner: 'machine' });
  });

  it('is reported as missing if there is only Serverless 4', () => {
    const { find } = aMachine({ serverless: '4.1.0' });

    assert.throws(find, { code: 'OSLS_MISSING', message: /npx -p osls -p gatewright gatewright start$/ });
  });
});
