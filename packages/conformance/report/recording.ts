/** `--record`: writes a target's responses as new cases. Ids, secrets and the account become placeholders. */
import { CASE_SCHEMA_VERSION } from '../schema/read-cases.ts';
import type { RawReply } from '../play/raw-client.ts';
import type { AnyCase, ControlReply } from '../schema/control-case.ts';
import type { Json, JsonObject } from '../schema/parity-case.ts';

/** A response in the form of `expect`. */
export type Answer = Readonly<Record<string, Json>>;

/** Maps each value to its placeholder, such as `${apiId}`. */
type Names = ReadonlyMap<string, string>;

/** Members whose value belongs to the account, is secret, or changes with each run. */
const OWN_MEMBER =
  /^(?:id|value|customerId|pemEncodedCertificate|.*(?:Id|Arn|ARN|Secret|Token|Password|Credentials|Key))$/;
/** Headers that change with each response. */
const OWN_HEADER = /^(?:date|x-amz.*|apigw-requestid|via|age|connection|keep-alive|content-length)$/i;
const ACCOUNT = /\b\d{12}\b/g;
const MASK = '<any>';
/** The name of the target for AWS itself. */
const AWS = 'aws';

export function answerOf({ status, headers, body }: RawReply, names: Names): Answer {
  const kept = headers.filter(([name]) => !OWN_HEADER.test(name));
  const text = body.toString();
  return {
    status,
    headers: mask(Object.fromEntries(kept), names, ''),
    body: mask(parseOr(text), names, ''),
  };
}

export function controlAnswerOf({ status, body, error }: ControlReply, names: Names): Answer {
  return error === undefined
    ? { status, body: mask(body, names, '') }
    : { status, error: mask({ code: error.code, message: error.message }, names, '') };
}

function parseOr(text: string): Json {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === 'object' && value !== null ? value : text;
  } catch {
    return text;
  }
}

function mask(value: Json, names: Names, member: string): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => mask(item, names, member));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value as JsonObject).map(([name, item]) => [name, mask(item, names, name)]),
    );
  if (typeof value !== 'string') return value;
  let text = value;
  for (const [known, name] of [...names].toSorted((a, b) => b[0].length - a[0].length))
    if (known !== '') text = text.replaceAll(known, name);
  if (OWN_MEMBER.test(member) && text !== '' && !/^\$\{[^}]+\}$/.test(text)) return MASK;
  return text.replaceAll(ACCOUNT, '${accountId}');
}

type Recording = { readonly target: string; readonly region: string; readonly day: string };

/** Formats a file of cases, in which the target's responses replace the expected ones. */
export function printRecording(
  answers: ReadonlyMap<AnyCase, Answer>,
  { target, region, day }: Recording,
): string {
  const cases = [...answers].map(([parityCase, expect]) => {
    const { id, area, api, setup, request } = parityCase;
    return {
      id,
      // Only a response of AWS is a recording of AWS.
      source: {
        kind: target === AWS ? 'recorded' : 'reported',
        case: parityCase.id,
        target,
        region,
        recorded: day,
      },
      area,
      api,
      setup,
      request,
      expect,
    };
  });
  return `${JSON.stringify({ schemaVersion: CASE_SCHEMA_VERSION, cases }, null, 1)}\n`;
}
