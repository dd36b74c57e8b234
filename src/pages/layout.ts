import type { Caller } from '../platform/commands/invocation.js';
import type { Language } from '../platform/http/messages.js';
import { html, type Html } from './html.js';
import { type Word, type Words, wordsIn } from './words.js';

/** What a page knows of the one who looks at it. */
export type Looking = {
  readonly language: Language;
  readonly say: Words;
  /** Path of the page and its query, without the language. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly caller?: Caller;
  /** Looks at the demonstration without a key. */
  readonly isGuest: boolean;
  /** The log began with the demonstration city. */
  readonly isDemo: boolean;
};
export const STYLESHEET = '/pages/style.css';

export const looking = (from: Omit<Looking, 'say'>): Looking => ({ ...from, say: wordsIn(from.language) });

/** A link inside the pages: it keeps the language and the date looked at. */
export function href({ language, query }: Looking, path: string, more: Readonly<Record<string, string>> = {}): string {
  const kept = query['asOf'] === undefined ? {} : { asOf: query['asOf'] };
  const search = new URLSearchParams({ ...kept, ...more, ...(language === 'en' ? { lang: 'en' } : {}) }).toString();
  return search === '' ? path : `${path}?${search}`;
}

const ROLES: Readonly<Record<Caller['role'], Word>> = {
  recorder: 'roleRecorder',
  approver: 'roleApprover',
  auditor: 'roleAuditor',
  viewer: 'roleViewer',
  admin: 'roleAdmin',
  system: 'roleSystem',
};

export function layout(who: Looking, title: string, content: Html): string {
  const { language, say, path, query, isDemo } = who;
  const other = language === 'zh' ? 'en' : 'zh';
  const { lang: _, ...kept } = query;
  const search = new URLSearchParams({ ...kept, ...(other === 'en' ? { lang: 'en' } : {}) }).toString();
  const otherPage = search === '' ? path : `${path}?${search}`;
  const page = html`<!doctype html>
    <html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · ${say('product')}</title>
        <link rel="stylesheet" href="${STYLESHEET}" />
      </head>
      <body>
        <a class="skip" href="#content">${say('skip')}</a>
        <header>
          <p class="brand"><a href="${href(who, '/')}">${say('product')}</a> <span>${say('subtitle')}</span></p>
          <nav>
            <a href="${href(who, '/')}">${say('overview')}</a>
            <a href="/docs">${say('api')}</a>
            <a
              href="${otherPage}"
              hreflang="${other === 'zh' ? 'zh-CN' : 'en'}"
              lang="${other === 'zh' ? 'zh-CN' : 'en'}"
              >${say('otherLanguage')}</a
            >
            ${account(who)}
          </nav>
        </header>
        ${isDemo && html`<p class="demo" role="note">${say('demonstration')}</p>`}
        <main id="content">${content}</main>
      </body>
    </html> `;
  return page.markup;
}

function account(who: Looking): Html | undefined {
  const { say, caller, isGuest } = who;
  if (isGuest) return html`<a href="${href(who, '/sign-in')}">${say('signIn')}</a>`;
  if (!caller) return undefined;
  return html`<span class="who">${say('signedInAs')} ${caller.subject} · ${say(ROLES[caller.role])}</span>
    <a href="${href(who, '/sign-out')}">${say('signOut')}</a>`;
}

/** A text that is data, and Chinese whatever the language of the page. */
export const data = (text: string): Html => html`<span lang="zh-CN">${text}</span>`;
