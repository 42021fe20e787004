/**
 * What goes over the wire, version 1 (docs/guides/receive/realtime.md): JSON texts, asked by `action`, answered by `type`. The functions
 * and the client library read the same types; nothing here runs.
 */

export const PROTOCOL_VERSION = 1;

/** How far somebody has come in a channel. A log that is begun anew has another number. */
export type Position = { readonly log: number; readonly seq: number };

/** Somebody on one connection. */
export type Member = { readonly id: string; readonly sub: string };

/** One entry of a channel's log, by its number. Numbers are dense. */
export type ChannelEntry =
  | {
      readonly seq: number;
      /** Of the publication: one that was sent twice has it twice. */
      readonly id: string;
      readonly at: number;
      /** Subject of the client that published; absent: a service did. */
      readonly by?: string;
      readonly data: unknown;
    }
  | {
      readonly seq: number;
      readonly at: number;
      readonly event: 'join' | 'leave';
      readonly member: Member;
    }
  /** A number that nobody used. */
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
      /** What comes after this is wanted. */
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
      /** How far the client has come, by channel. */
      readonly seen?: Readonly<Record<string, Position>>;
    };

export type ErrorCode =
  /** The rules of the access document do not allow it. */
  | 'forbidden'
  /** The credential by which the connection was opened has ended: connect again with a new one. */
  | 'credential-expired'
  | 'invalid'
  | 'too-large'
  | 'too-many'
  | 'unknown-action'
  /** Not now; the same again may work. */
  | 'unavailable';

export type ServerFrame =
  | {
      readonly type: 'subscribed';
      readonly id: string;
      readonly channel: string;
      /** Where the channel was when the subscription began: what comes later is delivered. */
      readonly head: Position;
      /** Of a presence channel: who was there. */
      readonly members?: readonly Member[];
      /** More were there than are listed. */
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
      /** Numbers whose messages are kept no more. */
      readonly lost?: readonly Range[];
    }
  | {
      readonly type: 'pong';
      readonly protocol: number;
      readonly connectionId: string;
      /** When the next ping is wanted. */
      readonly pingAfterMs: number;
      /** When API Gateway closes the connection, whatever it does. */
      readonly closesInMs: number;
      /** When the credential ends. */
      readonly credentialEndsInMs?: number;
      /** Where channels are that the client has not seen to the end. */
      readonly heads?: Readonly<Record<string, Position>>;
      /** Presence channels in which the client counts as gone: subscribe again. */
      readonly rejoin?: readonly string[];
    }
  | {
      readonly type: 'error';
      /** Of the message that it answers. */
      readonly id?: string;
      readonly channel?: string;
      readonly code: ErrorCode;
      readonly message: string;
    };
