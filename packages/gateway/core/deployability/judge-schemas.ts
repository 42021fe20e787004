/** Checks the resources of a stack against CloudFormation's schemas, as far as their values are known. */
import { isJsonList, isJsonObject, mapOf } from '@gatewright/aws/json-object';
import { packagedProperty } from '../resource-types/packaged-properties.ts';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';
import { SERVICE_ROLE } from '../stack/statement-advice.ts';
import { makeFinding } from './finding.ts';
import type { DeployFinding, Placed } from './finding.ts';
import { KnownValues } from './known-values.ts';
import type { SchemaViolation } from './schema-check.ts';

/**
 * Matches the logical ids of a template. The parts of an OpenAPI document and resources of other formats do not match.
 */
const IN_TEMPLATE = /^[A-Za-z0-9]+$/;

/** The properties in the template that are checked against the schema of the resource type. */
export type SchemaQuestion = {
  readonly resource: string;
  readonly type: string;
  readonly properties: JsonObject;
};

/** Returns the resources of the template, which are checked against schemas. */
export function schemaQuestions({ resources, source }: ResolvedStack): readonly SchemaQuestion[] {
  if (source === undefined) return [];
  const known = new KnownValues(source.template, source.placeholderParameters);
  const written = mapOf(source.template, 'Resources');
  // In other formats, the logical ids are addresses such as Terraform's, which may look like the ids of parts of
  // documents.
  const isWritten = (logicalId: string): boolean =>
    source.writtenAs === undefined ? IN_TEMPLATE.test(logicalId) : Object.hasOwn(written, logicalId);
  return [...resources.values()]
    .filter(({ logicalId }) => isWritten(logicalId) && known.writtenAt(logicalId, []) !== undefined)
    .map((resource) => ({
      resource: resource.logicalId,
      type: resource.type,
      properties: ofTemplate(resource, source.template),
    }));
}

/** @param check returns the violations of one resource, by the schema of its type */
export function judgeSchemas(
  stack: ResolvedStack,
  check: (question: SchemaQuestion) => readonly SchemaViolation[],
): readonly DeployFinding[] {
  const { template = {}, placeholderParameters } = stack.source ?? {};
  const known = new KnownValues(template, placeholderParameters);
  return schemaQuestions(stack).flatMap((question) => {
    const resource = stack.resources.get(question.resource);
    return resource === undefined ? [] : judgeResource(stack, resource, check(question), known);
  });
}

function judgeResource(
  { stackName, source }: ResolvedStack,
  resource: ResolvedResource,
  violations: readonly SchemaViolation[],
  known: KnownValues,
): readonly DeployFinding[] {
  const { logicalId, type } = resource;
  const isMade = source?.made?.has(logicalId) === true;
  return violations
    .filter((violation, index) => !isSaidBefore(violation, violations.slice(0, index)))
    .filter((violation) => isCertain(violation, resource, known))
    .filter((violation) => isOfAuthor(violation, resource, source?.writtenAs))
    .filter((violation) => !isLocalPath(violation, resource, isMade))
    .filter((violation) => !isMade || remainsAfterTransform(violation, logicalId, source))
    .map((violation) => {
      const { path, missing, excess, because, message } = violation;
      const remedy =
        remedyOfServiceRole(violation, resource) ??
        (source?.writtenAs === undefined ? remedyOfName(violation, resource, known) : undefined) ??
        violation.remedy;
      const cause = excess ?? because;
      const property = (cause === undefined ? path : [...path, cause]).join('.');
      const { file, line } = resource.place(property === '' ? undefined : property);
      const at: Placed = {
        stack: stackName,
        resource: logicalId,
        type,
        property: missing === undefined ? property : [...path, missing].join('.'),
        file,
        line,
      };
      return makeFinding('resource-value', at, message, remedy === undefined ? {} : { remedy });
    });
}

/**
 * Returns whether a resource that a transform generates has the violation on AWS too. The transform adds the missing
 * properties of the resource, and the missing members of any object that it does not pass on as it is.
 */
function remainsAfterTransform(
  { path, missing, keyword }: SchemaViolation,
  logicalId: string,
  source: ResolvedStack['source'],
): boolean {
  if (path.length === 0 || keyword === 'type') return false;
  return (
    missing === undefined || source?.isPassedOn?.(['Resources', logicalId, 'Properties', ...path]) === true
  );
}

