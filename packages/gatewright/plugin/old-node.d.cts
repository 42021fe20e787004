/** Returns a sentence if this version of Node is older than the package's `engines` allow; undefined otherwise. */
export function describeOldNode(): string | undefined;
