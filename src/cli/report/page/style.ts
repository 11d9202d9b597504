/** How the page looks: light or dark as the reader's system is, from a telephone's width on. */

export const STYLE: string = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --panel: #f6f7f9; --text: #1b1f24; --faint: #59636e; --grid: #e3e6ea; --rule: #8c959f;
  --cost: #b3470f; --earned: #0b62c4; --others: #aab4bf;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12161b; --panel: #1b2128; --text: #e8ecf1; --faint: #9aa6b2; --grid: #2a323b; --rule: #6b7782;
    --cost: #f59e5b; --earned: #6cb0ff; --others: #5a6672;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
main { max-width: 1080px; margin: 0 auto; padding: 24px 20px 48px; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.2; }
h2 { margin: 40px 0 8px; font-size: 1.2rem; }
p { margin: 8px 0; overflow-wrap: anywhere; }
.unit, .time { color: var(--faint); font-size: 0.875rem; }
.note { background: var(--panel); border-left: 4px solid var(--cost); padding: 8px 12px; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(180px, 1fr)); gap: 12px; margin: 20px 0; }
dl div { background: var(--panel); border-radius: 8px; padding: 10px 14px; min-width: 0; }
dt { color: var(--faint); font-size: 0.875rem; }
dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
dd small { display: block; color: var(--faint); font-size: 0.8125rem; }
figure { margin: 0; min-width: 0; }
svg { display: block; width: 100%; height: auto; }
.narrow { display: none; }
.legend { margin: 0 0 4px; font-size: 0.875rem; }
.legend .unit { margin-left: 12px; }
.key { display: inline-block; width: 18px; height: 12px; margin: 0 6px 0 0; vertical-align: -1px; }
* + .key { margin-left: 14px; }
.key.cost { height: 0; border-top: 3px dashed var(--cost); vertical-align: 4px; }
.key.earned { height: 0; border-top: 3px solid var(--earned); vertical-align: 4px; }
.key.settled { background: var(--earned); }
.key.others { background: var(--others); }
svg text { fill: var(--faint); font-size: 12px; font-variant-numeric: tabular-nums; }
.grid { stroke: var(--grid); }
.zero { stroke: var(--rule); }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.line.cost { stroke: var(--cost); stroke-dasharray: 7 5; stroke-linecap: butt; }
.line.earned, .line.balance { stroke: var(--earned); }
rect.settled { fill: var(--earned); }
rect.others { fill: var(--others); }
.channels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 270px), 1fr)); gap: 20px; }
.channel figcaption { line-height: 1.35; margin-bottom: 4px; }
.channel strong, .channel .unit { display: block; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
details { margin: 10px 0; }
summary { cursor: pointer; color: var(--faint); font-size: 0.875rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 8px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--grid); }
th { font-weight: 600; }
thead th { color: var(--faint); font-weight: 500; white-space: normal; vertical-align: bottom; }
th:first-child, td:first-child, .text { text-align: left; }
tbody th, td.text { font-weight: 400; white-space: normal; overflow-wrap: anywhere; min-width: 165px; }
th .unit, td .unit { display: block; white-space: nowrap; font-size: 0.75rem; }
footer { margin-top: 40px; color: var(--faint); font-size: 0.8125rem; }
@media (max-width: 640px) {
  main { padding: 16px 14px 32px; }
  .wide { display: none; }
  .narrow { display: block; }
  dl { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  dd { font-size: 1.1rem; }
  dl div:last-child:nth-child(odd) { grid-column: 1 / -1; }
}
@media print { details > * { display: revert; } }
`;
