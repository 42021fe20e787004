/**
 * Determines the names and attributes of the resources of one stack. Each name is determined only once. Placeholders
 * that are used are reported.
 */
import { attributeOf, referenceTo } from './attributes.ts';
import { isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import { awsDomainOf } from '@gatewright/aws/service-address';
import { partitionOf } from '@gatewright/aws/arn';
import type { Lookup } from './attributes.ts';
import type { Identity } from '../../core/resource-types/namers.ts';
import type { ResourceTypes } from '../../core/resource-types/resource-types.ts';
import type { UnsupportedItem } from '../../core/stack/model.ts';
import type { RawStack } from '../raw-stack.ts';

interface NamedResources {
  typeOf(logicalId: string): string;
  findText(logicalId: string, property: string): string | undefined;
  /**
   * Runs `look` and returns its result. Throws an error if `look` is already running for this resource, because names
   * then depend on each other in a cycle.
   */
  guard<T>(logicalId: string, look: () => T): T;
}

export class ResourceNames {
  readonly placeholders: UnsupportedItem[] = [];
  readonly #raw: RawStack;
  readonly #resources: NamedResources;
  readonly #types: ResourceTypes;
  readonly #physicalIds = new Map<string, Lookup>();

  constructor(raw: RawStack, types: ResourceTypes, resources: NamedResources) {
    this.#types = types;
    this.#raw = raw;
    this.#resources = resources;
  }

  physicalId(logicalId: string): string {
    return this.#lookUpId(logicalId).value;
  }

  reference(logicalId: string): string {
    return this.#noted(logicalId, this.#lookUpId(logicalId), 'its name');
  }

  attribute(logicalId: string, attribute: string): Json {
    const found = this.#lookUp(logicalId, (identity) => attributeOf(this.#types, identity, attribute));
    return this.#noted(logicalId, found, `attribute ${attribute}`);
  }

  #lookUpId(logicalId: string): Lookup {
    const known = this.#physicalIds.get(logicalId);
    if (known !== undefined) return known;
    const made = this.#lookUp(logicalId, (identity) => referenceTo(this.#types, identity));
    this.#physicalIds.set(logicalId, made);
    return made;
  }

  #lookUp<Found extends Lookup<Json>>(logicalId: string, look: (identity: Identity) => Found): Found {
    return this.#resources.guard(logicalId, () => look(this.#identity(logicalId)));
  }

  /** Returns the value of a lookup. If the value is a placeholder, this is reported. */
  #noted<Value extends Json>(logicalId: string, found: Lookup<Value>, what: string): Value {
    if (found.isPlaceholder && !this.placeholders.some((item) => item.logicalId === logicalId)) {
      const { stackName } = this.#raw;
      const consequence = `the value of ${what} is unknown for this type, so the placeholder ${JSON.stringify(found.value)} is used`;
      this.placeholders.push({ stackName, logicalId, type: this.#resources.typeOf(logicalId), consequence });
    }
    return found.value;
  }

  #identity(logicalId: string): Identity {
    const { stackName, accountId } = this.#raw;
    const type = this.#resources.typeOf(logicalId);
    const region = this.#regionOf(logicalId, type);
    const identified = { stackName, logicalId, type, region, accountId };
    return {
      ...identified,
      partition: partitionOf(region),
      urlSuffix: awsDomainOf(region),
      ...this.#ordinalOf(logicalId, type),
      text: (property) => this.#resources.findText(logicalId, property),
    };
  }

  /**
   * Returns the region of a resource. In Terraform, it may have another provider, such as a certificate of CloudFront,
   * which has to be in us-east-1. What the gateway serves has the region of the stack.
   */
  #regionOf(logicalId: string, type: string): string {
    const own = this.#types.namesOf(type) === undefined ? this.#raw.regionOf?.(logicalId) : undefined;
    return own === undefined || own === '' ? this.#raw.region : own;
  }

  /**
   * Returns the number of a version of a function or layer. Lambda numbers the versions of each function and layer in
   * the order of their publication.
   */
  #ordinalOf(logicalId: string, type: string): { readonly ordinal?: number } {
    const versionOf = VERSIONED[type];
    const resources = this.#raw.template['Resources'];
    if (versionOf === undefined || !isJsonObject(resources)) return {};
    const nameOf = (id: string): string | undefined => {
      const { Properties: properties } = mapOf(resources, id);
      return JSON.stringify(membersOf(properties)[versionOf]);
    };
    const name = nameOf(logicalId);
    // Without a name, each layer gets its own.
    if (name === undefined) return {};
    const versions = Object.keys(resources).filter(
      (id) => this.#resources.typeOf(id) === type && nameOf(id) === name,
    );
    return { ordinal: versions.indexOf(logicalId) + 1 };
  }
}

/** The property with the name of the function or layer of which the resource is a version. */
const VERSIONED: Readonly<Record<string, string>> = {
  'AWS::Lambda::Version': 'FunctionName',
  'AWS::Lambda::LayerVersion': 'LayerName',
};
