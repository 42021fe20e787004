/**
 * Names and values from the documentation of vendors and frameworks (`test/fixtures/secrets`): secrets, and values that
 * only look like secrets. The list was written before the classifier and independently of it.
 *
 * A line is `name | value | source`. If the secret part of a value is not its longest word, it is between « and ». So
 * that no line looks like a leaked key, `{24}` stands for that many letters and digits, and `{hex:40}`, `{upper:16}`,
 * `{digits:9}` and `{b64:32}` for that many other characters. Lines with the name `TEXT` are judged by their value
 * alone.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export type CorpusRow = {
  /** The name of a variable, header, parameter or member. */
  readonly name: string;
  readonly value: string;
  /** The part of the value that must not be seen. */
  readonly secret: string;
  readonly source: string;
};

/** The name that is used in place of `TEXT`. */
const NAME_OF_TEXT = 'note';

const ALPHABETS: Readonly<Record<string, string>> = {
  hex: '0123456789abcdef',
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  digits: '0123456789',
};
const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export const SECRET_CORPUS = readRows('secrets');
export const HARMLESS_CORPUS = readRows('harmless');

function readRows(file: string): readonly CorpusRow[] {
  return readFileSync(new URL(`../fixtures/secrets/${file}.txt`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line, index) => {
      const [name = '', pattern = '', source = ''] = line.split(' | ');
      const marked = fill(pattern, `${file}.${index}`);
      return {
        name: name === 'TEXT' ? NAME_OF_TEXT : name,
        value: marked.replaceAll(/[«»]/g, ''),
        secret: /«(.*)»/s.exec(marked)?.[1] ?? longestWord(marked),
        source,
      };
    });
}

function longestWord(text: string): string {
  return text.split(' ').toSorted((a, b) => b.length - a.length)[0] ?? text;
}

function fill(pattern: string, seed: string): string {
  let part = 0;
  return pattern
    .replaceAll('\\n', '\n')
    .replaceAll(
      /\{(?:(hex|upper|digits|b64):)?(\d+)\}/g,
      (_, alphabet: string | undefined, length: string) => {
        part += 1;
        return characters(ALPHABETS[alphabet ?? ''] ?? LETTERS_AND_DIGITS, Number(length), `${seed}.${part}`);
      },
    );
}

/** Returns the same characters for the same seed. */
function characters(alphabet: string, length: number, seed: string): string {
  let text = '';
  for (let block = 0; text.length < length; block += 1)
    for (const byte of createHash('sha256').update(`${seed}.${block}`).digest())
      text += alphabet[byte % alphabet.length] ?? '';
  return text.slice(0, length);
}
