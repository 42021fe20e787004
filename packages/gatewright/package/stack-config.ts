/**
 * Writes `stack/stack.json` of the npm package. It contains this repository's serverless.yml in a form that another
 * serverless.yml can import.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { CollectionTag, ScalarTag } from 'yaml';
import { STACK_FOLDER } from '../../../layers/npm-parts.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';

/** The CloudFormation functions that our files may use. Any other function makes the build fail. */
const FUNCTIONS = [
  'Equals',
  'GetAtt',
  'ImportValue',
  'Join',
  'Not',
  'Or',
  'And',
  'If',
  'Select',
  'Split',
  'Sub',
];
const FILE = /^\$\{file\(([^)]+)\)\}$/;

/**
 * Returns the members that a service imports by `${file(…/stack.json):functions}`. osls resolves their variables in
 * that service. `params` contains the defaults of all stages, to which the service adds its own.
 * @throws Error if a file uses a CloudFormation function that is not supported
 */
export async function makeStackConfig(root: string): Promise<UnknownMembers> {
  const {
    params,
    custom,
    provider,
    functions,
    layers,
    package: packaging,
    resources,
  } = await read(root, 'serverless.yml');
  const defaults = parseMembers(parseMembers(params)['default']);
  const files = (resources as readonly string[]).map((text) => FILE.exec(text)?.[1] ?? text);
  const packages = parseMembers(parseMembers(layers)['packages']);
  return {
    params: defaults,
    // `accessFolders` is omitted, because it contains the folders of the examples.
    custom: Object.fromEntries(
      Object.entries(parseMembers(custom)).filter(([name]) => name !== 'accessFolders'),
    ),
    provider,
    package: packaging,
    layers: { packages: { ...packages, path: `${STACK_FOLDER}/layer` } },
    functions,
    resources: await Promise.all(files.map((file) => read(root, file))),
  };
}

async function read(root: string, file: string): Promise<UnknownMembers> {
  const text = await readFile(join(root, file), 'utf8');
  return parseMembers(parse(text, { merge: true, customTags: TAGS, maxAliasCount: -1 }));
}

function parseMembers(value: unknown): UnknownMembers {
  if (typeof value === 'object' && value !== null) return { ...value };
  throw new Error('serverless.yml does not have a part that the npm package needs');
}

const TAGS: (ScalarTag | CollectionTag)[] = [
  { tag: '!Ref', resolve: (text: string) => ({ Ref: text }) },
  ...FUNCTIONS.flatMap((name): (ScalarTag | CollectionTag)[] => [
    {
      tag: `!${name}`,
      resolve: (text: string) => ({ [`Fn::${name}`]: name === 'GetAtt' ? text.split('.') : text }),
    },
    {
      tag: `!${name}`,
      collection: 'seq',
      resolve: (node) => ({ [`Fn::${name}`]: JSON.parse(JSON.stringify(node)) as unknown }),
    },
  ]),
];
