/**
 * Accepts arguments that are ids and begin with a hyphen. The ids of connections and of requests to HTTP APIs are
 * random, so some begin with a hyphen.
 */
import type { Command } from 'commander';

/**
 * Matches at least the first eight characters of an id. It never matches an option, because an option with one hyphen
 * has one letter.
 */
const ID = /^-[A-Za-z0-9_][\w-]{6,}={0,2}$/;

/**
 * Returns the words with `--` before the arguments of the command, if one of the arguments is an id that begins with a
 * hyphen.
 */
export function separateIds(words: readonly string[], program: Command): readonly string[] {
  let command = program;
  let first = 0;
  for (; first < words.length; first += 1) {
    const next = command.commands.find((one) => one.name() === words[first]);
    if (next === undefined) break;
    command = next;
  }
  if (command.registeredArguments.length === 0) return words;
  const { options, operands } = splitWords(words.slice(first), command);
  return operands.some((word) => ID.test(word))
    ? [...words.slice(0, first), ...options, '--', ...operands]
    : words;
}

function splitWords(
  words: readonly string[],
  command: Command,
): { readonly options: readonly string[]; readonly operands: readonly string[] } {
  const options: string[] = [];
  const operands: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--') return { options, operands: [...operands, ...words.slice(at + 1)] };
    if (!word.startsWith('-') || word === '-' || ID.test(word)) operands.push(word);
    else options.push(word);
    const option = command.options.find(({ short, long }) => word === short || word === long);
    const following = words[at + 1];
    const takesNext =
      option?.required === true || (option?.optional === true && following?.startsWith('-') === false);
    if (takesNext && following !== undefined) {
      options.push(following);
      at += 1;
    }
  }
  return { options, operands };
}
