/**
 * Texts that may contain any character. fast-check's own `unit: 'binary'`, `webPath` and `webQueryParameters` draw the
 * same, but first make a table of the million code points: half a second in each process.
 */
import fc from 'fast-check';

const SURROGATES = { from: 0xd800, count: 0x800 };

/** Any code point, as the `unit` of a text. fast-check can shrink such texts, and dangerous words occur among them. */
export const CODE_POINT: fc.Arbitrary<string> = fc.nat({ max: 0x10ffff - SURROGATES.count }).map(
  (index) => String.fromCodePoint(index < SURROGATES.from ? index : index + SURROGATES.count),
  (text) => {
    const code = typeof text === 'string' && text.isWellFormed() ? text.codePointAt(0) : undefined;
    if (code === undefined || text !== String.fromCodePoint(code)) throw new Error('not one code point');
    return code < SURROGATES.from ? code : code - SURROGATES.count;
  },
);

/**
 * A random code point as a percent-escape, such as `%0a`. About one in eleven characters of an address is such an
 * escape.
 */
const escaped = CODE_POINT.map((text) => {
  const encoded = encodeURIComponent(text);
  return encoded === text ? `%${text.charCodeAt(0).toString(16)}` : encoded;
});

/** RFC 3986 `pchar`, with more characters that may occur unescaped. */
function addressCharacter(more = ''): fc.Arbitrary<string> {
  const plain = `abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@${more}`;
  return fc.oneof(
    { weight: 10, arbitrary: fc.constantFrom(...Array.from(plain)) },
    { weight: 1, arbitrary: escaped },
  );
}

/** RFC 3986 `path-abempty`: a few long segments, or many short ones. */
export function webPath(): fc.Arbitrary<string> {
  const unit = addressCharacter();
  const segments = fc.oneof(
    fc.array(fc.string({ unit, size: 'small' }), { size: 'xsmall' }),
    fc.array(fc.string({ unit, size: 'xsmall' }), { size: 'small' }),
  );
  return segments.map((texts) => texts.map((text) => `/${text}`).join(''));
}

/** RFC 3986 `query`. */
export function webQuery(): fc.Arbitrary<string> {
  return fc.string({ unit: addressCharacter('/?') });
}
