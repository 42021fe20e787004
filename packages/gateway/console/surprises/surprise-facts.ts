/** The facts about a recorded request from which surprises are found. Each fact is derived when it is first needed. */
import { parseJsonObject } from '@gatewright/aws/json-object';
import { HeaderList } from '../../core/events/header-list.ts';
import { acceptsBinary, bareType } from '../../core/events/media-types.ts';
import type { CorsPlan } from '../../core/events/cors-headers.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { Integration } from '../../core/deployment/model.ts';
import type { RecordedRequest } from '../records/recorded-request.ts';
import type { ReadHandler } from '../records/handler-misread.ts';
import { describeSent } from '../records/sent.ts';
import type { HandlerText } from '../records/handler-lines.ts';
import type { Definition } from './template-text.ts';

/** The request whose response the stage cache stored. */
export type Filler = {
  readonly id: string;
  readonly caller: string | undefined;
  readonly rawQuery: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly headers: HeaderList;
};

/** Facts that are not in the record itself. They are not looked up for a list of requests. */
export type SurpriseLookups = {
  readonly definitionOf?: ((recorded: RecordedRequest) => Definition | undefined) | undefined;
  /** Whether the API is the toolkit's, whose functions read every form of an event. */
  readonly isToolkit?: ((recorded: RecordedRequest) => boolean) | undefined;
  readonly readHandler?: ReadHandler | undefined;
  readonly stacks?: readonly ResolvedStack[] | undefined;
  readonly fillerOf?: ((recorded: RecordedRequest) => Filler | undefined) | undefined;
};

type Maps = { readonly headers: unknown; readonly multiValueHeaders: unknown };

export class SurpriseFacts {
  readonly recorded: RecordedRequest;
  readonly #lookups: SurpriseLookups;
  #reply: HeaderList | undefined;
  #result: UnknownMembers | false | undefined;

  constructor(recorded: RecordedRequest, lookups: SurpriseLookups = {}) {
    this.recorded = recorded;
    this.#lookups = lookups;
  }

  /** Returns the integration whose response became the reply; undefined if the gateway responded itself. */
  get integration(): Integration | undefined {
    const { received, outcome, failure } = this.recorded;
    return outcome === undefined || failure !== undefined ? undefined : received.route?.integration;
  }

  /** Returns the integration that received the request, even if it failed or its response could not be used. */
  get called(): Integration | undefined {
    const { received, outcome } = this.recorded;
    return outcome === undefined ? undefined : received.route?.integration;
  }

  /**
   * Returns the object that the function of a Lambda proxy returned; undefined if it is not an object or not complete.
   */
  get result(): UnknownMembers | undefined {
    if (this.#result === undefined) {
      const { outcome } = this.recorded;
      const isProxy = this.integration?.kind === 'lambda-proxy';
      this.#result = (isProxy && outcome?.kind === 'returned' && parseJsonObject(outcome.payload)) || false;
    }
    return this.#result === false ? undefined : this.#result;
  }

  /** Returns the names of the headers in the function's result, as it wrote them. */
  get returnedNames(): readonly string[] {
    const { headers, multiValueHeaders } = (this.result ?? {}) as Partial<Maps>;
    return [headers, multiValueHeaders].flatMap((map) =>
      typeof map === 'object' && map !== null ? Object.keys(map) : [],
    );
  }

  /** Returns the headers of a backend's response; empty for a function. */
  get backendHeaders(): HeaderList {
    const { outcome } = this.recorded;
    return new HeaderList(outcome?.kind === 'answered' ? outcome.headers : []);
  }

  get reply(): HeaderList {
    this.#reply ??= new HeaderList(this.recorded.replyHeaders);
    return this.#reply;
  }

  /** Returns the CORS settings of the API or function URL; undefined if it has none. */
  get cors(): CorsPlan | undefined {
    const { api, stage, rawPath } = this.recorded.received;
    // A preflight is answered before a stage is chosen.
    return (stage ?? api.stages.get(api.locate(rawPath, api.stages).stageName))?.deployment.cors;
  }

  get binaryMediaTypes(): readonly string[] {
    return this.recorded.received.stage?.deployment.binaryMediaTypes ?? [];
  }

  get accept(): string | undefined {
    return this.recorded.received.headers.last('accept');
  }

  /** Returns the media type that decides whether the client gets bytes; undefined without an Accept header. */
  get firstAccepted(): string | undefined {
    const first = this.accept?.split(',', 1)[0];
    return first === undefined ? undefined : bareType(first);
  }

  get getsBytes(): boolean {
    return acceptsBinary(this.accept, this.binaryMediaTypes);
  }

  get isRequestCut(): boolean {
    const { received, sizes } = this.recorded;
    return sizes.request > (received.body?.length ?? 0);
  }

  get definition(): Definition | undefined {
    return this.#lookups.definitionOf?.(this.recorded);
  }

  get isToolkit(): boolean {
    return this.#lookups.isToolkit?.(this.recorded) === true;
  }

  /** Returns the loaded stacks; undefined for a list of requests. */
  get stacks(): readonly ResolvedStack[] | undefined {
    return this.#lookups.stacks;
  }

  /** Reads the file of a function's handler; undefined for a list of requests. */
  get readHandler(): ReadHandler | undefined {
    return this.#lookups.readHandler;
  }

  /** Returns the file of the handler of the function that was called. */
  get handler(): HandlerText | undefined {
    const target = (this.recorded.sent ?? describeSent(this.recorded.received))?.target;
    return target === undefined ? undefined : this.readHandler?.(target);
  }

  get filler(): Filler | undefined {
    return this.#lookups.fillerOf?.(this.recorded);
  }
}
