/**
 * A SAM template expands to the resources that AWS's own translator makes of it. The oracle is aws-sam-translator of
 * PyPI: sam-templates/ask-translator.ts has asked it for the drawn templates, and recorded a digest of each resource.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DefinitionError } from '../../packages/gateway/core/errors.ts';
import { parseSource } from '../../packages/gateway/templates/cloudformation/template-source.ts';
import { expandSam } from '../../packages/gateway/templates/sam/sam.ts';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { count } from './promises.ts';
import type { DrawnPromise, Tally } from './promises.ts';
import { drawTemplate } from './sam-templates/draw.ts';
import { graphOf } from './sam-templates/graph.ts';

export const RECORDED = new URL('../fixtures/sam/translated.json', import.meta.url);
export const RECORDED_SEEDS = 60;

/** The digest of each resource by its logical id, or `refused` if the translator refuses the template. */
type Translated = Readonly<Record<string, string>> | 'refused';
type Recorded = {
  readonly source: string;
  /** Digest of the drawn templates, so that a changed generator is not compared with old answers. */
  readonly drawn: string;
  /** The outcome of each template: `refused`, or the ids with their digests. */
  readonly translated: readonly string[];
};

export const samTemplates: DrawnPromise = {
  name: 'sam-templates',
  says: "a SAM template expands to the resources that AWS's own translator makes of it",
  few: RECORDED_SEEDS,
  many: RECORDED_SEEDS,
  meets: ['both expand', 'both refuse'],
  check(seed, tally) {
    const { drawn, translated } = readRecording();
    if (drawn !== digestOfDrawn())
      return 'the generator has changed: node test/properties/sam-templates/ask-translator.ts --record';
    // The proof begins with another seed.
    const recorded = 1 + ((seed - 1) % RECORDED_SEEDS);
    return compare(
      digestsOf(expand(drawTemplate(recorded))),
      parseTranslated(translated[recorded - 1] ?? ''),
      tally,
    );
  },
};

function printTranslated(translated: Translated): string {
  if (translated === 'refused') return translated;
  return Object.entries(translated)
    .map((entry) => entry.join(':'))
    .join(' ');
}

function parseTranslated(text: string): Translated {
  if (text === 'refused') return text;
  return Object.fromEntries(text.split(' ').map((entry) => entry.split(':') as [string, string]));
}

/** Returns the text of the fixture. */
export function printRecording(source: string, translated: readonly Translated[]): string {
  const recorded: Recorded = { source, drawn: digestOfDrawn(), translated: translated.map(printTranslated) };
  return `${JSON.stringify(recorded, null, 2)}\n`;
}

let recording: Recorded | undefined;
let drawnDigest: string | undefined;

function readRecording(): Recorded {
  recording ??= JSON.parse(readFileSync(RECORDED, 'utf8')) as Recorded;
  return recording;
}

function digestOfDrawn(): string {
  drawnDigest ??= digest(Array.from({ length: RECORDED_SEEDS }, (_, index) => drawTemplate(1 + index)));
  return drawnDigest;
}

/** Returns the expanded template; undefined if it is refused. */
export function expand(template: JsonObject): JsonObject | undefined {
  const tree = parseSource(JSON.stringify(template), '/app/shop.json');
  try {
    return expandSam(tree.value, tree).template;
  } catch (error) {
    if (error instanceof DefinitionError) return undefined;
    throw error;
  }
}

export function digestsOf(template: JsonObject | undefined): Translated {
  if (template === undefined) return 'refused';
  return Object.fromEntries([...graphOf(template)].map(([id, resource]) => [id, digest(resource)]));
}

function digest(value: Json): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 8);
}

/** Returns the first difference. The tool shows its content. */
export function compare(ours: Translated, theirs: Translated, tally: Tally): string | undefined {
  if (ours === 'refused' || theirs === 'refused') {
    if (ours === theirs) count(tally, 'both refuse');
    return ours === theirs
      ? undefined
      : `only ${ours === 'refused' ? 'the gateway' : 'SAM'} refuses the template`;
  }
  count(tally, 'both expand');
  count(tally, 'resources', Object.keys(theirs).length);
  for (const id of new Set([...Object.keys(theirs), ...Object.keys(ours)]))
    if (ours[id] !== theirs[id])
      return `${id} ${ours[id] === undefined ? 'is missing' : theirs[id] === undefined ? 'is made only here' : 'differs'}`;
  return undefined;
}
