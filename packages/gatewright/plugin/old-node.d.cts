/** One sentence if this Node is older than the package's `engines` say; else undefined. */
export function describeOldNode(): string | undefined;
