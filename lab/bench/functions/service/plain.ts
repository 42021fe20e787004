/** The smallest function in TypeScript. The benchmark saves this file repeatedly, each time with another version. */
const VERSION = 'version-0';

export function handler(): Promise<{ readonly statusCode: number; readonly body: string }> {
  return Promise.resolve({ statusCode: 200, body: VERSION });
}
