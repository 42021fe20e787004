/**
 * The input of a rule's target (docs/aws §18.5). It is the whole event, a part of the event, a fixed text, or the
 * result of an input transformer.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import { PatternError } from './pattern-error.ts';

export type TargetInput =
  | { readonly kind: 'event' }
  /** A fixed JSON text, which is used unchanged. */
  | { readonly kind: 'fixed'; readonly text: string }
  | { readonly kind: 'part'; readonly read: PathReader }
  | {
      readonly kind: 'made';
      readonly template: string;
      readonly paths: ReadonlyMap<string, PathReader>;
    };

type PathReader = (event: unknown) => unknown;

type RuleOfEvent = {
  readonly arn: string;
  readonly name: string;
  readonly ingestedAt: string;
};

const STEP = /\.([A-Za-z0-9_-]+)|\[(\d{1,6})\]|\['([^']+)'\]/y;

/**
 * Compiles a "JSON path" of EventBridge, such as `$.detail.items[0]`. Wildcards and filters are not supported.
 * @throws PatternError if the path is invalid
 */
export function compilePath(path: string): PathReader {
  if (!path.startsWith('$')) throw new PatternError(`"${path}" must begin with $`);
  const steps: (string | number)[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const found = STEP.exec(path);
    if (found === null) throw new PatternError(`"${path}" is not a path to one value`);
    const [, name, index, quoted] = found;
    steps.push(index === undefined ? (name ?? quoted ?? '') : Number(index));
  }
  return (event) => {
    let at = event;
    for (const step of steps)
      if (Array.isArray(at) && typeof step === 'number') at = (at as readonly unknown[])[step];
      else at = isJsonObject(at) && Object.hasOwn(at, String(step)) ? at[step] : undefined;
    return at;
  };
}

/**
 * Compiles an input transformer.
 * @throws PatternError if a path or the template is invalid
 */
export function compileTransformer(paths: unknown, template: string): TargetInput {
  const entries = isJsonObject(paths) ? Object.entries(paths) : [];
  const readers = entries.map(([name, path]) => {
    if (typeof path !== 'string') throw new PatternError(`InputPathsMap.${name} must be a path`);
    return [name, compilePath(path)] as const;
  });
  return { kind: 'made', template, paths: new Map(readers) };
}

/** Returns the input as JSON text. */
export function makeInput(input: TargetInput, event: object, rule: RuleOfEvent): string {
  switch (input.kind) {
    case 'event':
      return JSON.stringify(event);
    case 'fixed':
      return input.text;
    case 'part':
      return JSON.stringify(input.read(event) ?? null);
    case 'made':
      return fill(input.template, (name) => valueOf(name, input.paths, event, rule));
  }
}

const VARIABLE = /<([A-Za-z0-9_.-]+)>/g;

function valueOf(
  name: string,
  paths: ReadonlyMap<string, PathReader>,
  event: object,
  rule: RuleOfEvent,
): unknown {
  switch (name) {
    case 'aws.events.event':
    case 'aws.events.event.json':
      return event;
    case 'aws.events.rule-arn':
      return rule.arn;
    case 'aws.events.rule-name':
      return rule.name;
    case 'aws.events.event.ingestion-time':
      return rule.ingestedAt;
    default:
      return paths.get(name)?.(event) ?? '';
  }
}

/**
 * Fills the placeholders of a template. A placeholder inside quotes is replaced with the value's text, and any other
 * placeholder with the value's JSON.
 */
function fill(template: string, read: (name: string) => unknown): string {
  let isQuoted = false;
  let scanned = 0;
  return template.replace(VARIABLE, (whole, name: string, at: number) => {
    for (; scanned < at; scanned += 1)
      if (template[scanned] === '\\') scanned += 1;
      else if (template[scanned] === '"') isQuoted = !isQuoted;
    scanned = at + whole.length;
    const value = read(name);
    if (!isQuoted) return JSON.stringify(value);
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return JSON.stringify(text).slice(1, -1);
  });
}
