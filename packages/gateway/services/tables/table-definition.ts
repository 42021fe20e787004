import { asFlag, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { hasUnits } from '../../core/deployability/judge-throughput.ts';
import type { ResolvedResource } from '../../core/stack/model.ts';
import { isViewType } from '@gatewright/dynamodb/stream-record';
import type { ViewType } from '@gatewright/dynamodb/stream-record';
import { DefinitionError, type DefinitionPlace } from '../../core/errors.ts';
import { foundInstead } from '@gatewright/aws/member-reader';

export type KeyAttribute = {
  readonly name: string;
  readonly type: 'S' | 'N' | 'B';
  /** The key type. If it is undefined, the first key of the list is the HASH key and the second is the RANGE key. */
  readonly role?: 'HASH' | 'RANGE';
};

export type IndexDefinition = {
  readonly name: string;
  readonly keys: readonly KeyAttribute[];
  readonly projection: {
    readonly type: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
    readonly attributes: readonly string[];
  };
};

export type TableDefinition = {
  readonly name: string;
  /** The hash key, and then the range key if there is one. */
  readonly keys: readonly KeyAttribute[];
  readonly globalIndexes: readonly IndexDefinition[];
  readonly localIndexes: readonly IndexDefinition[];
  /** The attribute for the time to live; undefined if the table has no time to live. */
  readonly timeToLiveAttribute: string | undefined;
  /** The view type of the table's stream; undefined if the table has no stream. */
  readonly streamViewType?: ViewType | undefined;
  /** The billing mode, which has no effect. As in DynamoDB Local, provisioned capacity is accepted but not enforced. */
  readonly billingMode: 'PAY_PER_REQUEST' | 'PROVISIONED';
  readonly place: DefinitionPlace;
};

const MAX_GLOBAL_INDEXES = 20;
const MAX_LOCAL_INDEXES = 5;

/**
 * Reads the definition of a table. Properties that this function does not read either have no effect, or are reported
 * because of their class in `resource-types.ts`.
 * @throws DefinitionError if CreateTable would refuse the table. The error contains the file, the logical id and the
 * property
 */
export function readTableDefinition(resource: ResolvedResource): TableDefinition {
  return new TableReader(resource).read();
}

class TableReader {
  readonly #resource: ResolvedResource;
  readonly #used = new Set<string>();

  constructor(resource: ResolvedResource) {
    this.#resource = resource;
  }

  read(): TableDefinition {
    const { properties, physicalId } = this.#resource;
    if (!/^[a-zA-Z0-9_.-]{3,255}$/.test(physicalId)) {
      this.#fail(
        'TableName',
        `must have 3 to 255 characters from a-z, A-Z, 0-9, '_', '.' and '-', but is '${physicalId}'`,
      );
    }
    const types = this.#attributeTypes();
    const keys = this.#keys(properties['KeySchema'], 'KeySchema', types);
    const globalIndexes = this.#indexes('GlobalSecondaryIndexes', MAX_GLOBAL_INDEXES, types);
    const localIndexes = this.#indexes('LocalSecondaryIndexes', MAX_LOCAL_INDEXES, types);
    this.#checkLocal(keys, localIndexes);
    const names = [...globalIndexes, ...localIndexes].map(({ name }) => name);
    if (new Set(names).size < names.length) this.#failAtSecond(names, globalIndexes.length);
    const unused = [...types.keys()].filter((name) => !this.#used.has(name));
    if (unused.length > 0) {
      this.#fail(
        `AttributeDefinitions.${[...types.keys()].indexOf(unused[0] ?? '')}`,
        `must list only attributes that keys use, but no key uses ${unused.join(', ')}`,
      );
    }
    return {
      name: physicalId,
      keys,
      globalIndexes,
      localIndexes,
      timeToLiveAttribute: this.#timeToLive(),
      streamViewType: this.#streamViewType(),
      billingMode: this.#billingMode(),
      place: this.#resource.place(),
    };
  }

  #attributeTypes(): Map<string, KeyAttribute['type']> {
    const types = new Map<string, KeyAttribute['type']>();
    const list = this.#list(this.#resource.properties['AttributeDefinitions'], 'AttributeDefinitions');
    for (const [index, { AttributeName: name, AttributeType: type }] of list.entries()) {
      const at = `AttributeDefinitions.${index}`;
      if (typeof name !== 'string') return this.#fail(at, 'AttributeName is missing');
      if (type !== 'S' && type !== 'N' && type !== 'B') {
        return this.#fail(
          `${at}.AttributeType`,
          `AttributeType of ${name} must be S, N or B${foundInstead(type)}`,
        );
      }
      // badmintoncryer/cdk-preflight, pf-dynamodb-duplicate-attribute-definitions, deployed
      if (types.has(name))
        return this.#fail(at, 'An attribute appears more than once in AttributeDefinitions');
      types.set(name, type);
    }
    return types;
  }

  #keys(
    value: Json | undefined,
    property: string,
    types: ReadonlyMap<string, KeyAttribute['type']>,
  ): readonly KeyAttribute[] {
    const elements = this.#list(value, property);
    if (elements.length < 1 || elements.length > 2)
      this.#fail(property, 'must have a HASH key and at most one RANGE key');
    const keys = elements.map(({ AttributeName: name, KeyType: keyType }, index): KeyAttribute => {
      const wanted = index === 0 ? 'HASH' : 'RANGE';
      if (keyType !== wanted)
        this.#fail(
          `${property}.${index}.KeyType`,
          `KeyType of element ${index + 1} must be ${wanted}${foundInstead(keyType)}`,
        );
      const type = typeof name === 'string' ? types.get(name) : undefined;
      if (typeof name !== 'string' || type === undefined) {
        return this.#fail(
          `${property}.${index}`,
          `the key attribute ${JSON.stringify(name)} is missing from AttributeDefinitions`,
        );
      }
      this.#used.add(name);
      return { name, type };
    });
    if (keys[0]?.name === keys[1]?.name)
      this.#fail(property, 'the HASH key and the RANGE key must be different attributes');
    return keys;
  }

  #hasSeveral(schema: Json | undefined): boolean {
    const types = (Array.isArray(schema) ? schema : []).map((key) => membersOf(key)['KeyType']);
    return ['HASH', 'RANGE'].some((type) => types.filter((one) => one === type).length > 1);
  }

  /** Reads keys that consist of several attributes (developer guide, "Multi-attribute key schema"). */
  #severalKeys(
    schema: Json | undefined,
    property: string,
    types: ReadonlyMap<string, KeyAttribute['type']>,
  ): readonly KeyAttribute[] {
    const elements = this.#list(schema, property);
    const roles = elements.map(({ KeyType: role }) => (typeof role === 'string' ? role : ''));
    if (!/^(?:HASH,){1,4}(?:RANGE,){0,4}$/.test(roles.map((role) => `${role},`).join('')))
      this.#fail(property, 'must have 1 to 4 HASH keys, and then at most 4 RANGE keys');
    const keys = elements.map(({ AttributeName: name, KeyType: role }): KeyAttribute => {
      const [key] = this.#keys([{ AttributeName: name ?? null, KeyType: 'HASH' }], property, types);
      if (key === undefined) throw new RangeError('a key schema with one element must have exactly one key');
      return { ...key, role: role === 'HASH' ? 'HASH' : 'RANGE' };
    });
    if (new Set(keys.map(({ name }) => name)).size < keys.length)
      this.#fail(property, 'the keys must be different attributes');
    return keys;
  }

  #indexes(
    property: string,
    max: number,
    types: ReadonlyMap<string, KeyAttribute['type']>,
  ): readonly IndexDefinition[] {
    const value = this.#resource.properties[property];
    if (value === undefined) return [];
    const entries = this.#list(value, property);
    if (entries.length > max) this.#fail(property, `has ${entries.length} items; at most ${max} are allowed`);
    return entries.map((entry, index): IndexDefinition => {
      const { IndexName: name, KeySchema: schema, Projection: projection } = entry;
      if (typeof name !== 'string' || !/^[a-zA-Z0-9_.-]{3,255}$/.test(name)) {
        return this.#fail(
          `${property}.${index}.IndexName`,
          `IndexName must have 3 to 255 characters (a-z, A-Z, 0-9, _, . and -)${foundInstead(name)}`,
        );
      }
      return {
        name,
        keys:
          property === 'GlobalSecondaryIndexes' && this.#hasSeveral(schema)
            ? this.#severalKeys(schema, `${property}.${index}.KeySchema`, types)
            : this.#keys(schema, `${property}.${index}.KeySchema`, types),
        projection: this.#projection(projection, `${property}.${index}.Projection`),
      };
    });
  }

  #projection(value: Json | undefined, property: string): IndexDefinition['projection'] {
    const { ProjectionType: type, NonKeyAttributes: attributes } = membersOf(value);
    if (type !== 'ALL' && type !== 'KEYS_ONLY' && type !== 'INCLUDE') {
      return this.#fail(
        type === undefined ? property : `${property}.ProjectionType`,
        `Projection.ProjectionType must be ALL, KEYS_ONLY or INCLUDE${foundInstead(type)}`,
      );
    }
    const names = Array.isArray(attributes) ? attributes.filter((name) => typeof name === 'string') : [];
    if (type === 'INCLUDE' && names.length === 0)
      this.#fail(property, 'a projection of type INCLUDE must have NonKeyAttributes');
    if (type !== 'INCLUDE' && names.length > 0)
      this.#fail(
        `${property}.NonKeyAttributes`,
        `NonKeyAttributes is allowed only with ProjectionType INCLUDE, not with ${type}`,
      );
    return { type, attributes: names };
  }

  #checkLocal(keys: readonly KeyAttribute[], indexes: readonly IndexDefinition[]): void {
    for (const [at, index] of indexes.entries()) {
      if (keys.length < 2)
        this.#fail('LocalSecondaryIndexes', 'a table without a RANGE key cannot have a local index');
      if (index.keys.length < 2 || index.keys[0]?.name !== keys[0]?.name) {
        this.#fail(
          `LocalSecondaryIndexes.${at}.KeySchema`,
          'must have the HASH key of the table and a RANGE key of the index',
        );
      }
    }
  }

  /** @param globals how many of the names belong to global indexes; the others belong to local indexes */
  #failAtSecond(names: readonly string[], globals: number): never {
    const second = names.findIndex((name, index) => names.indexOf(name) < index);
    const at =
      second < globals ? `GlobalSecondaryIndexes.${second}` : `LocalSecondaryIndexes.${second - globals}`;
    return this.#fail(`${at}.IndexName`, 'two indexes have the same name');
  }

  #timeToLive(): string | undefined {
    const value = this.#resource.properties['TimeToLiveSpecification'];
    if (value === undefined) return undefined;
    const { AttributeName: attribute, Enabled: enabled } = membersOf(value);
    const isEnabled = asFlag(enabled);
    if (isEnabled === false) return undefined;
    if (isEnabled === undefined) {
      return this.#fail('TimeToLiveSpecification', `Enabled must be true or false${foundInstead(enabled)}`);
    }
    if (typeof attribute !== 'string' || attribute === '') {
      return this.#fail('TimeToLiveSpecification', 'AttributeName is missing');
    }
    return attribute;
  }

  /** Reads the view type of the stream. An invalid value is reported by the streams service. */
  #streamViewType(): ViewType | undefined {
    const { StreamViewType: viewType } = membersOf(this.#resource.properties['StreamSpecification']);
    return isViewType(viewType) ? viewType : undefined;
  }

  #billingMode(): TableDefinition['billingMode'] {
    const { BillingMode: mode = 'PROVISIONED', ProvisionedThroughput: throughput } =
      this.#resource.properties;
    if (mode === 'PAY_PER_REQUEST') {
      if (hasUnits(throughput)) {
        this.#fail('ProvisionedThroughput', 'must be omitted when BillingMode is PAY_PER_REQUEST');
      }
      return mode;
    }
    if (mode !== 'PROVISIONED')
      return this.#fail('BillingMode', `must be PROVISIONED or PAY_PER_REQUEST${foundInstead(mode)}`);
    // A global table has WriteProvisionedThroughputSettings instead of ProvisionedThroughput.
    if (throughput === undefined && this.#resource.type === 'AWS::DynamoDB::Table') {
      this.#fail('ProvisionedThroughput', 'is required unless BillingMode is PAY_PER_REQUEST');
    }
    return mode;
  }

  #list(value: Json | undefined, property: string): readonly JsonObject[] {
    if (!Array.isArray(value))
      return this.#fail(property, value === undefined ? 'is missing' : 'must be a list');
    return value.map((entry: Json) =>
      isJsonObject(entry) ? entry : this.#fail(property, 'must be a list of objects'),
    );
  }

  #fail(property: string, message: string): never {
    throw new DefinitionError(this.#resource.place(property), message);
  }
}
