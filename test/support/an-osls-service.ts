/** A service whose osls is a few lines of JavaScript that a test gives. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PackageRequest } from '../../layers/package-service.ts';

const WRITE = `
const { mkdirSync, writeFileSync } = require('node:fs');
const folder = process.argv[process.argv.indexOf('--package') + 1];
const write = (name, text) => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(folder + '/' + name, text);
};
`;

/** @param program may call `write(name, text)` to write a file of the package */
export function anOslsService(program: string): { readonly request: PackageRequest } & Disposable {
  const serviceDirectory = mkdtempSync(join(tmpdir(), 'gatewright-osls-'));
  const osls = join(serviceDirectory, 'node_modules/osls');
  mkdirSync(join(osls, 'bin'), { recursive: true });
  writeFileSync(join(osls, 'package.json'), '{"name":"osls"}');
  writeFileSync(join(osls, 'bin/serverless.js'), `${WRITE}${program}`);
  writeFileSync(join(serviceDirectory, 'serverless.yml'), 'params: { default: {}, dev: {}, prod: {} }\n');
  const request = { serviceDirectory, stage: 'prod', outputDirectory: join(serviceDirectory, 'packaged') };
  return { request, [Symbol.dispose]: () => rmSync(serviceDirectory, { recursive: true }) };
}
