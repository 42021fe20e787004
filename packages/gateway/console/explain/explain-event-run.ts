/** Explains how a function handled an event, and what follows if it failed. */
import { parseArn } from '@gatewright/aws/arn';
import { lastPartOf } from '../../kernel/event-rows.ts';
import { counted, nameOf, receives } from './event-names.ts';
import { explainFailure } from './explain-failed-function.ts';
import { findMissingRights } from './missing-right.ts';
import { formatDuration, sentence, withStop } from './reason.ts';
import type { Told } from './event-names.ts';
import type { ToldStep } from './circumstances.ts';
import type { NextTry } from '../../kernel/event-step.ts';
import type { Reason } from './reason.ts';

export function explainRun(step: Told<'ran'>['step'], told: Omit<ToldStep, 'step'>, times: number): Reason {
  const { functionName, from, records, outcome, failedItems, next, errorMessage } = step;
  const isTrigger = parseArn(from ?? '')?.service === 'cognito-idp';
  const of = from === undefined ? '' : ` of ${nameOf(from)}`;
  const batch =
    from === undefined || isTrigger
      ? 'the event'
      : records === 1
        ? `the record${of}`
        : `a batch of ${records} records${of}`;
  if (step.unreadItems !== undefined) return { because: [], changes: [] };
  if (outcome === 'returned' && next === undefined)
    return { because: [`The function ${functionName} handled ${batch}.`], changes: [] };
  const follows = describeNext(next);
  if (outcome === 'returned') {
    const what =
      typeof failedItems === 'string'
        ? `its batchItemFailures cannot be read, so the whole batch counts as failed: ${failedItems}`
        : `it reported ${String(failedItems)} of ${records} records as failed (batchItemFailures)`;
    return {
      because: [
        `The function ${functionName} returned without an error for ${batch}, but ${what}.${follows}`,
      ],
      changes: [],
    };
  }
  if (outcome === 'failed' && told.failure !== undefined) {
    const failed = explainFailure(
      { protocol: 'http', stages: [], kind: 'event', guard: undefined },
      told.failure,
      true,
    );
    const [first = '', ...more] = failed.because;
    const { errorMessage: said = '', lines } = told.failure;
    const rights = findMissingRights([said, ...lines], told.statements);
    return {
      because: [
        `${first} It ran for ${batch}${counted(times)}.${follows}`,
        ...more,
        ...rights.because,
        ...tellBatch(step, told),
      ],
      // Changing the function would not help while its role lacks a permission.
      changes: [
        ...(rights.changes.length > 0 ? rights.changes : failed.changes),
        ...adviseBatch(step, told),
        ...adviseRedrive(step, told),
      ],
    };
  }
  return {
    because: [
      sentence(
        `the function ${functionName} did not handle ${batch}${counted(times)}: ${withStop(errorMessage ?? 'it did not end in time')}${follows}`,
      ),
    ],
    changes: [],
  };
}

function tellBatch(
  { records, from }: Told<'ran'>['step'],
  { mapping }: Omit<ToldStep, 'step'>,
): readonly string[] {
  if (records < 2 || mapping === undefined || mapping.reportsItems) return [];
  const service = parseArn(from ?? '')?.service;
  return [
    service === 'sqs'
      ? `All ${records} messages of the batch come back, including the messages that were handled before the error, because the mapping (${mapping.place}) has no FunctionResponseTypes with ReportBatchItemFailures.`
      : `All ${records} records of the batch are tried again, including the records that were handled before the error, because the mapping (${mapping.place}) has no FunctionResponseTypes with ReportBatchItemFailures.`,
  ];
}

function adviseBatch(
  { records, functionName }: Told<'ran'>['step'],
  { mapping }: Omit<ToldStep, 'step'>,
): readonly string[] {
  if (records < 2 || mapping === undefined || mapping.reportsItems) return [];
  return [
    `Add FunctionResponseTypes: [ReportBatchItemFailures] to the event source mapping (${mapping.place}), catch the error of each record in ${functionName}, and return {"batchItemFailures": [{"itemIdentifier": …}]} with the messageId (for a stream: the sequence number) of the failed records only; and make the work safe to repeat, because a record can always be delivered twice.`,
  ];
}

function adviseRedrive({ next }: Told<'ran'>['step'], { queue }: Omit<ToldStep, 'step'>): readonly string[] {
  if (next?.kind !== 'visible' || next.redrive !== undefined || queue === undefined) return [];
  return [
    `Give the queue (${queue.place}) a RedrivePolicy with deadLetterTargetArn and maxReceiveCount: without it, a message that cannot be handled comes back until it expires.`,
  ];
}

export function describeNext(next: NextTry | undefined): string {
  switch (next?.kind) {
    case 'again':
      return ` The next try is at ${new Date(next.atEpochMs).toISOString().slice(11, 19)} UTC.`;
    case 'visible': {
      const again = ` The message can be received again ${formatDuration(next.afterMs)} after it was received (VisibilityTimeout)`;
      return next.redrive === undefined
        ? `${again}, until it expires, because the queue has no RedrivePolicy.`
        : `${again}, and moves to ${lastPartOf(next.redrive.deadLetterArn)} once it has been received ${receives(next.redrive.maxReceiveCount)}.`.replace(
            /received (\S+) receives?/,
            'received $1 times',
          );
    }
    case 'halves':
      return ' Each half of the batch is tried again (BisectBatchOnFunctionError).';
    case 'none':
      return ' This was the last try.';
    case undefined:
      return '';
  }
}
