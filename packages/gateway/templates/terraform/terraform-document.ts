/**
 * Reads the output of `terraform show -json` for a plan or a state, or the raw state file (version 4). Returns the
 * resource instances with their values, their location in the configuration, and the values that are unknown until the
 * apply.
 * @see https://developer.hashicorp.com/terraform/internals/json-format
 */
import { DefinitionError } from '../../core/errors.ts';
import { isJsonList, isJsonObject, listOf, mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { memberAt } from '../template-place.ts';

/** A module call with its configuration. The root module also counts as a module call. */
export type Module = {
  readonly address: string;
  /** The configuration of the module; empty if the file contains none. */
  readonly configuration: JsonObject;
  readonly call?: {
    readonly parent: Module;
    readonly name: string;
    readonly key: string | undefined;
    /** Path of a folder relative to the parent, or an address in a registry. */
    readonly source: string;
    readonly expressions: JsonObject;
    readonly forEach: Json | undefined;
  };
};

export type Instance = {
  readonly address: string;
  readonly isData: boolean;
  readonly type: string;
  readonly name: string;
  /** The instance's key, if the resource has `count` or `for_each`. */
  readonly key: string | undefined;
  readonly values: JsonObject;
  /**
   * Values that are known only after the apply. It is `true` if the whole value is unknown, or a tree that contains
   * `true` for every unknown value.
   */
  readonly unknown: Json | undefined;
  readonly expressions: JsonObject;
  /** The references of `depends_on`. */
  readonly dependsOn: readonly string[];
  /** The expression of `for_each`. */
  readonly forEach: Json | undefined;
  /** The key of the provider's configuration, such as `aws` or `aws.global`; empty in a state. */
  readonly provider: string;
  readonly module: Module;
};

export type TerraformDocument = {
  readonly instances: readonly Instance[];
  readonly root: Module;
  /** Values of the root module's variables. */
  readonly variables: JsonObject;
};

/** The first release of the format had major version 0. All later releases have 1. */
const KNOWN_FORMAT = /^[01]\.\d+$/;
const RAW_STATE_VERSION = 4;

/**
 * Reads the output or state file of Terraform.
 * @throws DefinitionError if the version of the format is not supported
 */
export function readDocument(value: JsonObject, file: string): TerraformDocument {
  const { format_version: format, version } = value;
  if (format === undefined && version === RAW_STATE_VERSION) return readRawState(value);
  if (typeof format !== 'string' || !KNOWN_FORMAT.test(format)) {
    const found =
      format === undefined
        ? `version ${JSON.stringify(version)}`
        : `format_version ${typeof format === 'string' ? format : JSON.stringify(format)}`;
    throw new DefinitionError(
      { file },
      `Terraform's JSON with ${found} is not supported; expected format_version 0.x or 1.x, or a state file of version ${RAW_STATE_VERSION}`,
    );
  }
  const root: Module = { address: '', configuration: mapOf(mapOf(value, 'configuration'), 'root_module') };
  const changes = changesOf(value);
  const values = isJsonObject(value['values']) ? value : value['planned_values'];
  const planned = memberAt(
    values ?? null,
    isJsonObject(value['values']) ? ['values', 'root_module'] : ['root_module'],
  );
  const prior = memberAt(value, ['prior_state', 'values', 'root_module']);
  const instances = [
    ...readModule(membersOf(planned), root, changes),
    ...readModule(membersOf(prior), root, changes).filter(({ isData }) => isData),
    ...deferredData(value, root, changes),
  ];
  const variables = Object.entries(mapOf(value, 'variables')).map(([name, variable]) => [
    name,
    membersOf(variable)['value'] ?? null,
  ]);
  const byAddress = new Map(instances.toReversed().map((instance) => [instance.address, instance]));
  return {
    instances: [...byAddress.values()].toReversed(),
    root,
    variables: Object.fromEntries(variables) as JsonObject,
  };
}

function changesOf(plan: JsonObject): ReadonlyMap<string, JsonObject> {
  return new Map(
    listOf(plan, 'resource_changes')
      .filter(isJsonObject)
      .map((change) => [textOf(change, 'address'), mapOf(change, 'change')]),
  );
}

function readModule(
  values: JsonObject,
  module: Module,
  changes: ReadonlyMap<string, JsonObject>,
): readonly Instance[] {
  const configured = new Map(
    listOf(module.configuration, 'resources')
      .filter(isJsonObject)
      .map((resource) => [textOf(resource, 'address'), resource]),
  );
  const own = listOf(values, 'resources')
    .filter(isJsonObject)
    .map((resource): Instance => {
      const [type, name, address] = [
        textOf(resource, 'type'),
        textOf(resource, 'name'),
        textOf(resource, 'address'),
      ];
      const isData = resource['mode'] === 'data';
      const written = configured.get(`${isData ? 'data.' : ''}${type}.${name}`) ?? {};
      return {
        address,
        isData,
        type,
        name,
        key: keyText(resource['index']),
        values: mapOf(resource, 'values'),
        unknown: changes.get(address)?.['after_unknown'],
        expressions: mapOf(written, 'expressions'),
        dependsOn: listOf(written, 'depends_on').filter((each) => typeof each === 'string'),
        forEach: written['for_each_expression'],
        provider: textOf(written, 'provider_config_key'),
        module,
      };
    });
  const children = listOf(values, 'child_modules').filter(isJsonObject);
  return [
    ...own,
    ...children.flatMap((child) => readModule(child, openModule(textOf(child, 'address'), module), changes)),
  ];
}

/** Returns data sources that Terraform reads only during the apply. */
function deferredData(
  plan: JsonObject,
  root: Module,
  changes: ReadonlyMap<string, JsonObject>,
): readonly Instance[] {
  return listOf(plan, 'resource_changes')
    .filter(isJsonObject)
    .filter(({ mode }) => mode === 'data')
    .flatMap((change) => {
      const calls = textOf(change, 'module_address').match(/module\.[\w-]+(?:\[(?:"[^"]*"|\d+)\])?/g) ?? [];
      const open = (parent: Module, call: string): Module =>
        openModule(parent.address === '' ? call : `${parent.address}.${call}`, parent);
      const resource = { ...change, values: mapOf(mapOf(change, 'change'), 'after') };
      return readModule({ resources: [resource] }, calls.reduce(open, root), changes);
    });
}

/** Opens a module such as `module.api["a"]` below its parent. */
function openModule(address: string, parent: Module): Module {
  const below = parent.address === '' ? address : address.slice(parent.address.length + 1);
  const [, name = '', key] = /^module\.([\w-]+)(?:\[(.*)\])?$/.exec(below) ?? [];
  const called = mapOf(mapOf(parent.configuration, 'module_calls'), name);
  return {
    address,
    configuration: mapOf(called, 'module'),
    call: {
      parent,
      name,
      key: unquoted(key),
      source: textOf(called, 'source'),
      expressions: mapOf(called, 'expressions'),
      forEach: called['for_each_expression'],
    },
  };
}

/** Removes the quotes from a key in an address, which is `0` or `"a"`. */
export function unquoted(key: string | undefined): string | undefined {
  return key?.replace(/^"(.*)"$/, '$1').replace(/\\(["\\])/g, '$1');
}

function keyText(index: Json | undefined): string | undefined {
  return typeof index === 'string' || typeof index === 'number' ? String(index) : undefined;
}

function readRawState(state: JsonObject): TerraformDocument {
  const root: Module = { address: '', configuration: {} };
  const instances = listOf(state, 'resources')
    .filter(isJsonObject)
    .flatMap((resource) => {
      const [type, name, module] = [
        textOf(resource, 'type'),
        textOf(resource, 'name'),
        textOf(resource, 'module'),
      ];
      const isData = resource['mode'] === 'data';
      return listOf(resource, 'instances')
        .filter(isJsonObject)
        .map((instance): Instance => {
          const index = instance['index_key'];
          const key = index === undefined ? '' : `[${JSON.stringify(index)}]`;
          const path = [
            ...(module === '' ? [] : [module]),
            ...(isData ? ['data'] : []),
            type,
            `${name}${key}`,
          ];
          return {
            address: path.join('.'),
            isData,
            type,
            name,
            key: keyText(index),
            values: mapOf(instance, 'attributes'),
            unknown: undefined,
            expressions: {},
            dependsOn: [],
            forEach: undefined,
            provider: '',
            module: { ...root, address: module },
          };
        });
    });
  return { instances, root, variables: {} };
}

/** Returns the first block with a name. Terraform writes single blocks as lists with one element. */
export function firstBlock(value: Json | undefined): JsonObject {
  return membersOf(isJsonList(value) ? value[0] : value);
}
