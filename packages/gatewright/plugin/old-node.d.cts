/** One sentence where this Node is older than the package's `engines` say; else undefined. */
export function describeOldNode(): string | undefined;
