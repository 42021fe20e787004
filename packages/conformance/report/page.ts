/**
 * Formats a run as one HTML file that needs no network. Style and script are inline, and the page's own
 * Content-Security-Policy allows them by their hashes. Without the script, all rows are shown.
 */
import { createHash } from 'node:crypto';
import { describeSource, kindOf } from '../schema/read-cases.ts';
import { countOf, scoreByArea } from './score.ts';
import { titleOf } from './run-facts.ts';
import type { CaseResult } from './score.ts';
import type { RunFacts } from './run-facts.ts';

const STYLE = `
:root{color-scheme:light dark;--line:#8884;--good:#2e7d32;--bad:#b3261e;--mute:#666}
@media(prefers-color-scheme:dark){:root{--good:#7bc67e;--bad:#ff8a80;--mute:#aaa}}
body{background:Canvas;color:CanvasText;font:15px/1.45 system-ui,sans-serif;margin:0 auto;max-width:72rem;padding:1.5rem}
h1{font-size:1.4rem;margin:0}p{margin:.4rem 0}
form{display:flex;flex-wrap:wrap;gap:1rem;margin:1rem 0}label{display:flex;gap:.4rem;align-items:center}
table{border-collapse:collapse;width:100%;table-layout:fixed}
th,td{border-bottom:1px solid var(--line);padding:.35rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th:nth-child(1){width:32%}th:nth-child(2){width:14%}th:nth-child(3){width:9rem}
.passes{color:var(--good)}.differs{color:var(--bad)}.not-run,small{color:var(--mute)}
code{font:13px ui-monospace,monospace}
@media(max-width:40rem){thead{display:none}tr,td{display:block}tr{border-bottom:1px solid var(--line);padding:.5rem 0}td{border:0;padding:0}}
[hidden]{display:none!important}
`;

const SCRIPT = `
const form=document.querySelector('form'),rows=[...document.querySelectorAll('tbody tr')];
const shown=document.querySelector('output');
const apply=()=>{const f=new FormData(form);let n=0;
for(const row of rows){const ok=['area','kind','outcome'].every(k=>!f.get(k)||row.dataset[k]===f.get(k))
&&row.textContent.toLowerCase().includes(String(f.get('text')).toLowerCase());row.hidden=!ok;n+=ok}
shown.textContent=n+' of '+rows.length+' cases'};
form.hidden=false;form.addEventListener('input',apply);form.addEventListener('submit',e=>e.preventDefault());apply();
`;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

export function printPage(results: readonly CaseResult[], facts: RunFacts): string {
  const { passed, total } = countOf(results);
  const title = `API Gateway conformance of ${titleOf(facts)}`;
  const policy = `default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(SCRIPT)}; form-action 'none'; base-uri 'none'`;
  const areas = scoreByArea(results).map(({ area }) => area);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p><strong>${passed} of ${total}</strong> cases that were run pass; ${results.length - total} were not run. ${escapeHtml(facts.day)}</p>
<p><small>Recorded: taken from a recording of AWS. Asserted: taken from a test suite that ran on AWS. Documented: taken from a page, a service model or a sample event of AWS. Reported: pasted by a user.</small></p>
<form hidden>
${select('area', areas)}
${select('kind', ['recorded', 'asserted', 'documented', 'reported'])}
${select('outcome', ['passes', 'differs', 'not run'])}
<label>Text <input name="text" type="search"></label>
<output></output>
</form>
<table>
<thead><tr><th scope="col">Case</th><th scope="col">Area</th><th scope="col">Kind</th><th scope="col">Outcome</th></tr></thead>
<tbody>
${results.map(printRow).join('\n')}
</tbody>
</table>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function select(name: string, values: readonly string[]): string {
  const options = values.map((value) => `<option>${escapeHtml(value)}</option>`).join('');
  const label = name.charAt(0).toUpperCase() + name.slice(1);
  return `<label>${label} <select name="${name}"><option value="">all</option>${options}</select></label>`;
}

function printRow({ parityCase, difference, notAsked }: CaseResult): string {
  const { id, area } = parityCase;
  const outcome = notAsked === undefined ? (difference === undefined ? 'passes' : 'differs') : 'not run';
  const detail = notAsked ?? difference;
  const data = `data-area="${escapeHtml(area)}" data-kind="${kindOf(parityCase)}" data-outcome="${outcome}"`;
  return `<tr ${data}><td><code>${escapeHtml(id)}</code><br><small>${escapeHtml(describeSource(parityCase))}</small></td><td>${escapeHtml(area)}</td><td>${kindOf(parityCase)}</td><td class="${outcome.replace(' ', '-')}">${outcome}${detail === undefined ? '' : `<br><code>${escapeHtml(detail)}</code>`}</td></tr>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
}
