/** Thrown when a target finds out during a case that it cannot run the case. The case does not count as failed. */
export class NotAsked extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'NotAsked';
  }
}
