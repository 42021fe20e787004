/** Finds lines in the file of a handler, for sentences that name the code. */

/** The text of a handler's file. */
export type HandlerText = {
  readonly file: string;
  readonly text: string;
  /** The number of lines of a template before the inline code. The text then begins with as many empty lines. */
  readonly linesBefore?: number;
  readonly isPython?: boolean;
  /** The modules of the project that the file itself imports. */
  readonly modules?: readonly { readonly file: string; readonly text: string }[];
};

/**
 * Returns the first line of code that matches, such as `src/main.js:2`; undefined if none does. Comments are skipped.
 */
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

/** Whether the code is Python; otherwise, it is JavaScript or TypeScript. */
export function isPythonCode({ file, isPython }: HandlerText): boolean {
  return isPython ?? file.endsWith('.py');
}

const EXPORTS =
  /\bexports\.(\w+)\s*=|\bexport\s+(?:async\s+)?(?:const|let|function\*?)\s+(\w+)|\bmodule\.exports\s*=\s*\{([^}]*)\}|^(?:async\s+)?def\s+(\w+)\(/gm;

/**
 * Returns what the file of a handler exports, if Lambda did not find the handler in it. In Python, these are its
 * functions.
 */
export function findExports(errorType: string, handler: HandlerText | undefined): readonly string[] {
  if (errorType !== 'Runtime.HandlerNotFound' || handler === undefined) return [];
  return exportsOf(handler).slice(0, MOST_EXPORTS);
}

/** Returns the place at which a handler of Node.js calls its callback, which is its third parameter. */
export function findUncalledBack(
  handler: HandlerText | undefined,
): { readonly place: string; readonly isAsync: boolean } | undefined {
  const [, beginning = '', name] = HANDLER_WITH_CALLBACK.exec(handler?.text ?? '') ?? [];
  const place = name === undefined ? undefined : findLine(handler, new RegExp(String.raw`\b${name}\s*\(`));
  return place === undefined ? undefined : { place, isAsync: /\basync\b/.test(beginning) };
}

const HANDLER_WITH_CALLBACK =
  /\bhandler\b([^\n(]*(?:\bfunction\b[^\n(]*)?)\(\s*\w+\s*,\s*\w+\s*,\s*(\w+)\s*\)/;

/** Returns how many names the file of a handler exports. */
export function countExports(handler: HandlerText): number {
  return exportsOf(handler).length;
}

function exportsOf({ text }: HandlerText): readonly string[] {
  const names = [...text.matchAll(EXPORTS)].flatMap(([, member, declared, list = '', python]) => [
    member ?? declared ?? python ?? '',
    ...list.split(',').map((one) => /^\s*(\w+)/.exec(one)?.[1] ?? ''),
  ]);
  return [...new Set(names)].filter((name) => name !== '');
}

const MOST_EXPORTS = 5;

/** What an authorizer reads if it decides by the route or the path of the request. */
export const READS_ROUTE =
  /\b(?:routeKey|rawPath|resourcePath|httpMethod|pathParameters)\b|\.path\b|\[['"]path['"]\]|\.http\.method\b/;
