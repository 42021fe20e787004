import { escapeForRegExp } from '@gatewright/aws/text/escape-for-regexp';
import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { DefinitionError, DefinitionFaults } from '../../core/errors.ts';
import type { RuleId } from '../../core/deployability/rules.ts';
import { isJsonList, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import { STACK_FRAME } from '@gatewright/aws/thrown-error';
import type { Path, SourceTree } from '../cloudformation/template-source.ts';
import { withIncludedFiles } from './included-files.ts';
import type { WholeService } from './included-files.ts';
import { findLacking, kindOf, sourcesOf, variablesIn } from './lacking-variables.ts';
import type { GivenValues, LackingVariable } from './lacking-variables.ts';
import type { DriverFailure } from './serverless-process.ts';

type Known = {
  readonly valuesFile: string;
  /** The variables whose values osls has asked for in vain, such as `ssm:/shop/host`. */
  readonly asked: readonly string[];
  /** Returns the value at a path of the service, before variables are resolved. */
  readonly valueAt: (path: Path) => unknown;
  readonly tree: WholeService | undefined;
  /** The variables that have no value whatever osls resolves first. osls names only some of them. */
  readonly lacking: readonly LackingVariable[];
  /** The text that remedies show in place of the value of a secret. Absent if no member of the secret is needed. */
  readonly secret?: string;
};

/**
 * Returns an error with the message of osls without decoration. For an invalid value, the error has the line. For a
 * variable without a value, it has the text of the variable, the line and a remedy.
 * @param asked the variables whose values osls has asked for in vain, such as `ssm:/shop/host`
 */
export function explainFailure(
  failure: DriverFailure,
  file: string,
  own: SourceTree | undefined,
  valuesFile = 'gatewright.values.yml',
  asked: readonly string[] = [],
  given?: GivenValues,
): DefinitionError {
  const tree = own && withIncludedFiles(own, dirname(file));
  const known: Known = {
    valuesFile,
    asked,
    valueAt: (path) => path.reduce<unknown>(findChild, tree?.value) ?? failure.texts?.[path.join('.')],
    tree,
    lacking: tree === undefined || given === undefined ? [] : findLacking(tree.value, dirname(file), given),
  };
  const [first, ...more] = [
    // osls has no error code for this, and only the message contains the location.
    // oxlint-disable-next-line gatewright/no-recognition-by-text
    ...failure.message.matchAll(/Cannot resolve variable at "([^"]+)": Value not found at "([^"]+)" source/g),
  ];
  const early = first === undefined ? explainEarly(failure, file, known) : undefined;
  if (early !== undefined) return early;
  const configuration = explainConfiguration(failure, file, tree);
  if (configuration !== undefined) return configuration;
  if (first?.[1] === undefined) {
    const property =
      failure.property ??
      /^Configuration error at '([^']+)'/.exec(failure.message)?.[1] ??
      // osls has no error code for this, and only the message says what is wrong.
      // oxlint-disable-next-line gatewright/no-recognition-by-text
      (/^Invalid stage name/.test(failure.message) ? 'provider.stage' : undefined);
    const stage =
      property === 'provider.stage' ? pathOf(property).reduce<unknown>(findChild, tree?.value) : '';
    const why =
      typeof stage === 'string' && stage.includes('${')
        ? ` The stage is the string ${stage}, which osls does not read as a variable: write \${opt:stage, 'dev'}, or pass --stage.`
        : '';
    const unnamed = findUnnamedAuthorizer(failure.message, tree);
    if (unnamed !== undefined)
      return new DefinitionError(
        { ...placeIn(tree, file, unnamed), property: unnamed.join('.') },
        `${cleanMessage(failure.message)}: osls takes the name of an authorizer from its arn, but this arn is not a string; add \`name\` next to \`arn\`, such as \`name: gate\``,
        [],
        'not-compiled',
      );
    return new DefinitionError(
      property === undefined ? { file, property } : { ...placeIn(tree, file, pathOf(property)), property },
      `${cleanMessage(failure.message)}${why}${describeMissing(failure)}`,
      [],
      'not-compiled',
    );
  }
  const [, property, kind = ''] = first;
  return new DefinitionError(
    { ...placeIn(tree, file, pathOf(property)), property },
    explainMissing([first, ...more], file, known),
    [],
    ruleOfSource(kind),
  );
}

