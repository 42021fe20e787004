/** Finds the account whose id the definitions contain. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DefinitionError } from '../core/errors.ts';
import { findSource } from './find-definition.ts';
import { listIncludedFiles } from './serverless/included-files.ts';

/** Matches account ids in ARNs, and in environments of CDK applications such as `aws://111122223333/eu-west-1`. */
const NAMED = /\barn:aws[a-z-]*:([a-z0-9-]+):[a-z0-9-]*:(\d{12}):([^\s"',]*)|\baws:\/\/(\d{12})\//g;
const COMMENT = /(?:^|\s)(?:#|\/\/).*$/gm;
const LIMIT_BYTES = 10_000_000;

/**
 * Returns the account that the definitions name; undefined if they do not name an account, or name several. Accounts
 * that publish layers, and accounts that are trusted as a whole (`:root`), are ignored because they belong to other
 * people.
 */
export function findNamedAccount(sources: readonly string[]): string | undefined {
  const named = new Set(sources.flatMap((source) => accountsIn(resolve(source))));
  const [only] = named;
  return named.size === 1 ? only : undefined;
}

function accountsIn(source: string): readonly string[] {
  let file: string;
  try {
    ({ file } = findSource(source));
  } catch (error) {
    // The error is reported when the source is loaded.
    if (error instanceof DefinitionError) return [];
    throw error;
  }
  return [file, ...listIncludedFiles(file, dirname(file))].filter(isText).flatMap((each) => {
    const text = readFileSync(each, 'utf8').replace(COMMENT, '');
    return [...text.matchAll(NAMED)].flatMap(([, service, account, resource = '', ofCdk]) =>
      (service === 'lambda' && resource.startsWith('layer:')) || resource === 'root'
        ? []
        : [account ?? ofCdk ?? ''],
    );
  });
}

function isText(file: string): boolean {
  const found = statSync(file);
  return found.isFile() && found.size <= LIMIT_BYTES;
}
