/**
 * Implements the `extends` section of an access document. It includes issuers, sources and roles that several documents
 * share. They come from files of the repository or of an npm package. Each name is defined only once, so nothing is
 * overridden.
 */
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { SHARED_DOCUMENT } from './document.ts';
import { readShaped, readYaml } from './read-document.ts';
import type { Locate, Problem } from './read-document.ts';
import type { Path } from './shape.ts';

type SharedText = {
  /** The real path, which identifies the file uniquely. */
  readonly path: string;
  readonly file: string;
  readonly text: string;
};

/** Opens the file that the file `from` calls `name`. Returns undefined if there is no such file. */
export type OpenShared = (name: string, from: string) => SharedText | undefined;

type Part = { readonly file: string; readonly value: UnknownMembers; readonly locate: Locate };

type Extended = {
  /** The merged document. The document's own entries come first, so that their positions stay the same. */
  readonly value: UnknownMembers;
  readonly locate: Locate;
  readonly files: readonly string[];
};

/** Merges the document with the files that it extends. Returns undefined if there is at least one problem. */
export function extendDocument(
  own: Part & { readonly path: string },
  open: OpenShared,
  report: (problem: Problem) => void,
): Extended | undefined {
  const parts: Part[] = [];
  const seen = new Set<string>();
  const wrong: Problem[] = [];
  const fail = (problem: Problem): void => {
    wrong.push(problem);
    report(problem);
  };
  const collect = (part: Part, path: string, chain: readonly SharedText[]): void => {
    for (const [index, name] of namesOf(part.value).entries()) {
      const place = Array.isArray(part.value['extends']) ? ['extends', index] : ['extends'];
      const shared = open(name, path);
      if (shared === undefined)
        fail(
          part.locate(
            place,
            `the file ${name} was not found; a path that begins with . is relative to this file, and any other is looked up in node_modules`,
          ),
        );
      else if (shared.path === own.path || chain.some((each) => each.path === shared.path))
        fail(part.locate(place, `${shared.file} extends itself, directly or through another file`));
      else if (!seen.has(shared.path)) {
        seen.add(shared.path);
        const read = readShared(shared);
        if (read.kind === 'invalid') read.problems.forEach(fail);
        else {
          parts.push(read.part);
          collect(read.part, shared.path, [...chain, shared]);
        }
      }
    }
  };
  collect(own, own.path, []);
  for (const problem of findRepeated([own, ...parts])) fail(problem);
  return wrong.length === 0 ? merge(own, parts) : undefined;
}

/** Returns only the strings in `extends`. Other values are reported by the schema of the document. */
function namesOf(value: UnknownMembers): readonly string[] {
  return [value['extends'] ?? []].flat().filter((name) => typeof name === 'string');
}

type SharedReading =
  | { readonly kind: 'read'; readonly part: Part }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

function readShared({ text, file }: SharedText): SharedReading {
  const reading = readShaped(text, file, SHARED_DOCUMENT);
  if (reading.kind === 'invalid') return reading;
  const yaml = readYaml(text, file);
  return yaml.kind === 'invalid'
    ? yaml
    : { kind: 'read', part: { file, value: membersOf(yaml.value), locate: yaml.locate } };
}

function findRepeated(parts: readonly Part[]): readonly Problem[] {
  const known = new Map<string, string>();
  return parts.flatMap(({ value, locate }) =>
    placesOf(value).flatMap(({ path, name, what }) => {
      const { file, line } = locate(path, '', 'key');
      const before = known.get(`${what} ${name}`);
      known.set(`${what} ${name}`, before ?? `${file}:${line}`);
      return before === undefined
        ? []
        : [locate(path, `${name} is also declared in ${before}: declare each name once`, 'key')];
    }),
  );
}

type Place = { readonly path: Path; readonly name: string; readonly what: string };

/**
 * Returns the names that a document defines, with their paths. `sources` counts as one name, because the order of
 * sources matters, and all of them must therefore come from one file.
 */
function placesOf(value: UnknownMembers): readonly Place[] {
  const issuers = [value['issuers'] ?? []].flat().map((issuer, index) => ({
    path: ['issuers', index, 'id'],
    what: 'issuer',
    name: String(membersOf(issuer)['id']),
  }));
  const roles = Object.keys(membersOf(value['roles'])).map((name) => ({
    path: ['roles', name],
    what: 'role',
    name,
  }));
  const sources = 'sources' in value ? [{ path: ['sources'], what: 'sources', name: 'sources' }] : [];
  return [...issuers, ...roles, ...sources];
}

function merge(own: Part, parts: readonly Part[]): Extended {
  const sources = [own, ...parts].find(({ value }) => 'sources' in value);
  const asked = requestedIssuers(own.value, sources?.value['sources']);
  const issuers = [own, ...parts].flatMap((part) =>
    [part.value['issuers'] ?? []].flat().flatMap((issuer: unknown, index) =>
      // A shared file may contain issuers for other documents. Only the issuers to which this document refers are
      // included.
      part === own || asked.has(String(membersOf(issuer)['id'])) ? [{ part, issuer, index }] : [],
    ),
  );
  const roles = [own, ...parts].map(({ value }) => membersOf(value['roles']));
  const hasRoles = roles.some((each) => Object.keys(each).length > 0);
  return {
    files: parts.map(({ file }) => file),
    value: {
      ...own.value,
      ...(issuers.length > 0 && { issuers: issuers.map(({ issuer }) => issuer) }),
      ...(sources !== undefined && { sources: sources.value['sources'] }),
      ...(hasRoles && { roles: Object.assign({}, ...roles) as unknown }),
    },
    locate(path, message, at) {
      const [member, key, ...rest] = path;
      if (member === 'issuers' && typeof key === 'number') {
        const found = issuers[key];
        if (found !== undefined) return found.part.locate([member, found.index, ...rest], message, at);
      }
      if (member === 'sources' && sources !== undefined) return sources.locate(path, message, at);
      const owner = parts.find(({ value }) => member === 'roles' && String(key) in membersOf(value['roles']));
      return (owner ?? own).locate(path, message, at);
    },
  };
}

/**
 * Returns all strings in the sources and in the document without its issuers. They include the ids of the issuers to
 * which the document refers.
 */
function requestedIssuers(own: UnknownMembers, sources: unknown): ReadonlySet<string> {
  const named = new Set<string>();
  const look = (value: unknown): void => {
    if (typeof value === 'string') named.add(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(look);
  };
  look({ ...own, issuers: undefined, sources });
  return named;
}
