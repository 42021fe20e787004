/** One stack's names: what each Ref, GetAtt, condition, mapping, output and export of its template comes to. */
import { DefinitionError } from '../../errors.ts';
import type { DefinitionPlace } from '../../errors.ts';
import { attributeOf, referenceTo } from './attributes.ts';
import type { Identity, Lookup } from './attributes.ts';
import { NO_VALUE, resolveBoolean, resolveMembers, resolveValue } from './intrinsics.ts';
import type { Resolved, Scope } from './intrinsics.ts';
import type { Json, JsonObject, ResolvedResource, UnsupportedItem } from '../model.ts';
import { readParameters } from './parameters.ts';
import type { ParameterValue } from './parameters.ts';
import { makeUuid } from './physical-ids.ts';
import type { RawStack } from '../raw-stack.ts';
import { checkShape } from './template-shape.ts';
import { isJsonList, isJsonObject } from './template-source.ts';
import type { Path } from './template-source.ts';

/** Finds the value of an export in another stack. */
export type Importer = (name: string, importing: StackResolver, at: Path) => Json;

export class StackResolver implements Scope {
  readonly raw: RawStack;
  readonly region: string;
  /** Names and attributes that had to be made up. */
  readonly placeholders: UnsupportedItem[] = [];
  readonly #importer: Importer;
  readonly #resources: JsonObject;
  readonly #parameters: ReadonlyMap<string, ParameterValue>;
  readonly #physicalIds = new Map<string, Lookup>();
  readonly #conditions = new Map<string, boolean>();
  /** Logical id → logical ids it needs, as AWS orders creation. */
  readonly #needs = new Map<string, Set<string>>();
  /** Names being resolved right now, outermost first: meeting one again is a cycle. */
  readonly #open: string[] = [];
  #owner: string | undefined;
  #exportNames: ReadonlyMap<string, string> | undefined;

