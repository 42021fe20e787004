/**
 * Resolves the names of one stack. It determines the value of each Ref, GetAtt, condition, mapping, output and export.
 */
import { DefinitionError, NO_CONSEQUENCE, REFUSING } from '../../core/errors.ts';
import type { ResourceTypes } from '../../core/resource-types/resource-types.ts';
import type { DefinitionPlace, Tolerance } from '../../core/errors.ts';
import { KnownValues } from '../../core/deployability/known-values.ts';
import type { RuleId } from '../../core/deployability/rules.ts';
import { isRead } from '../classify.ts';
import { DynamicReferences } from './dynamic-references.ts';
import { EXPORT_READER, MadeValues } from './made-values.ts';
import { NO_VALUE, resolveBoolean, resolveMembers, resolveValue } from './intrinsics.ts';
import type { Resolved, Scope } from './intrinsics.ts';
import { resolveKnown } from './known-members.ts';
import type { KnownMembers } from './known-members.ts';
import { asOneOrMore, isJsonList, isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource, UnsupportedItem } from '../../core/stack/model.ts';
import { readParameters } from './parameters.ts';
import type { ParameterValue } from './parameters.ts';
import { pseudoParameter } from '../pseudo-parameters.ts';
import { ResourceNames } from './resource-names.ts';
import { findParameterFaults, parameterTexts } from './nested-stacks.ts';
import { makeName } from '@gatewright/aws/physical-ids';
import { OpenNames, describeCycle, findCycle, pathOfCycle, remedyOfCycle } from '../dependency-cycles.ts';
import { readExportNames } from '../export-names.ts';
import { keepOtherOperations } from './unresolved-operations.ts';
import { checkOmitted, isMadeElsewhere } from './absent-resources.ts';
import { describeUnresolved, memberAt, placeOf } from '../template-place.ts';
import type { RawStack } from '../raw-stack.ts';
import { checkShape } from './template-shape.ts';
import type { Path } from './template-source.ts';

/** The values that the stacks of one run can look up in each other. */
export interface Neighbours {
  importValue(name: string, importing: StackResolver, at: Path): Json;
  /** Returns an SSM parameter that a stack defines in the region and account of the requesting stack. */
  madeParameter(name: string, asking: StackResolver): string | undefined;
  madeSecret(id: string, asking: StackResolver): string | undefined;
}

export class StackResolver implements Scope {
  readonly raw: RawStack;
  readonly region: string;
  readonly hasExtensions: boolean;
  readonly made: MadeValues;
  /** The names of the exports that this stack has imported so far. */
  readonly imports = new Set<string>();
  readonly #neighbours: Neighbours;
  readonly #tolerance: Tolerance;
  /** The raw template without the parts whose structure is invalid. */
  readonly #template: JsonObject;
  readonly #resources: JsonObject;
  readonly #parameters: ReadonlyMap<string, ParameterValue>;
  readonly #names: ResourceNames;
  readonly #references: DynamicReferences;
  readonly #conditions = new Map<string, boolean>();
  /** The opened nested stacks by logical id; undefined for a stack that cannot be opened. */
  readonly #nested = new Map<string, StackResolver | undefined>();
  readonly #needs = new Map<string, Set<string>>();
  readonly #types: ResourceTypes;
  readonly #open = new OpenNames();
  #owner: string | undefined;
  #exportNames: ReadonlyMap<string, string> | undefined;

