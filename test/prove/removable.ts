/**
 * Proves that each service is confined to its folder. It removes each service from a copy of the repository, with its
 * tests and its lines of the catalogue, and shows that nothing else needs it, and that a stack which names it gets a
 * finding.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANY_PORTS } from '../../lab/bench/plain-stack.ts';
import { logFile, readyLine, stop } from '../../lab/bench/targets.ts';
import { listServices, TOGETHER } from '../architecture/services.ts';
import { readSources } from '../architecture/source-files.ts';
import type { Figures, Outcome, Proof } from './proof.ts';
import { plainRestTemplate, PROBES, refusalIn } from './removable/probes.ts';
import { pathsOf, Removal } from './removable/remove-service.ts';
import { TypeCheck } from './removable/type-check.ts';
import { copyRepository } from './repository-copy.ts';

const COMMAND = 'packages/gatewright/command/main.ts';

/** What was observed in a copy without the service. */
type Seen = {
  readonly service: string;
  readonly typeErrors: readonly string[];
  /** The results of the other services' tests; `failed` contains the names of files. */
  readonly tests: { readonly passed: number; readonly failed: readonly string[] };
  /** The status and body that a plain REST API answers. */
  readonly answer: string;
  /** The line that refuses the probe, or undefined if the start accepted the probe without a message. */
  readonly refusal: string | undefined;
};

/** Observes the copy, from which this service was removed. */
async function look(copy: string, service: string, types: TypeCheck): Promise<Seen> {
  return {
    service,
    typeErrors: types.errors(),
    tests: runTests(copy),
    answer: await startPlain(copy),
    refusal: await refuse(copy, service),
  };
}

/** Runs all remaining tests of services, and of the modules that they use. */
function runTests(copy: string): Seen['tests'] {
  const folders = [TOGETHER, 'test/packages/gateway/services', 'test/packages/gateway/kernel'];
  // The tests run in one process, so that they share the modules that they load.
  const how = ['--test', '--test-isolation=none', '--test-reporter=tap'];
  const words = [...how, ...folders.map((folder) => `${folder}/**/*.test.ts`)];
  const { stdout } = spawnSync(process.execPath, words, {
    cwd: copy,
    encoding: 'utf8',
    timeout: 400_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  const passed = Number(/^# pass (\d+)$/m.exec(stdout)?.[1] ?? 0);
  const failed = [...stdout.matchAll(/^\s*not ok \d+ - (.*)$/gm)].map(([, name = '']) => name);
  return { passed, failed };
}

async function inFolder<Result>(
  text: string,
  work: (folder: string) => Result | Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-removable-'));
  try {
    writeFileSync(join(folder, 'template.json'), text);
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function startPlain(copy: string): Promise<string> {
  return inFolder(plainRestTemplate(), async (folder) => {
    const child = spawn(process.execPath, [join(copy, COMMAND), 'start', 'template.json', ...ANY_PORTS], {
      cwd: folder,
      stdio: ['ignore', 'pipe', logFile('removable')],
      env: { ...process.env, GATEWRIGHT_HOME: join(folder, 'home') },
    });
    try {
      const { apis } = JSON.parse(await readyLine(child)) as { readonly apis: readonly { url: string }[] };
      const reply = await fetch(`${apis[0]?.url ?? ''}/`);
      return `${reply.status} ${await reply.text()}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      await stop({ process: child });
    }
  });
}

function refuse(copy: string, service: string): Promise<string | undefined> {
  return inFolder(plainRestTemplate(PROBES[service]), (folder) => {
    const words = [join(copy, COMMAND), 'start', 'template.json', ...ANY_PORTS, '--strict'];
    const { stdout, stderr, status } = spawnSync(process.execPath, words, {
      cwd: folder,
      encoding: 'utf8',
      timeout: 90_000,
      env: { ...process.env, GATEWRIGHT_HOME: join(folder, 'home') },
    });
    return status === 1 ? refusalIn(`${stdout}\n${stderr}`) : undefined;
  });
}

/** The claim, for one service. */
export function reasonsAgainst({ service, typeErrors, tests, answer, refusal }: Seen): readonly string[] {
  return [
    ...typeErrors.slice(0, 3).map((error) => `without ${service}: ${error}`),
    ...tests.failed.slice(0, 3).map((name) => `without ${service}: "${name}" fails`),
    ...(tests.passed === 0 ? [`without ${service}: no test of another service has passed`] : []),
    ...(answer === '200 hello' ? [] : [`without ${service}: a plain REST API answers ${answer}`]),
    ...(refusal === undefined ? [`without ${service}: a stack that names it gets no finding`] : []),
  ];
}

function toFigures({ service, typeErrors, tests, answer, refusal = '' }: Seen): Figures {
  return { service, typeErrors: typeErrors.length, testsOfOthers: tests.passed, answer, refusal };
}

/**
 * Checks that it is an error if the folder of a service is removed but the catalogue still lists it. If this caused no
 * error, the check would find nothing at all.
 */
function seesWhatIsMissing(removal: Removal, types: TypeCheck, service: string): boolean {
  removal.remove([`packages/gateway/services/${service}`]);
  const errors = types.errors();
  removal.putBack();
  return errors.some((error) => error.startsWith('packages/gateway/engine/compose/services/catalogue.ts'));
}

async function proveRemovable(only: string | undefined): Promise<Outcome> {
  const services = listServices().filter((service) => only === undefined || service === only);
  const unknown = services.filter((service) => PROBES[service] === undefined);
  const copy = copyRepository('gatewright-removable-');
  const removal = new Removal(copy);
  const tests = readSources().filter(({ path }) => path.startsWith(`${TOGETHER}/`));
  try {
    const types = new TypeCheck(copy);
    const before = types.errors();
    const [first = ''] = services;
    const isBlind = !seesWhatIsMissing(removal, types, first);
    const seen: Seen[] = [];
    for (const service of services) {
      removal.remove(pathsOf(service, tests));
      removal.unlist(service);
      const one = await look(copy, service, types);
      removal.putBack();
      console.log(
        `  without ${service.padEnd(14)} ${one.typeErrors.length} errors, ${one.tests.passed} tests, ${one.answer}`,
      );
      console.log(`    ${one.refusal ?? 'no finding'}`);
      seen.push(one);
    }
    const reasons = [
      ...before.slice(0, 3).map((error) => `with all services: ${error}`),
      ...(isBlind
        ? [`no error is reported if the folder of ${first} is removed but its line in the catalogue is not`]
        : []),
      ...unknown.map(
        (service) => `${service} has no probe. Add one, with a resource by which a stack names the service`,
      ),
      ...seen.flatMap(reasonsAgainst),
      ...(seen.length === 0 ? [`there is no service ${only ?? ''}`] : []),
    ];
    const figures = { services: seen.map(toFigures) };
    return reasons.length === 0
      ? { kind: 'proven', figures, isPart: only !== undefined }
      : { kind: 'refuted', reason: reasons.join('; '), figures };
  } finally {
    rmSync(copy, { recursive: true, force: true });
    rmSync(`${copy}-aside`, { recursive: true, force: true });
  }
}

export const removable: Proof = {
  name: 'removable',
  claim:
    'each service can be removed with its folder, its tests and its lines of the catalogue: there are no type errors, the tests of the other services pass, a plain REST API responds, and a stack that names the service is refused with the logical id and the line',
  quick: false,
  run: ({ only }) => proveRemovable(only),
};