/** Returns one error for each fault of the configuration that osls lists; undefined if it lists none. */
function explainConfiguration(
  failure: DriverFailure,
  file: string,
  tree: WholeService | undefined,
): DefinitionError | undefined {
  // osls has no error code for this, and only the message contains the places.
  const [, list = ''] = /^Configuration error:\s*\n([^]*)$/.exec(failure.message) ?? [];
  const faults = [...list.matchAll(/^\s*at '([^']+)': (.+)$/gm)].map(
    ([, property = '', text = '']) =>
      new DefinitionError(
        { ...placeIn(tree, file, pathOf(property)), property },
        `Configuration error at '${property}': ${text}${describeMissing(failure)}`,
        [],
        'not-compiled',
      ),
  );
  const [one, ...others] = faults;
  return one === undefined ? undefined : new DefinitionFaults(one, others);
}

/** Returns the file and line in which a property is written. The file may be one that serverless.yml includes. */
function placeIn(
  tree: WholeService | undefined,
  file: string,
  path: Path,
): { readonly file: string; readonly line?: number | undefined } {
  return tree === undefined ? { file } : tree.placeOf(path);
}

/** Returns the place of a variable, relative to the folder of the service. */
function shownPlace(path: Path, file: string, tree: WholeService | undefined): string {
  const place = tree?.placeOf(path);
  return place?.line === undefined ? '' : ` (${relative(dirname(file), place.file)}:${place.line})`;
}

/**
 * Returns a sentence with the common remedy for several variables, in the order of osls, each variable once, with its
 * place if there are several. A variable whose text is not known is named by its property.
 */
function explainMissing(found: readonly RegExpExecArray[], file: string, known: Known): string {
  const unknown: string[] = [];
  const kinds = new Map<string, string>();
  const places = new Map<string, string>();
  const note = (text: string, kind: string, path: Path): void => {
    if (kinds.has(text)) return;
    kinds.set(text, kind);
    places.set(text, shownPlace(path, file, known.tree));
  };
  for (const [index, [, property = '', kind = '']] of found.entries()) {
    const written = known.valueAt(pathOf(property));
    if (typeof written === 'string')
      note(variableText(written, kind, file, known.tree) ?? written, kind, pathOf(property));
    else if (index === 0) kinds.set(`the variable of source "${kind}"`, kind);
    else unknown.push(property);
  }
  for (const { text, kind, path } of known.lacking) note(text, kind, path);
  return describeGroups(kinds, places, unknown, known);
}

/**
 * @param kinds the kind of source by variable
 * @param places the places by variable
 * @param unknown the properties of variables whose text is not known
 */
function describeGroups(
  kinds: ReadonlyMap<string, string>,
  places: ReadonlyMap<string, string>,
  unknown: readonly string[],
  known: Known,
): string {
  const named = (text: string): string => (kinds.size === 1 ? text : `${text}${places.get(text) ?? ''}`);
  const groups = Map.groupBy(kinds, ([text, kind]) => remedyFor(kind, text, known));
  const sentences = [...groups].map(([remedy, group]) => {
    const [[text, kind] = ['', ''], ...others] = group;
    if (others.length === 0) return `${named(text)} has no value: ${remedy}`;
    return `${group.map(([text]) => named(text)).join(', ')} have no value: ${remedyFor(kind, text, known, true)}`;
  });
  if (unknown.length > 0) sentences.push(`The variables in ${unknown.join(', ')} have no value either`);
  return sentences.join('. ');
}

/** Returns the path of the first REST authorizer whose `arn` is an intrinsic function, and which has no `name`. */
function findUnnamedAuthorizer(message: string, tree: SourceTree | undefined): Path | undefined {
  // osls has no error code for this: its own code fails.
  if (!message.includes('functionArn.split is not a function')) return undefined;
  for (const [name, definition] of Object.entries(membersOf(tree?.value['functions']))) {
    const events = membersOf(definition)['events'];
    for (const [at, event] of (isJsonList(events) ? events : []).entries()) {
      const authorizer = membersOf(membersOf(membersOf(event)['http'])['authorizer']);
      if (isJsonObject(authorizer['arn']) && authorizer['name'] === undefined)
        return ['functions', name, 'events', String(at), 'http', 'authorizer'];
    }
  }
  return undefined;
}

/**
 * osls reads some properties, such as the name of the service, before it resolves variables, and does not name the
 * variable.
 */
