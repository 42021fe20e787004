import { randomBytes } from 'node:crypto';

/** Returns the name of an instance's log stream (Lambda developer guide, "Log structure"): `2026/11/23/[$LATEST]…`. */
export function makeLogStream(): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[$LATEST]${randomBytes(16).toString('hex')}`;
}
