/** The calculator on the site's cost page: the calculation of its table with the reader's own numbers. */
import { FIELDS, FIRST, linesOf, printDollars } from '../../cost/page.ts';

const place = document.getElementById('cost-form');
const inputs = new Map(FIELDS.map(([name]) => [name, anInput(FIRST[name])]));
const rows = document.createElement('tbody');

function anInput(value) {
  const input = document.createElement('input');
  Object.assign(input, { type: 'number', min: '0', step: 'any', value: String(value) });
  input.addEventListener('input', show);
  return input;
}

function row(...cells) {
  const line = document.createElement('tr');
  line.append(
    ...cells.map((content) => {
      const cell = document.createElement('td');
      cell.append(content);
      return cell;
    }),
  );
  return line;
}

/** Shows the costs for the values of the form. For an empty or negative field, the field's initial value is used. */
function show() {
  const read = ([name, input]) => {
    const value = input.valueAsNumber;
    return [name, Number.isFinite(value) && value >= 0 ? value : FIRST[name]];
  };
  const assumed = Object.fromEntries([...inputs].map(read));
  rows.replaceChildren(...linesOf(assumed).map(({ what, dollars }) => row(what, printDollars(dollars))));
}

function table(body) {
  const whole = document.createElement('table');
  whole.append(body);
  return whole;
}

const fields = document.createElement('tbody');
for (const [name, label] of FIELDS) {
  const text = document.createElement('label');
  const input = inputs.get(name);
  input.id = `cost-${name}`;
  text.htmlFor = input.id;
  text.append(label);
  fields.append(row(text, input));
}
const heading = document.createElement('h2');
heading.append('With your own numbers');
place?.append(heading, table(fields), table(rows));
show();
