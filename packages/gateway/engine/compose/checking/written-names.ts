/**
 * Names the part that a finding is about as the author of the template wrote it: the path in serverless.yml or in the
 * SAM template, or the construct of CDK, instead of a logical id that osls, SAM or CDK generates.
 */
import { lowerFirst } from '@gatewright/aws/violations';
import { constructOf, formatOf } from '../../../core/stack/source-format.ts';
import { inReferencesOf } from './references-of-format.ts';
import { nameInSam } from '../../../templates/sam/sam-places.ts';
import { isSpeltAs, OF_OSLS, typeInSam } from '../../../templates/written-property.ts';
import type { DeployFinding } from '../../../core/deployability/finding.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';

/** Matches an id that is a separate word of a message. An id within an ARN or `Queue.Arn` is not explained. */
const ID = /(?<![\w:/.$<{'"`-])[A-Z][A-Za-z0-9]{3,}(?![\w:/<}'"`-]|\.\w)/g;

/** Returns the finding with the author's names. A finding about a part that the author named is not changed. */
export function inWordsOfAuthor(finding: DeployFinding, stacks: readonly ResolvedStack[]): DeployFinding {
  const stack = stacks.find(({ stackName }) => stackName === finding.stack);
  if (stack === undefined) return finding;
  const path = finding.property === '' ? [] : finding.property.split('.');
  const written = finding.resource === '' ? undefined : writtenName(stack, finding.resource, path);
  const [own = '', last = ''] = [path.at(-1), written?.split('.').at(-1)];
  const isSpelt = isSpeltAs(own, last);
  const said = spellOthers(isSpelt ? speltAs(finding, own, last) : finding, written, stack);
  const { message, consequence, remedy } = inWordsOfCdk(
    inWordsOfOsls(said, written, stack),
    finding.resource,
    stack,
  );
  return {
    ...said,
    remedy: inReferencesOf(formatOf(stack).kind, remedy),
    message: explainIds(message, finding.resource, stack),
    ...(consequence !== undefined && { consequence: replaceIds(consequence, stack) }),
    ...(written !== undefined && { written }),
  };
}

type Words = Pick<DeployFinding, 'message' | 'consequence' | 'remedy'>;

/** The deployment that osls generates. Its id ends with the time of the compilation. */
const DEPLOYMENT = /\b(ApiGateway|Websockets)Deployment\d{10,}\b/g;
/**
 * The end of the deployment's id in a form that a value in a serverless.yml can contain. osls resolves no variables in
 * keys.
 */
const NAMED_DEPLOYMENT = 'Deployment${sls:instanceId}';
/**
 * Matches a remedy that changes the deployment of osls. The id of this deployment cannot be a key in a serverless.yml.
 */
const ADDED_TO_DEPLOYMENT =
  /\badd (?:DependsOn: (\w+) to|((?:\w+, )*\w+) to DependsOn of) (?:ApiGateway|Websockets)Deployment\d{10,}\b/g;
const CONDITION = /^add the Condition of (\S+) to the resource .* inside of Fn::If with this condition$/;

/** Returns the texts of a finding about a serverless.yml, with ids and a remedy that are valid in this file. */
function inWordsOfOsls(
  { message, consequence, remedy }: Words,
  written: string | undefined,
  stack: ResolvedStack,
): Words {
  if (formatOf(stack).kind !== 'serverless') return { message, consequence, remedy };
  const named = (text: string): string =>
    text.replace(DEPLOYMENT, (_, api: string) => `${api}${NAMED_DEPLOYMENT}`);
  // osls does not add the condition of a function to the resources that it generates for the function.
  const isOfFunction = written?.startsWith('functions.') === true;
  const held = isOfFunction
    ? remedy.replace(CONDITION, 'refer to $1 only inside of Fn::If with the condition of $1')
    : remedy;
  return {
    message: named(message),
    consequence: consequence === undefined ? undefined : named(consequence),
    remedy: named(
      held.replace(ADDED_TO_DEPLOYMENT, (_, one: string | undefined, more: string | undefined) =>
        adviseParts((one ?? more ?? '').split(', '), stack),
      ),
    ),
  };
}

/** The events from which osls generates the parts that it adds to DependsOn of its deployment. */
const EVENTS: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::Method': 'an http event',
  'AWS::ApiGatewayV2::Route': 'a websocket event',
};

/**
 * Returns what the author of a serverless.yml can do about parts that are missing in the DependsOn of the deployment
 * that osls generates.
 */
function adviseParts(parts: readonly string[], { resources }: ResolvedStack): string {
  const eventOf = (part: string): string | undefined => EVENTS[resources.get(part)?.type ?? ''];
  const [event] = parts.flatMap((part) => eventOf(part) ?? []);
  const replaced = parts.filter((part) => eventOf(part) !== undefined);
  const others = parts.filter((part) => eventOf(part) === undefined);
  return [
    ...(event === undefined
      ? []
      : [
          `replace ${replaced.join(', ')} with ${event} of a function, because osls adds only the parts of events to DependsOn of its deployment`,
        ]),
    ...(others.length === 0
      ? []
      : [`deploy a second time with --force, so that a new deployment contains ${others.join(', ')}`]),
  ].join(', and ');
}

const ADDED = /\badd (?:DependsOn: (\w+) to|((?:\w+, )*\w+) to DependsOn of) (\w+)/;
const LISTED = /\blist it in DependsOn of (?:the \w+|(\w+))/;
const REMOVED = /\bremove (\w+) from DependsOn of (\w+)/;

/**
 * A CDK app has constructs that depend on others, and no DependsOn.
 * @param about the logical id of the finding's resource, which some remedies call "the client" or "the bucket"
 */
function inWordsOfCdk(words: Words, about: string, stack: ResolvedStack): Words {
  if (formatOf(stack).kind !== 'cdk') return words;
  const named = (id: string): string => constructOf(stack, id) ?? id;
  const remedy = words.remedy
    .replace(ADDED, (_, one: string | undefined, more: string | undefined, owner: string) => {
      const firsts = (one ?? more ?? '').split(', ').map(named);
      return `call node.addDependency(…) of the construct ${named(owner)} with ${firsts.join(', ')}`;
    })
    .replace(
      LISTED,
      (_, owner: string | undefined) =>
        `pass the new construct to node.addDependency(…) of the construct ${named(owner ?? about)}`,
    )
    .replace(
      REMOVED,
      (_, first: string, owner: string) => `remove the dependency of ${named(owner)} on ${named(first)}`,
    );
  return { ...words, remedy };
}

/**
 * Settings of functions in serverless.yml that are optional. If such a setting is missing, a finding has no line to
 * point to.
 */
const OF_FUNCTIONS: Readonly<Record<string, string>> = { FunctionName: 'name' };

/** Writes the name of the property as the author does: `timeout` in serverless.yml. */
function speltAs(finding: DeployFinding, own: string, last: string): DeployFinding {
  const name = new RegExp(String.raw`(?<![\w.:'"-])${own}(?![\w.:'"-]*\w)`, 'g');
  // AWS's own words at the start of a message keep its names, as in `Value 'x' at 'timeout'`.
  return {
    ...finding,
    message: finding.message.replace(new RegExp(`^${own} `), `${last} `),
    remedy: finding.remedy
      .replace(name, last)
      .replace(/\b[A-Z]\w+\b/g, (word) => (Object.hasOwn(OF_OSLS, word) ? (OF_OSLS[word] ?? word) : word)),
  };
}

/** The property that a remedy sets, adds or removes. */
const CHANGED = /(?<=\b(?:set|add|remove|and|or) )[A-Z][A-Za-z]+(?=[:,.]? |$)/g;

/**
 * Replaces the names of the other properties that a remedy changes with the names in an osls event or a SAM resource.
 */
function spellOthers(
  finding: DeployFinding,
  written: string | undefined,
  stack: ResolvedStack,
): DeployFinding {
  const { resources } = stack;
  const type = typeInSam(stack, finding.resource);
  if (type !== '')
    return { ...finding, remedy: finding.remedy.replace(CHANGED, (word) => nameInSam(type, word) ?? word) };
  if (written !== undefined && /^functions\.[^.]+ \(/.test(written))
    return { ...finding, remedy: finding.remedy.replace(CHANGED, (word) => OF_FUNCTIONS[word] ?? word) };
  if (written === undefined || !/^functions\.[^.]+\.events\./.test(written)) return finding;
  const spell = (word: string): string => (resources.has(word) ? word : (OF_OSLS[word] ?? lowerFirst(word)));
  return { ...finding, remedy: finding.remedy.replace(CHANGED, spell) };
}

/** Adds an explanation to the first mention of each generated id in a message. */
function explainIds(message: string, about: string, stack: ResolvedStack): string {
  const seen = new Set([about]);
  return message.replace(ID, (id) => {
    if (seen.has(id) || !stack.resources.has(id)) return id;
    seen.add(id);
    const written = writtenName(stack, id, []);
    return written === undefined ? id : `${id} (${written})`;
  });
}

/** Replaces each generated id in a text with the name that the author of the template knows. */
function replaceIds(text: string, stack: ResolvedStack): string {
  return text.replace(ID, (id) => (stack.resources.has(id) ? (writtenName(stack, id, []) ?? id) : id));
}

/** Returns the author's name of a resource or property; undefined if the template has the same name. */
function writtenName(
  stack: ResolvedStack,
  logicalId: string,
  property: readonly string[],
): string | undefined {
  const construct = constructOf(stack, logicalId);
  if (construct !== undefined) return [construct, ...property].join('.');
  const asked = ['Resources', logicalId, 'Properties', ...property];
  const path = stack.source?.pathOf?.(asked);
  if (path === undefined || path.length === 0) return undefined;
  // A resource that the author wrote has the author's own name, also below `resources` of a serverless.yml.
  const section = path.indexOf('Resources');
  if (section !== -1 && path[section + 1] === logicalId && isSame(path.slice(section), asked))
    return undefined;
  if (section === 0)
    return path
      .slice(1)
      .filter((step, at) => step !== 'Properties' || !OF_SAM.has(at))
      .join('.');
  if (section !== -1) return undefined;
  const name = path.join('.');
  // The path of a whole function or of all its events does not say which property is meant.
  const isWhole = property.length > 0 && (path.length <= 2 || path.at(-1) === 'events');
  return isWhole ? `${name} (${[logicalId, ...property].join('.')})` : name;
}

/** The places of `Properties` below the resources of SAM: `Properties` of a resource, and of an event. */
const OF_SAM: ReadonlySet<number> = new Set([1, 4]);

/** Whether `path` is the beginning of `asked`, or all of it. */
function isSame(path: readonly string[], asked: readonly string[]): boolean {
  return path.every((step, at) => step === asked[at]);
}
