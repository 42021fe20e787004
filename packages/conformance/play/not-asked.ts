/** Thrown where a target finds out late that it cannot be asked. No failure of the case. */
export class NotAsked extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'NotAsked';
  }
}
