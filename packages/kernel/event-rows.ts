/** What starts functions, as `gatewright events` lists it and sends to it. */

/** A source of events, and what it starts or feeds. */
export type EventSource = {
  readonly kind: 'queue' | 'stream' | 'topic' | 'rule' | 'schedule' | 'bucket';
  readonly name: string;
  /** Names of functions, and of what else is fed. */
  readonly targets: readonly string[];
  /** What waits, when it comes next: half a sentence. */
  readonly state: string;
};

export type HandTarget = {
  readonly arn: string;
  readonly name: string;
  /** Other names, such as the URL of a queue. */
  readonly aliases?: readonly string[];
  /** In the place of a delivery: a schedule runs as if it were its time. */
  readonly run?: () => void;
  /** Why a body cannot be sent; undefined where it can. */
  readonly refuse?: (body: string) => string | undefined;
  /** Messages that wait, for `gatewright/testing`. */
  readonly messages?: () => readonly object[];
};

/** The last part of what an ARN names. */
export function lastPartOf(arn: string): string {
  return arn.split(/[:/]/).at(-1) ?? arn;
}
