/**
 * Random texts that would be executed, disappear or mislead in a page that builds markup from them, evaluates templates
 * or trusts addresses.
 */
import { pickFrom } from '../../support/pick.ts';
import type { Pick } from '../../support/pick.ts';

/** The code that each text would run if it were executed. The page counts how often that happens. */
const RAN = 'globalThis.ran=(globalThis.ran||0)+1';

export const PIECES: readonly string[] = [
  `<img src=x onerror="${RAN}" data-drawn>`,
  `</script><script data-drawn>${RAN}</script>`,
  `"><svg data-drawn onload="${RAN}">`,
  `'><iframe data-drawn srcdoc="<script>parent.ran=1</script>">`,
  `<a data-drawn href="javascript:${RAN}">open</a>`,
  `</pre></textarea></title></style></option><b data-drawn>`,
  '<!--<b data-drawn>-->]]><b data-drawn>',
  `" onmouseover="${RAN}" data-drawn="`,
  `javascript:${RAN}//`,
  ` \u0001javascript:${RAN}`,
  `data:text/html,<script data-drawn>parent.${RAN}</script>`,
  '//evil.example/%2e%2e',
  `{{constructor.constructor('${RAN}')()}}`,
  `\${${RAN}} #{${RAN}} <%= ${RAN} %> {% raw %}`,
  '&lt;b data-drawn&gt; &amp; &#60; &#x202e;',
  '__proto__',
  '{"constructor":null,"type":"script","props":{"data-drawn":""}}',
  // The letters after it are shown from right to left.
  'invoice\u202efdp.exe\u202c',
  '\u2066isolated\u2069\u2067right\u2069',
  '\u0007\u001b[31mred\u001b[0m\u007f\u009b2J',
  'one\u2028two\u2029three',
  'a line\nand another\r\nand a tab\tin it, \ra lone return',
  'שלום عليكم',
  'e\u0301 \u00e9 🦊 👩\u200d🍳 \ufeff',
  'x'.repeat(2_000),
];

/** The kind of text that a place can contain. */
type Carried = 'anything' | 'one line' | 'ascii' | 'name';

const CARRIES: Readonly<Record<Carried, RegExp>> = {
  anything: /^/,
  // Texts in a quoted parameter (RFC 7578).
  'one line': /^[^\p{Cc}"\\\u2028\u2029]*$/u,
  // The value of a header of RFC 9110.
  ascii: /^[\x20-\x7e]*$/,
  // Names of resources, which AWS limits to 128 characters or more.
  name: /^.{0,80}$/su,
};

type Drawn = { readonly place: string; readonly shown: string };

/** Draws random texts, each with a unique mark by which it is found in the page. */
export class DrawnTexts {
  readonly #pick: Pick;
  readonly #drawn: Drawn[] = [];
  readonly #met = new Set<string>();

  constructor(seed: number) {
    this.#pick = pickFrom(seed);
  }

  /** The texts that were drawn, as the page must show them. */
  get drawn(): readonly Drawn[] {
    return this.#drawn;
  }

  /** The pieces that no text contains, so that nothing about them was tested. */
  get unmet(): readonly string[] {
    return PIECES.filter((piece) => !this.#met.has(piece));
  }

  /** @param show returns the part of the text that the page shows, if it is not the whole text */
  draw(place: string, carried: Carried, show: (text: string) => string = (text) => text): string {
    const fit = PIECES.filter((piece) => CARRIES[carried].test(piece));
    // A piece that was not drawn yet is preferred.
    const fresh = fit.filter((piece) => !this.#met.has(piece));
    const piece = this.#pick.one(fresh.length > 0 ? fresh : fit);
    this.#met.add(piece);
    const text = `(${this.#drawn.length}) ${piece} (/${this.#drawn.length})`;
    this.#drawn.push({ place, shown: showVisible(show(text)) });
    return text;
  }

  /** Draws `count` texts for one place. */
  several(count: number, ...how: Parameters<DrawnTexts['draw']>): readonly string[] {
    return Array.from({ length: count }, () => this.draw(...how));
  }
}

/**
 * A second implementation of the rule, independent of the page: control characters, marks of text direction and
 * invisible characters are shown as escapes, and line breaks and tabs stay.
 */
function showVisible(text: string): string {
  let shown = '';
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const stays = code === 0x09 || code === 0x0a || (code === 0x0d && text.charCodeAt(at + 1) === 0x0a);
    const isControl = code < 0x20 || (code >= 0x7f && code <= 0x9f);
    const isMark = (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f);
    const isInvisible = [0xad, 0x061c, 0x200b, 0x200e, 0x200f, 0xfeff].includes(code);
    shown +=
      !stays && (isControl || isMark || isInvisible)
        ? `\\u${code.toString(16).padStart(4, '0')}`
        : text.charAt(at);
  }
  return shown;
}
