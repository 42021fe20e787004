/** Drafts the possible responses of a project from its template alone. */
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { draftRoutes } from './draft-routes.ts';
import { draftServerless, functionsOf } from './draft-serverless.ts';
import { asText, parseTemplate } from './template-text.ts';
import type { Expectation } from './expectation.ts';
import type { ReadSibling } from './draft-routes.ts';

const SERVICES = ['serverless.yml', 'serverless.yaml', 'serverless.json'];
const TEMPLATES = ['template.yaml', 'template.yml', 'template.json'];

/**
 * Drafts the expectation of a project. Returns undefined if there is nothing to draft from. In that case, the
 * expectation is written by hand.
 */
export function draftExpectation(folder: string): Expectation | undefined {
  const service = SERVICES.find((name) => existsSync(join(folder, name)));
  if (service !== undefined) return draftService(folder, service);
  if (existsSync(join(folder, 'cdk.out'))) return draftCdk(folder);
  const usual = TEMPLATES.find((name) => existsSync(join(folder, name)));
  const name = usual ?? findTemplate(folder);
  if (name === undefined) return undefined;
  const template = readTemplate(join(folder, name));
  const isSam = JSON.stringify(template['Transform'] ?? '').includes('AWS::Serverless');
  return {
    kind: isSam ? 'SAM' : 'CloudFormation',
    source: usual === undefined ? name : '.',
    ...ofTemplates([template]),
    routes: draftRoutes(template, readerAt(folder)),
  };
}

function draftService(folder: string, name: string): Expectation {
  const service = readTemplate(join(folder, name));
  const readSibling = readerAt(folder);
  const provider = membersOf(service['provider'])['runtime'];
  const runtimes = functionsOf(service['functions'], readSibling).map(({ runtime }) => runtime ?? provider);
  return {
    kind: 'serverless',
    source: '.',
    arguments: [],
    ...needsOf(runtimes),
    routes: draftServerless(service, readSibling),
  };
}

function draftCdk(folder: string): Expectation {
  const out = join(folder, 'cdk.out');
  const names = readdirSync(out).filter((name) => name.endsWith('.template.json'));
  const templates = names.map((name) => readTemplate(join(out, name)));
  const routes = templates.flatMap((template) => draftRoutes(template, readerAt(out)));
  return { kind: 'CDK', source: '.', ...ofTemplates(templates), routes };
}

/** Provides values for parameters without a default, as a newcomer to the project would invent them. */
function ofTemplates(templates: readonly UnknownMembers[]): Pick<Expectation, 'arguments' | 'needs'> {
  const parameters = templates.flatMap((template) => Object.entries(membersOf(template['Parameters'])));
  // CDK 1 provides the parameters of assets itself, so they are not missing.
  const missing = parameters.filter(
    ([name, parameter]) => membersOf(parameter)['Default'] === undefined && !/^AssetParameters/.test(name),
  );
  const runtimes = templates.flatMap((template) => {
    const globals = membersOf(membersOf(template['Globals'])['Function']);
    return Object.values(membersOf(template['Resources'])).flatMap((resource) => {
      const { Type: type, Properties: properties } = membersOf(resource);
      if (type !== 'AWS::Serverless::Function' && type !== 'AWS::Lambda::Function') return [];
      const { Runtime: runtime, PackageType: packed } = { ...globals, ...membersOf(properties) };
      return packed === 'Image' ? ['a container'] : [runtime];
    });
  });
  return {
    arguments: missing.flatMap(([name, parameter]) => [
      '--param',
      `${name}=${madeUp(name, membersOf(parameter))}`,
    ]),
    ...needsOf(runtimes),
  };
}

function madeUp(name: string, { AllowedValues: allowed, Type: type }: UnknownMembers): string {
  if (Array.isArray(allowed) && allowed.length > 0) return String(allowed[0]);
  if (type === 'Number') return '1';
  // An API key has at least 20 characters.
  return /key/i.test(name) ? 'local-key-of-30-characters-000' : 'local';
}

/**
 * Returns a runtime that the project needs, but only if no function runs on Node. If a function runs on Node, functions
 * in other runtimes are helpers that requests do not reach.
 */
function needsOf(runtimes: readonly unknown[]): Pick<Expectation, 'needs'> {
  const named = runtimes.map(asText).filter((name) => name !== undefined && /^[a-z]/.test(name));
  const other = named.find((name) => !name?.startsWith('nodejs'));
  const isOther = other !== undefined && named.every((name) => !name?.startsWith('nodejs'));
  return isOther ? { needs: other } : {};
}

function findTemplate(folder: string): string | undefined {
  return readdirSync(folder)
    .filter((name) => /\.(?:ya?ml|json)$/.test(name))
    .find((name) => readTemplate(join(folder, name))['Resources'] !== undefined);
}

function readTemplate(path: string): UnknownMembers {
  return parseTemplate(readFileSync(path, 'utf8'));
}

function readerAt(folder: string): ReadSibling {
  return (path) => {
    const file = join(folder, path);
    return existsSync(file) && dirname(file).startsWith(folder) ? readTemplate(file) : undefined;
  };
}
