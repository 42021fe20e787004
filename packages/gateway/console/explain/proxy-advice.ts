/** Says how a function must change its result, by the part that is wrong (docs/aws §3.5, §3.6, §8.3, §11.3). */
import { listed } from './reason.ts';
import type { ProxyFault } from '../../core/defect.ts';
import type { IntegrationCircumstances } from './circumstances.ts';

type Form = {
  /** `Function list` → `the function list`. */
  readonly named: string;
  readonly hasCookies: boolean;
  readonly hasMultiValues: boolean;
  readonly isStream: boolean;
  readonly payload: string | undefined;
};

/** @param fault the wrong part; empty if it is unknown, as for a line of a deployed API's log */
export function adviseProxyResult(
  fault: Partial<ProxyFault>,
  { kind, payload, target }: IntegrationCircumstances,
): string {
  const isStream = kind === 'lambda-stream';
  const form: Form = {
    named: target === undefined ? 'the function' : `the function ${target}`,
    hasCookies: isStream || payload === 'http-2.0' || payload === 'function-url',
    hasMultiValues: isStream || payload === 'rest-1.0' || payload === 'http-1.0',
    isStream,
    payload,
  };
  const { part, name = '', others = [] } = fault;
  if (part === undefined) return adviseWhole(form);
  switch (part) {
    case 'member':
      return adviseMembers([name, ...others], form);
    case 'data':
      return adviseData([name, ...others], form);
    case 'headers':
    case 'multiValueHeaders':
    case 'header-list':
    case 'header-values':
    case 'header-value':
    case 'header-text':
      return adviseHeader(part, [name, ...others], form);
    case 'cookies':
    case 'cookie':
      return `Return cookies from ${form.named} as a list of strings such as "id=1; HttpOnly".`;
    case 'cookie-text':
      return `Remove line breaks, and characters above U+00FF, from the cookies that ${form.named} returns.`;
    default:
      return adviseValue(part, form);
  }
}

function adviseWhole({ named, isStream }: Form): string {
  return isStream
    ? `Write the metadata of the response in ${named} with awslambda.HttpResponseStream.from(stream, { statusCode: 200 }), before the body.`
    : `Return { statusCode, headers, body } from ${named}, where body is a string.`;
}

type ValuePart = Exclude<
  ProxyFault['part'],
  | 'member'
  | 'data'
  | 'headers'
  | 'multiValueHeaders'
  | `header-${string}`
  | 'cookies'
  | 'cookie'
  | 'cookie-text'
>;

function adviseValue(part: ValuePart, form: Form): string {
  const { named } = form;
  switch (part) {
    case 'streamed':
      return `${form.payload === 'rest-1.0' ? 'Set ResponseTransferMode: STREAM in the integration, and deploy the API again. Or return' : 'Return'} statusCode, headers and body from ${named} without awslambda.streamifyResponse.`;
    case 'text':
      return `Return the object itself from ${named}, and encode only its body as JSON: { statusCode, headers, body: JSON.stringify(data) } in JavaScript, {'statusCode': 200, 'body': json.dumps(data)} in Python.`;
    case 'result':
    case 'metadata':
    case 'delimiter':
      return adviseWhole(form);
    case 'statusCode':
      return `Return statusCode from ${named} as a number of three digits, such as 200.`;
    case 'body':
      return `Return body from ${named} as a string: JSON if it is an object (JSON.stringify(body) in JavaScript, json.dumps(body) in Python), base64 with isBase64Encoded true if it is bytes.`;
    case 'buffer':
      return `Return the body from ${named} as base64: body: body.toString('base64'), isBase64Encoded: true.`;
    case 'isBase64Encoded':
      return `Return isBase64Encoded from ${named} as true or false, not as a string.`;
    case 'base64':
      return `Return body from ${named} as base64, or set isBase64Encoded to false.`;
    case 'frame-size':
      return `Return a body of at most 128 KB from ${named}, or send several messages with PostToConnection.`;
  }
}

