/**
 * Finds the location in the configuration files from which a property of the template is generated. A plan has neither
 * files nor lines, so the block of the resource is looked up in the .tf files next to the plan.
 */
import { ATTRIBUTES_OF_STATEMENTS } from './terraform-policies.ts';
import { isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { Path } from '../cloudformation/template-source.ts';
import { elementsAt, membersIn, objectIn } from './hcl-text.ts';
import type { Member } from './hcl-text.ts';
import { parseReference } from './terraform-references.ts';
import type { Instance } from './terraform-document.ts';
import type { TerraformSource, WrittenBlock } from './terraform-source.ts';
import { CLOUDFRONT_NAMES } from './terraform-cloudfront.ts';
import { WAF_NAMES } from './terraform-waf.ts';
import { pascal, rowOf } from './terraform-types.ts';

/** The resource of the plan from which a part of a template's resource is generated. */
export type Origin = { readonly path: Path; readonly instance: Instance };

/** Attributes and blocks whose property has another name. Their values are converted by code instead of by the table. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  AttributeDefinitions: 'attribute',
  GlobalSecondaryIndexes: 'global_secondary_index',
  LocalSecondaryIndexes: 'local_secondary_index',
  KeySchema: 'hash_key',
  StreamSpecification: 'stream_view_type',
  TimeToLiveSpecification: 'ttl',
  ProvisionedThroughput: 'read_capacity',
  Policies: 'inline_policy',
  PolicyDocument: 'policy',
  LambdaConfigurations: 'lambda_function',
  QueueConfigurations: 'queue',
  TopicConfigurations: 'topic',
  InputPathsMap: 'input_paths',
  SqsParameters: 'sqs_target',
  Metrics: 'metric_query',
  Schema: 'schema',
  ServerSideEncryptionConfiguration: 'rule',
  ServerSideEncryptionByDefault: 'apply_server_side_encryption_by_default',
  SSEAlgorithm: 'sse_algorithm',
  KMSMasterKeyID: 'kms_master_key_id',
};
/** Steps of a path that exist only in CloudFormation's properties, and not in the provider's attributes. */
const ONLY_THERE: ReadonlySet<string> = new Set([
  'NotificationConfiguration',
  'S3Key',
  'Rules',
  'DistributionConfig',
]);

/**
 * Returns the path at which a part was added: the first member or list item that the properties did not have before.
 * Returns undefined if nothing was added.
 */
export function whereAdded(before: JsonObject, after: JsonObject): Path | undefined {
  for (const [name, value] of Object.entries(after)) {
    const known = before[name];
    if (known === value) continue;
    if (isJsonList(known) && isJsonList(value) && value.length > known.length)
      return [name, String(known.length)];
    if (isJsonObject(known) && isJsonObject(value)) {
      const inner = whereAdded(known, value);
      if (inner !== undefined) return [name, ...inner];
    }
    if (known === undefined) return [name];
  }
  return undefined;
}

type TerraformPlace = { readonly file: string; readonly line: number };

export class TerraformPlaces {
  readonly #source: TerraformSource;
  readonly #origins: ReadonlyMap<string, readonly Origin[]>;

  /** @param origins the resources of the plan by logical id; the first one of each list is the resource itself */
  constructor(source: TerraformSource, origins: ReadonlyMap<string, readonly Origin[]>) {
    this.#source = source;
    this.#origins = origins;
  }

  /** Returns the location of a path into the template; undefined if the file is not next to the plan. */
  placeOf([section, logicalId = '', , ...property]: Path): TerraformPlace | undefined {
    const origin = section === 'Resources' ? this.#originOf(logicalId, property) : undefined;
    const block = origin && this.#source.block(origin.instance);
    if (origin === undefined || block === undefined) return undefined;
    const path = attributePath(origin.instance.type, property.slice(origin.path.length));
    return this.#find(block, origin.instance, path);
  }

  /** Returns the attribute of the configuration that sets a property; undefined if the configuration does not set it. */
  attributeOf(logicalId: string, property: Path): string | undefined {
    const origin = this.#originOf(logicalId, property);
    if (origin === undefined) return undefined;
    const [name = ''] = attributePath(origin.instance.type, property.slice(origin.path.length));
    const isNamed = (written: string): boolean => isMeant(written, name);
    return Object.keys(origin.instance.expressions).find(isNamed);
  }

  #originOf(logicalId: string, property: Path): Origin | undefined {
    const all = this.#origins.get(logicalId) ?? [];
    return all
      .filter(({ path }) => path.every((step, index) => property[index] === step))
      .toSorted((one, other) => other.path.length - one.path.length)[0];
  }

  #find(block: WrittenBlock, instance: Instance, path: Path): TerraformPlace {
    const { file, content, member } = block;
    const found = findIn(member.text, member.textAt, path, member.at);
    const document = found.rest === undefined ? undefined : this.#documentOf(found.text, instance);
    // The document is a separate data source.
    return document === undefined
      ? { file, line: lineAt(content, found.at) }
      : this.#find(document, instance, statementPath(found.rest ?? []));
  }

  #documentOf(text: string, { module }: Instance): WrittenBlock | undefined {
    const reference = parseReference(text);
    return reference.kind === 'resource' && reference.isData && reference.type === 'aws_iam_policy_document'
      ? this.#source.block({ module, isData: true, type: reference.type, name: reference.name })
      : undefined;
  }
}

