/**
 * The policy of a form with which a page uploads an object ("POST Object"). It says until when, and with which fields,
 * the form is accepted. The errors are the ones that S3 was observed to return, which differ from the documented errors
 * (docs/aws §22.5).
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
import { asList, asText, isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import type { S3Refusal } from './s3-error.ts';

export type UploadFields = {
  readonly bucket: string;
  /** The fields before the file, by name in lower case. */
  readonly fields: ReadonlyMap<string, string>;
  readonly fileBytes: number;
};

/** An operator and its two operands. */
type Condition = readonly [operator: string, first: Json, second: Json];

/** Fields that are allowed even if no condition names them. */
const FREE = /^(?:awsaccesskeyid|file|policy|signature|x-amz-signature|x-ignore-.*)$/;

/**
 * @param policy the field `policy` as it was sent, in Base64
 * @param isOver returns whether a time in epoch milliseconds has passed
 * @returns why S3 refuses the form; undefined if the policy allows it
 */
export function refuseByPolicy(
  policy: string,
  form: UploadFields,
  isOver: (epochMs: number) => boolean,
): S3Refusal | undefined {
  const read = readPolicy(policy);
  if ('code' in read) return read;
  if (isOver(read.expiresMs)) return deny('Policy expired.');
  for (const condition of read.conditions) {
    const refused = refuseByCondition(condition, form);
    if (refused !== undefined) return refused;
  }
  const named = new Set(read.conditions.map(([, first]) => nameOf(first)));
  const extra = [...form.fields.keys()].find((name) => !named.has(name) && !FREE.test(name));
  return extra === undefined ? undefined : deny(`Extra input fields: ${extra}`);
}

type Policy = { readonly expiresMs: number; readonly conditions: readonly Condition[] };

function readPolicy(text: string): Policy | S3Refusal {
  let policy: unknown;
  try {
    policy = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
  } catch {
    return invalidPolicy('Invalid JSON.');
  }
  if (!isJsonObject(policy)) return invalidPolicy('Invalid JSON.');
  const expiresMs = Date.parse(asText(policy['expiration']) ?? '');
  if (Number.isNaN(expiresMs)) return invalidPolicy('Invalid or missing expiration.');
  if (!isJsonList(policy['conditions'])) return invalidPolicy('Policy missing conditions.');
  const conditions: Condition[] = [];
  for (const given of policy['conditions']) {
    const condition = readCondition(given);
    if ('code' in condition) return condition;
    conditions.push(condition);
  }
  return { expiresMs, conditions };
}

function readCondition(given: Json): Condition | S3Refusal {
  if (isJsonList(given)) {
    const [operator, first = '', second = ''] = given;
    return [asText(operator) ?? '', first, second];
  }
  const [only, ...others] = isJsonObject(given) ? Object.entries(given) : [];
  if (only === undefined || others.length > 0)
    return invalidPolicy(
      'Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.',
    );
  const [name, value] = only;
  return typeof value === 'string'
    ? ['eq', `$${name}`, value]
    : invalidPolicy('Invalid Simple-Condition: value must be a string.');
}

function refuseByCondition(condition: Condition, form: UploadFields): S3Refusal | undefined {
  const [operator, first, second] = condition;
  if (operator.toLowerCase() === 'content-length-range') return refuseSize(condition, form.fileBytes);
  const name = nameOf(first);
  const wanted = asText(second);
  const sent = name === 'bucket' ? form.bucket : form.fields.get(name ?? '');
  const isMet =
    sent !== undefined &&
    wanted !== undefined &&
    (operator.toLowerCase() === 'starts-with'
      ? sent.startsWith(wanted)
      : operator === 'eq' && sent === wanted);
  return isMet ? undefined : fail(condition);
}

/** Returns the name of the field that a condition is about, in lower case: `key` for `$key`. */
function nameOf(text: Json): string | undefined {
  return typeof text === 'string' && text.startsWith('$') ? text.slice(1).toLowerCase() : undefined;
}

/** Both limits are inclusive. S3 also accepts numbers that are written as strings. */
function refuseSize(condition: Condition, bytes: number): S3Refusal | undefined {
  const [least = NaN, most = NaN] = asList(condition.slice(1)).map(Number);
  if (!Number.isInteger(least) || !Number.isInteger(most)) return fail(condition);
  const ProposedSize = String(bytes);
  if (bytes > most)
    return {
      status: 400,
      code: 'EntityTooLarge',
      message: 'Your proposed upload exceeds the maximum allowed size',
      details: { ProposedSize, MaxSizeAllowed: String(most) },
    };
  return bytes >= least
    ? undefined
    : {
        status: 400,
        code: 'EntityTooSmall',
        message: 'Your proposed upload is smaller than the minimum allowed size',
        details: { ProposedSize, MinSizeAllowed: String(least) },
      };
}

function fail(condition: Condition): S3Refusal {
  return deny(`Policy Condition failed: [${condition.map((part) => JSON.stringify(part)).join(', ')}]`);
}

function deny(why: string): S3Refusal {
  return { status: 403, code: 'AccessDenied', message: `Invalid according to Policy: ${why}`, details: {} };
}

function invalidPolicy(why: string): S3Refusal {
  return { status: 400, code: 'InvalidPolicyDocument', message: `Invalid Policy: ${why}`, details: {} };
}
