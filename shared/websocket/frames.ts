/**
 * The protocol, version 1 (docs/guides/receive/realtime.md). Frames are JSON texts: requests have an `action`, and
 * responses have a `type`. The functions and the client library share this file.
 */

export const PROTOCOL_VERSION = 1;

/** A position in a channel. A log that is started again gets another number. */
export type Position = { readonly log: number; readonly seq: number };

export type Member = { readonly id: string; readonly sub: string };

/** One entry of a channel's log, by its number. Numbers are consecutive. */
export type ChannelEntry =
  | {
      readonly seq: number;
      /** Id of the publication, which is the same if the publication is repeated. */
      readonly id: string;
      readonly at: number;
      /** Subject of the publishing client; absent if a service published the message. */
      readonly by?: string;
      readonly data: unknown;
    }
  | {
      readonly seq: number;
      readonly at: number;
      readonly event: 'join' | 'leave';
      readonly member: Member;
    }
  /** An unused sequence number. */
  | { readonly seq: number; readonly void: true };

/** The first and the last number of a range. */
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
  /** The credential used to open the connection has expired. Connect again with a new credential. */
  | 'credential-expired'
  | 'invalid'
  | 'too-large'
  | 'too-many'
  | 'unknown-action'
  /** The failure is temporary; a retry may succeed. */
  | 'unavailable';

export type ServerFrame =
  | {
      readonly type: 'subscribed';
      readonly id: string;
      readonly channel: string;
      /** Position of the channel when the subscription began. Later entries are delivered. */
      readonly head: Position;
      /** The members of a presence channel when the subscription began. */
      readonly members?: readonly Member[];
      /** Present if there were more members than listed. */
      readonly membersCut?: true;
    }
  | { readonly type: 'unsubscribed'; readonly id: string; readonly channel: string }
  | { readonly type: 'published'; readonly id: string; readonly channel: string; readonly seq: number }
  | {
      readonly type: 'messages';
      readonly channel: string;
      readonly log: number;
      readonly messages: readonly ChannelEntry[];
      /**
       * `id` and the fields below are present in the response to `read`. Everything up to `upTo` is in `messages` or in
       * `lost`.
       */
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
      /** Presence channels in which the client counts as gone, so that it has to subscribe again. */
      readonly rejoin?: readonly string[];
    }
  | {
      readonly type: 'error';
      readonly id?: string;
      readonly channel?: string;
      readonly code: ErrorCode;
      readonly message: string;
    };
