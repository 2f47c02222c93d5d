/** The reference page's style sheet. Its text is hashed for the page's security policy. */
export const DOCS_STYLE = `
:root {
  color-scheme: light dark;
  --ink: #1c2430; --soft: #566172; --line: #dfe4ea; --paper: #ffffff; --tint: #f5f7f9;
  --accent: #0b5cad; --get: #0b6b4f; --post: #0b5cad; --patch: #8a5a00; --delete: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6e9ee; --soft: #a3adbb; --line: #313945; --paper: #12161c; --tint: #1a2028;
    --accent: #7db8f5; --get: #6fd3ae; --post: #7db8f5; --patch: #e8b65a; --delete: #f2968f;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; color: var(--ink); background: var(--paper);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
a { color: var(--accent); text-underline-offset: 0.15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
code, pre, .method, .path { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
code { font-size: 0.9em; background: var(--tint); padding: 0.1em 0.3em; border-radius: 4px; overflow-wrap: anywhere; }
pre {
  font-size: 0.85rem; line-height: 1.5; background: var(--tint); border: 1px solid var(--line);
  border-radius: 8px; padding: 0.8rem 1rem; overflow-x: auto; margin: 0.6rem 0 1rem;
}
pre code { background: none; padding: 0; font-size: inherit; overflow-wrap: normal; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: 0.5rem 1rem; z-index: 1; }
.frame { max-width: 82rem; margin: 0 auto; padding: 0 1.25rem; }
nav { border-bottom: 1px solid var(--line); padding: 1.5rem 0; font-size: 0.92rem; max-height: 15rem; overflow-y: auto; }
nav h2 { font-size: 0.8rem; text-transform: uppercase; letter-spacing: 0.06em; color: var(--soft); margin: 1.2rem 0 0.3rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { display: block; padding: 0.15rem 0; color: inherit; text-decoration: none; }
nav a:hover { color: var(--accent); text-decoration: underline; }
.brand { font-weight: 650; font-size: 1.05rem; }
main { padding: 2rem 0 5rem; min-width: 0; }
@media (min-width: 62rem) {
  .frame { display: grid; grid-template-columns: 16rem minmax(0, 1fr); gap: 3.5rem; }
  nav { border: 0; position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; padding: 2rem 0.5rem 2rem 0; }
}
h1 { font-size: 2.1rem; line-height: 1.2; letter-spacing: -0.015em; margin: 0 0 0.5rem; }
h2.section { font-size: 1.5rem; margin: 3.5rem 0 0.5rem; padding-top: 1.2rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.12rem; margin: 2.6rem 0 0.4rem; }
h4 { font-size: 0.9rem; color: var(--soft); margin: 1.2rem 0 0.2rem; font-weight: 600; }
p { margin: 0.5rem 0; max-width: 46rem; }
.lead { font-size: 1.12rem; color: var(--soft); }
.soft { color: var(--soft); }
.steps { padding-left: 1.3rem; } .steps > li { margin: 1.2rem 0; }
.route { display: flex; flex-wrap: wrap; gap: 0.6rem; align-items: baseline; margin: 0.2rem 0 0.6rem; }
.method { font-weight: 700; font-size: 0.82rem; }
.get { color: var(--get); } .post { color: var(--post); } .patch { color: var(--patch); } .delete { color: var(--delete); }
.path { font-size: 0.92rem; overflow-wrap: anywhere; }
.badge { font-size: 0.78rem; border: 1px solid var(--line); border-radius: 99px; padding: 0 0.6rem; color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; margin: 0.4rem 0 1rem; }
th, td { text-align: left; vertical-align: top; padding: 0.45rem 0.9rem 0.45rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; font-size: 0.85rem; }
td:first-child { white-space: nowrap; }
@media (max-width: 40rem) {
  thead { position: absolute; left: -99rem; }
  table, tbody, tr, td { display: block; }
  td { border: 0; padding: 0; }
  td:first-child { white-space: normal; }
  td:nth-child(2) { font-size: 0.85rem; color: var(--soft); }
  tr { border-bottom: 1px solid var(--line); padding: 0.5rem 0; }
}
details { margin: 0.6rem 0; }
summary { cursor: pointer; color: var(--soft); font-size: 0.92rem; }
@media print { nav { display: none; } .frame { display: block; } }
`
