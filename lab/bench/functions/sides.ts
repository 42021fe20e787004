/**
 * The servers that run the functions: the gateway, on copies that may be overwritten, and serverless-offline, on the
 * same sources.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD, prepareServerlessOffline, ROOT, startGateway, startServerlessOffline } from '../targets.ts';
import type { Running } from '../targets.ts';

export type FunctionName = 'plain' | 'sdk' | 'python' | 'java';

/** The subject of a measurement: one function on one server. */
export type Side = {
  readonly server: 'gateway' | 'serverless-offline';
  readonly function: FunctionName;
  /** True if a start uses the cache of earlier starts; false if it begins without a cache. */
  readonly isKept: boolean;
  /** Path of the source file that a save overwrites; undefined if a change requires a build. */
  readonly source: string | undefined;
  start(): Promise<Running>;
};

const SERVICE = join(import.meta.dirname, 'service');
/** Git ignores this folder. It is inside of this checkout, so that packages are found. */
const COPY = join(BUILD, 'functions-service');
const OFFLINE = 'functions-offline';
const GATEWAY = 'functions-gateway';
/** Folder for starts without a cache. It is separate, so that these starts do not use the cache of other starts. */
const GATEWAY_ANEW = 'functions-gateway-anew';
const FILES = { plain: 'plain.ts', sdk: 'sdk.ts', python: 'app.py' } as const;
const TOOL_DEADLINE_MS = 150_000;
/** The runtime interface client of Java functions, in the same version as in test/delivery/runtimes.test.ts. */
const JAVA_CLIENT = 'com.amazonaws:aws-lambda-java-runtime-interface-client:2.9.0';
const MAVEN = join(BUILD, 'm2');

type Prepared = { readonly sides: readonly Side[]; readonly skipped: readonly string[] };

type SaveSide = 'ours' | 'theirs';

/**
 * Prepares both servers with the same functions, whose sources may be overwritten.
 * @throws Error if serverless-offline cannot be installed
 */
export function prepareSaves(): {
  readonly starters: Readonly<Record<SaveSide, () => Promise<Running>>>;
  readonly sourceOf: (side: SaveSide, name: 'plain' | 'sdk') => string;
} {
  copyService();
  const reason = installOffline();
  if (reason !== undefined) throw new Error(reason);
  const folders = { ours: COPY, theirs: join(BUILD, OFFLINE) };
  return {
    starters: {
      ours: () => gatewaySide('plain', true).start(),
      theirs: () => forSaves(offlineSide('plain')).start(),
    },
    sourceOf: (side, name) => join(folders[side], FILES[name]),
  };
}

function copyService(): void {
  rmSync(COPY, { recursive: true, force: true });
  cpSync(SERVICE, COPY, { recursive: true });
}

function installOffline(): string | undefined {
  return prepareServerlessOffline({ folder: SERVICE, files: Object.values(FILES) }, OFFLINE);
}

/** Copies, installs and compiles what is measured, and lists what this machine lacks. */
export function prepareSides(withOffline: boolean): Prepared {
  copyService();
  const skipped: string[] = [];
  const lacks = (what: string, reason: string | undefined): boolean => {
    if (reason !== undefined) skipped.push(`${what}: ${reason}`);
    return reason !== undefined;
  };
  const hasPython = !lacks('Python', missing('python3', '--version'));
  const hasJava = !lacks('Java', missing('javac', '-version') ?? missing('mvn', '--version') ?? buildJava());
  const hasOffline = withOffline && !lacks('serverless-offline', installOffline());
  skipped.push('Go, Ruby and .NET: this bench has no functions in these languages');
  const sides = [
    ...(['plain', 'sdk'] as const).flatMap((name) => [gatewaySide(name, false), gatewaySide(name, true)]),
    ...(hasPython ? [gatewaySide('python', false), gatewaySide('python', true)] : []),
    ...(hasJava ? [gatewaySide('java', true)] : []),
    ...(hasOffline ? (['plain', 'sdk'] as const).map(offlineSide) : []),
    ...(hasOffline && hasPython ? [offlineSide('python')] : []),
  ];
  return { sides, skipped };
}

function gatewaySide(name: FunctionName, isKept: boolean): Side {
  const service = name === 'java' ? join(COPY, 'java/template.yaml') : COPY;
  return {
    server: 'gateway',
    function: name,
    isKept,
    source: name === 'java' ? undefined : join(COPY, FILES[name]),
    start() {
      const label = isKept ? GATEWAY : GATEWAY_ANEW;
      if (!isKept) rmSync(join(BUILD, label, '.gatewright/cache'), { recursive: true, force: true });
      // Only Java functions read this variable, and the results of osls do not depend on it.
      process.env['M2_REPO'] = MAVEN;
      return startGateway(ROOT, label, [], service);
    },
  };
}

/**
 * Returns a function as served by serverless-offline. Without `--reloadHandler`, serverless-offline applies a save only
 * at the next start; with it, each event gets a new instance.
 */
function offlineSide(name: keyof typeof FILES): Side {
  return {
    server: 'serverless-offline',
    function: name,
    isKept: false,
    source: join(BUILD, OFFLINE, FILES[name]),
    start: () => startServerlessOffline(OFFLINE),
  };
}

/** Returns the same side, started so that it applies saves. */
export function forSaves(side: Side): Side {
  return side.server === 'gateway'
    ? side
    : { ...side, start: () => startServerlessOffline(OFFLINE, ['--reloadHandler']) };
}

function buildJava(): string | undefined {
  const jar = join(MAVEN, 'com/amazonaws/aws-lambda-java-runtime-interface-client/2.9.0');
  if (!existsSync(jar)) {
    mkdirSync(MAVEN, { recursive: true });
    const get = ['-q', '-B', `-Dmaven.repo.local=${MAVEN}`, 'dependency:get', `-Dartifact=${JAVA_CLIENT}`];
    const fetched = spawnSync('mvn', get, { stdio: 'ignore', timeout: TOOL_DEADLINE_MS });
    if (fetched.status !== 0) return "AWS's Java runtime interface client could not be downloaded with mvn";
  }
  const folder = join(COPY, 'java');
  execFileSync('javac', ['-d', 'target/classes', 'src/example/Answer.java'], { cwd: folder });
  return undefined;
}

function missing(program: string, question: string): string | undefined {
  return spawnSync(program, [question], { stdio: 'ignore' }).status === 0
    ? undefined
    : `${program} is not installed`;
}