  constructor(raw: RawStack, importer: Importer) {
    this.raw = raw;
    this.region = raw.region;
    this.#importer = importer;
    checkShape(raw.template, (at, message) => this.fail(at, message));
    this.#resources = this.#section('Resources');
    this.#parameters = readParameters(raw.template['Parameters'], raw.parameters, (at, message) =>
      this.fail(at, message),
    );
  }

  /** Every resource whose condition holds, in template order. */
  resolveResources(): ReadonlyMap<string, ResolvedResource> {
    const resolved = new Map<string, ResolvedResource>();
    for (const logicalId of Object.keys(this.#resources)) {
      if (this.#exists(logicalId)) resolved.set(logicalId, this.#resolveResource(logicalId));
    }
    this.#refuseCycles();
    return resolved;
  }

  /** Outputs whose condition holds, by output name. */
  resolveOutputs(): ReadonlyMap<string, Json> {
    const names = Object.keys(this.#section('Outputs')).filter((name) => this.#hasOutput(name));
    return new Map(names.map((name) => [name, this.#outputValue(name)]));
  }

  /** Export name → output name. */
  get exportNames(): ReadonlyMap<string, string> {
    this.#exportNames ??= this.#readExportNames();
    return this.#exportNames;
  }

  /** Value of an output that `exportNames` names. */
  exportValue(name: string): Json {
    return this.#outputValue(this.exportNames.get(name) ?? '');
  }

  /** Whether the value of this export is being resolved right now: asking for it again is a circle. */
  isResolving(exportName: string): boolean {
    return this.#open.includes(`output ${this.exportNames.get(exportName) ?? ''}`);
  }

  ref(name: string, at: Path): Resolved {
    if (name.startsWith('AWS::')) return this.#pseudoParameter(name, at);
    const parameter = this.#parameters.get(name);
    if (parameter?.kind === 'value') return parameter.value;
    if (parameter?.kind === 'in-ssm') return this.fail(at, parameter.message);
    this.#need(name, at);
    return this.#noted(name, this.#physicalId(name), 'its name');
  }

  attribute(logicalId: string, attribute: string, at: Path): Json {
    if (!Object.hasOwn(this.#resources, logicalId)) {
      this.fail(at, `Template error: instance of Fn::GetAtt references undefined resource ${logicalId}`);
    }
    this.#need(logicalId, at);
    const found = this.#lookUp(logicalId, (identity) => attributeOf(identity, attribute));
    return this.#noted(logicalId, found, `attribute ${attribute}`);
  }

  condition(name: string, at: Path): boolean {
    const known = this.#conditions.get(name);
    if (known !== undefined) return known;
    const conditions = this.#section('Conditions');
    if (!Object.hasOwn(conditions, name)) {
      this.fail(at, `Template format error: unresolved condition dependency ${name}`);
    }
    const place = ['Conditions', name];
    const value = this.#guard(`condition ${name}`, place, () =>
      resolveBoolean(conditions[name], this, place),
    );
    this.#conditions.set(name, value);
    return value;
  }

  mapping(map: string, topKey: string, secondKey: string): Json | undefined {
    let found: Json | undefined = this.#section('Mappings');
    for (const key of [map, topKey, secondKey]) {
      found = isJsonObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
    }
    return found;
  }

  importValue(name: string, at: Path): Json {
    return this.#importer(name, this, at);
  }

  fail(at: Path, message: string): never {
    throw new DefinitionError(this.place(at), message);
  }

  /** File, line, logical id and property of a path into the template. */
  place(at: Path): DefinitionPlace {
    const { file } = this.raw;
    const line = this.raw.lineOf(at);
    // A property ends where an intrinsic function begins.
    const inner = at.findIndex((key) => key === 'Ref' || key.startsWith('Fn::'));
    const [section, name, part, ...rest] = inner === -1 ? at : at.slice(0, inner);
    if (section !== 'Resources' || name === undefined) {
      return { file, line, property: [section, name].filter((key) => key !== undefined).join('.') };
    }
    const property = part === 'Properties' ? rest.join('.') : (part ?? '');
    return { file, line, logicalId: name, property: property === '' ? undefined : property };
  }

  #section(name: string): JsonObject {
    const section = this.raw.template[name];
    return isJsonObject(section) ? section : {};
  }

  #resource(logicalId: string): JsonObject {
    const resource = this.#resources[logicalId];
    return isJsonObject(resource) ? resource : {};
  }

  #type(logicalId: string): string {
    const type = this.#resource(logicalId)['Type'];
    return typeof type === 'string' ? type : '';
  }

  #exists(logicalId: string): boolean {
    const name = this.#resource(logicalId)['Condition'];
    return typeof name !== 'string' || this.condition(name, ['Resources', logicalId, 'Condition']);
  }

  /** Notes that the resource being resolved needs this one. */
  #need(logicalId: string, at: Path): void {
    if (!Object.hasOwn(this.#resources, logicalId) || !this.#exists(logicalId)) {
      const section = at[0] ?? 'Resources';
      const why = Object.hasOwn(this.#resources, logicalId) ? '; its Condition is false' : '';
      this.fail(
        at,
        `Template format error: Unresolved resource dependencies [${logicalId}] in the ${section} block of the template${why}`,
      );
    }
    if (this.#owner === undefined) return;
    const needs = this.#needs.get(this.#owner) ?? new Set();
    this.#needs.set(this.#owner, needs.add(logicalId));
  }

  #physicalId(logicalId: string): Lookup {
    const known = this.#physicalIds.get(logicalId);
    if (known !== undefined) return known;
    const made = this.#lookUp(logicalId, referenceTo);
    this.#physicalIds.set(logicalId, made);
    return made;
  }

  #lookUp<Found extends Lookup<Json>>(logicalId: string, look: (identity: Identity) => Found): Found {
    const identity = this.#identity(logicalId, this.#type(logicalId));
    return this.#guard(logicalId, ['Resources', logicalId], () => look(identity));
  }

  /** The value of a lookup that the template really uses; a made-up one is reported. */
  #noted<Value extends Json>(logicalId: string, found: Lookup<Value>, what: string): Value {
    if (found.isPlaceholder && !this.placeholders.some((item) => item.logicalId === logicalId)) {
      const { stackName } = this.raw;
      const consequence = `${what} is not known for this type: the placeholder ${JSON.stringify(found.value)} stands for it`;
      this.placeholders.push({ stackName, logicalId, type: this.#type(logicalId), consequence });
    }
    return found.value;
  }

  #identity(logicalId: string, type: string): Identity {
    const { stackName, region, accountId } = this.raw;
    const properties = this.#resource(logicalId)['Properties'];
    return {
      ...{ stackName, logicalId, type, region, accountId },
      partition: partitionOf(region),
      urlSuffix: urlSuffixOf(region),
      text: (property) => {
        const keys = property.split('.');
        const found = memberAt(properties, keys);
        if (found === undefined) return undefined;
        const at = ['Resources', logicalId, 'Properties', ...keys];
        const value = this.#as(logicalId, () => resolveValue(found, this, at));
        return value === NO_VALUE || typeof value === 'object' ? undefined : String(value);
      },
    };
  }

  #resolveResource(logicalId: string): ResolvedResource {
    const resource = this.#resource(logicalId);
    const properties = isJsonObject(resource['Properties']) ? resource['Properties'] : {};
    const at = ['Resources', logicalId, 'Properties'];
    const dependsOn = [resource['DependsOn'] ?? []].flat().filter((name) => typeof name === 'string');
    return {
      logicalId,
      type: this.#type(logicalId),
      physicalId: this.#physicalId(logicalId).value,
      properties: this.#as(logicalId, () => resolveMembers(properties, this, at)),
      dependsOn: dependsOn.filter((name) => this.#dependsOn(logicalId, name)),
      place: (property) =>
        this.place(property === undefined ? at.slice(0, 2) : [...at, ...property.split('.')]),
    };
  }

  /** Whether the wait is real: CloudFormation forgets a DependsOn whose target's condition is false. */
  #dependsOn(logicalId: string, target: string): boolean {
    const at = ['Resources', logicalId, 'DependsOn'];
    if (Object.hasOwn(this.#resources, target) && !this.#exists(target)) return false;
    this.#as(logicalId, () => this.#need(target, at));
    return true;
  }

  #hasOutput(name: string): boolean {
    const output = this.#section('Outputs')[name];
    const condition = isJsonObject(output) ? output['Condition'] : undefined;
    return typeof condition !== 'string' || this.condition(condition, ['Outputs', name, 'Condition']);
  }

  #outputValue(name: string): Json {
    const output = this.#section('Outputs')[name];
    const at = ['Outputs', name, 'Value'];
    const raw = isJsonObject(output) ? output['Value'] : undefined;
    const value = this.#guard(`output ${name}`, at, () => resolveValue(raw, this, at));
    return value === NO_VALUE ? '' : value;
  }

  #readExportNames(): ReadonlyMap<string, string> {
    const names = new Map<string, string>();
    for (const [output, body] of Object.entries(this.#section('Outputs'))) {
      const declared = isJsonObject(body) ? body['Export'] : undefined;
      if (!isJsonObject(declared) || !this.#hasOutput(output)) continue;
      const at = ['Outputs', output, 'Export', 'Name'];
      const name = resolveValue(declared['Name'], this, at);
      if (typeof name !== 'string')
        return this.fail(at, 'Template format error: an export name must be a string');
      if (names.has(name)) this.fail(at, `Export with name ${name} is declared twice in this stack`);
      names.set(name, output);
    }
    return names;
  }

  #pseudoParameter(name: string, at: Path): Resolved {
    const { stackName, region, accountId } = this.raw;
    switch (name) {
      case 'AWS::AccountId':
        return accountId;
      case 'AWS::Region':
        return region;
      case 'AWS::Partition':
        return partitionOf(region);
      case 'AWS::URLSuffix':
        return urlSuffixOf(region);
      case 'AWS::StackName':
        return stackName;
      case 'AWS::StackId':
        return `arn:${partitionOf(region)}:cloudformation:${region}:${accountId}:stack/${stackName}/${makeUuid(stackName)}`;
      case 'AWS::NotificationARNs':
        return [];
      case 'AWS::NoValue':
        return NO_VALUE;
      default:
        return this.fail(
          at,
          `Template format error: Unresolved resource dependencies [${name}] in the ${at[0] ?? ''} block of the template`,
        );
    }
  }

  /** Runs `work` as the resource whose needs it finds. */
  #as<T>(logicalId: string, work: () => T): T {
    const owner = this.#owner;
    this.#owner = logicalId;
    try {
      return work();
    } finally {
      this.#owner = owner;
    }
  }

  #guard<T>(name: string, at: Path, work: () => T): T {
    const start = this.#open.indexOf(name);
    if (start !== -1) this.#failCycle(at, this.#open.slice(start));
    this.#open.push(name);
    try {
      return work();
    } finally {
      this.#open.pop();
    }
  }

  #failCycle(at: Path, names: readonly string[]): never {
    return this.fail(at, `Circular dependency between resources: [${names.join(', ')}]`);
  }

  #refuseCycles(): void {
    const done = new Set<string>();
    const visit = (logicalId: string, path: readonly string[]): void => {
      const start = path.indexOf(logicalId);
      if (start !== -1) this.#failCycle(['Resources', logicalId], path.slice(start));
      if (done.has(logicalId)) return;
      for (const next of this.#needs.get(logicalId) ?? []) visit(next, [...path, logicalId]);
      done.add(logicalId);
    };
    for (const logicalId of this.#needs.keys()) visit(logicalId, []);
  }
}

function memberAt(value: Json | undefined, keys: Path): Json | undefined {
  return keys.reduce((found: Json | undefined, key) => {
    if (isJsonList(found)) return found[Number(key)];
    return isJsonObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  }, value);
}

/** `aws`, `aws-cn` or `aws-us-gov`. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

function urlSuffixOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
}
