/** Tools for the whole Traffic list: search, choice of rows, pause, mark, times, archive. */
import { useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { fetchControl } from '../connection/control.ts';
import { Action } from '../elements/parts.tsx';
import { saveFile } from '../data/save-file.ts';
import { clockTime } from '../texts.ts';
import { fieldIn, STATUS_CLASSES, suggestQueries, withField } from '../../records/traffic-query.ts';
import type { RequestRow } from '../../records/model.ts';

type SearchProps = {
  readonly text: string;
  readonly rows: readonly RequestRow[];
  readonly apis: readonly string[];
  readonly onChange: (text: string) => void;
};

/**
 * The search field and its choices. Only the search text selects the rows, so each choice writes its terms into the
 * text.
 */
export function TrafficSearch({ text, rows, apis, onChange }: SearchProps) {
  const [isAsked, setAsked] = useState(false);
  const status = fieldIn(text, 'status');
  const api = fieldIn(text, 'api');
  return (
    <>
      <input
        type="search"
        class="wide"
        placeholder="Search  /   status:4xx took:>500"
        aria-label="Search"
        list="traffic-search"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onFocus={() => setAsked(true)}
        onBlur={() => setAsked(false)}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
      <datalist id="traffic-search">
        {(isAsked ? suggestQueries(text, rows) : []).map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <select
        aria-label="Status"
        value={status}
        onChange={({ currentTarget }) => onChange(withField(text, 'status', currentTarget.value))}
      >
        <option value="">all</option>
        {[...new Set([...STATUS_CLASSES, ...(status === '' ? [] : [status])])].map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
      {apis.length < 2 && api === '' ? null : (
        <select
          aria-label="API"
          value={api}
          onChange={({ currentTarget }) => onChange(withField(text, 'api', currentTarget.value))}
        >
          <option value="">every API</option>
          {[...new Set([...apis, ...(api === '' ? [] : [api])])].map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
    </>
  );
}

/** The time ranges in minutes. */
const RANGES = [1, 5, 15, 60] as const;

type ListChoice = {
  /** The time range in minutes; empty means all. */
  readonly range: string;
  readonly zone: string;
  /** The number of rows that arrived since the pause; undefined if the list is not paused. */
  readonly waiting: number | undefined;
  readonly markedEpochMs: number | undefined;
};

type ToolsProps = ListChoice & {
  readonly onRange: (minutes: string) => void;
  readonly onZone: (zone: string) => void;
  readonly onPause: () => void;
  readonly onMark: () => void;
  readonly clear: () => Promise<void>;
  /** The elements that follow the tools. */
  readonly children: ComponentChildren;
};

export function TrafficTools({
  range,
  zone,
  waiting,
  markedEpochMs,
  onRange,
  onZone,
  onPause,
  onMark,
  clear,
  children,
}: ToolsProps) {
  return (
    <div class="row tools" role="group" aria-label="List">
      <select
        aria-label="Time range"
        value={range}
        onChange={({ currentTarget }) => onRange(currentTarget.value)}
      >
        <option value="">any time</option>
        {RANGES.map((minutes) => (
          <option key={minutes} value={minutes}>
            last {minutes === 1 ? 'minute' : minutes === 60 ? 'hour' : `${minutes} minutes`}
          </option>
        ))}
      </select>
      <button type="button" aria-pressed={waiting !== undefined} onClick={onPause}>
        {waiting === undefined ? 'Pause' : waiting === 0 ? 'Continue' : `Continue, ${waiting} new`}
      </button>
      <button
        type="button"
        aria-pressed={markedEpochMs !== undefined}
        title="Hide earlier requests, without deleting them"
        onClick={onMark}
      >
        {markedEpochMs === undefined ? 'Only new' : `Since ${clockTime(markedEpochMs).slice(0, 8)} ✕`}
      </button>
      <select
        aria-label="Times in"
        value={zone}
        onChange={({ currentTarget }) => onZone(currentTarget.value)}
      >
        <option value="utc">UTC</option>
        <option value="local">local time</option>
      </select>
      <Action
        label="Download"
        title="Download the recorded requests as an HTTP Archive (.har)"
        run={downloadHar}
      />
      <Action label="Clear" run={clear} />
      {children}
    </div>
  );
}

async function downloadHar(): Promise<void> {
  const archive = await fetchControl<object>('GET', 'requests.har');
  saveFile('traffic.har', 'application/json', JSON.stringify(archive, null, 2));
}
