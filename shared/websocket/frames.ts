/**
 * The protocol, version 1 (docs/guides/receive/realtime.md): JSON texts, requests by `action`, answers by
 * `type`. Shared by the functions and the client library; types only.
 */

export const PROTOCOL_VERSION = 1;

/** A position in a channel. A log that is started again has another number. */
export type Position = { readonly log: number; readonly seq: number };

export type Member = { readonly id: string; readonly sub: string };

/** One entry of a channel's log, by its number. Numbers are consecutive. */
export type ChannelEntry =
  | {
      readonly seq: number;
      /** Id of the publication: a repeated one has the same. */
      readonly id: string;
      readonly at: number;
      /** Subject of the publishing client; absent: a service. */
      readonly by?: string;
      readonly data: unknown;
    }
  | {
      readonly seq: number;
      readonly at: number;
      readonly event: 'join' | 'leave';
      readonly member: Member;
    }
  /** An unused number. */
  | { readonly seq: number; readonly void: true };

/** First and last number. */
export type Range = readonly [from: number, to: number];

export type ClientMessage =
  | {
      readonly action: 'subscribe' | 'unsubscribe';
      readonly id: string;
      readonly channel: string;
    }
  | {
      readonly action: 'read';
      readonly id: string;
      readonly channel: string;
      readonly after: Position;
    }
  | {
      readonly action: 'publish';
      readonly id: string;
      readonly channel: string;
      readonly data: unknown;
    }
  | {
      readonly action: 'ping';
      readonly seen?: Readonly<Record<string, Position>>;
    };

export type ErrorCode =
  | 'forbidden'
  /** The credential used to open the connection has expired: connect again with a new one. */
  | 'credential-expired'
  | 'invalid'
  | 'too-large'
  | 'too-many'
  | 'unknown-action'
  /** Temporary; a retry may succeed. */
  | 'unavailable';

export type ServerFrame =
  | {
      readonly type: 'subscribed';
      readonly id: string;
      readonly channel: string;
      /** Position of the channel when the subscription began: later entries are delivered. */
      readonly head: Position;
      /** The members of a presence channel at that time. */
      readonly members?: readonly Member[];
      /** There were more members than listed. */
      readonly membersCut?: true;
    }
  | { readonly type: 'unsubscribed'; readonly id: string; readonly channel: string }
  | { readonly type: 'published'; readonly id: string; readonly channel: string; readonly seq: number }
  | {
      readonly type: 'messages';
      readonly channel: string;
      readonly log: number;
      readonly messages: readonly ChannelEntry[];
      /** Answers `read`: everything up to this number is in `messages` or in `lost`. */
      readonly id?: string;
      readonly upTo?: number;
      readonly head?: number;
      readonly lost?: readonly Range[];
    }
  | {
      readonly type: 'pong';
      readonly protocol: number;
      readonly connectionId: string;
      /** When the client should send the next ping. */
      readonly pingAfterMs: number;
      /** When API Gateway closes the connection in any case. */
      readonly closesInMs: number;
      readonly credentialEndsInMs?: number;
      /** Current positions of channels of which the client has missed entries. */
      readonly heads?: Readonly<Record<string, Position>>;
      /** Presence channels in which the client counts as gone: subscribe again. */
      readonly rejoin?: readonly string[];
    }
  | {
      readonly type: 'error';
      readonly id?: string;
      readonly channel?: string;
      readonly code: ErrorCode;
      readonly message: string;
    };
