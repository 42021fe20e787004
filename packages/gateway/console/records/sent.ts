import type { Received } from '../../core/exchange.ts';
import type { CompiledTemplate } from '@gatewright/velocity/compile';
import { chooseRequestTemplate } from '../../core/mapping/choose-template.ts';
import type { MappedIntegration } from '../../core/mapping/integration.ts';

export type Sent = {
  /** The target: a function's name, an address, a call such as `sqs in us-east-1, /`, or `MOCK`. */
  readonly target: string;
  readonly method: string | undefined;
  readonly headers: readonly string[];
  readonly body: string | Buffer | undefined;
  readonly timeoutMs: number | undefined;
};

/**
 * Describes the outgoing request; undefined if nothing was sent.
 * @param limit the maximum length of the body in the result: bytes, or characters of a text
 */
export function describeSent({ outgoing, payload, stage }: Received, limit = Infinity): Sent | undefined {
  const variables = stage?.variables ?? null;
  switch (outgoing?.kind) {
    case undefined:
      return undefined;
    case 'mock':
      return { target: 'MOCK', method: undefined, headers: [], body: undefined, timeoutMs: undefined };
    case 'lambda-proxy':
    case 'lambda-stream':
      return toFunction(outgoing.functionName.render(variables), payload, outgoing.timeoutMs, limit);
    case 'function':
      return toFunction(outgoing.functionName, outgoing.event, outgoing.plan.timeoutMs, limit);
    case 'http':
    case 'http-stream':
    case 'http-api': {
      const { origin, target, method, headers, body, timeoutMs } = outgoing.request;
      return { target: `${origin}${target}`, method, headers, body: shorten(body, limit), timeoutMs };
    }
    case 'service':
    case 'http-api-service': {
      const { service, region, path, query, method, headers, body, timeoutMs } = outgoing.request;
      const target = `${service} in ${region}, ${path}${query === '' ? '' : `?${query}`}`;
      return { target, method, headers, body: shorten(body, limit), timeoutMs };
    }
  }
}

/**
 * Returns the operation that a call to an AWS service names: in X-Amz-Target, or as Action of its query or form. A call
 * to a service whose operations are paths, such as S3, names none.
 */
export function operationOf({ headers, target, body }: Sent): string | undefined {
  const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'x-amz-target');
  if (at !== -1) return headers[at + 1]?.split('.').at(-1);
  return /[?&]Action=(\w+)/.exec(target)?.[1] ?? /^(?:[^{]*&)?Action=(\w+)/.exec(body?.toString() ?? '')?.[1];
}

function toFunction(target: string, event: string | undefined, timeoutMs: number, limit: number): Sent {
  return { target, method: undefined, headers: [], body: shorten(event, limit), timeoutMs };
}

function shorten(body: string | Buffer | undefined, limit: number): string | Buffer | undefined {
  if (body === undefined || body.length <= limit) return body;
  return typeof body === 'string'
    ? Buffer.from(body.slice(0, limit)).toString()
    : Buffer.from(body.subarray(0, limit));
}

/** Returns the template for a request with this Content-Type; undefined if none applies. */
export function requestTemplateOf({ route, headers }: Received): CompiledTemplate | undefined {
  const integration = route?.integration;
  if (integration === undefined || !isMapped(integration) || !('request' in integration)) return undefined;
  const { templates, passthrough } = integration.request;
  const choice = chooseRequestTemplate(templates, headers.last('content-type'), passthrough);
  return choice.kind === 'template' ? choice.template : undefined;
}

function isMapped(integration: { readonly kind: string }): integration is MappedIntegration {
  return ['mock', 'function', 'http', 'service'].includes(integration.kind);
}
