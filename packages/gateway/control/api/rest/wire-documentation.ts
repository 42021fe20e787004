import {
  addPart,
  addVersion,
  changePart,
  changeVersion,
  getPart,
  getVersion,
  NO_PART,
  importParts,
  readContent,
  readLocation,
  readParts,
  formatLocation,
  versionName,
} from '../../export/documentation.ts';
import { badRequest, orNotFound } from '../../control-error.ts';
import { DefinitionError } from '../../../core/errors.ts';
import { changeStage, getStage } from '../../edits/edit-stages.ts';
import { callMadeResource } from '../../edits/edit-resources.ts';
import { listingRefusal, readPatch } from '../../edits/patch.ts';
import { mapOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { jsonReply } from '../../../core/api-call.ts';
import { field } from '../../resource-types/fields.ts';
import { replaceRule } from './field-table.ts';
import { findApi, readImportMode, stateOf } from './wire-api.ts';
import { collectionRoutes } from './wire-collection.ts';
import { epochSeconds, optionalText, requiredText } from './wire-shape.ts';
import type { ApiState, Documentation } from '../../api-state.ts';
import type { ControlResource } from '../../control-resource.ts';
import type { PatchRule } from '../../edits/patch.ts';
import type { RestControl } from './wire-api.ts';
import type { WireCall, WireRoute } from './wire-router.ts';

const ID_LENGTH = 6;
const PARTS = '/restapis/{restApiId}/documentation/parts';
const PART = `${PARTS}/{documentationPartId}`;
const VERSIONS = '/restapis/{restApiId}/documentation/versions';
const VERSION = `${VERSIONS}/{documentationVersion}`;

const PART_RULES: readonly PatchRule<JsonObject>[] = [
  {
    path: '/properties',
    on: { replace: (target, { value }) => ({ ...target, Properties: readContent(value) }) },
  },
];
const VERSION_RULES = [replaceRule(field('description'))];

export function documentationRoutes(control: RestControl): readonly WireRoute[] {
  return [importRoute(control), ...partRoutes(control), ...versionRoutes(control)];
}

function importRoute(control: RestControl): WireRoute {
  return {
    method: 'PUT',
    path: PARTS,
    takesDocument: true,
    serve(call) {
      const api = findApi(control, call);
      const mode = readImportMode(call);
      const contents = readDocument(call.document);
      const makeId = (): string => control.random.hex(ID_LENGTH);
      const { documentation, ids } = importParts(api.resources.documentation, contents, mode, makeId);
      put(api, documentation);
      return jsonReply(200, { ids });
    },
  };
}

/** @throws ControlError with AWS's words for a string that is neither JSON nor YAML [obs] */
function readDocument(text: string): ReturnType<typeof readParts> {
  try {
    return readParts(text);
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    throw badRequest('Unable to build importer with provided input.');
  }
}

function partRoutes(control: RestControl): readonly WireRoute[] {
  return collectionRoutes({
    all: PARTS,
    one: PART,
    show: showPart,
    create(call) {
      const api = findApi(control, call);
      const Location = readLocation(call.body['location']);
      const Properties = readContent(call.body['properties']);
      const part = callMadeResource(control.random.hex(ID_LENGTH), { Location, Properties });
      put(api, addPart(api.resources.documentation, part));
      return part;
    },
    list: (call) => findApi(control, call).resources.documentation.parts.filter(isRequested(call)),
    get: (call) => partOf(findOwner(control, call), call),
    change(call) {
      const api = findOwner(control, call);
      const part = partOf(api, call);
      const refusal = listingRefusal(['/properties']);
      const patch = readPatch(call.body, 'updateDocumentationPartInput', PART_RULES, refusal);
      const next = { ...part, properties: patch(part.properties) };
      put(api, changePart(api.resources.documentation, part.id, next));
      return next;
    },
    remove(call) {
      const api = findApi(control, call);
      put(api, changePart(api.resources.documentation, call.path('documentationPartId')));
    },
  });
}

/** Finds the API of a part. If the API is missing, AWS's message is about the part [obs]. */
function findOwner(control: RestControl, call: WireCall): ApiState {
  return orNotFound(stateOf(control, call), NO_PART);
}

function versionRoutes(control: RestControl): readonly WireRoute[] {
  return collectionRoutes({
    all: VERSIONS,
    one: VERSION,
    show: showVersion,
    create(call) {
      const api = findApi(control, call);
      const name = requiredText(call.body, 'documentationVersion');
      const stageName = optionalText(call.body, 'stageName');
      const stage = stageName === undefined ? undefined : getStage(api, stageName).settings;
      const description = optionalText(call.body, 'description');
      const createdAtEpochMs = control.ports.clock.nowEpochMs();
      put(api, addVersion(api.resources.documentation, name, { createdAtEpochMs, description }));
      if (stage !== undefined)
        changeStage(api, stage.name, { ...stage.source.properties, DocumentationVersion: name });
      return versionOf(api, name);
    },
    list: (call) => findApi(control, call).resources.documentation.versions,
    get: (call) => versionOf(findApi(control, call), call.path('documentationVersion')),
    change(call) {
      const api = findApi(control, call);
      const version = versionOf(api, call.path('documentationVersion'));
      const refusal = listingRefusal(['/description']);
      const patch = readPatch(call.body, 'updateDocumentationVersionInput', VERSION_RULES, refusal);
      const next = { ...version, properties: patch(version.properties) };
      put(api, changeVersion(api.resources.documentation, versionName(version), next));
      return next;
    },
    remove(call) {
      const api = findApi(control, call);
      put(api, changeVersion(api.resources.documentation, call.path('documentationVersion')));
    },
  });
}

function put(api: ApiState, documentation: Documentation): void {
  api.adoptResources({ ...api.resources, documentation }, api.isEdited);
}

function partOf(api: ApiState, { path }: WireCall): ControlResource {
  return getPart(api.resources.documentation, path('documentationPartId'));
}

function versionOf(api: ApiState, name: string): ControlResource {
  return getVersion(api.resources.documentation, name);
}

function showPart({ id, properties }: ControlResource): object {
  const location = formatLocation(mapOf(properties, 'Location'));
  return { id, location, properties: textOf(properties, 'Properties') };
}

/**
 * Returns a predicate for documentation parts. The `type`, `path` and `name` in the query must all match.
 * `locationStatus` UNDOCUMENTED is refused, because it would select locations that have no part.
 */
function isRequested({ query }: WireCall): (part: ControlResource) => boolean {
  if (query.get('locationStatus') === 'UNDOCUMENTED')
    throw badRequest(
      'the gateway does not support locationStatus UNDOCUMENTED; use DOCUMENTED or omit locationStatus',
    );
  return ({ properties }) => {
    const location = formatLocation(mapOf(properties, 'Location'));
    return ['type', 'path', 'name'].every((name) => !query.has(name) || location[name] === query.get(name));
  };
}

function showVersion(version: ControlResource): object {
  const { CreatedAtEpochMs: created } = version.properties;
  return {
    version: versionName(version),
    createdDate: epochSeconds(typeof created === 'number' ? created : 0),
    description: textOf(version.properties, 'Description') || undefined,
  };
}
