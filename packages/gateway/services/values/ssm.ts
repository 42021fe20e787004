/**
 * Parameters of SSM's Parameter Store for functions (Systems Manager API reference). Earlier versions are kept only for
 * parameters that calls have written. A SecureString that is read without decryption is returned as a meaningless text.
 */
import { ServiceRefusal } from '../../core/errors.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { LocalValues, Parameter } from './local-values.ts';
import { type AwsCall, type AwsService, refuseUnlessAllowed } from '../../kernel/calls/aws-call.ts';
import { printQueryReply } from '../../kernel/calls/aws-operation.ts';
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';
import { readOperation } from '@gatewright/aws/aws-operation';
import { headerOf } from '@gatewright/aws/raw-headers';
import { listOf, membersOf } from '@gatewright/aws/json-object';
import type { ControlReply } from '../../core/api-call.ts';
import type { Random } from '../../core/ports.ts';
import {
  actionOf,
  checkedFields,
  answerAs,
  answerJson,
  fieldsOf,
  notServed,
  sizeField,
  textField,
  textsField,
  unservedOperation,
} from './value-call.ts';
import type { Home } from './value-call.ts';
import { isSecretReference, readSecretReference, rightOfReference } from './secret-references.ts';
import { deleteParameter, deleteParameters, putParameter } from './write-parameters.ts';
import { NO_PARAMETER_NAME } from '../../core/deployability/call-words.ts';
import { CallModel } from '../../kernel/calls/call-model.ts';
import { SSM_MODEL } from '../../kernel/calls/models/ssm.ts';

const MODEL = new CallModel(SSM_MODEL);

const MAX_NAMES = 10;
const PAGE = 10;

type Operation = {
  /** Returns the names and paths of the parameters that the call reads or changes. */
  readonly reads: (fields: UnknownMembers) => readonly string[];
  readonly run: (fields: UnknownMembers, values: LocalValues, home: Home) => UnknownMembers;
};

type SsmOptions = { readonly accountId: string; readonly random: Pick<Random, 'uuid'> };

export function createSsm(values: LocalValues, { accountId, random }: SsmOptions): AwsService {
  return (call) => {
    const home = { region: call.region, accountId };
    const { rawHeaders: headers, query, body } = call.request;
    const operation = readOperation({ headers, query, body });
    const isQuery = operation.protocol === 'query';
    const name = isQuery ? operation.action : actionOf(call, 'AmazonSSM');
    const run = (given: UnknownMembers): ControlReply | UnknownMembers => {
      const { reads, run: answer } = findOperation(name, isQuery);
      const fields = checkedFields(MODEL, name, given);
      const permissions = reads(fields).flatMap((read) => {
        const { name: wanted } = splitSelector(read);
        const ofSecret = isSecretReference(wanted) ? rightOfReference(wanted, values, home) : undefined;
        return [{ action: `ssm:${name}`, resource: arnOf(wanted, home) }, ...(ofSecret ? [ofSecret] : [])];
      });
      return refuseUnlessAllowed(call, permissions) ?? answer(fields, values, home);
    };
    const reply = isQuery
      ? answerAs(
          (result) => printOfQuery(call, name, result, random.uuid()),
          () => run(fieldsOfQuery(operation.parameters)),
        )
      : answerJson('ssm', () => run(fieldsOf(call)));
    return Promise.resolve(reply);
  };
}

function findOperation(name: string, isQuery: boolean): Operation {
  const operation = SSM_CALLS.get(name);
  if (operation === undefined) throw unservedOperation(name, 'ssm');
  if (isQuery && name !== 'GetParameter') throw notServed(`${name} of SSM in the query protocol`, 'ssm');
  return operation;
}

/**
 * In the older query protocol, AWS prints a time as text in XML, and absent members as null in JSON [obs]
 * (docs/aws §22.5). Integrations of REST APIs that map parameters to the query use this protocol.
 */
function printOfQuery(
  { request }: AwsCall,
  action: string,
  result: OperationResult,
  requestId: string,
): ControlReply {
  const printed = printQueryReply(action, result.kind === 'error' ? result : inBothForms(result.fields), {
    accept: headerOf(request, 'accept'),
    requestId,
    namespace: 'http://ssm.amazonaws.com/doc/2014-11-06/',
  });
  return { status: printed.status, headers: ['Content-Type', printed.contentType], body: printed.body };
}

