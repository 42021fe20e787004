import { isInOtherPlace, parseFunctionName, readFunctionName } from '@gatewright/aws/function-name';
import type { FunctionHome } from '@gatewright/aws/function-name';
import { compileStageText, mapStageText } from './stage-text.ts';
import type { FunctionTarget } from '../model.ts';

type LambdaTarget =
  | { readonly kind: 'function'; readonly target: FunctionTarget }
  | { readonly kind: 'invalid'; readonly message: string };

const INVOKE_PATH = /^arn:[^:]+:apigateway:[^:]*:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/;
const STREAM_PATH =
  /^arn:[^:]+:apigateway:[^:]*:lambda:path\/2021-11-15\/functions\/(.+)\/response-streaming-invocations$/;
const SERVICE_ARN = /^arn:[^:]+:apigateway:[^:]*:[^:]+:(path|action)\/./;
/**
 * Matches a CloudFormation reference that was not resolved, as in a document that `DefinitionUri` names. API Gateway
 * does not resolve such references; it replaces only stage variables (aws/serverless-application-model#79).
 */
const UNRESOLVED = /\$\{(?!stageVariables\.)[\w:.]+\}/;
/** The name is empty if it consists of a stage variable without a value. */
const FUNCTION_ARN = /^arn:[^:]+:lambda:[^:]*:[^:]*:function:(.*)$/;

/**
 * Reads the URI of a Lambda integration:
 * `arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{functionArn}/invocations`. On HTTP and WebSocket APIs
 * it may also be the bare function ARN. Error messages use AWS's words [obs], except the one about a
 * streaming URI.
 */
export function readLambdaUri(uri: string, mayBeBareArn: boolean, home?: FunctionHome): LambdaTarget {
  const [unresolved] = UNRESOLVED.exec(uri) ?? [];
  if (unresolved !== undefined)
    return {
      kind: 'invalid',
      message: `Invalid ARN specified in the request (the gateway does not replace ${unresolved} in this URI)`,
    };
  const inner = INVOKE_PATH.exec(uri)?.[1] ?? (mayBeBareArn && nameIn(uri) !== '' ? uri : undefined);
  if (inner !== undefined) return { kind: 'function', target: readTarget(inner, home) };
  if (STREAM_PATH.test(uri))
    return {
      kind: 'invalid',
      message: 'a URI with response-streaming-invocations requires ResponseTransferMode STREAM',
    };
  if (!uri.startsWith('arn:')) return { kind: 'invalid', message: 'Invalid ARN specified in the request' };
  if (!SERVICE_ARN.test(uri))
    return { kind: 'invalid', message: 'AWS ARN for integration must contain path or action' };
  return {
    kind: 'invalid',
    message:
      "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
  };
}

/**
 * Reads the URI of a streamed Lambda integration:
 * `arn:aws:apigateway:{region}:lambda:path/2021-11-15/functions/{functionArn}/response-streaming-invocations`. This
 * form is required for transfer mode STREAM, and refused otherwise.
 */
export function readStreamUri(uri: string, home?: FunctionHome): LambdaTarget {
  const inner = STREAM_PATH.exec(uri)?.[1];
  if (inner !== undefined) return { kind: 'function', target: readTarget(inner, home) };
  const buffered = readLambdaUri(uri, false, home);
  if (buffered.kind === 'invalid') return buffered;
  return {
    kind: 'invalid',
    message:
      'ResponseTransferMode STREAM calls InvokeWithResponseStream, so the URI must be …:lambda:path/2021-11-15/functions/{functionArn}/response-streaming-invocations',
  };
}

function readTarget(arn: string, home: FunctionHome | undefined): FunctionTarget {
  const text = compileStageText(arn);
  const functionName = mapStageText(text, (rendered) => nameOfFunction(rendered, home));
  const qualifier = mapStageText(text, qualifierOfFunction);
  return qualifier.source === '' ? { functionName } : { functionName, qualifier };
}

/** Returns the name and qualifier in the ARN of a function; empty if the text is not the ARN of a function. */
function nameIn(arn: string): string {
  return FUNCTION_ARN.exec(arn)?.[1] ?? '';
}

/**
 * Returns the function name in an ARN, without version or alias. For another account or region, returns the whole ARN.
 */
function nameOfFunction(arnOrName: string, home: FunctionHome | undefined): string {
  if (home !== undefined && isInOtherPlace(parseFunctionName(arnOrName), home))
    return readFunctionName(arnOrName, home).functionName;
  const name = FUNCTION_ARN.exec(arnOrName)?.[1] ?? arnOrName;
  const colon = name.indexOf(':');
  return colon === -1 ? name : name.slice(0, colon);
}

/** Returns the version or alias in a function ARN; empty if the ARN has no qualifier, or the qualifier `$LATEST`. */
function qualifierOfFunction(arn: string): string {
  const qualifier = nameIn(arn).split(':')[1] ?? '';
  return qualifier === '$LATEST' ? '' : qualifier;
}
