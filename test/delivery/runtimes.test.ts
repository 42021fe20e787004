/**
 * One REST API, its authorizer and its handler in every language whose toolchain is here: it answers, refuses, fails,
 * crashes, runs out of time, is throttled and reloads as it does in Node.js. What a language needs of a registry (Go's
 * module, AWS's clients for Java and .NET) is fetched once. A language whose toolchain is missing, or whose registry
 * does not answer, is skipped by name; one that does not build fails.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { ReloadNotice } from '../../packages/gateway/engine/gateway.ts';
import { aGateway, type StartedGateway } from '../support/a-gateway.ts';
import { isOfNetwork } from '../support/of-network.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/runtimes');
/** Stored between runs, next to what other tests store. */
const CACHE = resolve('node_modules/.cache/gatewright-runtimes');
const TOOL_DEADLINE_MS = 150_000;
const RIC = 'com.amazonaws:aws-lambda-java-runtime-interface-client:2.9.0';

type Properties = Readonly<Record<string, unknown>>;
type Language = {
  readonly name: string;
  /** The folder of the fixture. */
  readonly folder: string;
  readonly guard: (folder: string) => Properties;
  readonly work: (folder: string) => Properties;
  /** @returns what this machine lacks */
  readonly find?: (folder: string) => Promise<string | undefined>;
  /**
   * Takes from a registry what is not here yet.
   * @returns what has failed
   */
  readonly fetch?: (folder: string) => Promise<string | undefined>;
  /**
   * Builds what is deployed, for the first time and after a change.
   * @returns what has failed
   */
  readonly build?: (folder: string) => Promise<string | undefined>;
  readonly isolation?: 'process';
};

const NODE: Language = {
  name: 'Node.js',
  folder: 'node',
  guard: (CodeUri) => ({ Runtime: 'nodejs24.x', Handler: 'app.guard', CodeUri }),
  work: (CodeUri) => ({ Runtime: 'nodejs24.x', Handler: 'app.handler', CodeUri }),
};

const LANGUAGES: readonly Language[] = [
  NODE,
  { ...NODE, name: 'Node.js in processes', isolation: 'process' },
  {
    name: 'Python',
    folder: 'python',
    find: () => missing('python3', '--version'),
    guard: (CodeUri) => ({ Runtime: 'python3.13', Handler: 'app.guard', CodeUri }),
    work: (CodeUri) => ({ Runtime: 'python3.13', Handler: 'app.handler', CodeUri }),
  },
  {
    name: 'bash',
    folder: 'bash',
    find: () => missing('curl', '--version'),
    guard: (CodeUri) => ({ Runtime: 'provided.al2023', Handler: 'guard', CodeUri }),
    work: (CodeUri) => ({ Runtime: 'provided.al2023', Handler: 'handler', CodeUri }),
  },
  {
    // A module with a package for each function, as AWS's samples have it, built only by `go build`.
    name: 'Go',
    folder: 'go',
    find: () => missing('go', 'version'),
    fetch: async (folder) =>
      (await run(folder, 'go', ['mod', 'download'])) ?? (await compileStandardLibrary(folder)),
    guard: (folder) => goFunction(join(folder, 'guard')),
    work: (folder) => goFunction(join(folder, 'work')),
  },
  {
    name: 'Java',
    folder: 'java',
    fetch: fetchJava,
    build: buildJava,
    find: async () => (await missing('mvn', '--version')) ?? missing('javac', '-version'),
    // Of a project that Maven has built, with its dependencies beside it, and of a jar.
    guard: (CodeUri) => ({ Runtime: 'java17', Handler: 'example.Guard::handleRequest', ...java, CodeUri }),
    work: (folder) => ({
      Runtime: 'java17',
      Handler: 'example.Work',
      ...java,
      CodeUri: join(folder, 'target/app.jar'),
    }),
  },
  {
    name: 'Ruby',
    folder: 'ruby',
    find: async (folder) =>
      (await missing('ruby', '--version')) ?? run(folder, 'gem', ['which', 'aws_lambda_ric']),
    guard: (CodeUri) => ({ Runtime: 'ruby3.4', Handler: 'app.guard', CodeUri }),
    work: (CodeUri) => ({ Runtime: 'ruby3.4', Handler: 'app.handler', CodeUri }),
  },
  {
    name: '.NET',
    folder: 'dotnet',
    find: () => missing('dotnet', '--version'),
    fetch: (folder) => run(folder, 'dotnet', ['restore']),
    build: (folder) => run(folder, 'dotnet', ['publish', '-c', 'Release', '-o', 'publish', '--no-restore']),
    guard: (folder) => dotnetFunction('Guard', join(folder, 'publish')),
    work: (folder) => dotnetFunction('Work', join(folder, 'publish')),
  },
];

