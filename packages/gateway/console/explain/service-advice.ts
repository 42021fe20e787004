/**
 * Says what to change in an integration whose call an AWS service refused. The code of the service's error decides
 * what is said; the codes are in the API reference of each service.
 */
import { adviseByMessage } from './sdk-error-advice.ts';
import type { IntegrationCircumstances } from './circumstances.ts';

type Refused = {
  /** The message of the error. */
  readonly detail: string;
  readonly routeKey: string;
  /**
   * The place in which the integration writes a parameter of the call, such as `RequestParameters of the
   * integration of POST /jobs`.
   */
  readonly written: string;
  readonly tableKey: string | undefined;
  /** The state machine that the call names, with its place. */
  readonly machine?: string | undefined;
  /** The author's name of StateMachineType. */
  readonly machineType?: string | undefined;
  /** Whether the call starts an execution of a state machine. */
  readonly isStart: boolean;
  /** Whether code, not an integration, made the call. */
  readonly isCode?: true;
};

type Advise = (refused: Refused) => string | undefined;

/** Matches the name of a missing or wrong parameter in messages of AWS. */
const PARAMETERS = [
  /the parameter (\w+(?:\.\w+)*)/,
  /for parameter (\w+)/,
  /[Tt]he (\w+) parameter is required/,
  /Invalid parameter: (\w+)(?: or \w+)? Reason: no value/,
];
const MISSING = /Empty message|must contain|is required|no value for|is missing/;

function parameterIn(detail: string): string | undefined {
  if (/Empty message/.test(detail)) return 'Message';
  return PARAMETERS.map((pattern) => pattern.exec(detail)?.[1]).find((name) => name !== undefined);
}

/** Like `EXAMPLES`, but for a call that code makes. Code reads values without templates. */
const EXAMPLES_IN_CODE: Readonly<Record<string, string>> = {
  MessageGroupId:
    ', such as the id of the customer or order: a FIFO queue or topic keeps the order of the messages of one group',
  MessageDeduplicationId:
    ': an id of the message. A FIFO queue or topic with content-based deduplication needs none',
};

/** Values that a parameter may have, for parameters whose purpose is often unknown. */
const EXAMPLES: Readonly<Record<string, string>> = {
  MessageGroupId:
    ": a fixed text, or a value of the request such as $request.header.x-group (in a template $input.params('x-group')). A FIFO queue or topic keeps the order of the messages of one group",
  MessageDeduplicationId:
    ': an id of the request, such as $context.requestId. A FIFO queue or topic with content-based deduplication needs none',
};

const advisePresence: Advise = ({ detail, written, isCode }) => {
  const name = parameterIn(detail);
  const examples = isCode === true ? EXAMPLES_IN_CODE : EXAMPLES;
  return name === undefined
    ? undefined
    : `Add ${name} to ${written}${Object.hasOwn(examples, name) ? examples[name] : ''}.`;
};

const adviseValue: Advise = (refused) => {
  const { detail, written } = refused;
  if (/ContentBasedDeduplication/.test(detail))
    return `Add MessageDeduplicationId to ${written}${(refused.isCode === true ? EXAMPLES_IN_CODE : EXAMPLES)['MessageDeduplicationId'] ?? ''}.`;
  // https://docs.aws.amazon.com/sns/latest/api/API_Publish.html, MessageStructure
  if (/Message Structure - No default entry/.test(detail))
    return `Add the member default, a string, to the JSON of Message in ${written}: with MessageStructure json, SNS sends it to each protocol that has no member of its own. Or leave out MessageStructure to send the text of Message as it is.`;
  if (/Message Structure - /.test(detail))
    return `Make Message in ${written} a string that contains a JSON object with the member default, itself a string, or leave out MessageStructure: with json, SNS reads the message for each protocol from this object.`;
  if (MISSING.test(detail)) return advisePresence(refused);
  const name = parameterIn(detail);
  return name === undefined
    ? undefined
    : `Correct the value of ${name} in ${written}: the reply says which values are allowed.`;
};

const adviseAction: Advise = ({ written }) =>
  `Add Action, such as Action=SendMessage or Action=Publish, to ${written}.`;

/** SQS denies a call in which it finds no Action, whatever the role may do. @see docs/aws §3.3 */
const adviseDenied: Advise = ({ detail, routeKey }) =>
  /^Access to the resource https:\/\/sqs\./.test(detail)
    ? `Send the Action as a form: set integration.request.header.Content-Type to "'application/x-www-form-urlencoded'" in RequestParameters of the integration of ${routeKey}, with a request template that prints Action=SendMessage&MessageBody=$util.urlEncode($input.body). SQS denies every call in which it finds no Action, so no permission is missing.`
    : undefined;

const adviseQueue: Advise = ({ written }) =>
  `Name an existing queue of the same region and account in ${written}: \`gatewright events list\` lists the queues of the loaded stacks.`;

