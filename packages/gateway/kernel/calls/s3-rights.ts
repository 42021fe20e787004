/**
 * The permissions that calls to S3 need (service authorization reference, "Actions, resources, and condition keys for
 * Amazon S3").
 */
import { decodeOrKeep } from '@gatewright/aws/decode-or-keep';
import type { AwsPermission } from './aws-call.ts';
import { readDeleteRequest } from './s3-delete-request.ts';

type S3Call = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** A flat list of names and values. */
  readonly headers: readonly string[];
  readonly body?: string | Buffer | undefined;
  /** The bucket, if it is not in the path. */
  readonly subdomain?: string | undefined;
};

type Verb = 'Delete' | 'Get' | 'Put';

const VERBS: Readonly<Record<string, Verb>> = {
  DELETE: 'Delete',
  GET: 'Get',
  HEAD: 'Get',
  POST: 'Put',
  PUT: 'Put',
};

/**
 * The actions for a part of an object or bucket. The key is a query parameter that names the part, with or without a
 * value.
 */
const PARTS_OF_OBJECT: Readonly<Record<string, string | Partial<Record<Verb, string>>>> = {
  acl: 'ObjectAcl',
  attributes: 'ObjectAttributes',
  'legal-hold': 'ObjectLegalHold',
  retention: 'ObjectRetention',
  tagging: 'ObjectTagging',
  torrent: 'ObjectTorrent',
  versionId: 'ObjectVersion',
  restore: { Put: 'RestoreObject' },
  select: { Put: 'GetObject' },
  uploads: { Put: 'PutObject' },
  uploadId: { Get: 'ListMultipartUploadParts', Put: 'PutObject', Delete: 'AbortMultipartUpload' },
};
const PARTS_OF_BUCKET: typeof PARTS_OF_OBJECT = {
  location: { Get: 'GetBucketLocation' },
  policy: 'BucketPolicy',
  tagging: 'BucketTagging',
  uploads: { Get: 'ListBucketMultipartUploads' },
  versioning: { Get: 'GetBucketVersioning', Put: 'PutBucketVersioning' },
  versions: { Get: 'ListBucketVersions' },
};
/** The query parameters that do not select an operation. */
const PLAIN = new Set(
  (
    'continuation-token delimiter encoding-type fetch-owner key-marker list-type marker max-keys max-parts ' +
    'max-uploads part-number-marker partNumber prefix select-type start-after upload-id-marker version-id-marker x-id'
  ).split(' '),
);
const OF_BUCKET: Readonly<Record<string, string>> = { PUT: 'CreateBucket', DELETE: 'DeleteBucket' };

/** Returns the permissions that a call needs. The bucket may be in the path or in the subdomain. */
export function rightsOfS3(call: S3Call): readonly AwsPermission[] {
  const { method, path, subdomain } = call;
  const whole = decodeOrKeep(subdomain === undefined ? path : `/${subdomain}${path}`);
  const [, bucket = '', key = ''] = /^\/([^/]*)(?:\/(.*))?$/s.exec(whole) ?? [];
  if (bucket === '') return [{ action: 's3:ListAllMyBuckets', resource: '*' }];
  const parts = partsOf(call.query);
  const verb = VERBS[method] ?? 'Get';
  if (key !== '') {
    const action = actionOf(parts, PARTS_OF_OBJECT, verb) ?? `${verb}Object`;
    const also = rightsOfHeaders(call, action).map((more) => permission(more, `${bucket}/${key}`));
    return [permission(action, `${bucket}/${key}`), ...also, ...rightsOfSource(call)];
  }
  if (method === 'POST' && parts.join() === 'delete') return rightsOfDeletion(bucket, call);
  const action = actionOf(parts, PARTS_OF_BUCKET, verb) ?? OF_BUCKET[method] ?? 'ListBucket';
  return [{ ...permission(action, bucket), ...(action === 'ListBucket' && conditionsOfList(call)) }];
}

/**
 * The request body names the objects to delete. A body that S3 refuses requires permission for all objects of the
 * bucket.
 */
function rightsOfDeletion(bucket: string, { body }: S3Call): readonly AwsPermission[] {
  const objects = readDeleteRequest(Buffer.from(body ?? '').toString())?.objects ?? [{ key: '*' }];
  return objects.map(({ key }) => permission('DeleteObject', `${bucket}/${key}`));
}

const CONDITIONS_OF_LIST = ['prefix', 'delimiter', 'max-keys'];

/** Returns the values of `s3:prefix`, `s3:delimiter` and `s3:max-keys`. A call without the parameter has no value. */
function conditionsOfList({ query }: S3Call): Pick<AwsPermission, 'conditions'> {
  const asked = new URLSearchParams(query);
  const given = CONDITIONS_OF_LIST.flatMap((name) => {
    const value = asked.get(name);
    return value === null ? [] : [[`s3:${name}`, [value]] as const];
  });
  return { conditions: new Map(given) };
}

function partsOf(query: string): readonly string[] {
  return [...new Set(new URLSearchParams(query).keys())].filter(
    (name) => !PLAIN.has(name) && !/^(?:x-amz|response)-/i.test(name),
  );
}

/**
 * Returns the action for the parts that a call names. Returns `*` if the action is unknown, and undefined if the call
 * is about the object or bucket itself.
 */
function actionOf(parts: readonly string[], known: typeof PARTS_OF_OBJECT, verb: Verb): string | undefined {
  const [part, ...more] = parts;
  if (part === undefined) return undefined;
  const named = more.length === 0 && Object.hasOwn(known, part) ? known[part] : undefined;
  return typeof named === 'string' ? `${verb}${named}` : (named?.[verb] ?? '*');
}

/**
 * Returns the actions that headers need in addition: tags of an object that is written, and an ETag that is compared
 * before a delete (S3 API reference, PutObject; S3 user guide, "How to perform conditional deletes").
 */
function rightsOfHeaders({ headers }: S3Call, action: string): readonly string[] {
  const valueOf = (wanted: string): string | undefined => {
    const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === wanted);
    return at === -1 ? undefined : headers[at + 1];
  };
  if (action === 'PutObject') return valueOf('x-amz-tagging') === undefined ? [] : ['PutObjectTagging'];
  return action === 'DeleteObject' && (valueOf('if-match') ?? '*') !== '*' ? ['GetObject'] : [];
}

/** Returns the permission to read the source of a copy operation, which a header names. */
function rightsOfSource({ headers }: S3Call): readonly AwsPermission[] {
  return headers.flatMap((name, index) => {
    if (index % 2 === 1 || name.toLowerCase() !== 'x-amz-copy-source') return [];
    const [source = '', query = ''] = (headers[index + 1] ?? '').split('?');
    const action = query === '' ? 'GetObject' : 'GetObjectVersion';
    return [permission(action, decodeOrKeep(source).replace(/^\//, ''))];
  });
}

function permission(action: string, resource: string): AwsPermission {
  return { action: `s3:${action}`, resource: `arn:aws:s3:::${resource}` };
}