function inBothForms({ Parameter: parameter }: UnknownMembers): OperationResult {
  const shown = membersOf(parameter);
  const changed = new Date(Number(shown['LastModifiedDate']) * 1000).toISOString();
  return {
    kind: 'result',
    fields: { Parameter: { ...shown, LastModifiedDate: changed } },
    jsonFields: { Parameter: { Selector: null, SourceResult: null, ...shown } },
  };
}

function fieldsOfQuery(parameters: URLSearchParams): UnknownMembers {
  return {
    Name: parameters.get('Name') ?? undefined,
    WithDecryption: parameters.get('WithDecryption') === 'true',
  };
}

export const SSM_CALLS = new Map<string, Operation>([
  [
    'GetParameter',
    {
      reads: (fields) => [textField(fields, 'Name')],
      run: (fields, values, home) => ({
        Parameter: print(textField(fields, 'Name'), fields['WithDecryption'] === true, values, home),
      }),
    },
  ],
  ['GetParameters', { reads: (fields) => textsField(fields, 'Names', MAX_NAMES), run: getParameters }],
  ['GetParametersByPath', { reads: (fields) => [textField(fields, 'Path')], run: getParametersByPath }],
  [
    'PutParameter',
    {
      reads: (fields) => [textField(fields, 'Name')],
      run(fields, values) {
        const name = textField(fields, 'Name');
        if (RESERVED.test(name))
          throw new ServiceRefusal('AccessDeniedException', `No access to reserved parameter name: ${name}.`);
        if (!name.startsWith('arn:') && !NAME.test(name))
          throw new ServiceRefusal('ValidationException', NO_PARAMETER_NAME);
        if (UNQUALIFIED.test(name)) throw new ServiceRefusal('ValidationException', NOT_QUALIFIED);
        return putParameter(fields, values);
      },
    },
  ],
  ['DeleteParameter', { reads: (fields) => [textField(fields, 'Name')], run: deleteParameter }],
  ['DeleteParameters', { reads: (fields) => textsField(fields, 'Names', MAX_NAMES), run: deleteParameters }],
]);

function getParameters(fields: UnknownMembers, values: LocalValues, home: Home): UnknownMembers {
  const names = textsField(fields, 'Names', MAX_NAMES);
  if (new Set(names).size < names.length)
    throw new ServiceRefusal('ValidationException', 'Duplicated names are not allowed in a request.');
  const found: UnknownMembers[] = [];
  const missing: string[] = [];
  for (const name of names) {
    try {
      found.push(print(name, fields['WithDecryption'] === true, values, home));
    } catch (error) {
      if (!(error instanceof ServiceRefusal) || error.code === 'ValidationException') throw error;
      missing.push(name);
    }
  }
  return { Parameters: found, InvalidParameters: missing };
}

/** AWS's message, including AWS's own escapes (aws/aws-sdk-js-v3#5928). */
const WRONG_PATH = String.raw`The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.`;

function getParametersByPath(fields: UnknownMembers, values: LocalValues, home: Home): UnknownMembers {
  const path = textField(fields, 'Path');
  if (!path.startsWith('/')) throw new ServiceRefusal('ValidationException', WRONG_PATH);
  const size = sizeField(fields, 'MaxResults', PAGE);
  const after = readToken(fields['NextToken'], path);
  if (listOf(fields, 'ParameterFilters').length > 0)
    throw notServed('ParameterFilters of GetParametersByPath', 'ssm');
  const all = values.parametersBelow(path, fields['Recursive'] === true);
  const rest = all.filter(({ name }) => after === undefined || name > after);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  return {
    Parameters: page.map((parameter) => describe(parameter, fields['WithDecryption'] === true, home)),
    ...(last !== undefined && rest.length > size && { NextToken: printToken(path, last.name) }),
  };
}

/**
 * Creates a page token. It contains the name of the last parameter of the page, so that no parameter is lost or
 * repeated if other parameters are added between two calls.
 */
