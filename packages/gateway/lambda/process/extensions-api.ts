/**
 * Lambda's Extensions API. Extensions are programs that run next to the runtime and are notified of each event and of
 * the shutdown.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { answerJson, readBody, refuse } from './loopback-http.ts';

type EventType = 'INVOKE' | 'SHUTDOWN';
type ExtensionEvent =
  | {
      readonly eventType: 'INVOKE';
      readonly requestId: string;
      readonly deadlineMs: number;
      readonly functionArn: string;
      readonly traceHeader: string;
    }
  | { readonly eventType: 'SHUTDOWN'; readonly deadlineMs: number; readonly shutdownReason: string };

type Extension = {
  readonly name: string;
  readonly events: ReadonlySet<string>;
  waiting: ServerResponse | undefined;
  readonly unheard: object[];
};

const BODY_LIMIT_BYTES = 64 * 1024;
/** Lambda's quota of extensions per function. */
const MAX_EXTENSIONS = 10;
const ID_HEADER = 'lambda-extension-identifier';

export class ExtensionsApi {
  readonly #extensions = new Map<string, Extension>();
  readonly #function: { readonly name: string; readonly handler: string };
  readonly #onChange: () => void;
  #whenRegistered: (() => void) | undefined;

  /** @param onChange called whenever an extension requests its next event */
  constructor(of: { readonly name: string; readonly handler: string }, onChange: () => void) {
    this.#function = of;
    this.#onChange = onChange;
  }

  get areIdle(): boolean {
    return [...this.#extensions.values()].every(({ waiting }) => waiting !== undefined);
  }

  /** Resolves once `count` extensions have registered. Only then is the runtime started. */
  async registered(count: number): Promise<void> {
    while (this.#extensions.size < count) {
      await new Promise<void>((resolve) => {
        this.#whenRegistered = resolve;
      });
    }
  }

  send(event: ExtensionEvent): void {
    const shaped = shape(event);
    for (const extension of this.#extensions.values()) {
      if (!extension.events.has(event.eventType)) continue;
      extension.unheard.push(shaped);
      hand(extension);
    }
  }

  get wantShutdown(): boolean {
    return [...this.#extensions.values()].some(({ events }) => events.has('SHUTDOWN'));
  }

  /** Handles a call to this API. Returns false if the call is to another API. */
  async answer(call: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    if (call === 'POST /2020-01-01/extension/register') await this.#register(request, response);
    else if (call === 'GET /2020-01-01/extension/event/next') this.#onNext(request, response);
    else if (/^POST \/2020-01-01\/extension\/(?:init|exit)\/error$/.test(call)) {
      await readBody(request, BODY_LIMIT_BYTES);
      if (this.#find(request, response) !== undefined) answerJson(response, 202, { status: 'OK' });
    } else if (/^PUT \/(?:2022-07-01\/telemetry|2020-08-15\/logs)$/.test(call)) {
      await readBody(request, BODY_LIMIT_BYTES);
      const name = call.includes('telemetry') ? 'Telemetry' : 'Logs';
      // This is Lambda's own message for an API that is not available. Extensions can handle it.
      refuse(response, 202, `${name}.NotSupported`, `${name} API is not supported`);
    } else return false;
    return true;
  }

  async #register(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = (await readBody(request, BODY_LIMIT_BYTES)) ?? '';
    const name = request.headers['lambda-extension-name'];
    const events = readEvents(text);
    if (typeof name !== 'string' || name === '') {
      refuse(response, 403, 'Extension.MissingHeader', 'Lambda-Extension-Name header is missing');
      return;
    }
    if (events === undefined || this.#extensions.size >= MAX_EXTENSIONS) {
      const [type, message] =
        events === undefined
          ? ['Extension.InvalidEventType', 'events must be a list of INVOKE and SHUTDOWN']
          : ['Extension.TooManyExtensions', `a function can have at most ${MAX_EXTENSIONS} extensions`];
      refuse(response, 403, type, message);
      return;
    }
    const id = randomUUID();
    this.#extensions.set(id, { name, events, waiting: undefined, unheard: [] });
    const { name: functionName, handler } = this.#function;
    const known = { functionName, functionVersion: '$LATEST', handler };
    answerJson(response, 200, known, { 'Lambda-Extension-Identifier': id });
    this.#whenRegistered?.();
  }

  #onNext(request: IncomingMessage, response: ServerResponse): void {
    const extension = this.#find(request, response);
    if (extension === undefined) return;
    extension.waiting = response;
    response.once('close', () => {
      if (extension.waiting === response) extension.waiting = undefined;
    });
    hand(extension);
    this.#onChange();
  }

  #find(request: IncomingMessage, response: ServerResponse): Extension | undefined {
    const id = request.headers[ID_HEADER];
    const extension = typeof id === 'string' ? this.#extensions.get(id) : undefined;
    if (extension === undefined)
      refuse(response, 403, 'Extension.UnknownExtensionIdentifier', `Unknown extension ${String(id)}`);
    return extension;
  }
}

function hand(extension: Extension): void {
  const { waiting } = extension;
  if (waiting === undefined) return;
  const event = extension.unheard.shift();
  if (event === undefined) return;
  extension.waiting = undefined;
  answerJson(waiting, 200, event, { 'Lambda-Extension-Event-Identifier': randomUUID() });
}

function shape(event: ExtensionEvent): object {
  const { eventType, deadlineMs } = event;
  if (event.eventType === 'SHUTDOWN') return { eventType, shutdownReason: event.shutdownReason, deadlineMs };
  const { requestId, functionArn, traceHeader } = event;
  const tracing = { type: 'X-Amzn-Trace-Id', value: traceHeader };
  return { eventType, deadlineMs, requestId, invokedFunctionArn: functionArn, tracing };
}

function readEvents(text: string): ReadonlySet<EventType> | undefined {
  try {
    const body: unknown = JSON.parse(text === '' ? '{}' : text);
    const events: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'events') : [];
    if (events === undefined) return new Set();
    if (!Array.isArray(events) || !events.every((one) => one === 'INVOKE' || one === 'SHUTDOWN'))
      return undefined;
    return new Set(events as EventType[]);
  } catch {
    return undefined;
  }
}
