/** Inserts OpenAPI documents that are separate files next to the template. This happens before anything is resolved. */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ruledFault } from '../../core/errors.ts';
import type { DefinitionError } from '../../core/errors.ts';
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { LoadOptions } from '../load-options.ts';
import type { StoredValues } from '../../core/stack/stored-values.ts';
import { parseSource } from '../cloudformation/template-source.ts';
import type { Path, SourceTree } from '../cloudformation/template-source.ts';
import { existingPath } from '../template-place.ts';

/**
 * For each resource type, the name of the property that contains the document, and the name of the property that
 * contains the document's file name.
 */
const PROPERTIES: Readonly<Record<string, readonly [body: string, file: string]>> = {
  'AWS::ApiGateway::RestApi': ['Body', 'BodyS3Location'],
  'AWS::ApiGatewayV2::Api': ['Body', 'BodyS3Location'],
  'AWS::Serverless::Api': ['DefinitionBody', 'DefinitionUri'],
  'AWS::Serverless::HttpApi': ['DefinitionBody', 'DefinitionUri'],
  'AWS::Serverless::StateMachine': ['Definition', 'DefinitionUri'],
  'AWS::StepFunctions::StateMachine': ['Definition', 'DefinitionS3Location'],
};

/** If the file has no definition, the rule `missing-file` reports it, and the machine remains as it is written. */
const MACHINES: ReadonlySet<unknown> = new Set([
  'AWS::Serverless::StateMachine',
  'AWS::StepFunctions::StateMachine',
]);

/** The maximum size of a document file in bytes, which is AWS's quota for an import (docs/aws §13). */
const MAX_BYTES = 6 * 1024 * 1024;

export type InlinedDocuments = {
  readonly template: JsonObject;
  /** The documents that are separate files, by the logical id of the API. */
  readonly documents: ReadonlyMap<string, SourceTree>;
  /** The paths of the files that the resources name, whether the files exist or not. */
  readonly files: readonly string[];
};

/**
 * Inserts every local document, as `aws cloudformation package` does. A document in S3 is inserted if the values file
 * contains it; otherwise it is later reported as unsupported.
 * @throws DefinitionError for a missing or unreadable file, if errors are not tolerated
 */
export function inlineDocuments(
  template: JsonObject,
  tree: SourceTree,
  folder: string,
  { stored, tolerance }: Pick<LoadOptions, 'stored' | 'tolerance'>,
): InlinedDocuments {
  const declared = template['Resources'];
  const documents = new Map<string, SourceTree>();
  const files: string[] = [];
  if (!isJsonObject(declared)) return { template, documents, files };
  const entries = Object.entries(declared).map(([logicalId, resource]) => {
    const type = membersOf(resource)['Type'];
    const names = typeof type === 'string' && Object.hasOwn(PROPERTIES, type) ? PROPERTIES[type] : undefined;
    const properties = membersOf(resource)['Properties'];
    if (names === undefined || !isJsonObject(resource) || !isJsonObject(properties))
      return [logicalId, resource] as const;
    const [bodyName, fileName] = names;
    // SAM refuses an API that has both properties.
    if (type === 'AWS::Serverless::Api' || type === 'AWS::Serverless::HttpApi')
      if (properties[bodyName] !== undefined && properties[fileName] !== undefined)
        return [logicalId, resource] as const;
    const location =
      assetFile(resource['Metadata'], fileName) ??
      storedFile(properties[fileName], stored) ??
      properties[fileName];
    if (typeof location !== 'string' || /^(?:s3|https?):/.test(location))
      return [logicalId, resource] as const;
    const file = resolve(folder, location);
    files.push(file);
    const isMachine = MACHINES.has(type);
    const definition = isMachine && properties[bodyName] === undefined ? findDefinition(file) : undefined;
    if (isMachine && definition === undefined) return [logicalId, resource] as const;
    const path = ['Resources', logicalId, 'Properties'];
    const line = tree.lineOf([...path, fileName]) ?? tree.lineOf(path);
    const place = { file: tree.file, line, logicalId, property: fileName };
    const others = Object.fromEntries(Object.entries(properties).filter(([name]) => name !== fileName));
    const inline = (): JsonObject => {
      const document = definition ?? readDocument(file, place);
      documents.set(logicalId, document);
      return { ...resource, Properties: { ...others, [bodyName]: document.value } };
    };
    // An API whose document cannot be read stays as it is written, so that it is later reported as not served.
    const consequence = `the routes of ${logicalId} are not served`;
    return [logicalId, tolerance?.attempt(consequence, inline, () => resource) ?? inline()] as const;
  });
  return { template: { ...template, Resources: Object.fromEntries(entries) }, documents, files };
}

const BODIES: ReadonlySet<string | undefined> = new Set(['Body', 'DefinitionBody', 'Definition']);

/**
 * Returns the document that is a separate file and that contains the path; undefined for a path of the template. In a
 * template, null is an error; in a file that `package` uploads to S3, it is a value like any other.
 */
export function documentAt(
  documents: InlinedDocuments['documents'],
  [section, logicalId = '', properties, body]: Path,
): SourceTree | undefined {
  return section === 'Resources' && properties === 'Properties' && BODIES.has(body)
    ? documents.get(logicalId)
    : undefined;
}

/**
 * Returns the file and line of a part of a document that is a separate file; undefined for a part of the template, even
 * if SAM has added this part to the document.
 */
export function placeInDocument(
  documents: InlinedDocuments['documents'],
  path: Path,
): { readonly file: string; readonly line: number | undefined } | undefined {
  const document = documentAt(documents, path);
  if (document === undefined) return undefined;
  const inner = path.slice(4);
  const written = existingPath(document.value, inner);
  const isAdded = written.length < Math.min(inner.length, 2);
  return inner.length === 0 || isAdded ? undefined : { file: document.file, line: document.lineOf(written) };
}

/** Returns the definition of a state machine in a file; undefined if the file has none that can be inserted. */
function findDefinition(file: string): SourceTree | undefined {
  try {
    if (statSync(file).size > MAX_BYTES) return undefined;
    const found = parseSource(readFileSync(file, 'utf8'), file);
    return isJsonObject(found.value) ? found : undefined;
  } catch {
    return undefined;
  }
}

function storedFile(location: Json | undefined, stored: StoredValues | undefined): string | undefined {
  const { Bucket: bucket, Key: key } = membersOf(location);
  if (typeof bucket === 'string' && typeof key === 'string') return stored?.fileOf(`${bucket}/${key}`);
  const address = typeof location === 'string' ? /^s3:\/\/(.+)$/.exec(location)?.[1] : undefined;
  return address === undefined ? undefined : stored?.fileOf(address);
}

/** Returns the local file that CDK, `sam build` or `sam package` records for a property that refers to S3. */
function assetFile(metadata: Json | undefined, property: string): Json | undefined {
  if (!isJsonObject(metadata)) return undefined;
  return metadata['aws:asset:property'] === property ? metadata['aws:asset:path'] : undefined;
}

function readDocument(file: string, place: DefinitionError['place']): SourceTree {
  let text: string;
  try {
    if (statSync(file).size > MAX_BYTES) throw new Error('the file is larger than 6 MB');
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unreadable';
    throw ruledFault('missing-file', place, `the document ${file} cannot be read: ${reason}`);
  }
  return parseSource(text, file, MAX_BYTES);
}