const java = { MemorySize: 512 };

function goFunction(CodeUri: string): object & Properties {
  return { Runtime: 'provided.al2023', Handler: 'bootstrap', CodeUri, Metadata: { BuildMethod: 'go1.x' } };
}

function dotnetFunction(method: string, CodeUri: string): Properties {
  return { Runtime: 'dotnet8', Handler: `App::Example.App::${method}`, MemorySize: 512, CodeUri };
}

const REPOSITORY = join(CACHE, 'm2');

async function fetchJava(folder: string): Promise<string | undefined> {
  const client = join(REPOSITORY, 'com/amazonaws/aws-lambda-java-runtime-interface-client/2.9.0');
  if (existing(client).some((name) => name.endsWith('.jar'))) return undefined;
  const get = ['-q', '-B', `-Dmaven.repo.local=${REPOSITORY}`, 'dependency:get', `-Dartifact=${RIC}`];
  return run(folder, 'mvn', get);
}

/**
 * Builds as Maven would, without its plug-ins: classes, a jar of them, and their dependencies in `target/dependency`.
 */
async function buildJava(folder: string): Promise<string | undefined> {
  const jars = ['com/amazonaws', 'software/amazon/awssdk'].flatMap((group) =>
    existing(join(REPOSITORY, group), true)
      .filter((name) => /^[^/]*(?:lambda|utils-lite)[^]*\.jar$/.test(name))
      .map((name) => join(REPOSITORY, group, name)),
  );
  const dependency = join(folder, 'target/dependency');
  // A jar that a running JVM has open stays as it is.
  for (const jar of jars) cpSync(jar, join(dependency, basename(jar)), { force: false });
  const sources = existing(join(folder, 'src'), true)
    .filter((name) => name.endsWith('.java'))
    .map((name) => join('src', name));
  return (
    (await run(folder, 'javac', ['-d', 'target/classes', '-cp', 'target/dependency/*', ...sources])) ??
    run(folder, 'jar', ['--create', '--file', 'target/app.jar', '-C', 'target/classes', '.'])
  );
}

function existing(folder: string, isDeep = false): readonly string[] {
  const found = statSync(folder, { throwIfNoEntry: false });
  return found === undefined ? [] : readdirSync(folder, { recursive: isDeep, encoding: 'utf8' });
}

async function missing(program: string, question: string): Promise<string | undefined> {
  const fault = await run('.', program, [question]);
  return fault === undefined ? undefined : `${program} is not installed`;
}

/** Compiles Go's standard library. With an empty cache, that takes longer than a request waits. */
function compileStandardLibrary(folder: string): Promise<string | undefined> {
  return run(folder, 'env', ['CGO_ENABLED=0', 'go', 'build', '-o', '/dev/null', './...']);
}

/** @returns what it printed, if it failed */
async function run(cwd: string, program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    await promisify(execFile)(program, [...args], { cwd, timeout: TOOL_DEADLINE_MS });
    return undefined;
  } catch (error) {
    return `${program} ${args.join(' ')}: ${String(error)}`;
  }
}

/** Copies sources that say which version they are. */
function write(language: Language, folder: string, version: string): void {
  const from = join(FIXTURES, language.folder);
  for (const name of existing(from, true)) {
    if (statSync(join(from, name)).isDirectory()) continue;
    const text = readFileSync(join(from, name), 'utf8');
    const isThere = existsSync(join(folder, name));
    // Only the version changes.
    if (isThere && !text.includes('VERSION')) continue;
    cpSync(join(from, name), join(folder, name));
    writeFileSync(join(folder, name), text.replaceAll('VERSION', version));
  }
}

/** The functions of the template, in one language. */
function resourcesOf({ guard, work }: Language, folder: string): Record<string, object> {
  const text = readFileSync(join(FIXTURES, 'template.json'), 'utf8');
  const { Resources } = JSON.parse(text) as { Resources: Record<string, { Properties: object }> };
  const complete = (name: string, properties: Properties): object => {
    const { Metadata, ...own } = properties;
    const resource = Resources[name];
    return { ...resource, Metadata, Properties: { ...resource?.Properties, ...own } };
  };
  return {
    ...Resources,
    Guard: complete('Guard', guard(folder)),
    Work: complete('Work', work(folder)),
    Late: complete('Late', work(folder)),
  };
}

