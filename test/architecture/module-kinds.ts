/** The kind of a module, by its path. */

export function isTest(path: string): boolean {
  return /(^|\/)test\/|\.(test|suite)\.tsx?$/.test(path);
}

/** What is imported from outside the tree: entries of packages, and handlers that a template names. */
export function isEntry(path: string): boolean {
  return /(^|\/)(index\.ts$|entries\/|functions\/)|^packages\/gatewright\/testing\/entry\.ts$/.test(path);
}
