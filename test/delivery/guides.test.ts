/**
 * The lines of the guides, pasted one by one into a shell in a service that has the package installed, with one start
 * of it.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { READY, readyOf, runCommand, startCommand } from '../support/command.ts';
import { kindOf, placeOf, takeBlocks } from '../support/code-blocks.ts';
import { anInstalledCopy } from '../support/npm-service.ts';
import { openShell } from '../support/open-shell.ts';
import type { CodeBlock } from '../support/code-blocks.ts';
import type { Running } from '../support/command.ts';
import type { Shell } from '../support/open-shell.ts';

const taken = takeBlocks('test/delivery/guides.test.ts');
const FIXTURES = join(import.meta.dirname, '../fixtures/guides');
const FIXTURE = join(FIXTURES, 'todos');

type Api = {
  readonly id: string;
  readonly name: string;
  readonly stack: string;
  readonly kind: string;
  readonly url: string;
};
type Ready = { readonly apis: readonly Api[]; readonly control: string };

/** The service next to the stack. */
let copy: Awaited<ReturnType<typeof anInstalledCopy>>;
let environment: Record<string, string>;
/** The folders that commands of one line start: one with a template, and a service with the plug-in. */
let small = '';
let service = '';
let gateway: Running | undefined;
let ready: Ready;
/** Lines that belong to a folder and not to a page, so they are run only once. */
const ran = new Set<string>();

before(async () => {
  copy = await anInstalledCopy(FIXTURE);
  [small, service] = ['small', 'service'].map((name) => join(dirname(copy.directory), name)) as [
    string,
    string,
  ];
  cpSync(join(FIXTURES, 'small'), small, { recursive: true });
  cpSync(FIXTURE, service, { recursive: true });
  const definition = join(service, 'serverless.yml');
  writeFileSync(definition, `plugins: [gatewright]\n${readFileSync(definition, 'utf8')}`);
  for (const folder of [small, service])
    symlinkSync(join(copy.directory, 'node_modules'), join(folder, 'node_modules'));
  const bin = join(copy.directory, 'node_modules/.bin');
  environment = {
    PATH: [bin, dirname(process.execPath), process.env['PATH']].join(delimiter),
    HOME: dirname(copy.directory),
    GATEWRIGHT_HOME: join(dirname(copy.directory), 'home'),
    npm_config_update_notifier: 'false',
  };
});
after(async () => {
  await gateway?.stop();
  await copy.remove();
});

const isInstall = (line: string): boolean => /^npm (?:un)?install /.test(line);
const isStart = (line: string): boolean => /^(?:\w+=\S+ )?(?:npx )?gatewright start\b/.test(line);
const isInit = (line: string): boolean => /^(?:npx )?gatewright init\b/.test(line);

type Step = { readonly line: string; readonly comment: string };