/** Returns whether an earlier violation of the same object has the same message, which the service reports once. */
function isSaidBefore(
  { path, message, missing, isWorded }: SchemaViolation,
  before: readonly SchemaViolation[],
): boolean {
  return (
    isWorded === true &&
    missing !== undefined &&
    before.some((other) => other.message === message && other.path.join('.') === path.join('.'))
  );
}

/**
 * Returns the remedy if the name of the role that osls creates is too long. If serverless.yml does not set a name, osls
 * joins the names of the service, the stage and the region.
 */
function remedyOfServiceRole(
  { keyword, path }: SchemaViolation,
  { logicalId, properties }: ResolvedResource,
): string | undefined {
  const name = properties['RoleName'];
  if (logicalId !== SERVICE_ROLE || path[0] !== 'RoleName' || keyword !== 'maxLength') return undefined;
  return typeof name === 'string' && name.endsWith('-lambdaRole')
    ? `shorten the name of the service by at least ${name.length - MAX_ROLE_NAME} characters, because osls makes the role name ${name} from it; or set provider.iam.role.name to a name of at most ${MAX_ROLE_NAME} characters`
    : `shorten provider.iam.role.name to ${MAX_ROLE_NAME} characters`;
}

/** Returns the remedy for a Ref that returns a name or a URL where an ARN is required. */
function remedyOfName(
  { path, pattern = '' }: SchemaViolation,
  { logicalId }: ResolvedResource,
  known: KnownValues,
): string | undefined {
  if (!OF_ARNS.test(pattern)) return undefined;
  const { name, type } = known.namedAt(logicalId, path) ?? {};
  const service = type?.split('::')[1]?.toLowerCase() ?? '';
  // The pattern must permit the ARNs of the service.
  if (name === undefined || (pattern !== '^arn:' && !new RegExp(`\\b${service}\\b`).test(pattern)))
    return undefined;
  const what = type === 'AWS::SQS::Queue' ? 'URL' : 'name';
  return `write Fn::GetAtt: [${name}, Arn] (!GetAtt ${name}.Arn), because Ref returns the ${what} of ${name}`;
}

/** See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_ROLE_NAME = 64;

/** Keywords whose result depends only on the value itself, and not on other members of the resource. */
const OF_VALUES: ReadonlySet<string> = new Set(
  (
    'enum enumCaseInsensitive const pattern minimum maximum exclusiveMinimum exclusiveMaximum multipleOf ' +
    'minLength maxLength minItems maxItems uniqueItems'
  ).split(' '),
);

/** Returns whether the author caused the violation. The other possible cause is the conversion from another format. */
function isOfAuthor(
  { path, missing, keyword, isWorded }: SchemaViolation,
  { logicalId }: ResolvedResource,
  writtenAs: NonNullable<ResolvedStack['source']>['writtenAs'],
): boolean {
  if (writtenAs === undefined) return true;
  const as = writtenAs(logicalId, path);
  return (
    as === 'document' ||
    (as === 'value' && missing === undefined && (OF_VALUES.has(keyword) || isWorded === true))
  );
}

function isLocalPath(
  { path, missing }: SchemaViolation,
  { type, properties }: ResolvedResource,
  isMade: boolean,
): boolean {
  const [top = ''] = path;
  // SAM has properties of its own for code and documents, such as CodeUri, so the author did not write this property.
  if (isMade && packagedProperty(type) === top) return true;
  return missing === undefined && packagedProperty(type) === top && typeof properties[top] === 'string';
}

/** Returns the properties that the template has. The gateway adds others, for example for a document in S3. */
function ofTemplate(
  { logicalId, properties, partial, isImported }: ResolvedResource,
  template: JsonObject | undefined,
): JsonObject {
  const resources = template?.['Resources'];
  const written = isJsonObject(resources) ? resources[logicalId] : undefined;
  const own = isJsonObject(written) ? written['Properties'] : undefined;
  if (!isJsonObject(own)) return {};
  // The properties of an imported API have the parts of the document in place of Body, whose presence decides whether
  // other properties are required.
  const document = isImported === true ? { Body: {} } : undefined;
  const known = { ...partial?.properties, ...document, ...properties };
  return Object.fromEntries(Object.entries(known).filter(([name]) => Object.hasOwn(own, name)));
}

