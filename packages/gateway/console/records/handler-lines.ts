/** Finds lines in the file of a handler, for sentences that name the code. */
import type { HandlerText } from './misread-event.ts';

/** Returns the first line of code that matches, such as `src/main.js:2`; undefined if none does. Comments are skipped. */
export function findLine(handler: HandlerText | undefined, wanted: RegExp): string | undefined {
  return findLines(handler, wanted)[0];
}

export function findLines(handler: HandlerText | undefined, wanted: RegExp): readonly string[] {
  if (handler === undefined) return [];
  return handler.text
    .split('\n')
    .flatMap((text, index) =>
      wanted.test(text) && !/^\s*(?:\/\/|#|\*)/.test(text) ? [`${handler.file}:${index + 1}`] : [],
    );
}