  constructor(raw: RawStack, types: ResourceTypes, neighbours: Neighbours, tolerance: Tolerance = REFUSING) {
    this.raw = raw;
    this.#types = types;
    this.#tolerance = tolerance;
    this.region = raw.region;
    this.hasExtensions = asOneOrMore(raw.template['Transform']).includes('AWS::LanguageExtensions');
    this.#neighbours = neighbours;
    this.#template = checkShape(
      raw,
      (at, message, consequence, rule) => {
        this.refuse(at, message, consequence, rule);
      },
      (at, message) => this.fail(at, message),
    );
    this.#resources = this.#section('Resources');
    const fail = (at: Path, message: string, rule?: RuleId): never => this.fail(at, message, rule);
    this.#parameters = readParameters(this.#template['Parameters'], raw, fail, tolerance, raw.file);
    const findText = (...place: [logicalId: string, property: string]) => this.#findText(...place);
    this.#names = new ResourceNames(raw, types, {
      typeOf: (logicalId) => this.#type(logicalId),
      findText,
      guard: (logicalId, look) => this.#guard(logicalId, ['Resources', logicalId], look),
    });
    this.made = new MadeValues(raw, this.#resources, {
      physicalId: (logicalId) => this.#names.physicalId(logicalId),
      findText,
      findValue: (at) => this.#findValue(at),
    });
    this.#references = new DynamicReferences(raw.stored, {
      madeParameter: (name) => neighbours.madeParameter(name, this),
      madeSecret: (id) => neighbours.madeSecret(id, this),
      fail,
    });
  }

  /** Returns the resources for whose names or attributes a placeholder is used. */
  get placeholders(): readonly UnsupportedItem[] {
    return this.#names.placeholders;
  }

  allowsNull(at: Path): boolean {
    return this.raw.isInDocument?.(at) === true;
  }

  nestedStacks(): readonly StackResolver[] {
    return [...(this.raw.nested?.keys() ?? [])].flatMap((logicalId) => {
      // This stack is requesting a value of a sibling while its own parameters are still being resolved.
      if (this.#open.has(logicalId)) return [];
      const open = (): StackResolver | undefined => this.#nestedStack(logicalId);
      const nested = this.#tolerance.attempt('the resources of the nested stack do not exist', open, () => {
        this.#nested.set(logicalId, undefined);
        return undefined;
      });
      return nested === undefined ? [] : [nested, ...nested.nestedStacks()];
    });
  }

  resolveResources(): ReadonlyMap<string, ResolvedResource> {
    const resolved = new Map<string, ResolvedResource>();
    for (const logicalId of Object.keys(this.#resources)) {
      if (this.#mayExist(logicalId)) resolved.set(logicalId, this.#resolveResource(logicalId));
    }
    // Terraform is not checked: it finds cycles itself, and the gateway may combine several of its resources into one,
    // such as an API and its policy.
    const cycle = this.raw.writtenAs === undefined ? findCycle(this.#needs) : [];
    if (cycle.length > 0)
      this.refuse(
        ['Resources', ...pathOfCycle(cycle, (logicalId) => this.#resource(logicalId))],
        describeCycle(cycle),
        'the resources are still served',
        'circular-dependency',
        remedyOfCycle(cycle, (logicalId) => this.#resource(logicalId)),
      );
    return resolved;
  }

  resolveOutputs(): ReadonlyMap<string, Json> {
    return new Map(
      Object.keys(this.#section('Outputs')).flatMap((name) =>
        this.#tolerance.attempt(
          'the output has no value',
          () => (this.#hasOutput(name) ? [[name, this.#outputValue(name)] as const] : []),
          () => [],
        ),
      ),
    );
  }

  get exportNames(): ReadonlyMap<string, string> {
    this.#exportNames ??= readExportNames(
      Object.entries(this.#section('Outputs')),
      this,
      this.#tolerance,
      (output) => this.#hasOutput(output),
    );
    return this.#exportNames;
  }

  exportValue(name: string): Json {
    return this.#outputValue(this.exportNames.get(name) ?? '');
  }

  /** Whether this export is being resolved right now. If it is requested again during that time, there is a cycle. */
  isResolving(exportName: string): boolean {
    return this.#open.has(`output ${this.exportNames.get(exportName) ?? ''}`);
  }

  ref(name: string, at: Path): Resolved {
    if (name.startsWith('AWS::'))
      return pseudoParameter(name, this.raw) ?? this.fail(at, describeUnresolved(name, at));
    const parameter = this.#parameters.get(name);
    if (parameter?.kind === 'value') return parameter.value;
    if (parameter?.kind === 'in-ssm') {
      const made = this.#neighbours.madeParameter(parameter.parameter, this);
      return made === undefined ? this.fail(at, parameter.message, 'value-elsewhere') : parameter.read(made);
    }
    if (parameter?.kind === 'unusable') throw parameter.error;
    this.#need(name, at);
    return this.#names.reference(name);
  }

  attribute(logicalId: string, attribute: string, at: Path): Json {
    if (!Object.hasOwn(this.#resources, logicalId)) {
      checkOmitted(logicalId, this.raw);
      const message = `Template error: instance of Fn::GetAtt references undefined resource ${logicalId}`;
      this.fail(
        at,
        message,
        isMadeElsewhere(logicalId, this.raw, this.#resources) ? 'value-elsewhere' : undefined,
      );
    }
    this.#need(logicalId, at);
    const nested = attribute.startsWith('Outputs.') ? this.#nestedStack(logicalId) : undefined;
    if (nested !== undefined) return nested.#output(attribute.slice('Outputs.'.length), this, at);
    const exported =
      this.#type(logicalId) === EXPORT_READER ? this.#neighbours.madeParameter(attribute, this) : undefined;
    if (exported !== undefined) return exported;
    return this.#names.attribute(logicalId, attribute);
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
    return memberAt(this.#section('Mappings'), [map, topKey, secondKey]);
  }

  importValue(name: string, at: Path): Json {
    this.imports.add(name);
    return this.#neighbours.importValue(name, this, at);
  }

  fail(at: Path, message: string, rule?: RuleId): never {
    throw new DefinitionError(this.place(at), message, [], rule);
  }

  /**
   * Reports the error and continues if errors are tolerated.
   * @throws DefinitionError if errors are not tolerated
   */
  refuse(at: Path, message: string, consequence: string, rule?: RuleId, remedy?: string): void {
    this.#tolerance.note(new DefinitionError(this.place(at), message, [], rule, remedy), consequence);
  }

  place(at: Path): DefinitionPlace {
    return placeOf(this.raw, at);
  }

  /** Opens a nested stack. This happens on first use, because its parameters may need other resources of this stack. */
  #nestedStack(logicalId: string): StackResolver | undefined {
    const known = this.#nested.get(logicalId);
    const template = this.raw.nested?.get(logicalId);
    if (this.#nested.has(logicalId) || template === undefined || !this.#exists(logicalId)) return known;
    const at = ['Resources', logicalId, 'Properties', 'Parameters'];
    const given = memberAt(this.#resources, at.slice(1));
    const parameters = this.#guard(logicalId, at, () =>
      this.#as(logicalId, () => resolveMembers(membersOf(given), this, at)),
    );
    const values = new KnownValues(this.raw.template, this.raw.placeholderParameters);
    const raw = template.open(makeName(this.raw.stackName, logicalId), {
      parameters: parameterTexts(parameters),
      placeholderParameters: new Set(
        Object.entries(membersOf(given)).flatMap(([name, value]) => (values.isKnown(value) ? [] : [name])),
      ),
    });
    for (const { at: where, message, remedy } of findParameterFaults(membersOf(given), raw.template))
      this.refuse(
        [...at, ...where],
        message,
        'the nested stack is read without this parameter',
        undefined,
        remedy,
      );
    const nested = new StackResolver(raw, this.#types, this.#neighbours, this.#tolerance);
    this.#nested.set(logicalId, nested);
    return nested;
  }

  #output(name: string, parent: StackResolver, at: Path): Json {
    const isThere = Object.hasOwn(this.#section('Outputs'), name) && this.#hasOutput(name);
    return isThere ? this.#outputValue(name) : parent.fail(at, `The nested stack has no output ${name}`);
  }

  #section(name: string): JsonObject {
    return mapOf(this.#template, name);
  }

  #resource(logicalId: string): JsonObject {
    return mapOf(this.#resources, logicalId);
  }

  #type(logicalId: string): string {
    const type = this.#resource(logicalId)['Type'];
    return typeof type === 'string' ? type : '';
  }

  #exists(logicalId: string): boolean {
    const name = this.#resource(logicalId)['Condition'];
    return typeof name !== 'string' || this.condition(name, ['Resources', logicalId, 'Condition']);
  }

  /**
   * Whether a resource may exist. A resource whose condition is unknown counts as existing, so that a guard never
   * disappears.
   */
  #mayExist(logicalId: string): boolean {
    return this.#tolerance.attempt(
      'the condition is treated as true',
      () => this.#exists(logicalId),
      () => true,
    );
  }

  #need(logicalId: string, at: Path): void {
    if (!Object.hasOwn(this.#resources, logicalId) || !this.#exists(logicalId)) {
      if (!Object.hasOwn(this.#resources, logicalId)) checkOmitted(logicalId, this.raw);
      const why = Object.hasOwn(this.#resources, logicalId) ? '; its Condition is false' : '';
      const rule =
        why === '' && isMadeElsewhere(logicalId, this.raw, this.#resources) ? 'value-elsewhere' : undefined;
      this.fail(at, `${describeUnresolved(logicalId, at)}${why}`, rule);
    }
    if (this.#owner === undefined) return;
    const needs = this.#needs.get(this.#owner) ?? new Set();
    this.#needs.set(this.#owner, needs.add(logicalId));
  }

  #findText(logicalId: string, property: string): string | undefined {
    const value = this.#findValue(['Resources', logicalId, 'Properties', ...property.split('.')]);
    return value === undefined || typeof value === 'object' ? undefined : String(value);
  }

  #findValue(at: Path): Json | undefined {
    const found = memberAt(this.#resources, at.slice(1));
    if (found === undefined) return undefined;
    const value = this.#as(at[1] ?? '', () => resolveValue(found, this, at));
    return value === NO_VALUE ? undefined : this.#references.fill(value, at);
  }

  #resolveResource(logicalId: string): ResolvedResource {
    const resource = this.#resource(logicalId);
    const properties = mapOf(resource, 'Properties');
    const at = ['Resources', logicalId, 'Properties'];
    const dependsOn = [resource['DependsOn'] ?? []].flat().filter((name) => typeof name === 'string');
    return {
      logicalId,
      type: this.#type(logicalId),
      ...this.#resolveParts(logicalId, properties, at),
      dependsOn: dependsOn.filter((name) => this.#dependsOn(logicalId, name)),
      place: (property) =>
        this.place(property === undefined ? at.slice(0, 2) : [...at, ...property.split('.')]),
    };
  }

  /**
   * Resolves the parts of a resource that can be resolved. All other parts are omitted. A missing part counts as a
   * fault if requests depend on it.
   */
  #resolveParts(
    logicalId: string,
    properties: JsonObject,
    at: Path,
  ): Pick<ResolvedResource, 'physicalId' | 'properties' | 'fault' | 'unresolved' | 'partial'> {
    const type = this.#type(logicalId);
    let fault: DefinitionError | undefined;
    const physicalId = this.#tolerance.attempt(
      'the resource has no name',
      () => this.#names.physicalId(logicalId),
      (error) => {
        fault = error;
        return logicalId;
      },
    );
    const unresolved: string[] = [];
    const partial = { properties: {} as Record<string, Json>, unknown: [] as string[] };
    const entries = Object.entries(properties).flatMap(([name, value]): [string, Json][] => {
      // A transform whose result is not known may add any property, so requests depend on it.
      const isMissed = name === 'Fn::Transform' || isRead(this.#types, logicalId, type, name);
      const consequence = isMissed ? `${logicalId} may behave differently than on AWS` : NO_CONSEQUENCE;
      return this.#tolerance.attempt(
        consequence,
        () => {
          const members = keepOtherOperations(this.#tolerance, { type, at, name }, unresolved, {
            all: () => this.#as(logicalId, () => resolveMembers({ [name]: value }, this, at)),
            known: () => this.#resolveKnown(logicalId, value, [...at, name]),
          });
          return Object.entries(members).map(([key, member]) => [
            key,
            this.#references.fill(member, [...at, name]),
          ]);
        },
        (error) => {
          unresolved.push(name);
          if (isMissed) fault ??= error;
          const known = this.#resolveKnown(logicalId, value, [...at, name]);
          if (isJsonObject(known.value) || isJsonList(known.value)) partial.properties[name] = known.value;
          partial.unknown.push(...known.unknown.map((one) => one.at.slice(at.length).join('.')));
          for (const other of known.unknown)
            if (other.error.rule === 'value-elsewhere' && other.error.message !== error.message)
              this.#tolerance.note(other.error, consequence);
          return [];
        },
      );
    });
    const isPartial = Object.keys(partial.properties).length > 0;
    return {
      physicalId,
      properties: Object.fromEntries(entries),
      fault,
      unresolved,
      ...(isPartial && { partial }),
    };
  }

  #resolveKnown(logicalId: string, value: Json, at: Path): KnownMembers {
    return this.#as(logicalId, () =>
      resolveKnown(value, at, (one, place) => {
        const found = resolveValue(one, this, place);
        return found === NO_VALUE ? found : this.#references.fill(found, place);
      }),
    );
  }

  /** Whether the dependency applies. CloudFormation ignores a DependsOn if the condition of its target is false. */
  #dependsOn(logicalId: string, target: string): boolean {
    const at = ['Resources', logicalId, 'DependsOn'];
    if (Object.hasOwn(this.#resources, target) && !this.#exists(target)) return false;
    return this.#tolerance.attempt(
      NO_CONSEQUENCE,
      () => {
        this.#as(logicalId, () => this.#need(target, at));
        return true;
      },
      () => false,
    );
  }

  #hasOutput(name: string): boolean {
    const output = this.#section('Outputs')[name];
    const condition = membersOf(output)['Condition'];
    return typeof condition !== 'string' || this.condition(condition, ['Outputs', name, 'Condition']);
  }

  #outputValue(name: string): Json {
    const output = this.#section('Outputs')[name];
    const at = ['Outputs', name, 'Value'];
    const raw = membersOf(output)['Value'];
    const value = this.#guard(`output ${name}`, at, () => resolveValue(raw, this, at));
    return value === NO_VALUE ? '' : value;
  }

  /** Runs `work` and records the dependencies that it finds for this resource. */
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
    return this.#open.enter(name, work, (cycle) =>
      this.fail(at, describeCycle(cycle), 'circular-dependency'),
    );
  }
}
