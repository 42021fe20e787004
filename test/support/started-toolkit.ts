/**
 * The toolkit, examples/food-delivery and an API without a quota, served by one `gatewright start` for all suites of
 * the process, because loading two services with osls takes longer than most suites.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { READY, readyOf, startCommand } from './command.ts';
import type { Running } from './command.ts';

const CHECKOUT = join(import.meta.dirname, '../..');
const SOURCES = ['.', 'examples/food-delivery', 'test/fixtures/end-to-end/tracked.yaml'];

type Api = {
  readonly name: string;
  readonly kind: string;
  readonly stack: string;
  readonly url: string;
};
type Ready = { readonly apis: readonly Api[]; readonly control: string; readonly dynamodb: string };

export type StartedToolkit = Ready & {
  /** The folder in which `start` runs, and in which commands find it. */
  readonly folder: string;
  /** The base address of the first API for which `isMeant` is true. */
  readonly urlOf: (isMeant: (api: Api) => boolean) => string;
};

export const READER = { accessKeyId: 'AKIAREADERREADER', secretAccessKey: 'reader-secret' };
export const OPERATOR = { accessKeyId: 'AKIAOPERATOROPER', secretAccessKey: 'operator-secret' };
export const STRANGER = { accessKeyId: 'AKIASTRANGERSTRA', secretAccessKey: 'stranger-secret' };

/** An identity that may read customers, and may change nothing. */
export const VIEWER = { accessKeyId: 'AKIAVIEWERVIEWER', secretAccessKey: 'viewer-secret' };

/** The permissions that docs/guides/sell/quota.md shows. */
const allow = (...routes: readonly string[]): object => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: 'execute-api:Invoke',
      Resource: routes.map((route) => `arn:aws:execute-api:*:*:*/$default/${route}`),
    },
  ],
});
const IDENTITIES = {
  identities: [
    { name: 'reader', ...READER, policies: [allow('GET/quota/*')] },
    { name: 'viewer', ...VIEWER, policies: [allow('GET/quota/*', 'GET/access/keys')] },
    { name: 'operator', ...OPERATOR, policies: [allow('GET/quota/*', 'POST/quota/tenants/*/top-up')] },
    { name: 'stranger', ...STRANGER, policies: [allow('GET/orders/*')] },
  ],
};

let folder = '';
let running: Running | undefined;
let started: Promise<StartedToolkit> | undefined;
after(async () => {
  await running?.stop();
  if (folder !== '') await rm(folder, { recursive: true, force: true });
});

export function startedToolkit(): Promise<StartedToolkit> {
  return (started ??= start());
}

async function start(): Promise<StartedToolkit> {
  folder = await mkdtemp(join(tmpdir(), 'gatewright-started-'));
  await writeFile(join(folder, 'gatewright.identities.yml'), JSON.stringify(IDENTITIES));
  const sources = SOURCES.map((name) => join(CHECKOUT, name));
  running = await startCommand(
    ['start', ...sources, '--port', '0', '--control-port', '0', '--json', '--no-reload'],
    READY,
    { cwd: folder },
  );
  const ready = readyOf(running) as Ready;
  return { ...ready, folder, urlOf: (isMeant) => ready.apis.find(isMeant)?.url ?? '' };
}