/** Members that functions return by mistake, and the member that they should return. */
const MEANT: Readonly<Record<string, string>> = {
  status: 'statusCode',
  statuscode: 'statusCode',
  header: 'headers',
  isbase64encoded: 'isBase64Encoded',
  base64encoded: 'isBase64Encoded',
  multivalueheaders: 'multiValueHeaders',
};

/** Names every unknown member, because the result is refused until the last of them is gone. */
function adviseMembers(names: readonly string[], { named, isStream }: Form): string {
  const cookies = names.includes('cookies')
    ? [
        `Return the cookies from ${named} as multiValueHeaders: { "Set-Cookie": ["a=1", "b=2"] }; only payload format 2.0 of an HTTP API, function URLs and streams have the member cookies.`,
      ]
    : [];
  const others = names.filter((name) => name !== 'cookies');
  const meant = others.filter((name) => Object.hasOwn(MEANT, name.toLowerCase()));
  const unknown = others.filter((name) => !meant.includes(name));
  const known = isStream
    ? 'statusCode, headers, multiValueHeaders and cookies'
    : 'statusCode, headers, multiValueHeaders, body and isBase64Encoded';
  return [
    ...cookies,
    ...(meant.length === 0
      ? []
      : [
          `Rename ${listed(meant.map((name) => `${JSON.stringify(name)} to ${MEANT[name.toLowerCase()] ?? ''}`))} in the result of ${named}.`,
        ]),
    ...(unknown.length === 0
      ? []
      : [`Remove ${quoted(unknown)} from the result of ${named}: the result may have only ${known}.`]),
  ].join(' ');
}

/** A result without any known member is the data itself, unless its members are only misspelled. */
function adviseData(names: readonly string[], form: Form): string {
  const { named, payload, isStream } = form;
  const meant = names.filter((name) => name === 'cookies' || Object.hasOwn(MEANT, name.toLowerCase()));
  // Data often has a member `status`, but only a misspelled response has no other member.
  const isData = meant.length === 0 || (names.length > 1 && meant.join(',') === 'status');
  if (isStream || !isData) return adviseMembers(names, form);
  const infer =
    payload === 'http-1.0'
      ? ' With payload format 1.0, API Gateway accepts no other result; with 2.0 (PayloadFormatVersion), this object would be the body of a 200 response, but the event then has a different form, too.'
      : '';
  return `Return { statusCode: 200, body } from ${named}, where body is this object as a string (JSON.stringify in JavaScript, json.dumps in Python).${infer}`;
}

function quoted(names: readonly string[]): string {
  return listed(names.map((name) => JSON.stringify(name)));
}

function adviseHeader(
  part: 'headers' | 'multiValueHeaders' | 'header-list' | 'header-values' | 'header-value' | 'header-text',
  names: readonly string[],
  { named, hasCookies, hasMultiValues }: Form,
): string {
  const [name = ''] = names;
  const header = quoted(names);
  const isOne = names.length === 1;
  switch (part) {
    case 'headers':
      return `Return headers from ${named} as an object such as { "Content-Type": "text/plain" }.`;
    case 'multiValueHeaders':
      return `Return multiValueHeaders from ${named} as an object such as { "Vary": ["Origin", "Accept"] }.`;
    case 'header-values':
      return `Return ${header} in multiValueHeaders of ${named} as a list: [value].`;
    case 'header-value':
      return `Return ${header} from ${named} as ${isOne ? 'a string, or leave the header out' : 'strings, or leave the headers out'}.`;
    case 'header-text':
      return `Remove line breaks, and characters above U+00FF, from the name and value of the ${isOne ? 'header' : 'headers'} ${header} that ${named} returns, or encode the value with encodeURIComponent(value) in JavaScript or urllib.parse.quote(value) in Python.`;
    case 'header-list':
      if (isOne && hasCookies && name.toLowerCase() === 'set-cookie')
        return `Return the cookies from ${named} in the member cookies, as a list, instead of a list in headers.`;
      return hasMultiValues
        ? `Return ${header} from ${named} in multiValueHeaders instead of headers: only multiValueHeaders takes a list.`
        : `Join the values of ${header} in ${named} into one string with commas: headers takes no lists in payload format 2.0, which has no multiValueHeaders.`;
  }
}