const adviseMachine: Advise = ({ written }) =>
  `Name the ARN of a state machine of a loaded stack in stateMachineArn of ${written}, for example with !Ref of the AWS::StepFunctions::StateMachine.`;

const adviseTable: Advise = ({ detail, written }) =>
  `Name an existing table, stream or resource in ${written}${/not found: (\S+)/.test(detail) ? ` instead of ${/not found: (\S+)/.exec(detail)?.[1] ?? ''}` : ''}: its name in AWS (!Ref), in the region of the API.`;

/** DynamoDB has one code for every input that it cannot use. */
const adviseInput: Advise = ({ detail, written, tableKey }) => {
  if (/key element does not match the schema|keys was not given|Missing the key/i.test(detail))
    return `Give the key in ${written} exactly the attributes of the table's KeySchema, each with the type of its AttributeDefinitions${tableKey === undefined ? '' : `: ${tableKey}`}.`;
  const [, keyword] = /reserved keyword: (\w+)/.exec(detail) ?? [];
  if (keyword !== undefined)
    return `Write #${keyword} for ${keyword} in the expression of ${written}, and add "ExpressionAttributeNames": {"#${keyword}": "${keyword}"}.`;
  const [, undefinedName] = /attribute (?:value|name): ([:#]\w+)/.exec(detail) ?? [];
  if (undefinedName !== undefined)
    return `Define ${undefinedName} in ${undefinedName.startsWith(':') ? 'ExpressionAttributeValues' : 'ExpressionAttributeNames'} of ${written}.`;
  const absent = [...detail.matchAll(/Value null at '(\w+)'/g)].map(
    ([, name = '']) => name.charAt(0).toUpperCase() + name.slice(1),
  );
  return absent.length === 0 ? undefined : `Add ${absent.join(' and ')} to ${written}.`;
};

const adviseType: Advise = ({ detail, written, isStart }) => {
  if (/input/i.test(detail) || (isStart && /structure or map/.test(detail))) return INPUT_AS_TEXT;
  if (/not a JSON object/.test(detail))
    return `Make ${written} print a JSON object for this request: put strings in quotes, and print values that may be missing with $input.json.`;
  if (/base64|Blob/.test(detail))
    return written.startsWith('RequestParameters')
      ? `Have the client send the value as base64: ${written} pass it on as it is, and cannot encode it.`
      : `Write the value in ${written} as base64, with $util.base64Encode(…).`;
  if (/cannot be converted to String/.test(detail))
    return `Write the value as text, in quotes, in ${written}: the operation takes a string for this member. In DynamoDB, the number of an N attribute is a string, too: {"N": "3"}.`;
  return `Give the value in ${written} the type that the operation expects: a number without quotes, a string in quotes, and in DynamoDB each value with its type ({"S": "…"}).`;
};

const ADVICE: Readonly<Record<string, Advise>> = {
  MissingParameter: advisePresence,
  MissingRequiredParameterException: advisePresence,
  MissingAction: adviseAction,
  AccessDenied: adviseDenied,
  InvalidParameterValue: adviseValue,
  InvalidParameterValueException: adviseValue,
  InvalidParameter: adviseValue,
  InvalidParameterException: adviseValue,
  InvalidParameterCombination: adviseValue,
  QueueDoesNotExist: adviseQueue,
  'AWS.SimpleQueueService.NonExistentQueue': adviseQueue,
  NonExistentQueue: adviseQueue,
  StateMachineDoesNotExist: adviseMachine,
  InvalidArn: adviseMachine,
  // The integration asks for the result, which StartExecution does not return.
  StateMachineTypeNotSupported: ({ routeKey, machine, machineType = 'StateMachineType' }) =>
    `Set ${machineType}: EXPRESS on the state machine${machine === undefined ? '' : ` ${machine}`}: StartSyncExecution does not accept STANDARD state machines, which are the default. Or, if no caller waits for the result, call StartExecution in the integration of ${routeKey}, and allow its role states:StartExecution.`,
  InvalidExecutionInput: () => INPUT_AS_TEXT,
  ExecutionAlreadyExists: ({ written }) =>
    `Leave the member name out of ${written}, so that each execution gets its own name.`,
  ResourceNotFoundException: adviseTable,
  ResourceNotFound: adviseTable,
  NotFound: ({ written }) => `Name the ARN of an existing topic in ${written}, in the region of the API.`,
  NotFoundException: ({ written }) =>
    `Name the ARN of an existing topic in ${written}, in the region of the API.`,
  ValidationException: adviseInput,
  ConditionalCheckFailedException: ({ written, isCode }) =>
    `The item does not meet the ConditionExpression in ${written}: send a request for an item that does, or ${isCode === true ? 'answer' : 'map'} this error ${isCode === true ? 'with' : 'to'} its own status, such as 409.`,
  SerializationException: adviseType,
  ParameterNotFound: ({ written }) =>
    `Name an existing parameter in ${written}, with its whole path, or create it first, for example as an AWS::SSM::Parameter.`,
  NoSuchKey: () => 'Ask for an object that exists, or put it into the bucket first.',
  NoSuchBucket: ({ routeKey, written, isCode }) =>
    isCode === true
      ? `Name an existing bucket in ${written}: its name in AWS (!Ref of the AWS::S3::Bucket), not its logical id.`
      : `Name an existing bucket in the Uri of the integration of ${routeKey}: !Ref of the AWS::S3::Bucket, not its logical id.`,
  MethodNotAllowed: ({ routeKey }) =>
    `Set IntegrationHttpMethod of the integration of ${routeKey} to the method of the S3 operation: PUT puts an object, GET reads it, DELETE deletes it. The method of the route may differ.`,
};

const INPUT_AS_TEXT =
  'Write input as a string in the request template, not as an object: "input": "$util.escapeJavaScript($input.json(\'$\')).replaceAll("\\\\\'", "\'")". In an HTTP API, map Input from $request.body.';

/**
 * Error codes for an incomplete or malformed input. Without a request template, the input is the client's body, which
 * rarely has the form that the service needs.
 */
const OF_INPUT = /^(?:Missing|Invalid|Validation|Serialization)/;

/** Whether a name was probably meant as this parameter: one name contains the other, without regard to case. */
function isSimilar(name: string, parameter: string): boolean {
  const [a, b] = [name.toLowerCase(), parameter.toLowerCase()];
  return a.includes(b) || b.includes(a);
}

/** Error codes whose advice also fits a call that a function makes with an SDK. */
const OF_CODE =
  /^(?:MissingParameter|MissingRequiredParameter|InvalidParameter|QueueDoesNotExist|(?:AWS\.SimpleQueueService\.)?NonExistentQueue|StateMachineDoesNotExist|ExecutionAlreadyExists|ResourceNotFoundException$|ValidationException$|ConditionalCheckFailedException|NoSuchKey|NoSuchBucket|ParameterNotFound)/;
/** What SNS calls a topic that does not exist. Other services use these codes for other things. */
const OF_TOPIC = /^NotFound(?:Exception)?$/;

/** Returns the advice for an error that a function got from an AWS SDK, and threw; undefined for an unknown code. */
/** @param known what is known of the call, besides its error: the signing name of the service, and the table's key */
export function adviseThrownError(
  code: string,
  detail: string,
  at: string,
  { service, tableKey }: { readonly service?: string; readonly tableKey?: string | undefined } = {},
): string | undefined {
  const known = adviseByMessage(code, detail, `the call${at}`);
  if (known !== undefined) return known;
  const isOfCode = OF_CODE.test(code) || (service === 'sns' && OF_TOPIC.test(code));
  if (!isOfCode || !Object.hasOwn(ADVICE, code)) return undefined;
  return ADVICE[code]?.({
    detail,
    routeKey: '',
    written: `the call${at}`,
    tableKey,
    isStart: false,
    isCode: true,
  });
}

/** Returns undefined for a code about which nothing more is known than what the reply says. */
export function adviseServiceError(
  {
    problem,
    kind,
    target = '',
    isBodyUnmapped,
    mappedQuery,
    tableKey,
    machine,
    machineType,
  }: Pick<
    IntegrationCircumstances,
    'problem' | 'kind' | 'target' | 'isBodyUnmapped' | 'mappedQuery' | 'tableKey' | 'machine' | 'machineType'
  >,
  routeKey: string,
): string | undefined {
  const { code, detail = '' } = problem ?? {};
  if (code === undefined) return undefined;
  if (isBodyUnmapped === true && OF_INPUT.test(code))
    return `Add a request template to the integration of ${routeKey} that prints the input of the operation: without one, the service gets the body of the request as it is.`;
  const isMapped = kind === 'http-api-service' || mappedQuery !== undefined;
  const place = isMapped ? 'RequestParameters' : 'the request template';
  const known = adviseByMessage(code, detail, `${place} of the integration of ${routeKey}`);
  if (known !== undefined || !Object.hasOwn(ADVICE, code)) return known;
  const missing = MISSING.test(detail) ? parameterIn(detail) : undefined;
  const similar = mappedQuery?.find((name) => missing !== undefined && isSimilar(name, missing));
  if (missing !== undefined && similar !== undefined)
    return `Rename integration.request.querystring.${similar} to integration.request.querystring.${missing} in RequestParameters of the integration of ${routeKey}: the operation has no parameter ${similar}.`;
  return ADVICE[code]?.({
    detail,
    routeKey,
    written: `${place} of the integration of ${routeKey}`,
    tableKey,
    machine,
    machineType,
    isStart: /=Start(?:Sync)?Execution\b/.test(target),
  });
}
