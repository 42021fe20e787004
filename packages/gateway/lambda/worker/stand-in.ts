/**
 * Makes functions that replace functions of Node.js look like the originals. Some libraries read the text of a
 * function: dynamoose derives the type of an attribute from the text of `Date`.
 */

type Text = (this: unknown) => string;

const ownText: Text = Reflect.get(Function.prototype, 'toString');
/** The original of each replacement. */
const originals = new WeakMap<object, object>();

/** Returns `replacement` with the name, the length, the text and all other properties of `original`. */
export function standIn<T extends object>(replacement: T, original: object): T {
  if (!originals.has(replaceText)) install();
  originals.set(replacement, original);
  return Object.defineProperties(replacement, Object.getOwnPropertyDescriptors(original));
}

function replaceText(this: unknown): string {
  const isObject = (typeof this === 'object' && this !== null) || typeof this === 'function';
  return ownText.call(isObject ? (originals.get(this) ?? this) : this);
}

/**
 * Replaces `Function.prototype.toString`. A method of each replacement would not be enough, because libraries also call
 * the method of the prototype with the function.
 */
function install(): void {
  originals.set(replaceText, ownText);
  Object.defineProperties(replaceText, {
    name: { value: 'toString', configurable: true },
    length: { value: 0, configurable: true },
  });
  Object.defineProperty(Function.prototype, 'toString', {
    value: replaceText,
    writable: true,
    configurable: true,
  });
}
