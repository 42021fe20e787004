/**
 * `node lab/tools/event-ruler/run.ts --libraries FOLDER`: compares event patterns with aws/event-ruler, AWS's open rule
 * engine, on patterns and events drawn from a seed. `pom.xml` describes how Maven fills the folder.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { isJsonObject } from '@gatewright/aws/json-object';
import {
  checkEventPattern,
  compileEventPattern,
  readAlternatives,
} from '../../../packages/gateway/kernel/delivery/event-pattern.ts';
import { drawPair } from './draw.ts';

const USAGE = 'node lab/tools/event-ruler/run.ts --libraries FOLDER [--pairs 20000] [--seed 1]';
/** EventBridge refuses rules of a higher complexity; the engine only reports the complexity. */
const MAX_COMPLEXITY = 10;
const PREFIX = 'Event pattern is not valid. Reason: ';
const RUN_WITHIN_MS = 600_000;

type Question = { readonly pattern: string; readonly event: string };
type Answer = { refused?: string; complexity?: number; matches?: boolean; failed?: string };

async function askEngine(libraries: string, questions: readonly Question[]): Promise<readonly Answer[]> {
  const judge = join(import.meta.dirname, 'Judge.java');
  const java = spawn('java', ['-Xmx400m', '-cp', join(libraries, '*'), judge], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: RUN_WITHIN_MS,
  });
  java.stdin.end(questions.map((question) => `${JSON.stringify(question)}\n`).join(''));
  const lines = (await text(java.stdout)).trimEnd().split('\n');
  if (lines.length !== questions.length)
    throw new Error(`the engine answered ${lines.length} of ${questions.length} questions`);
  return lines.map((line) => JSON.parse(line) as Answer);
}

/** Prints an answer without the position in the text, which the engine adds to its reason. */
function printAnswer({ refused, complexity = 0, matches, failed }: Answer): string {
  if (refused !== undefined) return `refused: ${refused.split('\n')[0]}`;
  if (complexity > MAX_COMPLEXITY) return 'refused: too complex';
  return failed === undefined ? String(matches) : `failed: ${failed}`;
}

function ourAnswer({ pattern, event }: Question): string {
  const refusal = checkEventPattern(pattern);
  if (refusal === undefined) return String(compileEventPattern(pattern)(JSON.parse(event)));
  const reason = refusal.replace(PREFIX, '');
  return reason.startsWith('Rule is too complex') ? 'refused: too complex' : `refused: ${reason}`;
}

/** Returns whether a difference is one of the accepted differences, which the README explains. */
function isListed({ pattern }: Question, ours: string, theirs: string): boolean {
  if (ours.endsWith('too complex') || theirs.endsWith('too complex'))
    return pattern.includes('"$or"') || pattern.includes('{"exists":false}');
  if (theirs === 'true')
    return ['"0.0.0.0/0"', '"equals-ignore-case"', '{"exists":false}'].some((text) => pattern.includes(text));
  if (theirs.startsWith('refused'))
    return ours.startsWith('refused') && /"wildcard":\["[^\]]*","/.test(pattern);
  return ours === 'true' && (hasOverlap(pattern) || hasFieldInField(pattern));
}

/** Returns whether the pattern has rules for a path and for a path below it, which only names with dots permit. */
function hasFieldInField(pattern: string): boolean {
  return readAlternatives(JSON.parse(pattern), 'events').some((alternative) =>
    [...alternative.keys()].some((path) =>
      [...alternative.keys()].some((other) => other.startsWith(`${path}.`)),
    ),
  );
}

/**
 * Returns whether the engine may lose an alternative of `$or`: each of its fields has a rule that other alternatives
 * with the same fields also have.
 */
function hasOverlap(pattern: string): boolean {
  const alternatives = readAlternatives(JSON.parse(pattern), 'events').map(
    (alternative) =>
      new Map([...alternative].map(([path, { wanted }]) => [path, new Set(wanted.map(ruleOf))])),
  );
  return alternatives.some((one) => {
    const others = alternatives.filter(
      (other) => other !== one && other.size === one.size && [...one.keys()].every((path) => other.has(path)),
    );
    return [...one].every(([path, rules]) =>
      others.some((other) => [...rules].some((rule) => other.get(path)?.has(rule) === true)),
    );
  });
}

/** Prints a rule of a field. To the engine, `{"exactly": "a"}` and `"a"` are one rule, unless the text is an address. */
function ruleOf(rule: unknown): string {
  return JSON.stringify(isJsonObject(rule) && 'exactly' in rule ? rule['exactly'] : rule);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      libraries: { type: 'string' },
      pairs: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
    },
  });
  const pairs = Number(values.pairs);
  if (values.libraries === undefined || !Number.isSafeInteger(pairs) || pairs < 1) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const first = Number(values.seed) * pairs;
  const questions = Array.from({ length: pairs }, (_unused, index) => drawPair(first + index));
  const answers = await askEngine(values.libraries, questions);
  const counts = { matches: 0, refusals: 0, crashes: 0, listed: 0, verdicts: 0, words: 0 };
  for (const [index, question] of questions.entries()) {
    const theirs = printAnswer(answers[index] ?? {});
    const ours = ourAnswer(question);
    if (theirs.startsWith('failed')) {
      counts.crashes += 1;
      continue;
    }
    if (theirs === 'true') counts.matches += 1;
    if (theirs.startsWith('refused')) counts.refusals += 1;
    if (theirs === ours) continue;
    if (isListed(question, ours, theirs)) {
      counts.listed += 1;
      continue;
    }
    const isVerdict = !theirs.startsWith('refused') || !ours.startsWith('refused');
    counts[isVerdict ? 'verdicts' : 'words'] += 1;
    process.stdout.write(
      `${question.pattern}\n  event   ${question.event}\n  ours    ${ours}\n  engine  ${theirs}\n`,
    );
  }
  process.stdout.write(
    `pairs: ${pairs}; of the engine's answers, ${counts.matches} are matches, ${counts.refusals} are refusals and ${counts.crashes} are faults of the engine; ` +
      `listed differences: ${counts.listed}; other different verdicts: ${counts.verdicts}; refusals in different words: ${counts.words}\n`,
  );
  return counts.verdicts + counts.words === 0 ? 0 : 1;
}

process.exitCode = await main();
