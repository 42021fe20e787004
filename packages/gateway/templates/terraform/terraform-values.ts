/**
 * Returns the values of attributes. Known values are returned as they are. For any other value, its references in the
 * configuration are followed, and the equivalent CloudFormation expression is returned.
 */
import { DefinitionError } from '../../core/errors.ts';
import { isJsonList, isJsonObject, mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { NOT_KNOWN } from '../cloudformation/intrinsics.ts';
import { memberAt } from '../template-place.ts';
import { AccountIds } from './account-ids.ts';
import { fullReferences, isExpression, parseReference } from './terraform-references.ts';
import type { Reference } from './terraform-references.ts';
import type { Instance, Module, TerraformDocument } from './terraform-document.ts';
import { TerraformSource } from './terraform-source.ts';
import type { SourcePath } from './terraform-source.ts';
import { toPolicy } from './terraform-policies.ts';
import { EXPORTS_OF_PARTS, fillPattern, pascal, rowOf } from './terraform-types.ts';
import type { Kind } from './terraform-types.ts';

/** The context in which an expression is resolved. */
type Site = {
  readonly module: Module;
  readonly kind: Kind;
  /** The key of the instance, if the resource or module has `count` or `for_each`. */
  readonly key: string | undefined;
  /** The expression of the `for_each` of the resource or module. */
  readonly forEach: Json | undefined;
  /** The instance that has the attribute, and the path to the attribute; absent in arguments and outputs of modules. */
  readonly written?: {
    readonly instance: Instance;
    readonly path: SourcePath;
  };
  /** The position of the element among the unknown elements of one expression, and the number of these elements. */
  readonly element?: { readonly index: number; readonly count: number; readonly isList: boolean };
};

type Found =
  | { readonly kind: 'known'; readonly value: Json | undefined }
  | { readonly kind: 'made'; readonly value: Json; readonly from?: { instance: Instance; attribute: string } }
  | { readonly kind: 'unknown'; readonly why: string };

const LAMBDA_TYPES = new Set(['aws_lambda_function', 'aws_lambda_alias']);
/**
 * The attribute that a reference of each kind usually names. It is assumed if the reference has an index before its
 * attribute, because the plan then does not contain the attribute's name.
 */
const USUAL_ATTRIBUTE: Readonly<Partial<Record<Kind, string>>> = {
  id: 'id',
  json: 'json',
  target: 'id',
  uri: 'invoke_arn',
  function: 'arn',
  source: 'execution_arn',
};
const DEPTH_LIMIT = 32;

export class TerraformValues {
  readonly #document: TerraformDocument;
  readonly #byName = new Map<string, Instance[]>();
  readonly #modules: readonly Module[];
  readonly #ids = new AccountIds();
  readonly #read = new Map<Instance, Set<string>>();
  /** The configuration files next to the plan. */
  readonly source: TerraformSource;
  readonly #folder: string;
  #depth = 0;

  /**
   * Opens the values of a document.
   * @param folder the folder of the root module
   */
  constructor(document: TerraformDocument, folder: string) {
    this.#document = document;
    this.source = new TerraformSource(folder);
    this.#folder = folder;
    for (const instance of document.instances) {
      const name = nameOf(instance.module, instance);
      this.#byName.set(name, [...(this.#byName.get(name) ?? []), instance]);
      if (!instance.isData) this.#noteIds(instance);
    }
    this.#modules = [...new Set(document.instances.map(({ module }) => module))];
  }

  /**
   * Returns the value of an attribute; undefined if it is absent. If the value cannot be determined, it is an
   * expression that fails where it is used.
   */
  value(instance: Instance, path: string, kind: Kind = 'text'): Json | undefined {
    const [name = '', inner] = path.split('.');
    this.#read.set(instance, (this.#read.get(instance) ?? new Set()).add(name));
    const of = (tree: Json | undefined): Json | undefined => {
      const member = membersOf(tree)[name];
      return inner === undefined || member === true
        ? member
        : memberAt(member, isJsonList(member) ? ['0', inner] : [inner]);
    };
    const { module, key, forEach } = instance;
    const written = { instance, path: inner === undefined ? [name] : [name, 0, inner] };
    const site = { module, kind, key, forEach, written };
    return this.#fill(of(instance.values), of(instance.unknown), of(instance.expressions), site);
  }

  hasRead(instance: Instance, attribute: string): boolean {
    return this.#read.get(instance)?.has(attribute) === true;
  }

  /**
   * Returns the data source or resource that provides an attribute, e.g. the archive of `filename`; undefined if the
   * attribute does not refer to a data source or resource of this type.
   */
  sourceOf(instance: Instance, attribute: string, type: string): Instance | undefined {
    const references = fullReferences(instance.expressions[attribute]).map(parseReference);
    for (const reference of references) {
      if (reference.kind !== 'resource' || reference.type !== type) continue;
      const { module, key, forEach } = instance;
      const found = this.#pick(reference, { module, kind: 'text', key, forEach });
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #fill(
    value: Json | undefined,
    unknown: Json | undefined,
    expression: Json | undefined,
    site: Site,
  ): Json | undefined {
    if (unknown === true) {
      // If there is no expression, the provider computes the value.
      const isSet = expression !== undefined && membersOf(expression)['constant_value'] !== null;
      return isSet ? this.#follow(expression, site) : undefined;
    }
    if (isJsonList(unknown)) {
      const known = isJsonList(value) ? value : [];
      const count = unknown.filter((each) => each === true).length;
      return Array.from({ length: Math.max(known.length, unknown.length) }, (_, index) => {
        const inner = isExpression(expression) ? expression : memberAt(expression, [String(index)]);
        const element = { index, count, isList: count === unknown.length };
        return this.#fill(known[index], unknown[index], inner, within(site, index, element)) ?? null;
      }).filter((each) => each !== null);
    }
    if (isJsonObject(unknown) && Object.keys(unknown).length > 0) {
      const known = membersOf(value);
      const count = Object.values(unknown).filter((each) => each === true).length;
      const entries = [...new Set([...Object.keys(known), ...Object.keys(unknown)])].flatMap((key, index) => {
        const inner = isExpression(expression) ? expression : membersOf(expression)[key];
        const element = { index, count, isList: false };
        const found = this.#fill(known[key], unknown[key], inner, within(site, key, element));
        return found === undefined ? [] : [[key, found] as const];
      });
      return Object.fromEntries(entries);
    }
    return value === undefined || value === null ? undefined : this.#ids.replace(value, site.kind);
  }

  /**
   * Registers the ids of an instance to be replaced. Names that the configuration sets are not registered, because they
   * are the same in the gateway.
   */
  #noteIds(instance: Instance): void {
    const row = rowOf(instance.type);
    const given = new Set(row?.attributes.map(({ attribute }) => instance.values[attribute]));
    for (const attribute of row?.exports.keys() ?? []) {
      const value = instance.values[attribute];
      if (typeof value !== 'string' || value === '' || given.has(value) || attribute.endsWith('version'))
        continue;
      this.#ids.note(value, () => this.#made(instance, attribute) ?? value);
    }
  }

  #follow(expression: Json, site: Site): Json {
    const constant = membersOf(expression)['constant_value'];
    if (constant !== undefined && constant !== null) return this.#ids.replace(constant, site.kind);
    const references = fullReferences(expression);
    const written = this.#enter(() => this.#written(references, site));
    if (written !== undefined) return written;
    const found = this.#enter(() => references.map((text) => this.#resolve(parseReference(text), site)));
    const carriers = found.filter((each) => each.kind !== 'known');
    const special = this.#special(carriers, site);
    if (special !== undefined) return special;
    const { element } = site;
    const ordered =
      element?.isList === true && found.length === element.count ? found[element.index] : undefined;
    const [only, ...others] = ordered === undefined ? distinct(carriers) : [ordered];
    // In a document, a reference stands for only a part, such as the ARN of a resource. Without the configuration
    // files, the rest of the document is not known.
    const isPart = only?.kind === 'made' && only.from !== undefined && site.kind === 'json';
    if (only?.kind === 'made' && others.length === 0 && !isPart) return only.value;
    if (only?.kind === 'known' && only.value !== undefined) return only.value;
    const of =
      references.length === 0 ? '' : `, and these references are not followed: ${references.join(', ')}`;
    return notKnown(only?.kind === 'unknown' ? only.why : `the value is known only after apply${of}`);
  }

  /**
   * Returns the value of the expression in the configuration files next to the plan. Returns undefined if the
   * expression refers to something to which the plan does not refer. This does not apply if the plan refers to a local
   * value or to `each.value`.
   */
  #written(references: readonly string[], { written, ...site }: Site): Json | undefined {
    if (written === undefined) return undefined;
    const { module, key } = site;
    const resolve = (text: string): Json | undefined => {
      const plain = text.replace(/\[(?:each\.key|count\.index)\]/g, '');
      const reference = parseReference(plain);
      if (reference.kind === 'plain') return /^(?:each\.key|count\.index)$/.test(text) ? key : undefined;
      if (text.startsWith('local.')) return this.#enter(() => this.source.local(module, text, key, resolve));
      if (text.startsWith('each.value')) {
        const value = this.#enter(() => this.source.eachValue(written.instance, text, resolve));
        if (value !== undefined) return value;
      }
      const isOfPlan = references.some((each) => each === plain || plain.startsWith(`${each}.`));
      if (!isOfPlan && !references.some((each) => /^(?:local\.|each\.value)/.test(each))) return undefined;
      const found = this.#resolve(reference, { ...site, kind: 'text' });
      return found.kind === 'unknown' ? undefined : found.value;
    };
    return this.source.value(written.instance, written.path, resolve);
  }

  #special(carriers: readonly Found[], { kind }: Site): Json | undefined {
    const of = (isMeant: (type: string, attribute: string) => boolean): Instance | undefined => {
      const meant = carriers.flatMap((each) =>
        each.kind === 'made' &&
        each.from !== undefined &&
        isMeant(each.from.instance.type, each.from.attribute)
          ? [each.from.instance]
          : [],
      );
      return new Set(meant).size === 1 ? meant[0] : undefined;
    };
    const made = (
      instance: Instance | undefined,
      attribute: string,
      before = '',
      after = '',
    ): Json | undefined => {
      const value = instance === undefined ? undefined : this.#made(instance, attribute);
      return value === undefined
        ? undefined
        : { 'Fn::Join': ['', [before, value, after].filter((part) => part !== '')] };
    };
    const isLambda = (type: string): boolean => LAMBDA_TYPES.has(type);
    switch (kind) {
      case 'uri':
        return made(of(isLambda), 'invoke_arn');
      case 'function':
        return made(of(isLambda), 'arn');
      case 'target':
        return made(
          of((type) => type === 'aws_apigatewayv2_integration'),
          'id',
          'integrations/',
        );
      case 'source':
        // Terraform's JSON omits the path after an API's ARN, so the permission is for the whole API.
        return made(
          of((_type, attribute) => attribute === 'execution_arn'),
          'execution_arn',
          '',
          '/*',
        );
      case 'issuer':
        return made(
          of((type) => type === 'aws_cognito_user_pool'),
          'endpoint',
          'https://',
        );
      default:
        return undefined;
    }
  }

  #resolve(reference: Reference, site: Site): Found {
    switch (reference.kind) {
      case 'plain':
        return { kind: 'known', value: undefined };
      case 'lost':
        return {
          kind: 'unknown',
          why: `the value is known only after apply, and Terraform's JSON does not contain ${reference.text}`,
        };
      case 'each':
        return this.#each(reference.attribute, site);
      case 'variable':
        return this.#variable(reference.name, site);
      case 'output':
        return this.#output(reference, site);
      case 'resource':
        return this.#resource(reference, site);
    }
  }

  /**
   * Resolves `each.value`. The plan contains the value, unless the value is a resource. In that case, the value is the
   * instance of this resource that has the same key.
   */
  #each(attribute: string | undefined, site: Site): Found {
    const all = fullReferences(site.forEach).map(parseReference);
    const [only] = all.filter((each) => each.kind === 'resource');
    if (only?.kind !== 'resource' || attribute === undefined) return { kind: 'known', value: undefined };
    return this.#resource({ ...only, key: site.key, attribute }, site);
  }

  #variable(name: string, { module, kind }: Site): Found {
    const { call } = module;
    if (call === undefined) return { kind: 'known', value: this.#document.variables[name] };
    const expression = call.expressions[name];
    const written = mapOf(mapOf(module.configuration, 'variables'), name)['default'];
    if (expression === undefined) return { kind: 'known', value: written };
    return this.#asFound(expression, { module: call.parent, kind, key: call.key, forEach: call.forEach });
  }

  #output({ module: name, key, name: output }: Extract<Reference, { kind: 'output' }>, site: Site): Found {
    const called = this.#modules.filter(
      ({ call }) => call?.parent.address === site.module.address && call.name === name,
    );
    const wanted = key ?? (called.length > 1 ? site.key : undefined);
    const module = called.find(({ call }) => wanted === undefined || call?.key === wanted);
    const declared = mapOf(mapOf(module?.configuration ?? {}, 'outputs'), output)['expression'];
    if (module === undefined || declared === undefined)
      return {
        kind: 'unknown',
        why: `the value is known only after apply, and module.${name} has no output ${output} in the plan`,
      };
    return this.#asFound(declared, { module, kind: site.kind, key: undefined, forEach: undefined });
  }

  #asFound(expression: Json, site: Site): Found {
    const references = fullReferences(expression);
    const [only] = references;
    if (references.length === 1 && only !== undefined)
      return this.#enter(() => this.#resolve(parseReference(only), site));
    const value = this.#follow(expression, site);
    const why = textOf(membersOf(value), NOT_KNOWN);
    return why === '' ? { kind: 'made', value } : { kind: 'unknown', why };
  }

  #resource(reference: Extract<Reference, { kind: 'resource' }>, site: Site): Found {
    const instance = this.#pick(reference, site);
    const text = `${reference.isData ? 'data.' : ''}${reference.type}.${reference.name}`;
    if (instance === undefined)
      return {
        kind: 'unknown',
        why: `the value is known only after apply, and ${text} does not identify exactly one resource of the plan`,
      };
    const attribute = reference.attribute ?? USUAL_ATTRIBUTE[site.kind];
    if (attribute === undefined)
      return {
        kind: 'unknown',
        why: `the value is known only after apply, and Terraform's JSON does not say which attribute of ${text} provides the value`,
      };
    const value = instance.values[attribute];
    if (value !== undefined && value !== null) {
      const own = this.#made(instance, attribute);
      // The plan contains the value. For functions, the reference is returned as well, because some kinds need the type
      // of the resource.
      if (own === undefined || instance.isData)
        return { kind: 'known', value: this.#ids.replace(value, site.kind) };
      return LAMBDA_TYPES.has(instance.type)
        ? { kind: 'made', value: own, from: { instance, attribute } }
        : { kind: 'known', value: this.#ids.replace(value, site.kind) };
    }
    if (instance.isData && instance.type === 'aws_iam_policy_document' && attribute === 'json')
      return { kind: 'made', value: toPolicy(this.value(instance, 'statement')) };
    const made = this.#made(instance, attribute);
    if (made !== undefined) return { kind: 'made', value: made, from: { instance, attribute } };
    const followed = this.#enter(() => this.value(instance, attribute, site.kind));
    if (followed !== undefined && !isNotKnown(followed)) return { kind: 'made', value: followed };
    return { kind: 'unknown', why: `the value is known only after apply: ${instance.address}.${attribute}` };
  }

  #pick(
    { isData, type, name, key }: Extract<Reference, { kind: 'resource' }>,
    site: Site,
  ): Instance | undefined {
    const all = this.#byName.get(nameOf(site.module, { isData, type, name })) ?? [];
    if (key !== undefined) return all.find((each) => each.key === key);
    return all.length === 1 ? all[0] : all.find((each) => each.key !== undefined && each.key === site.key);
  }

  /** Returns the expression that the table of types defines for a reference to this attribute. */
  #made(instance: Instance, attribute: string): Json | undefined {
    if (instance.isData) return undefined;
    const row = rowOf(instance.type);
    const pattern = row?.exports.get(attribute) ?? EXPORTS_OF_PARTS[instance.type]?.[attribute];
    if (pattern === undefined) return undefined;
    return fillPattern(pattern, instance.address, (property) => {
      if (row === undefined) return this.value(instance, property, 'id') ?? '';
      const found = row.attributes.find(({ property: [first] }) => first === property);
      return found === undefined ? '' : (this.value(instance, found.attribute, found.kind) ?? '');
    });
  }

  #enter<T>(work: () => T): T | never {
    if (this.#depth >= DEPTH_LIMIT)
      throw new DefinitionError({ file: this.#folder }, 'references in the plan form a cycle');
    this.#depth += 1;
    try {
      return work();
    } finally {
      this.#depth -= 1;
    }
  }

  /** Returns the blocks with a name, with members in the provider's spelling. */
  blocks(instance: Instance, name: string, kind: Kind = 'text'): readonly JsonObject[] {
    const found = this.value(instance, name, kind);
    const list = isJsonList(found) ? found : found === undefined ? [] : [found];
    return list.filter(isJsonObject);
  }
}

function within(site: Site, step: string | number, element: NonNullable<Site['element']>): Site {
  const { written } = site;
  const path = written === undefined ? undefined : [...written.path, step];
  return {
    ...site,
    element,
    ...(written !== undefined && path !== undefined && { written: { ...written, path } }),
  };
}

function nameOf(module: Module, { isData, type, name }: Pick<Instance, 'isData' | 'type' | 'name'>): string {
  return `${module.address} ${isData ? 'data.' : ''}${type}.${name}`;
}

function distinct(found: readonly Found[]): readonly Found[] {
  return [
    ...new Map(
      found.map((each) => [JSON.stringify(each.kind === 'unknown' ? each.why : each.value), each]),
    ).values(),
  ];
}

/** Returns a value that fails wherever it is used. The error contains the reason. */
export function notKnown(why: string): Json {
  return { [NOT_KNOWN]: why };
}

export function isNotKnown(value: Json): boolean {
  return isJsonObject(value) && value[NOT_KNOWN] !== undefined;
}

/** Returns a block's members in CloudFormation's spelling, without members that are not set. */
export function pascalMembers(block: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(block)
      .filter(([, value]) => value !== null && value !== '' && !(isJsonList(value) && value.length === 0))
      .map(([name, value]) => [
        pascal(name),
        isJsonList(value) && value.every(isJsonObject) ? value.map((each) => pascalMembers(each)) : value,
      ]),
  );
}
