/**
 * The protocol, version 1 (docs/guides/receive/realtime.md). Frames are JSON texts: requests have an `action`, and
 * responses have a `type`. The functions and the client library share this file.
 */

export const PROTOCOL_VERSION = 1;

/** A position in a channel. When a log is started again, `log` changes. */
export type Position = { readonly log: number; readonly seq: number };

export type Member = { readonly id: string; readonly sub: string };

/** One entry of a channel's log. Its number is `seq`; numbers are consecutive. */
export type ChannelEntry =
  | {
      readonly seq: number;
      /** Id of the publication. A repeated publication has the same id. */
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
  /** A number without a message. */
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
      /** Position of the channel when the subscription began. Entries after this position are delivered. */
      readonly head: Position;
      /** The members of a presence channel when the subscription began. */
      readonly members?: readonly Member[];
      /** Present if the channel has more members than are listed. */
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
       * `id` and the fields below are present only in the response to `read`. Every number up to `upTo` is either in
       * `messages` or in `lost`.
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
      /** Time until the client should send the next ping. */
      readonly pingAfterMs: number;
      /** Time until API Gateway closes the connection in any case. */
      readonly closesInMs: number;
      readonly credentialEndsInMs?: number;
      /** Current positions of those channels in which the client has missed entries. */
      readonly heads?: Readonly<Record<string, Position>>;
      /** Presence channels that, according to the server, the client has left. The client has to subscribe again. */
      readonly rejoin?: readonly string[];
    }
  | {
      readonly type: 'error';
      readonly id?: string;
      readonly channel?: string;
      readonly code: ErrorCode;
      readonly message: string;
    };