function lineAt(content: string, at: number): number {
  return content.slice(0, at).split('\n').length;
}

/** Returns the path in the block of a resource for a path in its properties. */
function attributePath(type: string, property: Path): Path {
  const named = property.filter((step) => !ONLY_THERE.has(step));
  const row = rowOf(type)
    ?.attributes.filter(({ property: of }) => of.every((step, index) => named[index] === step))
    .toSorted((one, other) => other.property.length - one.property.length)[0];
  return row === undefined ? named : [...row.attribute.split('.'), ...named.slice(row.property.length)];
}

/** Returns the path in `aws_iam_policy_document` for a path in the policy. */
function statementPath([first, index, member, ...rest]: Path): Path {
  if (first !== 'Statement' || index === undefined) return first === 'Statement' ? ['statement'] : [];
  const name = member === undefined ? [] : [ATTRIBUTES_OF_STATEMENTS[member] ?? member];
  return ['statement', index, ...name, ...rest];
}

function isMeant(written: string, step: string): boolean {
  const name = pascal(written);
  return (
    written === step ||
    name === step ||
    `${name}s` === step ||
    written === OTHER_NAMES[step] ||
    WAF_NAMES[written] === step ||
    CLOUDFRONT_NAMES[written] === step
  );
}

type FoundPart = {
  readonly at: number;
  readonly text: string;
  /** The rest of the path, if the value to which it leads is written in another location. */
  readonly rest?: Path;
};

/**
 * Follows a path as far as the body contains it.
 * @param at where the body begins in the file
 */
function findIn(body: string, at: number, [step, ...rest]: Path, from: number): FoundPart {
  const stop: FoundPart = { at: from, text: body };
  if (step === undefined) return stop;
  const named = membersIn(body).filter(({ name }) => isMeant(name, step));
  const [first] = named;
  if (first === undefined) return stop;
  // A block that can be repeated has one block for each item; a single block has no index in the provider.
  const index = Number(rest[0]);
  const isCounted = first.isBlock && Number.isInteger(index);
  const member = isCounted ? named[index] : first;
  if (member === undefined) return { at: at + first.at, text: first.text };
  return findInMember(member, at, isCounted ? rest.slice(1) : rest);
}

function findInMember({ isBlock, text, at, textAt }: Member, base: number, rest: Path): FoundPart {
  return isBlock
    ? findIn(text, base + textAt, rest, base + at)
    : findInExpression(text, base + textAt, rest, base + at);
}

const ENCODED = /^jsonencode\(\s*/;

function findInExpression(text: string, at: number, path: Path, from: number): FoundPart {
  const head = ENCODED.exec(text)?.[0];
  if (head !== undefined)
    return findInExpression(text.slice(head.length, -1).trimEnd(), at + head.length, path, from);
  const [step, ...rest] = path;
  if (step === undefined) return { at: from, text };
  const inner = objectIn(text);
  if (inner !== undefined) return findIn(inner, at + 1, path, from);
  const element = elementsAt(text)?.[Number(step)];
  if (element !== undefined) return findInExpression(element.text, at + element.at, rest, at + element.at);
  return { at: from, text, rest: path };
}
