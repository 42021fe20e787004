/** Converts a plan or state of Terraform to a stack as CloudFormation would have it for the same resources. */
import { basename, dirname, resolve } from 'node:path';
import { makeName } from '@gatewright/aws/physical-ids';
import { isAccountId, isRegion, resolveHome } from '../../core/stack/home.ts';
import type { TakenFiles } from '../../core/stack/function.ts';
import type { Home } from '../../core/stack/home.ts';
import { DefinitionError } from '../../core/errors.ts';
import { isJsonList, isJsonObject, mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { parseSource } from '../cloudformation/template-source.ts';
import type { LoadOptions } from '../load-options.ts';
import { isArchive } from '../packed-code.ts';
import type { Finding, RawStack } from '../raw-stack.ts';
import type { Path } from '../cloudformation/template-source.ts';
import type { WrittenAs } from '../../core/stack/model.ts';
import { readFile } from 'node:fs/promises';
import { readDocument } from './terraform-document.ts';
import type { Instance, TerraformDocument } from './terraform-document.ts';
import { decodeText, findErrored, SHOW } from './terraform-files.ts';
import { findEarlyParts } from './terraform-order.ts';
import { mergeParts } from './terraform-parts.ts';
import type { Draft } from './terraform-parts.ts';
import { fullReferences } from './terraform-references.ts';
import { SHAPES } from './terraform-shapes.ts';
import { PARTS, rowOf } from './terraform-types.ts';
import type { AttributeRow } from './terraform-types.ts';
import { TerraformPlaces } from './terraform-places.ts';
import { TerraformValues, isNotKnown, pascalMembers } from './terraform-values.ts';
import { existsSync } from 'node:fs';

/**
 * The maximum size of a file in bytes. Plans are large, because they contain all values twice, before and after the
 * change.
 */
const SIZE_LIMIT_BYTES = 67_108_864;
/** Matches resource types that exist only in Terraform and not on AWS. */
const LOCAL_TYPES = /^(?:null|random|local|time|tls|archive|terraform|external|template|http)_/;
const NAMES = ['name', 'function_name', 'bucket', 'layer_name'];
/** Attributes that do not affect requests. */
const WITHOUT_EFFECT = new Set(
  (
    'tags tags_all triggers source_code_hash filename publish region force_destroy force_delete skip_destroy ' +
    'timeouts name_prefix bucket_prefix description tracing_config logging_config ephemeral_storage kms_key_arn ' +
    'kms_key_id statement_id statement_id_prefix qualifier force_detach_policies max_session_duration ' +
    'server_side_encryption point_in_time_recovery deletion_protection_enabled table_class table_name ' +
    'sqs_managed_sse_enabled kms_master_key_id policy retention_in_days recovery_window_in_days tier ' +
    'code_signing_config_arn snap_start replace_security_groups_on_destroy output_path type key_id'
  ).split(' '),
);

/**
 * Loads a plan or state of Terraform.
 * @throws DefinitionError if the format is not supported or the file has no AWS resources
 */
export async function loadTerraform(file: string, options: LoadOptions): Promise<RawStack> {
  const { value } = parseSource(decodeText(await readFile(file)), file, SIZE_LIMIT_BYTES);
  const document = readDocument(value, file);
  const isPlan = value['planned_values'] !== undefined;
  const folder = dirname(resolve(file));
  const stackName = nameAfter(folder);
  const home = resolveHome(options, findHome(document, mapOf(value, 'configuration')));
  const { resources, code, findings, places, files } = convert(document, folder, stackName);
  const hasResources = Object.keys(resources).length > 0;
  const errored = findErrored(file, value, hasResources);
  if (!hasResources) {
    throw new DefinitionError(
      { file },
      `the file contains no resources of the aws provider; a plan made with -target contains only its targets. Run "${SHOW}" without -target`,
    );
  }
  return {
    stackName,
    file,
    includes: [...[...code.functions.values()].filter(isArchive), ...files],
    stage: options.stage,
    ...home,
    template: { Resources: resources },
    hasAddresses: true,
    lineOf: () => undefined,
    placeIn: (path) => places.placeOf(path),
    regionOf: (logicalId) =>
      regionOf(
        document.instances.find(({ address }) => address === logicalId),
        document,
        mapOf(value, 'configuration'),
      ),
    // For a Terraform state, nothing is returned, so that its values are not checked: AWS has accepted them, and the
    // provider has filled in some of them.
    writtenAs: (logicalId, property) => (isPlan ? writtenAs(places, logicalId, property) : undefined),
    parameters: options.parameters,
    ...(options.stored !== undefined && { stored: options.stored }),
    code: { ...code, esbuild: undefined },
    findings: [...errored, ...findings],
  };
}

type Converted = {
  readonly resources: JsonObject;
  readonly code: {
    readonly functions: ReadonlyMap<string, string>;
    readonly layers: ReadonlyMap<string, string>;
    readonly taken: ReadonlyMap<string, TakenFiles>;
  };
  readonly findings: readonly Finding[];
  readonly places: TerraformPlaces;
  /** The configuration files that were read. */
  readonly files: readonly string[];
};

/** Properties whose value is a document in the form in which AWS gets it. */
const DOCUMENTS: ReadonlySet<string> = new Set(['PolicyDocument', 'AssumeRolePolicyDocument']);

function writtenAs(places: TerraformPlaces, logicalId: string, property: Path): WrittenAs | undefined {
  if (places.attributeOf(logicalId, property) === undefined) return undefined;
  return property.some((step) => DOCUMENTS.has(step)) ? 'document' : 'value';
}

function convert(document: TerraformDocument, folder: string, stackName: string): Converted {
  const values = new TerraformValues(document, folder);
  const managed = document.instances.filter(({ isData, type }) => !isData && !LOCAL_TYPES.test(type));
  const drafts = new Map<string, Draft>();
  const functions = new Map<string, string>();
  const layers = new Map<string, string>();
  const taken = new Map<string, TakenFiles>();
  for (const instance of managed.filter(({ type }) => !PARTS.has(type))) {
    const draft = draftOf(instance, values, stackName);
    drafts.set(instance.address, draft);
    if (instance.type !== 'aws_lambda_function' && instance.type !== 'aws_lambda_layer_version') continue;
    const code = findCode(instance, document.instances, values, folder);
    if (code?.kind === 'inline') draft.properties = withInline(draft.properties, code);
    else if (code !== undefined) {
      (instance.type === 'aws_lambda_function' ? functions : layers).set(instance.address, code.path);
      if (code.isPart === true) taken.set(instance.address, 'part');
    }
  }
  const parts = managed.filter(({ type }) => PARTS.has(type));
  const orphans = mergeParts(parts, drafts, values);
  const policies = managed.flatMap((instance) => policyOf(instance, values));
  const unread = managed.flatMap((instance) => unreadOf(instance, values));
  const resources = [...drafts].flatMap(([address, draft]) => [
    [address, { Type: draft.type, Properties: draft.properties }] as const,
    ...permissionsOfUrl(address, draft),
  ]);
  const origins = managed.flatMap((instance) => {
    const added = drafts.get(instance.address)?.parts ?? [];
    const own = { path: [], instance };
    return [
      [instance.address, [own, ...added]],
      [addressOfPolicy(instance), [own]],
    ] as const;
  });
  return {
    resources: Object.fromEntries([...resources, ...policies]),
    code: { functions, layers, taken },
    findings: [...orphans, ...unread, ...findEarlyParts(managed)],
    places: new TerraformPlaces(values.source, new Map(origins)),
    files: values.source.files(managed),
  };
}

/** The types whose attribute `policy` is a separate resource in CloudFormation. */
const WITH_POLICY: Readonly<Record<string, { readonly type: string; readonly targets: string }>> = {
  aws_sqs_queue: { type: 'AWS::SQS::QueuePolicy', targets: 'Queues' },
  aws_sns_topic: { type: 'AWS::SNS::TopicPolicy', targets: 'Topics' },
};

/** Returns the policy that is an attribute of the queue or topic itself. */
function policyOf(instance: Instance, values: TerraformValues): readonly (readonly [string, JsonObject])[] {
  const policy = WITH_POLICY[instance.type];
  const document = policy && values.value(instance, 'policy', 'json');
  if (policy === undefined || document === undefined || document === null || document === '') return [];
  const Properties = { [policy.targets]: [{ Ref: instance.address }], PolicyDocument: document };
  return [[addressOfPolicy(instance), { Type: policy.type, Properties }]];
}

function addressOfPolicy({ address }: Instance): string {
  return `${address}.policy`;
}

/** Returns the permissions that the provider adds for a public function URL, because a plan does not contain them. */
function permissionsOfUrl(
  address: string,
  { type, properties }: Draft,
): readonly (readonly [string, JsonObject])[] {
  if (type !== 'AWS::Lambda::Url' || properties['AuthType'] !== 'NONE') return [];
  const { TargetFunctionArn: target = null, Qualifier: qualifier } = properties;
  const FunctionName = qualifier === undefined ? target : { 'Fn::Join': [':', [target, qualifier]] };
  const granted = [
    ['PublicAccess', { Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' }],
    ['InvokeAction', { Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true }],
  ] as const;
  return granted.map(([name, rights]) => [
    `${address}.FunctionURLAllow${name}`,
    { Type: 'AWS::Lambda::Permission', Properties: { FunctionName, Principal: '*', ...rights } },
  ]);
}

/**
 * Returns the properties of a function with inline code. Its handler is changed, because CloudFormation always names
 * the module of inline code `index`.
 */
function withInline(
  properties: JsonObject,
  { text, module }: Extract<FoundCode, { kind: 'inline' }>,
): JsonObject {
  const [own, ...names] = textOf(properties, 'Handler').split('.');
  const Handler = own === module ? ['index', ...names].join('.') : textOf(properties, 'Handler');
  return { ...properties, Handler, Code: { ZipFile: text } };
}

function draftOf(instance: Instance, values: TerraformValues, stackName: string): Draft {
  const row = rowOf(instance.type);
  if (row === undefined) return { instance, type: instance.type, properties: {}, parts: [] };
  let properties: JsonObject = {};
  for (const attribute of row.attributes) {
    const value = readAttribute(instance, attribute, values, stackName);
    if (value !== undefined) properties = setAt(properties, attribute.property, value);
  }
  return {
    instance,
    type: row.type,
    parts: [],
    properties: { ...properties, ...SHAPES[instance.type]?.(instance, values) },
  };
}

function readAttribute(
  instance: Instance,
  { attribute, kind }: AttributeRow,
  values: TerraformValues,
  stackName: string,
): Json | undefined {
  const value = values.value(instance, attribute, kind);
  if (NAMES.includes(attribute) && (value === undefined || isNotKnown(value)))
    return generatedName(instance, stackName);
  if (value === '' || (isJsonList(value) && value.length === 0)) return undefined;
  // Some of these numbers are strings in the provider.
  if (kind === 'optional' && (typeof value === 'number' || typeof value === 'string') && Number(value) < 0)
    return undefined;
  if (kind === 'block') {
    const [block] = isJsonList(value) ? value.filter(isJsonObject) : [];
    return block === undefined ? undefined : pascalMembers(block);
  }
  if (kind === 'blocks')
    return isJsonList(value) ? value.filter(isJsonObject).map((block) => pascalMembers(block)) : undefined;
  return value;
}

/**
 * Generates a name for a resource whose real name is known only after the apply, for example because it has a random
 * part.
 */
function generatedName({ address, type, values }: Instance, stackName: string): string {
  const prefix = values['name_prefix'] ?? values['bucket_prefix'];
  const head = typeof prefix === 'string' ? prefix : '';
  const name = `${head}${makeName(stackName, address.replace(/[^A-Za-z0-9]+/g, '-'), 48)}`;
  // Names of buckets have at most 63 characters, and no capitals.
  if (type === 'aws_s3_bucket') return bucketName(head, stackName, address);
  return values['fifo_queue'] === true ? `${name}.fifo` : name;
}

/** See https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function bucketName(prefix: string, stackName: string, address: string): string {
  const plain = address.replace(/[^A-Za-z0-9]+/g, '-');
  const own = makeName(stackName, plain, MAX_BUCKET_NAME - prefix.length).toLowerCase();
  return `${prefix}${own}`.replaceAll('_', '-');
}

const MAX_BUCKET_NAME = 63;

function setAt(properties: JsonObject, [name = '', ...rest]: readonly string[], value: Json): JsonObject {
  return { ...properties, [name]: rest.length === 0 ? value : setAt(mapOf(properties, name), rest, value) };
}

/** Returns findings for the attributes that the configuration sets but the gateway does not read. */
function unreadOf(instance: Instance, values: TerraformValues): readonly Finding[] {
  if (rowOf(instance.type) === undefined && !PARTS.has(instance.type)) return [];
  return Object.keys(instance.expressions)
    .filter((name) => !WITHOUT_EFFECT.has(name) && !values.hasRead(instance, name))
    .map((property) => ({
      logicalId: instance.address,
      type: instance.type,
      property,
      consequence: 'this attribute is not applied',
    }));
}

/**
 * Returns the region and account of the provider. If the provider does not define them, returns the region and account
 * in the first ARN.
 */
function findHome(document: TerraformDocument, configuration: JsonObject): Partial<Home> {
  const { instances } = document;
  const configured = configuredRegion(document, configuration, 'aws');
  const arns = instances
    .flatMap(({ values }) => Object.values(values))
    .filter((value) => typeof value === 'string');
  const parts = arns.map((arn) => /^arn:aws[\w-]*:[\w-]+:([\w-]*):(\d{12}):/.exec(arn));
  const found = parts.map((part) => part?.[1] ?? '').find(isRegion);
  const own = typeof configured === 'string' && isRegion(configured) ? configured : found;
  const caller = instances.find(({ type }) => type === 'aws_caller_identity')?.values['account_id'];
  const accountId = [typeof caller === 'string' ? caller : '', ...parts.map((part) => part?.[2] ?? '')].find(
    isAccountId,
  );
  return { ...(own !== undefined && { region: own }), ...(accountId !== undefined && { accountId }) };
}

function configuredRegion(
  { variables }: TerraformDocument,
  configuration: JsonObject,
  provider: string,
): Json | undefined {
  const settings = mapOf(mapOf(configuration, 'provider_config'), provider);
  const region = membersOf(mapOf(settings, 'expressions')['region']);
  const [reference = ''] = fullReferences(region);
  return region['constant_value'] ?? variables[reference.replace(/^var\./, '')];
}

/**
 * Returns the region that a resource names itself, or else the region of its provider; empty if it is not known, and
 * undefined if there is no such resource.
 */
function regionOf(
  instance: Instance | undefined,
  document: TerraformDocument,
  configuration: JsonObject,
): string | undefined {
  if (instance === undefined) return undefined;
  const { values, provider } = instance;
  const region = values['region'] ?? configuredRegion(document, configuration, provider);
  return typeof region === 'string' && isRegion(region) ? region : '';
}

function nameAfter(folder: string): string {
  const name = basename(folder)
    .replace(/[^A-Za-z0-9-]+/g, '-')
    .replace(/^[^A-Za-z]+|-+$/g, '');
  return name === '' ? 'terraform' : name.slice(0, 128);
}

/**
 * The code of a function or layer. It is the folder from which an archive is created, or the archive itself if there is
 * no such folder.
 */
type FoundCode =
  | {
      readonly kind: 'path';
      readonly path: string;
      /** Whether the archive contains only some of the folder's files. */
      readonly isPart?: boolean;
    }
  /** The content of the only file of an archive. `module` is the file's name without extension. */
  | { readonly kind: 'inline'; readonly text: string; readonly module: string };

const OBJECT_TYPES = ['aws_s3_object', 'aws_s3_bucket_object'];

/**
 * Finds the code of a function or layer.
 * @param folder the folder of the root module, where Terraform runs
 */
function findCode(
  instance: Instance,
  all: readonly Instance[],
  values: TerraformValues,
  folder: string,
): FoundCode | undefined {
  const file = textOf(instance.values, 'filename') || uploadedFile(instance, all);
  const archives = all.filter(({ type }) => type === 'archive_file');
  const archive =
    values.sourceOf(instance, 'filename', 'archive_file') ??
    values.sourceOf(instance, 'source_code_hash', 'archive_file') ??
    archives.find(({ values: { output_path: path } }) => file !== '' && path === file);
  const source = archive === undefined ? undefined : sourceOf(archive, folder);
  if (source?.kind === 'inline' || (source !== undefined && existsSync(source.path))) return source;
  const packed = file === '' && archive !== undefined ? textOf(archive.values, 'output_path') : file;
  if (packed !== '') return { kind: 'path', path: resolve(folder, packed) };
  return source;
}

function sourceOf({ values }: Instance, folder: string): FoundCode | undefined {
  const [directory, file] = [textOf(values, 'source_dir'), textOf(values, 'source_file')];
  const { excludes } = values;
  const isPart = isJsonList(excludes) && excludes.length > 0;
  if (directory !== '') return { kind: 'path', path: resolve(folder, directory), isPart };
  if (file !== '') return { kind: 'path', path: dirname(resolve(folder, file)), isPart: true };
  const blocks = values['source'];
  const written = isJsonList(blocks) ? blocks.filter(isJsonObject) : [];
  const [only, ...others] = [
    ...written.map((block) => [textOf(block, 'filename'), textOf(block, 'content')] as const),
    ...(typeof values['source_content'] === 'string'
      ? [[textOf(values, 'source_content_filename'), values['source_content']] as const]
      : []),
  ];
  if (only === undefined || others.length > 0) return undefined;
  const [name, text] = only;
  return { kind: 'inline', text, module: name.replace(/\.\w+$/, '') };
}

/** Returns the file that is uploaded as the object `s3_key`. */
function uploadedFile({ values: { s3_key: key } }: Instance, all: readonly Instance[]): string {
  const object = all.find(
    ({ type, values }) => OBJECT_TYPES.includes(type) && typeof key === 'string' && values['key'] === key,
  );
  return object === undefined ? '' : textOf(object.values, 'source');
}
