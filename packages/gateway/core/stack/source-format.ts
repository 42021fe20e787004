/** The format in which the user writes a stack. Advice on a stack is written in the same format. */
import { basename, extname, isAbsolute, relative } from 'node:path';
import { asOneOrMore, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from './model.ts';

export type SourceFormat = {
  readonly kind: 'serverless' | 'sam' | 'cloudformation' | 'cdk' | 'terraform';
  /** Whether values are written in JSON instead of YAML's short form. */
  readonly isJson: boolean;
};

const SAM = 'AWS::Serverless-2016-10-31';

/** Matches the names of files that may contain a template of CloudFormation. */
export const TEMPLATE_FILE = /\.(?:ya?ml|json|template)$/;

/**
 * The logical ids of the APIs that SAM adds for events that do not name an API. Source:
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
 */
export const APIS_ADDED_BY_SAM = { rest: 'ServerlessRestApi', http: 'ServerlessHttpApi' } as const;

export function formatOf(stack: Pick<ResolvedStack, 'file' | 'source' | 'resources'>): SourceFormat {
  const name = basename(stack.file);
  const isJson = !['.yml', '.yaml', '.template'].includes(extname(name));
  if (/^serverless\.\w+$/.test(name)) return { kind: 'serverless', isJson };
  const ids = [...stack.resources.keys()];
  if (ids.some((id) => /(?:^|\.)aws_\w+\./.test(id))) return { kind: 'terraform', isJson: false };
  // CDK can be configured to write no construct paths, but the file names of its templates do not change.
  if (name.endsWith('.template.json') || ids.some((id) => constructOf(stack, id) !== undefined))
    return { kind: 'cdk', isJson: false };
  const transforms = asOneOrMore(stack.source?.template['Transform']);
  return { kind: transforms.includes(SAM) ? 'sam' : 'cloudformation', isJson };
}

/**
 * Returns the path of the construct that CDK made the resource for, without its last part `Resource`; undefined if CDK
 * did not make it.
 */
export function constructOf(
  { source }: Pick<ResolvedStack, 'source'>,
  logicalId: string,
): string | undefined {
  const resource = membersOf(mapOf(source?.template ?? {}, 'Resources')[logicalId]);
  const path = membersOf(resource['Metadata'])['aws:cdk:path'];
  return typeof path === 'string' ? path.replace(/\/Resource$/, '') : undefined;
}

/**
 * Returns the place of a resource or of one of its properties: `template.yaml:12`, or `alerts/serverless.yml:12` for a
 * file in a folder below the working directory.
 */
export function shortPlace(resource: ResolvedResource, property?: string): string {
  const { file, line } = resource.place(property);
  return line === undefined ? shortFile(file) : `${shortFile(file)}:${line}`;
}

/** Returns the path from the working directory to a file below it, or the whole path of any other file. */
export function pathShown(file: string): string {
  const path = relative(process.cwd(), file);
  return path === '' || path.startsWith('..') || isAbsolute(path) ? file : path.replaceAll('\\', '/');
}

/**
 * Returns the path from the working directory, because several services may have a file of the same name. For a file
 * outside the working directory, returns only the name.
 */
export function shortFile(file: string): string {
  const path = relative(process.cwd(), file);
  return path === '' || path.startsWith('..') || isAbsolute(path)
    ? basename(file)
    : path.replaceAll('\\', '/');
}