function explainEarly({ message }: DriverFailure, file: string, known: Known): DefinitionError | undefined {
  const { tree } = known;
  // osls has no error code for this, and only the message names the property.
  const [, property] = /"([\w.]+)" property is not accessible/.exec(message) ?? [];
  const path = property === undefined ? [] : pathOf(property);
  const written = path.reduce<unknown>(findChild, tree?.value);
  if (property === undefined || typeof written !== 'string') return undefined;
  const variables = [...written.matchAll(/\$\{(\w+)[:(][^{}]*\}/g)].map(([text, kind = '']) => ({
    text,
    kind,
  }));
  const open = variables.filter(({ text }) => !text.includes(','));
  const { text, kind } =
    open.find(({ text }) => /^\$\{opt:(?!stage\}|region\})/.test(text) || isWithoutValue(text, file, tree)) ??
    open.find(({ kind }) => kind !== 'sls' && kind !== 'opt') ??
    {};
  if (text === undefined || kind === undefined) return undefined;
  const isLater = kind === 'opt' || kind === 'param';
  const [, name = ''] = /:\s*([^,}]+)/.exec(text) ?? [];
  const variable = name.trim().replaceAll(/\W/g, '_').toUpperCase();
  const remedy = isLater
    ? `osls resolves ${property} before it reads options and parameters; write \`\${env:${variable}}\` and set ${variable} in the environment or with --env-file`
    : remedyFor(kind, text, known);
  const others = known.lacking.filter((one) => one.path.join('.') !== path.join('.'));
  const more = new Map(others.map((one) => [one.text, one.kind]));
  const places = new Map(others.map((one) => [one.text, shownPlace(one.path, file, tree)]));
  const also = more.size === 0 ? '' : `. ${describeGroups(more, places, [], known)}`;
  return new DefinitionError(
    { ...placeIn(tree, file, path), property },
    `${text} has no value: ${remedy}${also}`,
    [],
    isLater ? 'not-compiled' : ruleOfSource(kind),
  );
}

/**
 * A value of `self` is missing for everybody who deploys the service. Values from other sources may be missing only on
 * this machine.
 */
function ruleOfSource(kind: string): RuleId {
  if (kind === 'self') return 'not-compiled';
  return kind === 'file' ? 'missing-file' : 'value-elsewhere';
}

/** Returns the variable that has no value. If this cannot be determined, returns the first variable of this kind. */
function variableText(
  written: string,
  kind: string,
  file: string,
  tree: SourceTree | undefined,
): string | undefined {
  // osls names the last source of a variable that has several.
  const texts = variablesIn(written).filter((text) => kindOf(sourcesOf(text).at(-1)) === kind);
  const isNested = (text: string): boolean => text.includes('${', 2);
  return (
    texts.find((text) => !isNested(text) && isWithoutValue(text, file, tree)) ??
    texts.find(isNested) ??
    texts[0]
  );
}

function isWithoutValue(text: string, file: string, tree: SourceTree | undefined): boolean {
  const [, own] = /^\$\{self:([^,}]+)/.exec(text) ?? [];
  if (own !== undefined) return pathOf(own.trim()).reduce<unknown>(findChild, tree?.value) === undefined;
  const [, included] = /^\$\{file\(([^)]+)\)/.exec(text) ?? [];
  return included !== undefined && !existsSync(resolve(dirname(file), included));
}

/** @param areSeveral whether other variables need the same remedy */
function remedyFor(kind: string, text: string, known: Known, areSeveral = false): string {
  if (!/^\$\{[^]*\}$/.test(text)) return remedyForSource(kind, `${kind}:…`, text, known, areSeveral);
  const sources = sourcesOf(text);
  const remedies = sources.map((source) =>
    remedyForSource(kindOf(source) ?? kind, source, `\${${source}}`, known, areSeveral),
  );
  return remedies.length === 0
    ? remedyForSource(kind, text.slice(2, -1), text, known, areSeveral)
    : [...new Set(remedies)].join(', or ');
}

function remedyForSource(
  kind: string,
  source: string,
  text: string,
  known: Known,
  areSeveral: boolean,
): string {
  const it = areSeveral ? 'them' : 'it';
  const name = fillIn(source.replace(/^(\w+)\([^)]*\)/, '$1'), known);
  switch (kind) {
    case 'cf':
      return `also start the stack that has this output, or write the value to custom.gatewright.variables as '${name}'`;
    case 'ssm':
    case 's3':
      return `write its value to ${known.valuesFile} as \`${valueText(kind, name, known)}\`, or to custom.gatewright.variables as '${name}'`;
    case 'env':
      return `set ${it} in the environment or with --env-file`;
    case 'opt':
      return remedyForOption(name.slice('opt:'.length));
    case 'param':
      return remedyForParameter(name.slice('param:'.length), known.tree, it);
    case 'file':
      return areSeveral
        ? 'check that the files exist and contain the values'
        : 'check that the file exists and contains the value';
    case 'self':
      return remedyForMember(name.slice('self:'.length), text, known, it);
    default:
      return `osls could not resolve ${it}`;
  }
}

