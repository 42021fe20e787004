/**
 * The toolkit's own service, with other access documents than those of the checkout, and the services that these
 * documents protect. All suites of the process share one folder and one `gatewright start`.
 */
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { READY, readyOf, runCommand, startCommand } from './command.ts';
import { copyStackDefinition } from './copy-stack-definition.ts';
import type { Running } from './command.ts';

const CHECKOUT = join(import.meta.dirname, '../..');
const FIXTURES = join(CHECKOUT, 'test/fixtures/end-to-end');
/** What `serverless.yml` includes. Functions are copied instead, because they import the documents next to them. */
const LINKED = ['layers', 'shared', 'packages', 'node_modules'];
const COPIED = ['functions', 'package.json', 'access'];
/** The path of each fixture's template, relative to the toolkit. Each stack has the name of its folder. */
const SERVICES = { keys: 'shop', guarded: '../guarded' };

export const KEY_PAIR = {
  accessKeyId: 'AKIDKEYSJOURNEY00001',
  secretAccessKey: 'secret-of-the-keys-journey',
};

type Api = {
  readonly stack: string;
  readonly logicalId: string;
  readonly name: string;
  readonly url: string;
};
type Ready = { readonly apis: readonly Api[]; readonly control: string; readonly dynamodb: string };

export type Toolkit = Ready & {
  /** The directory in which `start` runs, and in which commands find it. */
  readonly directory: string;
  readonly running: Running;
};

let folder = '';
let running: Running | undefined;
let toolkit: Promise<Toolkit> | undefined;
after(async () => {
  await running?.stop();
  if (folder !== '') await rm(folder, { recursive: true, force: true });
});

export function aToolkit(): Promise<Toolkit> {
  return (toolkit ??= makeToolkit());
}

async function makeToolkit(): Promise<Toolkit> {
  folder = await mkdtemp(join(tmpdir(), 'gatewright-toolkit-'));
  const directory = join(folder, 'toolkit');
  await mkdir(directory);
  for (const name of LINKED) await symlink(join(CHECKOUT, name), join(directory, name));
  for (const name of COPIED) await cp(join(CHECKOUT, name), join(directory, name), { recursive: true });
  copyStackDefinition(directory);
  const documents = [];
  for (const [fixture, service] of Object.entries(SERVICES)) {
    const from = join(FIXTURES, fixture);
    await mkdir(join(directory, service));
    await cp(join(from, 'template.yaml'), join(directory, service, 'template.yaml'));
    for (const name of (await readdir(from)).filter((file) => file.endsWith('.yml'))) {
      await cp(join(from, name), join(directory, 'access', name));
      documents.push(name.replace('.yml', ''));
    }
  }
  const synced = await runCommand(['access', 'sync', ...documents], { cwd: directory });
  assert.equal(synced.code, 0, synced.stderr);
  return await start(directory);
}

async function start(directory: string): Promise<Toolkit> {
  const options = ['--port', '0', '--control-port', '0', '--json', '--no-reload'];
  running = await startCommand(['start', '.', ...Object.values(SERVICES), ...options], READY, {
    cwd: directory,
    environment: {
      GATEWRIGHT_ACCESS_KEY_ID: KEY_PAIR.accessKeyId,
      GATEWRIGHT_SECRET_ACCESS_KEY: KEY_PAIR.secretAccessKey,
    },
  });
  return { ...(readyOf(running) as Ready), directory, running };
}
