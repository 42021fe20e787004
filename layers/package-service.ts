/** Runs osls's `package` offline: calls to AWS are served on this machine. */
import { spawn } from 'node:child_process';
import { glob, readFile, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { describeSafety } from './describe-safety.ts';
import type { Template } from './edit-template.ts';
import { startAwsStandIn } from '../packages/gateway/templates/serverless/aws-stand-in.ts';

/** The name that osls gives the compiled template. */
export const TEMPLATE = 'cloudformation-template-update-stack.json';

type Artefact = { readonly name: string; readonly sizeBytes: number };

export type PackageRequest = {
  /** Absolute path of the folder that contains the service's serverless.yml. */
  readonly serviceDirectory: string;
  readonly stage: string;
  /** Absolute path; its content is replaced. */
  readonly outputDirectory: string;
  /** `name=value`; replaces the values of `params`. */
  readonly parameters?: readonly string[];
  /** Variables for the stack's plug-in: `FORM_VARIABLE` and `PARTS_VARIABLE`. */
  readonly environment?: Readonly<Record<string, string>>;
};

export type Packaged =
  | {
      readonly kind: 'packaged';
      readonly artefacts: readonly Artefact[];
      /** Sentences about alarms and tables, @see describeSafety */
      readonly notes: readonly string[];
    }
  /** The message is one sentence that is shown to the user. */
  | { readonly kind: 'failed'; readonly message: string };

/** Time limit of packaging, which can take minutes on a busy machine. */
const TIMEOUT_MS = 600_000;
const OUTPUT_LIMIT_CHARACTERS = 1_000_000;

export async function packageService(request: PackageRequest): Promise<Packaged> {
  const { serviceDirectory, stage, outputDirectory, parameters = [], environment } = request;
  const stages = await readStages(serviceDirectory);
  if (!stages.includes(stage))
    return {
      kind: 'failed',
      message: `unknown stage "${stage}"; the stages in serverless.yml are ${stages.join(', ')}`,
    };
  await rm(outputDirectory, { recursive: true, force: true });
  const standIn = await startAwsStandIn({ region: 'us-east-1', accountId: '123456789012' });
  try {
    const ended = await runOsls(
      [
        'package',
        '--stage',
        stage,
        '--package',
        outputDirectory,
        ...parameters.flatMap((one) => ['--param', one]),
      ],
      serviceDirectory,
      { ...environment, ...standIn.environment },
    );
    if (ended.exitCode !== 0) return { kind: 'failed', message: describeEnd(ended) };
  } finally {
    await standIn.close();
  }
  return {
    kind: 'packaged',
    artefacts: await listArtefacts(outputDirectory),
    notes: await readNotes(outputDirectory),
  };
}

/** Describes the compiled template; a service that compiles to no template has nothing to describe. */
async function readNotes(outputDirectory: string): Promise<readonly string[]> {
  const text = await readFile(join(outputDirectory, TEMPLATE), 'utf8').catch(() => undefined);
  return text === undefined ? [] : describeSafety(JSON.parse(text) as Template);
}

async function readStages(serviceDirectory: string): Promise<readonly string[]> {
  // CloudFormation tags (!Ref, !GetAtt) are left unresolved.
  const text = await readFile(join(serviceDirectory, 'serverless.yml'), 'utf8');
  const { params } = parseYaml(text, { logLevel: 'error' }) as { params?: Record<string, unknown> };
  return Object.keys(params ?? {}).filter((name) => name !== 'default');
}

type Ended = {
  /** Null if a signal ended the process. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
};

function runOsls(
  oslsArguments: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>>,
): Promise<Ended> {
  const osls = join(findOsls(cwd), 'bin/serverless.js');
  // The developer's AWS settings must not reach osls, because osls would call a real account with them.
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [osls, ...oslsArguments], {
      cwd,
      env: { ...Object.fromEntries(own), ...environment, SLS_INTERACTIVE_SETUP_ENABLE: '0', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
    });
    // The two outputs are stored separately, because osls writes `Error:` and the message to one output, and banners to
    // the other. In a common output, banners would come between `Error:` and the message.
    const kept = { stderr: '', stdout: '' };
    for (const name of ['stderr', 'stdout'] as const)
      child[name].on('data', (chunk: Buffer) => {
        kept[name] = (kept[name] + chunk.toString()).slice(-OUTPUT_LIMIT_CHARACTERS);
      });
    child.once('error', reject);
    child.once('close', (exitCode, signal) =>
      resolve({ exitCode, signal, output: `${kept.stderr}\n${kept.stdout}` }),
    );
  });
}

function findOsls(serviceDirectory: string): string {
  for (const origin of [join(serviceDirectory, 'package.json'), import.meta.url])
    for (const name of ['osls', 'serverless'])
      try {
        return dirname(createRequire(origin).resolve(`${name}/package.json`));
      } catch {
        // The program is not installed in this place, so the next place is tried.
      }
  throw new Error(`osls is not installed: run npm install --save-dev osls in ${serviceDirectory}`);
}

/** Returns why packaging failed. osls prints `Error:` and then the message, among banners and stack frames. */
export function describeEnd({ exitCode, signal, output }: Ended): string {
  if (exitCode === null)
    return `osls was stopped (${signal ?? 'no signal'}) before it finished packaging. Its limit is ${TIMEOUT_MS / 60_000} minutes: try again when the machine is less busy`;
  const lines = output.split('\n').map((line) => line.replace(/^[^\w"'./$@-]+/, '').trim());
  const start = lines.findIndex((line) => /^(\w+ )?Error:?$/.test(line));
  const said = lines.slice(start + 1).filter((line) => line !== '');
  // Without `Error:`, the last line is the reason.
  return (start === -1 ? said.at(-1) : said[0]) ?? 'osls ended without an error message';
}

export async function listArtefacts(directory: string): Promise<readonly Artefact[]> {
  const artefacts: Artefact[] = [];
  for await (const name of glob(['*.*', '*/*.zip'], { cwd: directory }))
    artefacts.push({ name, sizeBytes: (await stat(join(directory, name))).size });
  return artefacts.sort((a, b) => a.name.localeCompare(b.name));
}
