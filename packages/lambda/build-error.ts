import { resolve } from 'node:path';

import { formatMessages, type Message } from 'esbuild';

/** The source does not compile; the message has esbuild's text with file, line and column. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
  readonly code = 'BUILD_FAILED';
  readonly first: { readonly file: string; readonly line: number; readonly text: string } | undefined;

  constructor(message: string, cause?: unknown, first?: BuildError['first']) {
    super(message, { cause });
    this.first = first;
  }
}

export async function toBuildError(error: unknown, root: string): Promise<Error> {
  if (!(error instanceof Error)) return new BuildError(String(error));
  if (!('errors' in error) || !Array.isArray(error.errors)) return error;
  const errors = error.errors as Message[];
  const lines = await formatMessages(errors, { kind: 'error', color: false });
  const [first, ...others] = errors;
  const message = lines.map((line) => line.trim()).join('\n');
  const place = first?.location;
  if (first === undefined || !place) return new BuildError(message, error);
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return new BuildError(message, error, {
    file: resolve(root, place.file),
    line: place.line,
    text: `${first.text} (${place.file}:${place.line}:${place.column}${more})`,
  });
}