/**
 * Returns whether the violation depends on a value that is not known: on the value itself, or on one of its members.
 * The presence or absence of other members of an object does not depend on such a value.
 */
function isOfUnknown(
  { path, missing, keyword }: SchemaViolation,
  { unresolved = [], partial }: ResolvedResource,
): boolean {
  const [top] = path;
  if (top === undefined || !unresolved.includes(top)) return false;
  if (partial?.properties[top] === undefined) return true;
  const place = `${path.join('.')}.`;
  const isOfMembers = missing !== undefined || keyword === 'additionalProperties';
  return partial.unknown.some(
    (one) => place.startsWith(`${one}.`) || (!isOfMembers && `${one}.`.startsWith(place)),
  );
}

/** Returns whether the violation occurs on AWS too, because AWS receives the same values. */
function isCertain(violation: SchemaViolation, resource: ResolvedResource, known: KnownValues): boolean {
  const { path, missing, keyword, pattern = '', isConditional, isWorded } = violation;
  const { logicalId, properties, unresolved = [] } = resource;
  const [top] = path;
  // Whether the condition is met cannot be decided while a property is unknown.
  if (isConditional === true && unresolved.length > 0) return false;
  if (isOfUnknown(violation, resource)) return false;
  // A function in place of the members, such as Fn::Transform, may add members.
  const isOfMembers = missing !== undefined || top === undefined || keyword === 'additionalProperties';
  const owner = keyword === 'additionalProperties' ? path.slice(0, -1) : path;
  if (isOfMembers && hasFunction(known.writtenAt(logicalId, owner))) return false;
  if (missing !== undefined) return !(top === undefined && unresolved.includes(missing));
  // A member that is not permitted is refused whatever its value is on AWS.
  if (keyword === 'additionalProperties') return true;
  if (top !== undefined && OF_PRESENCE.has(keyword)) return !hasFunction(known.writtenAt(logicalId, owner));
  if (top === undefined) return unresolved.length === 0;
  if (violation.isOfPresence === true && isGivenAt(known, logicalId, path)) return true;
  if (keyword === 'type' && known.isTextAt(logicalId, path)) return true;
  if (OF_ARNS.test(pattern) && known.isNameAt(logicalId, path)) return true;
  // CloudFormation's own patterns are not complete: they lack the ARNs of newer services.
  if (isWorded === true && OF_ARNS.test(pattern) && isArnAt(properties, path, known, logicalId)) return true;
  if (keyword === 'maxItems' && isLiteralList(known.writtenAt(logicalId, path))) return true;
  return known.isKnownAt(logicalId, path);
}

/** Returns whether there is a value at the path, whatever it is. */
function isGivenAt(known: KnownValues, logicalId: string, path: readonly string[]): boolean {
  return known.isReferredAt(logicalId, path) || known.isTextAt(logicalId, path);
}

/** Keywords whose result depends only on which members are present. */
const OF_PRESENCE: ReadonlySet<string> = new Set(
  'requiredXor requiredOr dependentExcluded dependentRequired'.split(' '),
);

/** Matches a pattern that only an ARN can match, and a pattern that no ARN can match. */
const OF_ARNS = /^\^?\(?(?:\?!)?arn:/;

/** Returns whether no item of the list is conditional (`Fn::If`), so that its number of items is known. */
function isLiteralList(value: Json | undefined): boolean {
  return isJsonList(value) && !value.some((one) => isJsonObject(one) && Object.hasOwn(one, 'Fn::If'));
}

/** Returns whether the value is the ARN of a resource of the stack: AWS gets an ARN of the same service and form. */
function isArnAt(
  properties: JsonObject,
  path: readonly string[],
  known: KnownValues,
  logicalId: string,
): boolean {
  const value = path.reduce<Json | undefined>(
    (found, key) => (isJsonList(found) ? found[Number(key)] : isJsonObject(found) ? found[key] : undefined),
    properties,
  );
  return typeof value === 'string' && value.startsWith('arn:') && known.isReferredAt(logicalId, path);
}

function hasFunction(value: unknown): boolean {
  return isJsonObject(value) && Object.keys(value).some((name) => name.startsWith('Fn::'));
}
