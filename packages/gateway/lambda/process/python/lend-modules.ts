/** Boto3 and its dependencies, where a function imports them and its project has none. */
import { pipCommand } from '../../lent/install-commands.ts';
import type { Lender, Lent } from '../../lent/lending.ts';
import { PYTHON_MODULES, pythonListFor, type LockList } from '../../lent/lock-lists.ts';
import type { Machine } from '../machine.ts';
import type { PythonFacts, PythonProbe } from './python-probe.ts';

type Answered = Extract<Awaited<ReturnType<PythonProbe['ask']>>, { kind: 'answered' }>;

export type LentModules =
  | { readonly kind: 'lent'; readonly folder: string; readonly what: string }
  | Extract<Lent, { kind: 'refused' }>;

type Lending = {
  /** Interpreters of the machine. */
  readonly candidates: readonly string[];
  readonly question: Parameters<PythonProbe['ask']>[1];
  readonly probe: Pick<PythonProbe, 'ask'>;
  readonly machine: Machine;
  readonly lender: Lender;
};

/** Undefined where nothing of it is missing. The names of imports choose nothing but whether. */
export async function lendModules(
  { answer, ...facts }: Answered,
  lending: Lending,
): Promise<LentModules | undefined> {
  if (!answer.missing.some(({ module }) => PYTHON_MODULES.has(module))) return undefined;
  const list = pythonListFor(facts.version);
  if (list === undefined) return { kind: 'refused', reason: `there is none for Python ${facts.version}` };
  const lent = await lending.lender.lend(list, async (folder) => {
    const python = await findPip(facts, list, lending);
    return python === undefined ? undefined : pipCommand(python, list, folder, lending.machine.environment);
  });
  return lent.kind === 'lent' ? { ...lent, what: list.what } : lent;
}

/** Virtual environments of uv and Pythons of some systems have no pip; another of the same list does. */
async function findPip(
  { executable, hasPip }: PythonFacts,
  list: LockList,
  { candidates, question, probe }: Lending,
): Promise<string | undefined> {
  if (hasPip) return executable;
  for (const candidate of candidates) {
    const probed = await probe.ask(candidate, question);
    if (probed.kind === 'answered' && probed.hasPip && pythonListFor(probed.version) === list)
      return probed.executable;
  }
  return undefined;
}
