/** Finds the message to an MCP server in a recorded request, and the error in the response to it. */
import { asNonEmptyText, asText, isJsonObject, memberOf, parseJson } from '@gatewright/aws/json-object';
import type { AgentCall } from '../explain/circumstances.ts';
import type { RecordedRequest } from './recorded-request.ts';
import type { Redactor } from './redact.ts';

/** @returns undefined if the body is not one JSON-RPC message, or was not recorded as a whole */
export function describeAgentCall(
  { received, sizes, replyBody }: RecordedRequest,
  redactor: Redactor,
): AgentCall | undefined {
  const { body } = received;
  if (body === undefined || sizes.request > body.length) return undefined;
  const message = readAgentMessage(body.toString('utf8'));
  if (message === undefined) return undefined;
  const error = errorOf(String(replyBody));
  return {
    method: redactor.text(message.method),
    ...(message.name !== undefined && { name: redactor.text(message.name) }),
    ...(error && { error: { ...error, message: redactor.text(error.message) } }),
  };
}

/** Reads the method, and the tool, prompt or URI that a message names. Returns undefined for any other text. */
export function readAgentMessage(
  text: string,
): { readonly method: string; readonly name: string | undefined } | undefined {
  // Most bodies are not messages, so they are not parsed.
  if (!text.includes('"jsonrpc"')) return undefined;
  const message = parseJson(text);
  const method = asNonEmptyText(memberOf(message, 'method'));
  if (memberOf(message, 'jsonrpc') !== '2.0' || method === undefined) return undefined;
  const params = memberOf(message, 'params');
  return { method, name: asText(memberOf(params, 'name') ?? memberOf(params, 'uri')) };
}

function errorOf(text: string): AgentCall['error'] {
  const error = text.includes('"jsonrpc"') ? memberOf(parseJson(text), 'error') : undefined;
  const [code, message] = [memberOf(error, 'code'), memberOf(error, 'message')];
  if (!isJsonObject(error) || typeof code !== 'number' || typeof message !== 'string') return undefined;
  const data = memberOf(error, 'data');
  const retryAfterSeconds = memberOf(data, 'retryAfterSeconds');
  return {
    code,
    message,
    reason: asText(memberOf(data, 'reason')),
    plan: asText(memberOf(data, 'plan')),
    limit: asText(memberOf(data, 'limit')),
    ...(typeof retryAfterSeconds === 'number' && { retryAfterSeconds }),
  };
}