/** Lines to paste: comments at their end taken off, those that continue joined; of a session those behind `$`. */
function linesOf({ text }: CodeBlock): readonly Step[] {
  const all = text.replaceAll('\\\n', ' ').trimEnd().split('\n');
  const isSession = all[0]?.startsWith('$ ') === true;
  return all
    .filter((line) => !isSession || line.startsWith('$ '))
    .map((line) => {
      const [, command = '', comment = ''] = /^(?:\$ )?(.*?)(?: +# (.*))?$/.exec(line) ?? [];
      return { line: command, comment };
    });
}

/** Packages that the folder has, or that a line takes away. */
function checkInstall(line: string): void {
  const known = ['gatewright', '"$GATEWRIGHT"', 'osls', 'serverless-offline'];
  const named = line
    .split(' ')
    .slice(2)
    .filter((word) => !word.startsWith('-'));
  assert.ok(named.length > 0 && named.every((name) => known.includes(name)), line);
}

/** One start for all pages, with some requests to examine. */
async function begin(): Promise<void> {
  const program = [join(copy.directory, 'node_modules/gatewright/bin/gatewright.cjs')];
  const words = ['start', '.', 'gatewright', '--port', '0', '--control-port', '0', '--json', '--no-reload'];
  gateway = await startCommand(words, READY, { cwd: copy.directory, program, environment });
  ready = readyOf(gateway) as Ready;
  for (const path of ['todos', 'users', 'nowhere']) await fetch(`${urlOf('dev-todos')}/${path}`);
}

const apiOf = (name: string): Api | undefined => ready.apis.find((api) => api.name === name);
const urlOf = (name: string): string => apiOf(name)?.url ?? 'none';

/** Preparations for the lines of a page: files, and a start of its own. */
const PREPARED: Readonly<Record<string, () => unknown>> = {
  // What the page says in its text; the truststore of the service is the CA.
  'docs/guides/run/tls.md': () => runInSmall('gatewright certs --client shop'),
  'docs/guides/run/testing.md': () => {
    for (const { language, path, text } of taken.of('docs/guides/run/testing.md'))
      if (language !== '') writeFileSync(join(small, path ?? 'pets.test.ts'), text);
  },
};

describe('the guides', { skip: process.platform === 'win32' }, () => {
  it('begin with a stack in the folder of the service', async () => {
    const shell = openShell(copy.directory, environment);
    try {
      for (const line of [
        'gatewright init',
        'gatewright init --webhooks',
        'gatewright init --add quotas,access-logs,channels,cache',
      ]) {
        await run(shell, line);
        ran.add(line);
      }
      // The stack of the last command.
      const stack = join(copy.directory, 'gatewright/serverless.yml');
      const text = readFileSync(stack, 'utf8');
      writeFileSync(
        stack,
        text.replace('dev: { region: us-east-1,', 'dev: { region: us-east-1, websocketApi: true,'),
      );
      cpSync(join(FIXTURES, 'files'), copy.directory, { recursive: true });
      await run(shell, 'gatewright access sync');
    } finally {
      await shell.end();
    }
    await begin();
    ran.add('gatewright start . gatewright');
  });

  const pages = [...new Set(taken.blocks.map(({ page }) => page))];
  // The clock goes on a month there, and then closes it.
  const last = ['docs/guides/first-invoice.md', 'docs/guides/sell/quota.md'];
  for (const page of [...pages.filter((each) => !last.includes(each)), ...last])
    it(`run as they stand: ${page}`, async () => {
      const shell = openShell(copy.directory, environment);
      const started: Running[] = [];
      try {
        await PREPARED[page]?.();
        for (const block of taken.of(page)) {
          if (kindOf(block) === 'shell')
            for (const step of linesOf(block)) await paste(shell, step, { place: placeOf(block), started });
          taken.executed(block);
        }
      } finally {
        await shell.end();
        for (const each of started) await each.stop();
      }
    });

  it('have all been run', taken.assertAll);
});

/**
 * @returns what it printed.
 * @throws AssertionError if it does not end successfully
 */
async function run(shell: Shell, line: string, codes: readonly number[] = [0]): Promise<string> {
  const printed = await shell.run(`${line}\necho "= $?"`);
  const [, output = '', code = ''] = /^([^]*?)= (\d+)\n$/.exec(printed) ?? [];
  assert.ok(codes.includes(Number(code)), `${line}\n${printed}`);
  return output;
}

type Around = { readonly place: string; readonly started: Running[] };

async function paste(shell: Shell, { line, comment }: Step, { place, started }: Around): Promise<void> {
  const plain = line.replaceAll('npx gatewright', 'gatewright').replace(/^npx /, '');
  if (isInstall(line)) {
    checkInstall(line);
    return;
  }
  if (/^serverless /.test(plain)) return runServerless(plain);
  if (isInit(line) || isStart(line)) {
    if (ran.has(plain)) return;
    ran.add(plain);
    if (isInit(plain)) await runInEmpty(plain);
    else if (plain.includes('--tls')) started.push(await startTls(plain));
    else await startOnce(plain);
    return;
  }
  // Into a gateway that has been started again.
  if (/^gatewright data /.test(plain)) return startOnce(`gatewright start --exec "${plain}"`);
  if (started.length > 0) return pasteTls(plain, started[0]);
  const endless = plain.includes('--follow');
  const output = await run(shell, endless ? `timeout 3 ${here(plain)}` : here(plain), endless ? [124] : [0]);
  note(plain, output);
  const status = /^(\d{3})\b/.exec(comment)?.[1];
  if (plain.startsWith('curl ') && status !== undefined)
    assert.match(output, new RegExp(`^HTTP/1.1 ${status}`, 'm'), `${place}: ${line}`);
}

/** Until it serves, with a command that ends at once. */
async function startOnce(line: string): Promise<void> {
  const free = line.replace(/--inspect(-brk)?$/, '--inspect$1=0');
  if (line.includes('--inspect-brk')) return waitForDebugger(free);
  const ends = line.includes('--exec') ? '' : ' --exec true';
  await runInSmall(`${free} --port 0 --control-port 0${ends}`);
}

/** It continues once one is there, which test/delivery/debugging.test.ts is. */
async function waitForDebugger(line: string): Promise<void> {
  const output = await runInSmall(`timeout 3 ${line} --port 0 --control-port 0`, [124]);
  assert.match(output, /waiting for a debugger on/);
}

/** A stack that exists keeps its parts, so `init --parts` needs a folder of its own. */
async function runInEmpty(line: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-init-'));
  const shell = openShell(folder, environment);
  try {
    await run(shell, here(line));
  } finally {
    await shell.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runInSmall(line: string, codes?: readonly number[]): Promise<string> {
  const shell = openShell(small, environment);
  try {
    return await run(shell, line, codes);
  } finally {
    await shell.end();
  }
}

async function startTls(line: string): Promise<Running> {
  return await startCommand(
    [...line.split(' ').slice(1), '--port', '0', '--control-port', '0', '--json'],
    READY,
    {
      cwd: small,
      program: [join(copy.directory, 'node_modules/gatewright/bin/gatewright.cjs')],
      environment,
    },
  );
}

async function pasteTls(line: string, running: Running | undefined): Promise<void> {
  assert.ok(running !== undefined);
  const { apis } = readyOf(running) as Ready;
  const url = apis[0]?.url ?? '';
  const known = line.replaceAll('https://127.0.0.1:3000', url).replaceAll(':3000', `:${new URL(url).port}`);
  assert.match(await runInSmall(`${known} -sw ' %{http_code}'`), / 200$/);
}

/** Commands of the plug-in: those that serve are ended once they do. */
async function runServerless(line: string): Promise<void> {
  if (ran.has(line)) return;
  ran.add(line);
  const [, ...words] = line.split(' ');
  const program = [join(copy.directory, 'node_modules/osls/bin/serverless.js')];
  const options = { cwd: service, program, environment };
  if (words.at(-1) !== 'start') {
    const { code, stdout, stderr } = await runCommand(words, options);
    assert.equal(code, 0, stdout + stderr);
    return;
  }
  const free =
    words[0] === 'offline' ? ['--httpPort', '--websocketPort', '--lambdaPort'] : ['--port', '--control-port'];
  const running = await startCommand([...words, ...free.flatMap((name) => [name, '0'])], 'Ready in', options);
  await running.stop();
}

/** The key in the lines that follow is the key that was created. */
let keyId = '';
function note(line: string, output: string): void {
  if (line.includes('keys create')) keyId = /^(?:shop_live|maps)_([^_]+)_/m.exec(output)?.[1] ?? '';
}

/** Addresses and names of the page as they are here. */
function here(line: string): string {
  const month = new Date().toISOString().slice(0, 7);
  const asks = /^gatewright (?:attach|detach)(?! plan)/.test(line) ? ' --yes' : '';
  const known = line
    .replaceAll('http://127.0.0.1:3000/dev', urlOf('dev-todos'))
    .replaceAll('http://127.0.0.1:3001', urlOf('gatewright-dev-admin'))
    .replaceAll('http://127.0.0.1:4000', ready.control)
    .replaceAll('--api a1b2c3d4e5 --stage prod', `--api ${apiOf('dev-todos')?.id ?? ''} --stage dev`)
    .replaceAll('uk0ImexweA0HYT3X', keyId)
    .replaceAll('2026-11', month)
    .replaceAll('examples/food-delivery', '.');
  return `${known}${asks}`;
}
