/**
 * The input of a rule's target (docs/aws §18.5). It is the whole event, a part of the event, a fixed text, or the
 * result of an input transformer.
 */
import { asText, isJson, isJsonObject, type UnknownMembers } from '@gatewright/aws/json-object';
import { PatternError, refusePattern } from './pattern-error.ts';

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
 * @param targetId the id of the target, for the message of a refusal
 * @throws PatternError if a path or the template is invalid
 */
export function compileTransformer(paths: unknown, template: string, targetId = ''): TargetInput {
  const entries = isJsonObject(paths) ? Object.entries(paths) : [];
  const readers = entries.map(([name, path]) => {
    if (typeof path !== 'string')
      throw new PatternError(`InputPathsMap.${name} must be a path`, ['InputPathsMap', name]);
    return [name, compilePath(path)] as const;
  });
  const known = new Map(readers);
  for (const [, name = ''] of template.matchAll(VARIABLE))
    if (!known.has(name) && !PREDEFINED.has(name))
      refusePattern(`InputTemplate for target ${targetId} contains invalid placeholder ${name}.`, undefined, [
        'InputTemplate',
      ]);
  return { kind: 'made', template, paths: known };
}

/**
 * Compiles the input of a target, from which `makeInput` makes the text for an event.
 * @throws PatternError with EventBridge's message, or if the gateway does not support a path
 */
export function compileInput(target: UnknownMembers): TargetInput {
  const { Id, Input, InputPath, InputTransformer } = target;
  const id = asText(Id) ?? '';
  if ([Input, InputPath, InputTransformer].filter((each) => each !== undefined).length > 1)
    refusePattern(`Only one of Input, InputPath, or InputTransformer must be provided for target ${id}.`);
  if (typeof Input === 'string') {
    if (!isJson(Input)) refusePattern(`Input for target ${id} is not a valid JSON text.`);
    return { kind: 'fixed', text: Input };
  }
  if (typeof InputPath === 'string') return { kind: 'part', read: compilePath(InputPath) };
  if (!isJsonObject(InputTransformer)) return { kind: 'event' };
  const { InputPathsMap, InputTemplate } = InputTransformer;
  return compileTransformer(InputPathsMap, asText(InputTemplate) ?? '', id);
}

/**
 * Returns the input as text. Returns undefined if a filled JSON template is not valid JSON, because EventBridge then
 * delivers nothing.
 */
export function makeInput(input: TargetInput, event: object, rule: RuleOfEvent): string | undefined {
  switch (input.kind) {
    case 'event':
      return JSON.stringify(event);
    case 'fixed':
      return input.text;
    case 'part':
      return JSON.stringify(input.read(event) ?? null);
    case 'made': {
      const isText = isTextTemplate(input.template);
      const text = fill(input.template, isText, (name) => valueOf(name, input.paths, event, rule));
      return isText || isJson(text) ? text : undefined;
    }
  }
}

const VARIABLE = /<([A-Za-z0-9_.-]+)>/g;

type RuleFacts = { readonly event: object; readonly rule: RuleOfEvent };

const PREDEFINED = new Map<string, (facts: RuleFacts) => unknown>([
  // "The original event payload as received by the rule output, without the detail field".
  ['aws.events.event', ({ event }) => withoutDetail(event)],
  ['aws.events.event.json', ({ event }) => event],
  ['aws.events.rule-arn', ({ rule }) => rule.arn],
  ['aws.events.rule-name', ({ rule }) => rule.name],
  ['aws.events.event.ingestion-time', ({ rule }) => rule.ingestedAt],
]);

function valueOf(
  name: string,
  paths: ReadonlyMap<string, PathReader>,
  event: object,
  rule: RuleOfEvent,
): unknown {
  const predefined = PREDEFINED.get(name);
  return (predefined === undefined ? paths.get(name)?.(event) : predefined({ event, rule })) ?? '';
}

/**
 * Returns the event as EventBridge inserts it for `<aws.events.event>`, with the recorded order of members and the name
 * `detailType`.
 */
function withoutDetail(event: object): object {
  const {
    id,
    account,
    'detail-type': detailType,
    time,
    source,
    region,
    resources,
    version,
  }: UnknownMembers = { ...event };
  return { id, account, detailType, time, source, region, resources, version };
}

/** Whether the template is a string in quotes, which may have several lines. Any other template is JSON. */
function isTextTemplate(template: string): boolean {
  return template.trimStart().startsWith('"');
}

/**
 * Fills the placeholders of a template. Within quotes, a string is inserted without escaping: "EventBridge doesn't
 * escape values extracted by Input Path". An object or a list is inserted as JSON. In a string template, its quotes are
 * removed ("EventBridge removes any internal quotes to ensure a valid string"). In a JSON template, its quotes make the
 * result invalid. Outside of quotes, a string is inserted with quotes around it.
 */
function fill(template: string, isText: boolean, read: (name: string) => unknown): string {
  let isQuoted = false;
  let scanned = 0;
  return template.replace(VARIABLE, (whole, name: string, at: number) => {
    for (; scanned < at; scanned += 1)
      if (template[scanned] === '\\') scanned += 1;
      else if (template[scanned] === '"') isQuoted = !isQuoted;
    scanned = at + whole.length;
    const value = read(name);
    if (typeof value === 'string') return isQuoted ? value : `"${value}"`;
    const json = JSON.stringify(value);
    return isQuoted && isText ? json.replaceAll('"', '') : json;
  });
}
