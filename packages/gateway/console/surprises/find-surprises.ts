/** Finds the surprises of a recorded request. It is called when a record is read, never while a request is served. */
import { isEvent } from '../records/recorded-request.ts';
import { tellsDeployment, toDeploy } from '../explain/reason.ts';
import { findCodeLine } from './code-lines.ts';
import { HANDSHAKE_KINDS } from './handler-kinds.ts';
import { SURPRISE_KINDS } from './kinds.ts';
import { SurpriseFacts } from './surprise-facts.ts';
import type { Recorded } from '../records/recorded-request.ts';
import type { Redactor } from '../records/redact.ts';
import type { Surprise, SurpriseKind, Told } from './surprise.ts';
import type { SurpriseLookups } from './surprise-facts.ts';

/** The surprises of a request, as values and as parts of its explanation. Secrets are removed. */
type Surprises = {
  readonly list: readonly Surprise[];
  readonly because: readonly string[];
  readonly changes: readonly string[];
  /** The sentences about surprises that seldom matter, and the changes that these advise. */
  readonly minorBecause: readonly string[];
  readonly minorChanges: readonly string[];
  /** The lines of the function's code that decided, as file and line. */
  readonly lines: readonly string[];
  /** Whether one of the surprises made the integration respond with an error. */
  readonly isCause: boolean;
};

export function describeSurprises(
  recorded: Recorded,
  redactor: Redactor,
  lookups: SurpriseLookups,
): Surprises {
  const facts = isEvent(recorded) ? undefined : new SurpriseFacts(recorded, lookups);
  const found = (facts === undefined ? [] : findAll(facts)).toSorted(
    (one, other) => weightOf(one) - weightOf(other),
  );
  const hasCause = found.some(isCause);
  const findLine = (code: string, told: Told): string | undefined =>
    facts === undefined ? undefined : findCodeLine(code, told, facts);
  const clean = (text: string): string => redactor.text(text);
  return {
    list: found.map(({ kind, told }) => ({ code: kind.code, ...redactValues(told.values, clean) })),
    because: found.flatMap(({ told }) => told.because.map(clean)),
    isCause: hasCause,
    lines: [
      ...new Set(
        found.flatMap(({ kind, told }, index) =>
          kind.isMinor === true && index > 0 ? [] : (findLine(kind.code, told) ?? []),
        ),
      ),
    ],
    minorBecause: found
      .filter(({ kind }) => kind.isMinor === true)
      .flatMap(({ told }) => told.because.map(clean)),
    minorChanges: found
      .filter(({ kind }) => kind.isMinor === true)
      .flatMap(({ told }) => told.changes.map(clean)),
    changes: listChanges(
      found.filter(({ kind }) => !hasCause || kind.isMinor !== true),
      recorded,
      clean,
    ),
  };
}

/** Two surprises may recommend the same change. */
function listChanges(found: readonly Found[], recorded: Recorded, clean: (text: string) => string): string[] {
  const changes = [...new Set(found.flatMap(({ told }) => told.changes.map(clean)))];
  const edits = found.find(
    ({ kind, told: { changes: own } }) =>
      kind.editsApi === true && own.length > 0 && !own.some((text) => tellsDeployment(text)),
  );
  if (
    edits === undefined ||
    isEvent(recorded) ||
    changes.some((text) => tellsDeployment(text, 'of any change'))
  )
    return changes;
  const [edit = ''] = edits.told.changes;
  const deploy = toDeploy(recorded.received.api.protocol);
  return changes.map((text) => (text === clean(edit) ? `${text}${deploy}` : text));
}

type Found = { readonly kind: SurpriseKind; readonly told: Told };

function isCause({ kind, told }: Found): boolean {
  return told.isCause === true || kind.isCause === true;
}

/**
 * Returns the position of a surprise: causes of the response come first, and surprises that seldom matter
 * come last.
 */
function weightOf(found: Found): number {
  if (isCause(found)) return 0;
  return found.kind.isMinor === true ? 2 : 1;
}

/** Returns the marks for the list of requests. They contain no data of the request. */
export function findMarks(recorded: Recorded): readonly string[] {
  if (isEvent(recorded)) return [];
  const marks = findAll(new SurpriseFacts(recorded)).flatMap(({ kind }) => kind.mark ?? []);
  return [...new Set(marks)];
}

function findAll(facts: SurpriseFacts): readonly Found[] {
  const kinds = facts.recorded.kind === 'handshake' ? HANDSHAKE_KINDS : SURPRISE_KINDS;
  return kinds.flatMap((kind) => {
    const told = kind.find(facts);
    return told === undefined ? [] : [{ kind, told }];
  });
}

function redactValues(values: Told['values'], clean: (text: string) => string): Told['values'] {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? clean(value) : typeof value === 'number' ? value : value.map(clean),
    ]),
  );
}