function printToken(path: string, name: string): string {
  return Buffer.from(JSON.stringify([path, name])).toString('base64url');
}

function readToken(token: unknown, path: string): string | undefined {
  if (token === undefined || token === null) return undefined;
  try {
    const read: unknown = JSON.parse(
      Buffer.from(typeof token === 'string' ? token : '', 'base64url').toString('utf8'),
    );
    if (Array.isArray(read) && read[0] === path && typeof read[1] === 'string') return read[1];
  } catch {
    // The token cannot be read, which is reported below.
  }
  throw new ServiceRefusal('InvalidNextToken', 'The specified token is not valid.');
}

/** Splits `name:3` into the name and its selector. */
function splitSelector(text: string): { readonly name: string; readonly selector: string | undefined } {
  const [, name = text, selector] = /^((?:arn:[\w-]+:ssm:[^:]*:\d*:)?[^:]+):([^:]+)$/.exec(text) ?? [];
  return text.startsWith('arn:') && name === 'arn' ? { name: text, selector: undefined } : { name, selector };
}

/** Names that only AWS may write (aws-solutions/quota-monitor-for-aws#30). */
const RESERVED = /^\/?aws/i;
/**
 * A path without a slash at its start. Reads refuse it even if the path with a slash exists (aws/aws-sdk-js-v3#5005).
 */
const UNQUALIFIED = /^[^/:]+\//;
/** AWS's words for a path without a slash at its start (hashicorp/terraform-provider-aws#7251). */
const NOT_QUALIFIED = 'Parameter name must be a fully qualified name.';

/** The characters of a name. A path below `/ssm` is not checked, because the message below is about plain names. */
const NAME = /^(?!ssm)[\w.-]*(?:\/[\w.-]+)*\/?$/i;

function print(text: string, isDecrypted: boolean, values: LocalValues, home: Home): UnknownMembers {
  const { name, selector } = splitSelector(text);
  if (isSecretReference(name))
    return readSecretReference({ name, selector, isDecrypted, arn: arnOf(name, home) }, values, home);
  if (UNQUALIFIED.test(name)) throw new ServiceRefusal('ValidationException', NO_PARAMETER_NAME);
  const current = values.parameter(name);
  const parameter =
    current === undefined || selector === undefined
      ? current
      : (values.parameterVersion(current, Number(selector)) ?? current);
  if (parameter === undefined && !name.startsWith('arn:') && !NAME.test(name))
    throw new ServiceRefusal('ValidationException', NO_PARAMETER_NAME);
  // AWS's error has no message (hashicorp/terraform-provider-aws#15095, vandium-io/aws-param-store#8).
  if (parameter === undefined) throw new ServiceRefusal('ParameterNotFound', '');
  if (selector !== undefined && selector !== String(parameter.version))
    throw new ServiceRefusal(
      'ParameterVersionNotFound',
      `Systems Manager could not find version ${selector} of ${name}. Verify the version and try again.`,
    );
  // A name with one part may begin with a slash or not, and is shown as it was given [obs: ssm].
  const shown = name.startsWith('arn:') ? parameter.name : name;
  const described = { ...describe(parameter, isDecrypted, home), Name: shown };
  return selector === undefined ? described : { ...described, Selector: `:${selector}` };
}

function describe(
  { name, type, value, version, changedMs }: Parameter,
  isDecrypted: boolean,
  home: Home,
): UnknownMembers {
  const isHidden = type === 'SecureString' && !isDecrypted;
  return {
    ARN: arnOf(name, home),
    DataType: 'text',
    LastModifiedDate: changedMs / 1000,
    Name: name,
    Type: type,
    Value: isHidden ? Buffer.from(`not decrypted: ${name}`).toString('base64') : value,
    Version: version,
  };
}

/** In ARNs, AWS writes `parameter/app/host` for `/app/host`, and `parameter/host` for `host`. */
function arnOf(name: string, { region, accountId }: Home): string {
  if (name.startsWith('arn:')) return name;
  const path = name.replace(/^\//, '').replace(/\/$/, '');
  return `arn:aws:ssm:${region}:${accountId}:parameter/${path}`;
}
