/**
 * `node test/properties/sam-templates/ask-translator.ts --python PYTHON`: compares the expansion of SAM templates with
 * AWS's translator, on templates drawn from a seed. `--record` writes the translator's answers for `npm test`.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { JsonObject } from '@gatewright/aws/json-object';
import { compare, digestsOf, expand, printRecording, RECORDED, RECORDED_SEEDS } from '../sam-templates.ts';
import { drawTemplate } from './draw.ts';
import { graphOf } from './graph.ts';

const USAGE =
  'node test/properties/sam-templates/ask-translator.ts --python PYTHON [--templates 500] [--seed 1] [--record]';
const RUN_WITHIN_MS = 600_000;
const SHOWN_CHARACTERS = 2000;

type Answer = {
  readonly template?: JsonObject;
  readonly refused?: readonly string[];
  readonly failed?: string;
};

async function askTranslator(python: string, templates: readonly JsonObject[]): Promise<readonly Answer[]> {
  const translator = spawn(python, [join(import.meta.dirname, 'translate.py')], {
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: RUN_WITHIN_MS,
  });
  translator.stdin.end(templates.map((template) => `${JSON.stringify(template)}\n`).join(''));
  const lines = (await text(translator.stdout)).trimEnd().split('\n');
  if (lines.length !== templates.length)
    throw new Error(`the translator answered ${lines.length} of ${templates.length} templates`);
  return lines.map((line) => JSON.parse(line) as Answer);
}

async function record(python: string): Promise<number> {
  const templates = Array.from({ length: RECORDED_SEEDS }, (_, index) => drawTemplate(1 + index));
  const answers = await askTranslator(python, templates);
  const failed = answers.find((answer) => answer.failed !== undefined);
  if (failed !== undefined) throw new Error(`the translator failed: ${failed.failed}`);
  const source =
    'aws-sam-translator 1.115.0 of PyPI (Apache-2.0), asked by test/properties/sam-templates/ask-translator.ts';
  writeFileSync(
    RECORDED,
    printRecording(
      source,
      answers.map(({ template }) => digestsOf(template)),
    ),
  );
  return 0;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      python: { type: 'string' },
      templates: { type: 'string', default: '500' },
      seed: { type: 'string', default: '1' },
      record: { type: 'boolean', default: false },
    },
  });
  const [count, first] = [Number(values.templates), Number(values.seed)];
  if (values.python === undefined || !Number.isSafeInteger(count) || count < 1) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  if (values.record) return record(values.python);
  const templates = Array.from({ length: count }, (_, index) => drawTemplate(first + index));
  const answers = await askTranslator(values.python, templates);
  const tally = new Map<string, number>();
  let differences = 0;
  for (const [index, { template, refused, failed }] of answers.entries()) {
    if (failed !== undefined) {
      tally.set('the translator failed', (tally.get('the translator failed') ?? 0) + 1);
      continue;
    }
    const ours = expand(templates[index] ?? {});
    const difference = compare(digestsOf(ours), digestsOf(template), tally);
    if (difference === undefined) continue;
    differences += 1;
    process.stdout.write(`seed ${first + index}: ${difference}\n`);
    const id = difference.split(' ')[0] ?? '';
    for (const [name, side] of [
      ['ours', ours],
      ['SAM', template],
    ] as const)
      process.stdout.write(`  ${name}: ${show(side, id) ?? String(refused)}\n`);
  }
  process.stdout.write(`${JSON.stringify({ ...Object.fromEntries(tally), differences })}\n`);
  return differences === 0 ? 0 : 1;
}

function show(template: JsonObject | undefined, id: string): string | undefined {
  if (template === undefined) return undefined;
  return JSON.stringify(graphOf(template).get(id) ?? null).slice(0, SHOWN_CHARACTERS);
}

process.exitCode = await main();
