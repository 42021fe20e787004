/**
 * Packages every valid choice of parts, checks it with cfn-lint, and creates, updates and deletes the stack on moto.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseJsonObject } from '@gatewright/aws/json-object';
import { packageService } from '../../layers/package-service.ts';
import { editParts } from '@gatewright/authoring/files/parts-files';
import { INCLUDED_PARTS, PART_NEEDS } from '../../packages/toolkit/stack/parts.ts';
import { REPOSITORY } from '../architecture/source-files.ts';
import { copyStackDefinition } from '../support/copy-stack-definition.ts';
import { validChoices } from '../support/part-choices.ts';
import { countResources } from '../support/part-sizes.ts';
import type { Figures, Outcome, Proof } from './proof.ts';

const TEMPLATE = 'cloudformation-template-update-stack.json';
/**
 * Folders and files that are linked from the checkout. Access documents are left out, because they might require a part
 * that is not chosen.
 */
const LINKED = ['functions', 'shared', 'packages', 'layers', 'node_modules', 'package.json'];
const LIMITS: Readonly<Record<string, { readonly withoutAlarms: number; readonly withAlarms?: number }>> = {
  authorizers: { withoutAlarms: 12, withAlarms: 18 },
  'authorizers, quotas': { withoutAlarms: 40 },
  waf: { withoutAlarms: 3, withAlarms: 5 },
};
const INSTALL =
  "make an environment of Python and run pip install cfn-lint 'moto[all]' in it, then activate it";

/** How many choices are tried at the same time if --workers is not given. */
const WORKERS = 1;

type Ended = { readonly isGood: boolean; readonly stdout: string; readonly stderr: string };

function runTool(command: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(command, args, { maxBuffer: 16_000_000 }, (error, stdout, stderr) => {
      resolve({ isGood: error === null, stdout, stderr });
    });
  });
}

async function missingTool(): Promise<string | undefined> {
  if (!(await runTool('cfn-lint', ['--version'])).isGood) return `cfn-lint is not installed: ${INSTALL}`;
  const moto = await runTool('python3', ['-c', 'import moto, boto3']);
  return moto.isGood ? undefined : `moto is not installed: ${INSTALL}`;
}

/** The parts of the stack must match the file (layers/portal-part.ts). */
const PORTAL = `version: 1
name: Shop
colour: '#0b5fa5'
plans: [{ plan: free, title: Free, changesTo: [], from: now }]
mail: { from: shop@shop.example }
`;

function makeService(folder: string, chosen: readonly string[]): void {
  copyStackDefinition(folder);
  mkdirSync(join(folder, 'access'));
  for (const name of LINKED) symlinkSync(join(REPOSITORY, name), join(folder, name));
  if (chosen.includes('portal')) writeFileSync(join(folder, 'access/portal.yml'), PORTAL);
  writeFileSync(join(folder, 'gatewright.yml'), editParts('', chosen, INCLUDED_PARTS));
}

async function tryChoice(
  chosen: readonly string[],
): Promise<{ readonly figures: Figures; readonly faults: readonly string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-prove-parts-'));
  try {
    makeService(folder, chosen);
    const outputDirectory = join(folder, 'packaged');
    const packaged = await packageService({ serviceDirectory: folder, stage: 'prod', outputDirectory });
    if (packaged.kind === 'failed') return { figures: {}, faults: [packaged.message] };
    const file = join(outputDirectory, TEMPLATE);
    const sizes = countResources(
      JSON.parse(readFileSync(file, 'utf8')) as Parameters<typeof countResources>[0],
    );
    const lint = await runTool('cfn-lint', ['--regions', 'us-east-1', '--template', file]);
    const moto = await runTool('python3', [
      join(REPOSITORY, 'lab/tools/moto/make_and_remove.py'),
      outputDirectory,
    ]);
    const made = parseJsonObject(moto.stdout.trim()) ?? {};
    const { withoutAlarms = Infinity, withAlarms = Infinity } = LIMITS[chosen.join(', ')] ?? {};
    const faults = [
      ...(sizes.withoutAlarms > withoutAlarms ? [`${sizes.withoutAlarms} resources without alarms`] : []),
      ...(sizes.withAlarms > withAlarms ? [`${sizes.withAlarms} resources with alarms`] : []),
      ...(lint.isGood ? [] : [`cfn-lint: ${lint.stdout.slice(0, 2000)}${lint.stderr.slice(0, 500)}`]),
      ...(moto.isGood ? [] : [`moto: ${moto.stderr.slice(-1000)}`]),
      ...((made['missing'] as readonly string[] | undefined)?.map((id) => `not made: ${id}`) ?? []),
      ...(made['isChanged'] === true ? [] : ['an update did not change the stack']),
      ...((made['replaced'] as readonly string[] | undefined)?.map((id) => `replaced by an update: ${id}`) ??
        []),
      ...(made['functionsLeft'] === 0 ? [] : ['functions are left after the deletion']),
      ...(made['queuesLeft'] === 0 ? [] : ['queues are left after the deletion']),
    ];
    return {
      figures: { ...sizes, made: Number(made['made']), unknownToMoto: Number(made['unknownToMoto']) },
      faults,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run({ quick, only, workers = WORKERS }: Parameters<Proof['run']>[0]): Promise<Outcome> {
  const reason = await missingTool();
  if (reason !== undefined) return { kind: 'skipped', reason };
  const all = validChoices(PART_NEEDS).toSorted((a, b) => a.length - b.length);
  const choices =
    only === undefined ? (quick ? all.slice(0, 3) : all) : all.filter((names) => names.join() === only);
  const tried = new Map<string, Awaited<ReturnType<typeof tryChoice>>>();
  // The largest choices run first, so that no large one runs alone at the end.
  const waiting = choices.toReversed();
  const work = async (): Promise<void> => {
    for (let chosen = waiting.shift(); chosen !== undefined; chosen = waiting.shift()) {
      const outcome = await tryChoice(chosen);
      tried.set(chosen.join(', '), outcome);
      console.log(`  ${tried.size} of ${choices.length}: ${chosen.join(', ')}`);
      if (outcome.faults.length > 0) waiting.length = 0;
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  const names = choices.map((chosen) => chosen.join(', ')).filter((name) => tried.has(name));
  const figures = Object.fromEntries(names.map((name) => [name, tried.get(name)?.figures ?? {}]));
  const faulty = names.filter((name) => tried.get(name)?.faults.length !== 0);
  if (faulty.length > 0)
    return {
      kind: 'refuted',
      reason: faulty.map((name) => `${name}: ${tried.get(name)?.faults.join('; ') ?? ''}`).join('\n'),
      figures,
    };
  return {
    kind: 'proven',
    figures: { choices: choices.length, sizes: figures },
    isPart: choices.length < all.length,
  };
}

export const parts: Proof = {
  name: 'parts',
  claim:
    'every valid choice of parts can be packaged, has no findings of cfn-lint, and can be created and deleted on moto; the authorizers alone have at most 12 resources (18 with alarms), and 40 together with the quotas',
  quick: false,
  run,
};
