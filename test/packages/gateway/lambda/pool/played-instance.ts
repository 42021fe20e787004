/** An instance that does what the test says. */
import type { Job } from '../../../../../packages/gateway/lambda/invocation/job.ts';
import type { Instance, InstanceOwner } from '../../../../../packages/gateway/lambda/instance.ts';

export class Played implements Instance {
  restingSince = performance.now();
  isDraining = false;
  answeredCount = 0;
  readonly activeMs = undefined;
  readonly version: string;
  readonly #owner: InstanceOwner;
  readonly jobs: Job[] = [];
  isEnded = false;

  constructor(version: string, owner: InstanceOwner) {
    this.version = version;
    this.#owner = owner;
  }
  get load(): number {
    return this.jobs.length;
  }
  get isStuck(): boolean {
    return this.isDraining;
  }
  hasRoom(window: number): boolean {
    return !this.isStuck && this.load < window;
  }
  send(job: Job): void {
    this.jobs.push(job);
  }
  drain(): void {
    this.isDraining = true;
  }
  end(): Promise<unknown> {
    this.isEnded = true;
    return Promise.resolve();
  }
  endIfTooLarge(): Promise<void> {
    return Promise.resolve();
  }
  ready(): void {
    this.#owner.onReady(this);
  }
  fail(errorMessage: string): void {
    this.#owner.onEnd(this, [], JSON.stringify({ errorType: 'Error', errorMessage }));
  }
  /** Ends without a word; what it runs fails, as an instance does it. */
  crash(): void {
    const [running, ...rest] = this.jobs.splice(0);
    running?.settle({
      kind: 'failed',
      errorType: 'Runtime.ExitError',
      errorMessage: 'crashed',
      payload: '{}',
    });
    this.isEnded = true;
    this.#owner.onEnd(this, rest, undefined);
  }
  answer(): void {
    this.jobs.shift()?.settle({ kind: 'returned', payload: `"${this.version}"` });
    this.answeredCount += 1;
    this.#owner.onAnswer(this, 1);
  }
}
