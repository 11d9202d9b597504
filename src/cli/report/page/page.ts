/** A report as one page that needs nothing else: no script, no picture, no font, no network. */
import type { Statement } from '../../../accounts/statement.ts';
import { grouped, ratio, satFromMsat } from '../../render/figures.ts';
import { moment, percent, signedSat } from '../../render/statement.ts';
import type { ReportData } from '../gather.ts';
import { attemptsPlot } from './attempts-plot.ts';
import { balancePlots } from './balance-plots.ts';
import { earningsPlot } from './earnings-plot.ts';
import { earningsTable } from './earnings-table.ts';
import { html, Markup, NO_MARKUP } from './markup.ts';
import { rowsTable } from './rows-table.ts';
import { STYLE } from './style.ts';

/** Whatever aliases say, a browser loads and runs nothing. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The whole text of the file. */
export function reportPage(data: ReportData): string {
  const { statement, notes } = data;
  const { fromMs, toMs } = statement.request;
  const time = `${moment(fromMs)} to ${moment(toMs)}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Ballast report, ${time}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body><main>
<h1>Ballast report</h1>
<p class="time">${time}</p>
${notes.map((note) => html`<p class="note">${note}</p>\n`)}${totalsList(statement)}
${earningsSection(statement)}
${attemptsSection(statement)}
${balancesSection(data)}
<section><h2>${rowsTitle(statement)}</h2>
${statement.rows.length === 0 ? html`<p>Nothing was sent to rebalance.</p>` : rowsTable(data)}
</section>
<footer>Earned since: fees of forwards that left over a channel after it was filled, the oldest filling first, for no more than was moved. What the channel had before is taken to be used last.</footer>
</main></body>
</html>
`;
  return page.toString();
}

function totalsList({ totals }: Statement): Markup {
  const item = (name: string, value: string, more = ''): Markup =>
    html`<div><dt>${name}</dt><dd>${value}${more === '' ? NO_MARKUP : html`<small>${more}</small>`}</dd></div>`;
  const { feePpm, successRate, attemptsPerSuccess, usedMsat, earnedMsat, netMsat } = totals;
  return html`<dl id="totals">${[
    item('Moved', `${satFromMsat(totals.movedMsat)} sat`),
    item(
      'Paid',
      `${satFromMsat(totals.feeMsat)} sat`,
      feePpm === null ? '' : `${ratio(feePpm)} ppm`,
    ),
    item(
      'Earned since',
      earnedMsat === null ? 'not known' : `${signedSat(earnedMsat)} sat`,
      usedMsat === null ? '' : `with ${satFromMsat(usedMsat)} sat of it`,
    ),
    item('Net', netMsat === null ? 'not known' : `${signedSat(netMsat)} sat`),
    item(
      'Attempts',
      grouped(totals.attempts),
      [
        successRate === null ? '' : `${percent(successRate)} settled`,
        attemptsPerSuccess === null ? '' : `${ratio(attemptsPerSuccess)} for each success`,
      ]
        .filter((text) => text !== '')
        .join(', '),
    ),
  ]}</dl>`;
}

function earningsSection(statement: Statement): Markup {
  return html`<section><h2>Cost against earnings</h2>
${earningsPlot(statement)}
${inDetails(earningsTable(statement))}
</section>`;
}

function attemptsSection(statement: Statement): Markup {
  const { length, figure, table } = attemptsPlot(statement);
  return html`<section><h2>Attempts for each ${length}</h2>
${figure}
${inDetails(table)}
</section>`;
}

function balancesSection({ balances, statement }: ReportData): Markup {
  const { figures, table } = balancePlots(balances, statement.request);
  if (figures.length === 0) {
    return html`<section><h2>Balances</h2><p>No balances were recorded in this time.</p></section>`;
  }
  return html`<section><h2>Balances</h2>
<p class="unit">Our part of each channel's capacity.</p>
<div class="channels">${figures}</div>
${inDetails(table)}
</section>`;
}

const inDetails = (table: Markup): Markup =>
  html`<details><summary>The same in figures</summary><div class="scroll" role="region" tabindex="0" aria-label="The same in figures">${table}</div></details>`;

function rowsTitle({ request: { period, place } }: Statement): string {
  const what = [place, period].filter((name) => name !== undefined);
  return what.length === 0 ? 'In all' : `For each ${what.join(' and ')}`;
}