/** Writes the name that osls has asked for, if the name contains variables. */
function fillIn(name: string, { asked }: Known): string {
  if (!name.includes('${')) return name;
  let open = name;
  for (let before = ''; before !== open;) {
    before = open;
    open = open.replace(/\$\{[^{}]*\}/, '\0');
  }
  const parts = open.split('\0').map(escapeForRegExp);
  const pattern = new RegExp(`^${parts.join('.+')}$`);
  return asked.find((one) => pattern.test(one)) ?? name;
}

/** A member of a value that comes from AWS is missing if that value is missing. */
function remedyForMember(path: string, text: string, known: Known, it: string): string {
  const keys = pathOf(path);
  for (const [index] of keys.entries()) {
    const written = index === 0 ? undefined : known.valueAt(keys.slice(0, index));
    if (typeof written !== 'string' || !/^\$\{[^]*\}$/.test(written)) continue;
    const isOfAws = sourcesOf(written).every((source) => OF_AWS.has(kindOf(source) ?? ''));
    if (isOfAws)
      return `${keys.slice(0, index).join('.')} is ${written}, which has no value: ${remedyFor('', written, { ...known, secret: '{ MEMBER: VALUE }' })}`;
  }
  return /\$\{(?:self:provider\.stage|opt:stage|sls:stage)\b/.test(text)
    ? `define ${it} in the service for this stage, or pass a stage that has ${it} with --stage`
    : `define ${it} in the service`;
}

const OF_AWS: ReadonlySet<string> = new Set(['ssm', 's3', 'cf']);

/** Returns the text to write into the values file. Secrets Manager's secrets are also read as parameters of SSM. */
function valueText(kind: string, name: string, { secret: shown = 'VALUE' }: Known): string {
  const id = name.slice(name.indexOf(':') + 1);
  const [, secret] = /^\/aws\/reference\/secretsmanager\/(.+)$/.exec(id) ?? [];
  if (kind === 'ssm')
    return secret === undefined ? `ssm: { ${id}: VALUE }` : `secretsmanager: { ${secret}: ${shown} }`;
  const [bucket = '', ...key] = id.split('/');
  return `s3: { ${bucket}: { ${key.join('/')}: VALUE } }`;
}

/** Serverless 4 has the parameters of a stage in `stages`, which are read here, too. */
function remedyForParameter(name: string, tree: SourceTree | undefined, it: string): string {
  const stages = Object.entries(membersOf(tree?.value['stages']));
  const [stage, settings] =
    stages.find(([, one]) => Object.hasOwn(membersOf(membersOf(one)['params']), name)) ?? [];
  if (stage === undefined)
    return `set ${it} with --param, or write \`params: { default: { ${name}: VALUE } }\` in serverless.yml`;
  const value = JSON.stringify(membersOf(membersOf(settings)['params'])[name]);
  return `only the stage ${stage} has the parameter: pass --stage ${stage}, or write \`stages: { default: { params: { ${name}: ${value} } } }\``;
}

function remedyForOption(name: string): string {
  return name === 'stage' || name === 'region'
    ? `pass --${name}`
    : `only --stage and --region are passed to osls; write \${param:${name}} and pass --param ${name}=…, or \${opt:${name}, 'VALUE'}`;
}

function cleanMessage(message: string): string {
  const lines = message.split('\n').filter((line) => /\S/.test(line) && !STACK_FRAME.test(line));
  return lines.map((line) => line.trimEnd()).join('\n');
}

export function pathOf(property: string): Path {
  return property.split('.').flatMap((key) => key.split(/\[(\d+)\]/).filter((part) => part !== ''));
}

export function findChild(value: unknown, key: string): unknown {
  if (isJsonList(value)) return value[Number(key)];
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** A plug-in that is not installed does not define its variables and settings, so osls may refuse them. */
function describeMissing({ missingPlugins = [] }: DriverFailure): string {
  return missingPlugins.length === 0
    ? ''
    : `; the missing variable or setting may come from ${missingPlugins.length === 1 ? 'the plug-in' : 'a plug-in'} that is not installed (${missingPlugins.join(', ')}): run npm install`;
}
