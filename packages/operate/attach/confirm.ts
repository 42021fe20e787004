import { createInterface } from 'node:readline/promises';
import { UsageError } from '../../terminal/output.ts';

/** @throws UsageError where no terminal is there, or the answer is not yes */
export async function confirm(question: string, isYes: boolean): Promise<void> {
  if (isYes) return;
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new UsageError('No terminal to confirm in. Nothing was changed. Pass --yes.');
  const reader = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await reader.question(`${question} [yes/no] `);
    if (/^y(es)?$/i.test(answer.trim())) return;
  } finally {
    reader.close();
  }
  throw new UsageError('nothing was changed');
}
