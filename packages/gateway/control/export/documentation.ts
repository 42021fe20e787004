/**
 * The documentation of an API. It consists of parts, each for one location in the API, and of versions, which are
 * snapshots of the parts. It has no effect on requests.
 * @see API Gateway developer guide, "Documentation for REST APIs"
 */
import { parseSource } from '../../templates/cloudformation/template-source.ts';
import { badRequest, conflict, orNotFound } from '../control-error.ts';
import { callMadeResource } from '../edits/edit-resources.ts';
import { DOCUMENTATION_PARTS } from '../resource-types/constraints.ts';
import { mergeParts } from '../edits/merge-defined.ts';
import { isJsonObject, listOf, mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { Documentation } from '../api-state.ts';
import type { ControlResource } from '../control-resource.ts';

export const DOCUMENTATION = 'x-amazon-apigateway-documentation';

const LOCATION = ['Type', 'Path', 'Method', 'StatusCode', 'Name'] as const;

export function definedDocumentation(
  given: readonly ControlResource[],
  versions: readonly ControlResource[],
): Documentation {
  const parts = given.map((part) => {
    const { properties } = part;
    return { ...part, properties: { ...properties, Location: withPath(mapOf(properties, 'Location')) } };
  });
  const snapshot = parts.map(contentOf);
  return {
    parts,
    versions: versions.map((version) => ({
      ...version,
      properties: { ...version.properties, Parts: snapshot },
    })),
  };
}

function contentOf({ properties }: ControlResource): JsonObject {
  const text = properties['Properties'];
  return { Location: mapOf(properties, 'Location'), Properties: typeof text === 'string' ? text : '{}' };
}

export function locationKey(location: JsonObject): string {
  return LOCATION.map((name) => textOf(location, name)).join('\n');
}

const keyOf = ({ properties }: ControlResource): string => locationKey(mapOf(properties, 'Location'));

/**
 * Reads a location in the spelling of a call or a document.
 * @throws ControlError for a location that API Gateway does not have
 */
export function readLocation(value: unknown): JsonObject {
  const given = membersOf(value);
  const type = textOf(given, 'type');
  const members = Object.hasOwn(DOCUMENTATION_PARTS, type) ? DOCUMENTATION_PARTS[type] : undefined;
  if (members === undefined)
    throw badRequest(
      `Invalid documentation part location type. Must be one of: [${Object.keys(DOCUMENTATION_PARTS).join(', ')}]`,
    );
  const location: Record<string, Json> = {};
  for (const name of LOCATION) {
    const text = given[`${name.charAt(0).toLowerCase()}${name.slice(1)}`];
    // Terraform's provider sends every member, with an empty value if the member is not set (its
    // documentation_part.go).
    if (text === undefined || text === null || text === '') continue;
    if (typeof text !== 'string') throw badRequest('Invalid request input');
    if (name !== 'Type' && !members.includes(name))
      throw badRequest(`A documentation part of type ${type} has no ${name.toLowerCase()}`);
    location[name] = text;
  }
  return withPath(location);
}

/**
 * Adds the default path, if locations of this type have one: "The default value is / for the root resource" (API
 * reference, "DocumentationPartLocation").
 */
function withPath(location: JsonObject): JsonObject {
  const members = DOCUMENTATION_PARTS[textOf(location, 'Type')] ?? [];
  return members.includes('Path') ? { Path: '/', ...location } : location;
}

/**
 * Returns the text of a part's properties, which must be a JSON object.
 * @throws ControlError if the properties are not a JSON object
 */
export function readContent(value: unknown): string {
  const text = isJsonObject(value) ? JSON.stringify(value) : value;
  if (typeof text !== 'string') throw badRequest('Documentation part properties must be non-empty');
  try {
    if (isJsonObject(JSON.parse(text))) return text;
  } catch {
    // The error is thrown below.
  }
  throw badRequest('Documentation part properties must be a JSON object');
}

export const PART_EXISTS = 'Documentation part already exists for the specified location';

/** @throws ControlError for a second part of the same location */
export function addPart(from: Documentation, part: ControlResource): Documentation {
  if (from.parts.some((one) => keyOf(one) === keyOf(part))) throw conflict(PART_EXISTS);
  return { ...from, parts: [...from.parts, part] };
}

export const NO_PART = 'Invalid Documentation part identifier specified';

/** @throws ControlError NotFoundException if there is no such part */
export function getPart({ parts }: Documentation, id: string): ControlResource {
  return orNotFound(
    parts.find((one) => one.id === id),
    NO_PART,
  );
}

/**
 * Changes a part. If `next` is undefined, the part is deleted.
 * @throws ControlError NotFoundException if there is no such part
 */
export function changePart(from: Documentation, id: string, next?: ControlResource): Documentation {
  const part = getPart(from, id);
  return { ...from, parts: from.parts.flatMap((one) => (one === part ? (next ?? []) : [one])) };
}

/**
 * Reads the parts in a document.
 * @throws ControlError, DefinitionError for an invalid document
 */
export function readParts(text: string): readonly JsonObject[] {
  return listOf(mapOf(parseSource(text, 'API call').value, DOCUMENTATION), 'documentationParts').map(
    (item) => {
      const part = membersOf(item);
      return { Location: readLocation(part['location']), Properties: readContent(part['properties']) };
    },
  );
}

/**
 * Adds the parts of documents. `merge` keeps the parts of locations that the documents do not contain. The part of a
 * known location keeps its id.
 */
export function importParts(
  from: Documentation,
  contents: readonly JsonObject[],
  mode: 'merge' | 'overwrite',
  makeId: () => string,
): { readonly documentation: Documentation; readonly ids: readonly string[] } {
  const known = new Map(from.parts.map((part) => [keyOf(part), part]));
  const imported = new Map<string, ControlResource>();
  for (const content of contents) {
    const key = locationKey(mapOf(content, 'Location'));
    const before = imported.get(key) ?? known.get(key);
    const merged = mode === 'merge' && before !== undefined ? withAttributes(before, content) : content;
    imported.set(key, callMadeResource(before?.id ?? makeId(), merged));
  }
  const kept = mode === 'merge' ? from.parts.filter((part) => !imported.has(keyOf(part))) : [];
  const parts = [...kept, ...imported.values()];
  return { documentation: { ...from, parts }, ids: [...imported.values()].map(({ id }) => id) };
}

/**
 * Adds imported attributes to a part. "An imported attribute replaces the existing one if the two are different"
 * (developer guide, "Import API documentation").
 */
function withAttributes(before: ControlResource, content: JsonObject): JsonObject {
  const [was, now] = [contentOf(before), content].map(
    ({ Properties: text }) => JSON.parse(typeof text === 'string' ? text : '{}') as JsonObject,
  );
  return { ...content, Properties: JSON.stringify({ ...was, ...now }) };
}

/**
 * Creates a version of the current parts.
 * @throws ControlError ConflictException if a version of this name exists
 */
export function addVersion(
  from: Documentation,
  name: string,
  more: { readonly createdAtEpochMs: number; readonly description: string | undefined },
): Documentation {
  if (from.versions.some((one) => versionName(one) === name))
    throw conflict('Documentation version already exists');
  const properties = {
    DocumentationVersion: name,
    ...(more.description === undefined ? {} : { Description: more.description }),
    CreatedAtEpochMs: more.createdAtEpochMs,
    Parts: from.parts.map(contentOf),
  };
  return { ...from, versions: [...from.versions, callMadeResource(name, properties)] };
}

/** @throws ControlError NotFoundException if there is no such version */
export function getVersion({ versions }: Documentation, name: string): ControlResource {
  return orNotFound(
    versions.find((one) => versionName(one) === name),
    'Invalid Documentation version specified',
  );
}

/**
 * Changes a version. If `next` is undefined, the version is deleted.
 * @throws ControlError NotFoundException if there is no such version
 */
export function changeVersion(from: Documentation, name: string, next?: ControlResource): Documentation {
  const version = getVersion(from, name);
  return { ...from, versions: from.versions.flatMap((one) => (one === version ? (next ?? []) : [one])) };
}

export function versionName({ id, properties }: ControlResource): string {
  return textOf(properties, 'DocumentationVersion') || id;
}

export function mergeDocumentation(
  was: Documentation,
  current: Documentation,
  now: Documentation,
): Documentation {
  return {
    parts: mergeParts(was.parts, current.parts, now.parts),
    versions: mergeParts(was.versions, current.versions, now.versions),
  };
}

/**
 * Returns a version in the form of an exported document; undefined if there is no such version, or the name is empty
 * because the stage has no documentation version.
 */
export function exportDocumentation(from: Documentation, name: string): JsonObject | undefined {
  const version = from.versions.find((one) => versionName(one) === name);
  if (name === '' || version === undefined) return undefined;
  const created = version.properties['CreatedAtEpochMs'];
  const createdDate =
    typeof created === 'number' ? { createdDate: `${new Date(created).toISOString().slice(0, 19)}Z` } : {};
  const documentationParts = listOf(version.properties, 'Parts')
    .filter(isJsonObject)
    .map((part) => ({
      location: formatLocation(mapOf(part, 'Location')),
      properties: JSON.parse(textOf(part, 'Properties')) as JsonObject,
    }));
  return { version: name, ...createdDate, documentationParts };
}

export function formatLocation(location: JsonObject): JsonObject {
  return Object.fromEntries(
    LOCATION.flatMap((name): [string, Json][] => {
      const text = textOf(location, name);
      return text === '' ? [] : [[`${name.charAt(0).toLowerCase()}${name.slice(1)}`, text]];
    }),
  );
}
