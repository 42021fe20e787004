/** Finds the kind of a module from its path. */

export function isTest(path: string): boolean {
  return /(^|\/)test\/|\.(test|suite)\.tsx?$/.test(path);
}

/** Whether a module is imported from outside the tree: an entry of a package, or a handler that a template names. */
export function isEntry(path: string): boolean {
  return /(^|\/)(index\.ts$|entries\/|functions\/)|^packages\/gatewright\/testing\/entry\.ts$/.test(path);
}