/** The responses that a client gets, which are the same in every language. */
const ANSWERS = [
  { asks: 'without a token', path: '/work', status: 401, body: { message: 'Unauthorized' } },
  { asks: 'as a person', path: '/work', token: 'ada', status: 200, body: { version: 'first', who: 'ada' } },
  {
    asks: 'as somebody whom the policy denies',
    path: '/work',
    token: 'mallory',
    status: 403,
    body: { Message: 'User is not authorized to access this resource with an explicit deny' },
  },
  {
    asks: 'as somebody whom the authorizer does not know',
    path: '/work',
    token: 'nobody',
    status: 401,
    body: { message: 'Unauthorized' },
  },
  {
    asks: 'with an authorizer that fails',
    path: '/work',
    token: 'broken',
    status: 500,
    body: { message: null },
  },
  {
    asks: 'what throws',
    path: '/work?do=throw',
    token: 'ada',
    status: 502,
    body: { message: 'Internal server error' },
  },
  {
    asks: 'what ends its process',
    path: '/work?do=exit',
    token: 'ada',
    status: 502,
    body: { message: 'Internal server error' },
  },
  { asks: 'again', path: '/work', token: 'ada', status: 200, body: { version: 'first', who: 'ada' } },
  {
    asks: 'what takes too long',
    path: '/late?do=wait',
    token: 'ada',
    status: 502,
    body: { message: 'Internal server error' },
  },
  {
    asks: 'what has taken too long',
    path: '/late',
    token: 'ada',
    status: 200,
    body: { version: 'first', who: 'ada' },
  },
];

for (const language of LANGUAGES)
  describe(`a REST API in ${language.name}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-runtimes-'));
    const reloads: ReloadNotice[] = [];
    let notHere: string | undefined;
    let started: StartedGateway | undefined;
    let messages: () => void = () => undefined;

    before(async () => {
      process.env['M2_REPO'] = REPOSITORY;
      write(language, folder, 'first');
      notHere = await language.find?.(folder);
      if (notHere !== undefined) return;
      const failure = await language.fetch?.(folder);
      if (isOfNetwork(failure)) notHere = failure;
      if (notHere !== undefined) return;
      assert.equal(failure, undefined);
      assert.equal(await language.build?.(folder), undefined);
      const onReload = (notice: ReloadNotice): void => {
        reloads.push(notice);
        messages();
      };
      const { isolation } = language;
      const options = { reload: true, onReload, ...(isolation !== undefined && { isolation }) };
      const Transform = { Transform: 'AWS::Serverless-2016-10-31' };
      started = await aGateway(resourcesOf(language, folder), options, {}, Transform);
    });
    after(async () => {
      await started?.close();
      rmSync(folder, { recursive: true });
    });

    async function ask(path: string, token?: string): Promise<readonly [number, unknown]> {
      const headers = new Headers(token === undefined ? [] : [['Authorization', token]]);
      const response = await fetch(`${started?.urlOf('rest') ?? ''}${path}`, { headers });
      return [response.status, await response.json()];
    }

    function isMissing(test: TestContext): boolean {
      if (notHere !== undefined) test.skip(`${language.name}: ${notHere}`);
      return notHere !== undefined;
    }

    it('answers, refuses, fails, crashes and runs out of time as in Node.js', async (test) => {
      if (isMissing(test)) return;
      const seen = [];
      for (const { asks, path, token } of ANSWERS) {
        const [status, body] = await ask(path, token);
        seen.push({ asks, path, ...(token !== undefined && { token }), status, body });
      }
      assert.deepEqual(seen, ANSWERS);
      const lines = started?.lines.join('\n') ?? '';
      assert.match(lines, /said by first/);
      assert.match(lines, /Runtime exited with error: exit status 3/);
      assert.match(lines, /Task timed out after 3\.00 seconds/);
    });

    it('is throttled beyond its reserved concurrency', async (test) => {
      if (isMissing(test)) return;
      const both = await Promise.all([ask('/work?do=nap', 'ada'), ask('/work?do=nap', 'ada')]);
      assert.deepEqual(both.map(([status]) => status).sort(), [200, 500]);
    });

    it('runs in its new version once it is saved, or built', { timeout: TOOL_DEADLINE_MS }, async (test) => {
      if (isMissing(test)) return;
      write(language, folder, 'second');
      assert.equal(await language.build?.(folder), undefined);
      for (let heard = 0; ; heard = reloads.length) {
        const [status, body] = await ask('/work', 'ada');
        assert.equal(status, 200, started?.lines.slice(-20).join('\n'));
        if ((body as { version: string }).version === 'second') break;
        while (reloads.length === heard) await new Promise<void>((resolve) => (messages = resolve));
      }
    });
  });
