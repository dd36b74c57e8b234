import { html } from './html.js';
import { href, layout, type Looking } from './layout.js';

/** The form that takes a key; `isWrong` after one that was none. */
export function signInPage(who: Looking, isWrong: boolean): string {
  const { say, language } = who;
  const content = html`<h1>${say('signIn')}</h1>
    <form class="sign-in" method="post" action="/sign-in">
      ${isWrong && html`<p class="wrong" role="alert">${say('wrongKey')}</p>`}
      <label for="key">${say('key')}</label>
      <input id="key" name="key" type="password" required autocomplete="current-password" autofocus />
      <input type="hidden" name="lang" value="${language}" />
      <p class="hint">${say('keyHint')}</p>
      <button type="submit">${say('signIn')}</button>
    </form>`;
  return layout(who, say('signIn'), content);
}

/** Why a page is not shown, in the words the API would use. */
export function errorPage(who: Looking, title: string, detail: string): string {
  const { say } = who;
  const content = html`<h1>${say('error')}</h1>
    <p>${title}</p>
    ${detail !== title && html`<p>${detail}</p>`}
    <p><a href="${href(who, '/')}">${say('back')}</a></p>`;
  return layout(who, say('error'), content);
}
