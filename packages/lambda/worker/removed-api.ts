/** Functions of older runtimes die here of what Node.js has dropped since: all run on the gateway's own version. Pure. */

/** Members of Node's modules by the version that has them no more (nodejs.org/api/deprecations.html, "End-of-Life"). */
const REMOVED: readonly { readonly of: RegExp; readonly members: RegExp; readonly since: number }[] = [
  { of: /\bos/i, members: /^(?:tmpDir|getNetworkInterfaces)$/, since: 14 },
  { of: /crypto/i, members: /^(?:createCipher|createDecipher)$/, since: 22 },
  {
    of: /util/i,
    members:
      /^(?:isBoolean|isBuffer|isDate|isError|isFunction|isNull|isNullOrUndefined|isNumber|isObject|isPrimitive|isRegExp|isString|isSymbol|isUndefined|log)$/,
    since: 23,
  },
  { of: /process/i, members: /^assert$/, since: 23 },
  { of: /tls/i, members: /^createSecurePair$/, since: 24 },
  { of: /timers/i, members: /^(?:active|enroll|unenroll)$/, since: 24 },
];

/** `util.isRegExp is not a function`, `(0 , util_1.isRegExp) is not a function`. */
const NO_FUNCTION = /(\w+)(?:\(\))?\.(\w+)\)? is not a (?:function|constructor)/;
/** `import a from './a.json' assert { type: 'json' }` */
const IMPORT_ASSERTION = /Unexpected identifier 'assert'/;

/** What to tell whose function fails of it; undefined where it would fail at Lambda, too. */
export function explainRemovedApi(error: unknown, runtime: string, nodeVersion: string): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const found = findRemoved(error.message);
  const major = Number(/^nodejs(\d+)/.exec(runtime)?.[1] ?? Infinity);
  if (found === undefined || major >= found.since) return undefined;
  return (
    `${found.what} is gone since Node.js ${found.since}: ${runtime} at Lambda still has it, but ` +
    `this gateway runs every function on Node.js ${nodeVersion}. Take a newer version of the package that calls it.`
  );
}

function findRemoved(message: string): { readonly what: string; readonly since: number } | undefined {
  if (IMPORT_ASSERTION.test(message)) return { what: '`import … assert` (now `with`)', since: 22 };
  const [, base = '', member = ''] = NO_FUNCTION.exec(message) ?? [];
  const entry = REMOVED.find(({ of, members }) => of.test(base) && members.test(member));
  return entry === undefined ? undefined : { what: `${base}.${member}`, since: entry.since };
}
