/** Merges resources of the provider that are only parts of a CloudFormation resource. */
import { isJsonList, isJsonObject, listOf, mapOf, textOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { Finding } from '../raw-stack.ts';
import type { Instance } from './terraform-document.ts';
import { BUCKET_SETTINGS } from './terraform-buckets.ts';
import { INTEGRATION_ROW } from './terraform-types.ts';
import type { TerraformValues } from './terraform-values.ts';
import { pascalMembers } from './terraform-values.ts';
import { whereAdded } from './terraform-places.ts';
import type { Origin } from './terraform-places.ts';

/** A resource of the template to which parts are still being added. */
export type Draft = {
  readonly instance: Instance;
  readonly type: string;
  properties: JsonObject;
  /** The parts that were added, with the paths at which they were added. */
  readonly parts: Origin[];
};

type Merge = (part: Instance, drafts: Drafts, values: TerraformValues) => boolean;

type Drafts = ReadonlyMap<string, Draft>;

/** Adds parts to their owners. Returns findings for parts without an owner. */
export function mergeParts(
  parts: readonly Instance[],
  drafts: Drafts,
  values: TerraformValues,
): readonly Finding[] {
  // The order matters, because an integration must be added before its responses.
  const ordered = parts.toSorted((one, other) => rank(one) - rank(other));
  return ordered.flatMap((part): Finding[] => {
    const before = [...drafts.values()].map((draft) => [draft, draft.properties] as const);
    if (MERGES[part.type]?.(part, drafts, values) === true) {
      notePart(part, before);
      return [];
    }
    const consequence =
      'this part is not applied, because its parent resource is not in the plan or is known only after apply';
    return [{ logicalId: part.address, type: part.type, consequence }];
  });
}

/** Records the path in a draft at which the part was added. */
function notePart(instance: Instance, before: readonly (readonly [Draft, JsonObject])[]): void {
  for (const [draft, known] of before) {
    const path = draft.properties === known ? undefined : whereAdded(known, draft.properties);
    if (path !== undefined) draft.parts.push({ path, instance });
  }
}

function rank({ type }: Instance): number {
  return type === 'aws_api_gateway_integration' ? 0 : 1;
}

const ROLE = ['aws_iam_role', 'AWS::IAM::Role', 'RoleName'] as const;
const RULE = ['aws_cloudwatch_event_rule', 'AWS::Events::Rule', 'Name'] as const;
const BUCKET = ['aws_s3_bucket', 'AWS::S3::Bucket', 'BucketName'] as const;

const MERGES: Readonly<Record<string, Merge>> = {
  aws_api_gateway_integration: (part, drafts, values) =>
    change(methodOf(part, drafts, values), () => {
      const entries = INTEGRATION_ROW.flatMap(({ attribute, property: [name = ''], kind }) => {
        const value = values.value(part, attribute, kind);
        return value === undefined || value === '' || (isJsonList(value) && value.length === 0)
          ? []
          : [[name, value] as const];
      });
      return { Integration: Object.fromEntries(entries) };
    }),
  aws_api_gateway_integration_response: (part, drafts, values) =>
    change(methodOf(part, drafts, values), ({ properties }) => {
      const integration = mapOf(properties, 'Integration');
      const response = members(part, values, RESPONSE_MEMBERS);
      const IntegrationResponses = [...listOf(integration, 'IntegrationResponses'), response];
      return { Integration: { ...integration, IntegrationResponses } };
    }),
  aws_api_gateway_method_response: (part, drafts, values) =>
    change(methodOf(part, drafts, values), ({ properties }) => ({
      MethodResponses: [
        ...listOf(properties, 'MethodResponses'),
        members(part, values, ['status_code', 'response_models', 'response_parameters']),
      ],
    })),
  aws_api_gateway_method_settings: (part, drafts, values) => {
    const owner = ownerOf(drafts, 'AWS::ApiGateway::Stage', {
      RestApiId: values.value(part, 'rest_api_id', 'id'),
      StageName: values.value(part, 'stage_name'),
    });
    const path = values.value(part, 'method_path');
    const [settings = {}] = values.blocks(part, 'settings');
    const [, resource = '*', method = '*'] =
      /^(.*)\/([^/]+)$/.exec(typeof path === 'string' ? path : '') ?? [];
    // The value -1 means the account's limit.
    const set = Object.entries(settings).filter(
      ([name, value]) => SETTINGS.has(name) && !(name.startsWith('throttling') && value === -1),
    );
    const known = pascalMembers(Object.fromEntries(set));
    const setting = { ResourcePath: `/${resource.replace(/^\//, '')}`, HttpMethod: method, ...known };
    return change(owner, ({ properties }) => ({
      MethodSettings: [...listOf(properties, 'MethodSettings'), setting],
    }));
  },
  aws_api_gateway_rest_api_policy: (part, drafts, values) =>
    change(draftOf(drafts, values.value(part, 'rest_api_id', 'id')), () => ({
      Policy: values.value(part, 'policy', 'json') ?? null,
    })),
  aws_cloudwatch_event_target: (part, drafts, values) => {
    const owner = namedBy(part, 'rule', RULE, drafts, values);
    const id = values.value(part, 'target_id');
    const [transformer] = values.blocks(part, 'input_transformer');
    const target = {
      Id: typeof id === 'string' ? id : `${part.name}${part.key ?? ''}`,
      Arn: values.value(part, 'arn', 'id') ?? null,
      ...members(part, values, ['input', 'input_path']),
      ...targetBlocks(part, values),
      ...(transformer !== undefined && {
        InputTransformer: {
          InputPathsMap: transformer['input_paths'] ?? {},
          InputTemplate: transformer['input_template'] ?? '',
        },
      }),
    };
    return change(owner, ({ properties }) => ({ Targets: [...listOf(properties, 'Targets'), target] }));
  },
  aws_iam_role_policy_attachment: (part, drafts, values) =>
    attach(values, part, [namedBy(part, 'role', ROLE, drafts, values)]),
  aws_iam_policy_attachment: (part, drafts, values) => {
    const names = part.values['roles'];
    const owners = isJsonList(names)
      ? names.map((name) => named(drafts, 'AWS::IAM::Role', 'RoleName', name))
      : [];
    return attach(values, part, owners);
  },
  aws_s3_bucket_notification: (part, drafts, values) =>
    change(namedBy(part, 'bucket', BUCKET, drafts, values), () => ({
      NotificationConfiguration: {
        LambdaConfigurations: notifications(part, values, 'lambda_function', 'Function'),
        QueueConfigurations: notifications(part, values, 'queue', 'Queue'),
        TopicConfigurations: notifications(part, values, 'topic', 'Topic'),
        ...(values.value(part, 'eventbridge') === true && {
          EventBridgeConfiguration: { EventBridgeEnabled: true },
        }),
      },
    })),
  ...Object.fromEntries(
    Object.entries(BUCKET_SETTINGS).map(([type, read]): [string, Merge] => [
      type,
      (part, drafts, values) =>
        change(namedBy(part, 'bucket', BUCKET, drafts, values), () => {
          // The attribute is read so that it is not reported as a setting that is not applied.
          values.value(part, 'bucket', 'id');
          return read(part, values);
        }),
    ]),
  ),
  aws_secretsmanager_secret_version: (part, drafts, values) =>
    change(draftOf(drafts, values.value(part, 'secret_id', 'id')), () => ({
      SecretString: values.value(part, 'secret_string') ?? '',
    })),
};

/** Returns one notification for each event, as CloudFormation requires. */
function notifications(part: Instance, values: TerraformValues, name: string, target: string): JsonObject[] {
  return values.blocks(part, name).flatMap((block) => {
    const rules = ['prefix', 'suffix'].flatMap((kind) => {
      const value = textOf(block, `filter_${kind}`);
      return value === '' ? [] : [{ Name: kind, Value: value }];
    });
    const Filter = { S3Key: { Rules: rules } };
    return listOf(block, 'events').map((event) => ({
      Event: event,
      [target]: block[`${name}_arn`] ?? null,
      ...(rules.length > 0 && { Filter }),
    }));
  });
}

/**
 * The settings of a method. CloudFormation lacks the last two, but API Gateway and the provider have them.
 * @see Terraform's AWS provider, "aws_api_gateway_method_settings"
 */
const SETTINGS = new Set([
  'metrics_enabled',
  'logging_level',
  'data_trace_enabled',
  'throttling_burst_limit',
  'throttling_rate_limit',
  'caching_enabled',
  'cache_ttl_in_seconds',
  'cache_data_encrypted',
  'require_authorization_for_cache_control',
  'unauthorized_cache_control_header_strategy',
]);

const RESPONSE_MEMBERS = [
  'status_code',
  'selection_pattern',
  'response_parameters',
  'response_templates',
  'content_handling',
];

/** Blocks of a rule's target, with their names in CloudFormation. */
const TARGET_BLOCKS = {
  dead_letter_config: 'DeadLetterConfig',
  retry_policy: 'RetryPolicy',
  sqs_target: 'SqsParameters',
};

function targetBlocks(part: Instance, values: TerraformValues): JsonObject {
  const entries = Object.entries(TARGET_BLOCKS).flatMap(([name, property]) => {
    const [block] = values.blocks(part, name);
    return block === undefined ? [] : [[property, pascalMembers(block)] as const];
  });
  return Object.fromEntries(entries);
}

function members(part: Instance, values: TerraformValues, names: readonly string[]): JsonObject {
  const entries = names.flatMap((name) => {
    const value = values.value(part, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return pascalMembers(Object.fromEntries(entries));
}

function change(draft: Draft | undefined, make: (draft: Draft) => JsonObject): boolean {
  if (draft === undefined) return false;
  draft.properties = { ...draft.properties, ...make(draft) };
  return true;
}

function attach(values: TerraformValues, part: Instance, owners: readonly (Draft | undefined)[]): boolean {
  const arn = values.value(part, 'policy_arn', 'id') ?? null;
  const isDone = owners.map((owner) =>
    change(owner, ({ properties }) => {
      const before = listOf(properties, 'ManagedPolicyArns');
      // If the file is a state, the role itself already lists its attached policies.
      const isThere = before.some((each) => JSON.stringify(each) === JSON.stringify(arn));
      return { ManagedPolicyArns: isThere ? before : [...before, arn] };
    }),
  );
  return isDone.length > 0 && isDone.every((each) => each);
}

function methodOf(part: Instance, drafts: Drafts, values: TerraformValues): Draft | undefined {
  return ownerOf(drafts, 'AWS::ApiGateway::Method', {
    ResourceId: values.value(part, 'resource_id', 'id'),
    HttpMethod: values.value(part, 'http_method'),
    RestApiId: values.value(part, 'rest_api_id', 'id'),
  });
}

/** Returns the first draft of this type that has the wanted properties; undefined if none has. */
function ownerOf(
  drafts: Drafts,
  type: string,
  wanted: Readonly<Record<string, Json | undefined>>,
): Draft | undefined {
  const entries = Object.entries(wanted).map(([name, value]) => [name, JSON.stringify(value)] as const);
  return [...drafts.values()].find(
    (draft) =>
      draft.type === type && entries.every(([name, text]) => JSON.stringify(draft.properties[name]) === text),
  );
}

function draftOf(drafts: Drafts, reference: Json | undefined): Draft | undefined {
  const address = isJsonObject(reference) ? reference['Ref'] : undefined;
  return typeof address === 'string' ? drafts.get(address) : undefined;
}

/** Returns the resource that an attribute refers to, either by its address or by the name that the plan contains. */
function namedBy(
  part: Instance,
  attribute: string,
  [type, own, property]: readonly [type: string, own: string, property: string],
  drafts: Drafts,
  values: TerraformValues,
): Draft | undefined {
  const referred = values.sourceOf(part, attribute, type);
  const found = referred === undefined ? undefined : drafts.get(referred.address);
  // The attribute counts as read, in whichever way the owner is found.
  const id = values.value(part, attribute, 'id');
  return found ?? named(drafts, own, property, part.values[attribute]) ?? draftOf(drafts, id);
}

function named(drafts: Drafts, type: string, property: string, name: Json | undefined): Draft | undefined {
  if (typeof name !== 'string') return undefined;
  return [...drafts.values()].find((draft) => draft.type === type && draft.properties[property] === name);
}
