export type EventSource = {
  readonly kind:
    | 'queue'
    | 'stream'
    | 'topic'
    | 'rule'
    | 'schedule'
    | 'bucket'
    | 'distribution'
    | 'log group'
    | 'alarm'
    | 'service';
  readonly name: string;
  readonly targets: readonly string[];
  /** What waits, when it runs next: half a sentence. */
  readonly state: string;
};

export type HandTarget = {
  readonly arn: string;
  readonly name: string;
  /** Other names, such as the URL of a queue. */
  readonly aliases?: readonly string[];
  /** Runs in place of a delivery: a schedule runs as if it were due. */
  readonly run?: () => void;
  /** Why a body cannot be sent; undefined if it can. */
  readonly refuse?: (body: string) => string | undefined;
  readonly messages?: () => readonly object[];
  /** Of a queue of dead messages: moves them back to where they died. @returns how many */
  readonly redrive?: () => number;
};

export function lastPartOf(arn: string): string {
  return arn.split(/[:/]/).at(-1) ?? arn;
}
