/** One constructed style sheet: a page's policy may forbid style elements and attributes. */

const BASE = `
* { box-sizing: border-box; }
[hidden] { display: none !important; }
:host {
  --accent: #1f5fd0; --on-accent: #fff;
  --paper: #fff; --ink: #16181d; --soft: #f1f3f6; --line: #737a86; --quiet: #555c68; --bad: #b3261e;
}
.panel, .bubble {
  font: 400 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  color: var(--ink); text-align: start;
}
@media (prefers-color-scheme: dark) {
  :host {
    --paper: #1b1e24; --ink: #eceef2; --soft: #2a2e36; --line: #8b93a1; --quiet: #b3bac6; --bad: #ff9c94;
  }
  input, select, textarea { color-scheme: dark; }
}
button { font: inherit; cursor: pointer; border: 0; }
:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; }
svg { width: 24px; height: 24px; fill: none; stroke: currentcolor; stroke-width: 2;
  stroke-linejoin: round; stroke-linecap: round; display: block; }
.panel { display: flex; flex-direction: column; background: var(--paper); overflow: hidden; }
.head { display: flex; align-items: center; gap: 8px; padding: 12px 16px;
  background: var(--accent); color: var(--on-accent); min-height: 56px; flex: none; }
.head :focus-visible { outline-color: var(--on-accent); }
h2 { font: 600 17px/1.3 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; margin: 0; flex: 1;
  overflow: hidden; overflow-wrap: anywhere; display: -webkit-box; -webkit-box-orient: vertical;
  -webkit-line-clamp: 2; }
.close { background: none; color: inherit; padding: 8px; border-radius: 8px; }
.body { flex: 1; overflow-y: auto; padding: 16px; outline: 0; }
.log { display: flex; flex-direction: column; align-items: flex-start; gap: 8px; }
.message { margin: 0; padding: 8px 12px; border-radius: 14px; max-width: 88%;
  white-space: pre-wrap; overflow-wrap: anywhere; background: var(--soft); }
/* Each line by itself: a phone under an Arabic name still begins with its plus. */
.message.you { unicode-bidi: plaintext; align-self: flex-end; background: var(--accent); color: var(--on-accent); }
.note { margin: 0; color: var(--quiet); }
form { display: flex; flex-direction: column; gap: 6px; margin-top: 12px; }
.field { display: flex; flex-direction: column; gap: 4px; }
label { font-weight: 500; overflow-wrap: anywhere; }
/* Their own direction, at the side where the page begins. */
label, h2, input, select, textarea, .error, .status { text-align: -webkit-match-parent; text-align: match-parent; }
.hint { font-weight: 400; color: var(--quiet); }
input, select, textarea { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line);
  border-radius: 8px; padding: 9px 12px; width: 100%; min-width: 0; margin: 0; }
textarea { resize: vertical; }
:is(input, select, textarea):focus-visible { outline-offset: 0; outline-color: var(--accent); border-color: var(--ink); }
:is(input, select, textarea)[aria-invalid="true"] { border-color: var(--bad); }
.consent { display: flex; gap: 10px; align-items: flex-start; }
.consent label { font-weight: 400; font-size: 14px; }
.consent input { width: 20px; height: 20px; flex: none; margin-top: 1px; accent-color: var(--accent); }
/* Room for it from the beginning: a button that moves when a field is left is missed by the click. */
.error { margin: 0; color: var(--bad); font-size: 13px; line-height: 18px; min-height: 18px; }
.error.doubt { color: var(--quiet); }
.status:empty { display: none; }
.status { margin: 0; font-size: 14px; color: var(--quiet); }
.send { background: var(--accent); color: var(--on-accent); border-radius: 8px; padding: 10px 16px;
  font-weight: 600; min-height: 44px; }
.form > .send { margin-top: 12px; }
form > .send { margin-top: 4px; }
.send:disabled { opacity: .7; cursor: default; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
@media (forced-colors: active) { .bubble, .panel, .send, .message { border: 1px solid; } }
`

const ROUND = `
.bubble { width: 56px; height: 56px; border-radius: 50%; display: grid; place-items: center;
  background: var(--accent); color: var(--on-accent); box-shadow: 0 4px 16px rgb(0 0 0 / .3); padding: 0;
  margin-inline-start: auto; }
`

const BUBBLE = `
:host { position: fixed !important; inset-block-end: 20px !important; inset-inline-end: 20px !important;
  z-index: 2147483000 !important; }
.panel { position: fixed; inset-block-end: 88px; inset-inline-end: 20px; width: min(380px, calc(100vw - 40px));
  height: min(600px, calc(100dvh - 108px)); border-radius: 16px; box-shadow: 0 12px 48px rgb(0 0 0 / .3);
  border: 1px solid color-mix(in srgb, var(--line) 40%, transparent); }
@media (max-width: 480px) {
  .panel { inset: 0; width: 100%; height: 100dvh; border-radius: 0; border: 0; }
  .panel:not([hidden]) + .bubble { display: none; }
}
@media (prefers-reduced-motion: no-preference) {
  .panel:not([hidden]) { animation: rise .16s ease-out; }
  @keyframes rise { from { opacity: 0; transform: translateY(12px); } }
}
`

const PAGE = `
:host { position: fixed !important; inset: 0 !important; }
.panel { width: 100%; height: 100dvh; }
.head { gap: 12px; padding-inline: max(16px, calc((100% - 560px) / 2)); }
.logo { width: 36px; height: 36px; flex: none; border-radius: 10px; display: grid; place-items: center;
  background: var(--on-accent); color: var(--accent); font-size: 18px; font-weight: 600; line-height: 1; }
.logo:empty { visibility: hidden; }
.body > * { width: 100%; max-width: 560px; margin-inline: auto; }
.body > .form { margin-top: 0; }
`

/** In the flow of a page of ours, as if its place were the corner of the visitor's screen. */
const PREVIEW = `
:host { display: block; }
.panel { min-height: 24rem; max-height: max(30rem, calc(100dvh - 13rem)); margin-bottom: 12px;
  border-radius: 16px; box-shadow: 0 4px 24px rgb(0 0 0 / .16);
  border: 1px solid color-mix(in srgb, var(--line) 40%, transparent); }
`

export function styleSheet(mode: 'bubble' | 'page'): CSSStyleSheet {
  return sheetOf(mode === 'bubble' ? ROUND + BUBBLE : PAGE)
}

export function previewStyleSheet(): CSSStyleSheet {
  return sheetOf(ROUND + PREVIEW)
}

function sheetOf(own: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(BASE + own)
  return sheet
}
