/** dynalite's operations by AWS's name. Each has dynalite's rules for its parameters, and dynalite's action. */
import { CallInput } from '@gatewright/aws/call-input';
import type { InputPolicy } from '@gatewright/aws/call-input';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { loadOperation, type Store, validations } from './dynalite-store.ts';
import { dropPlusSigns, MORE_TYPES, wrongInput } from './input-rules.ts';
import { readExpressions } from './expressions/read-expressions.ts';

export const DYNALITE_OPERATIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'GetItem',
  'ListTables',
  'ListTagsOfResource',
  'PutItem',
  'Query',
  'Scan',
  'TagResource',
  'UntagResource',
  'UpdateItem',
  'UpdateTable',
] as const;

export type Output = Record<string, unknown>;

export type DynaliteOperation = (typeof DYNALITE_OPERATIONS)[number];

/**
 * The errors whose text is in the member `Message`; all others have `message`. Source: botocore,
 * dynamodb/2012-08-10/service-2.json; recorded for cancelled transactions in aws/aws-sdk-net#1292. The error of a
 * failed condition has `Message`, too, if it contains the old item [obs: dynamodb,
 * `test_return_values_on_conditions_check_failure`].
 */
const CAPITAL_MESSAGE =
  /#(?:IdempotentParameterMismatch|TransactionCanceled|TransactionInProgress)Exception$/;

/** A response with a status other than 200, in AWS's JSON form. */
export class DynamoDbError extends Error {
  override readonly name = 'DynamoDbError';
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  /**
   * @param type the error type with its namespace, such as `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException`
   */
  constructor(
    status: number,
    type: string,
    message: string,
    members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.status = status;
    const isCapital = CAPITAL_MESSAGE.test(type) || Object.hasOwn(members, 'Item');
    this.body = { __type: type, [isCapital ? 'Message' : 'message']: message, ...members };
  }
}

export const VALIDATION = 'com.amazon.coral.validate#ValidationException';
export const DYNAMODB = 'com.amazonaws.dynamodb.v20120810#';

export function validationError(message: string): DynamoDbError {
  return new DynamoDbError(400, VALIDATION, message);
}

/** Returns the error for a feature that DynamoDB has and the embedded DynamoDB lacks. */
export function notSupported(what: string, remedy = ''): DynamoDbError {
  return new DynamoDbError(
    501,
    'com.amazon.coral.service#NotImplementedException',
    `the embedded DynamoDB does not support ${what}; ${remedy}start with --dynamodb URL to use another DynamoDB`,
  );
}

/**
 * Returns an input object for the checks that dynalite lacks.
 * @param path the path of the members within the input, including its final dot
 */
export function dynamoDbInput(members: UnknownMembers, path = ''): CallInput {
  return new CallInput(members, POLICY, path);
}

const POLICY: InputPolicy = {
  names: 'all',
  refuse: validationError,
  wrongType: (message) => new DynamoDbError(400, 'com.amazon.coral.service#SerializationException', message),
};

validations.validateExpressions = readExpressions;

const loaded = new Map<string, ReturnType<typeof loadOperation>>();

export function isDynaliteOperation(name: string): name is DynaliteOperation {
  return DYNALITE_OPERATIONS.some((operation) => operation === name);
}

/**
 * Checks an input as DynamoDB would. Returns the converted input with its expressions parsed.
 * @throws DynamoDbError ValidationException or SerializationException
 */
export function checkInput(
  operation: DynaliteOperation,
  input: object,
  store: Store,
): Record<string, unknown> {
  const { rules } = actionOf(operation);
  try {
    const own = structuredClone(input);
    dropPlusSigns(own);
    const types = { ...rules.types, ...MORE_TYPES[operation] };
    const checked = validations.checkTypes(own, types);
    validations.checkValidations(checked, types, rules.custom, store);
    const wrong = wrongInput(operation, checked);
    if (wrong !== undefined) throw validationError(wrong);
    return checked;
  } catch (error) {
    throw toDynamoDbError(error);
  }
}

/**
 * Runs an action on a checked input.
 * @throws DynamoDbError for an error that DynamoDB would return
 */
export function runAction(
  operation: DynaliteOperation,
  store: Store,
  checked: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    actionOf(operation).action(store, checked, (error, output) => {
      if (error) reject(toDynamoDbError(error));
      else resolve(output ?? {});
    });
  });
}

function actionOf(operation: DynaliteOperation): ReturnType<typeof loadOperation> {
  const known = loaded.get(operation);
  if (known !== undefined) return known;
  const read = loadOperation(operation.charAt(0).toLowerCase() + operation.slice(1));
  const entry = operation === 'Query' ? { ...read, rules: withMoreConditions(read.rules) } : read;
  loaded.set(operation, entry);
  return entry;
}

/**
 * The error message of dynalite's rules for a Query. It does not apply to an index with several attributes per key,
 * because a Query on such an index may have up to eight conditions.
 */
export const TWO_CONDITIONS = 'Conditions can be of length 1 or 2 only';

function withMoreConditions(rules: ReturnType<typeof loadOperation>['rules']) {
  const custom = rules.custom as (input: object) => string | undefined;
  return {
    ...rules,
    custom: (input: { readonly KeyConditions?: object }) => {
      const wrong = custom(input);
      return wrong === TWO_CONDITIONS && Object.keys(input.KeyConditions ?? {}).length > 2
        ? undefined
        : wrong;
    },
  };
}

/**
 * Matches dynalite's message for an empty key, which is replaced because DynamoDB's current message differs. The
 * message for an empty index key is in key-schema.ts.
 */
const EMPTY_KEY = /^One or more parameter values were invalid: (?=The AttributeValue for a key attribute)/;
const NOT_VALID = 'One or more parameter values are not valid. ';

/**
 * Converts an error of dynalite. An error with `statusCode` and `body` is a response for the caller. Any other error is
 * a storage fault, or a bug in dynalite or in this package.
 */
export function toDynamoDbError(error: unknown): Error {
  if (error instanceof DynamoDbError) return error;
  if (!(error instanceof Error)) return new Error(String(error));
  if (!('body' in error) || typeof error.body !== 'object' || error.body === null) return error;
  const body = new Map<string, unknown>(Object.entries(error.body));
  const text = body.get('message') ?? body.get('Message');
  const message = typeof text === 'string' ? text.replace(EMPTY_KEY, NOT_VALID) : '';
  return new DynamoDbError(400, String(body.get('__type')), message);
}
