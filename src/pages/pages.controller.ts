import { readFileSync } from 'node:fs';
import { Body, Controller, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { sessionCookie } from '../platform/auth/sessions.js';
import type { Caller } from '../platform/commands/invocation.js';
import { documentOf } from '../platform/http/problem.filter.js';
import { ReadRoutes } from '../platform/http/read-routes.js';
import { type EdgeRequest, Form, Open, Page } from '../platform/http/routes.js';
import { DIVISIONS } from '../policy/divisions.js';
import { type CompoundAnswer, compoundPage, type SchemesAnswer, type SplitAnswer } from './compound.page.js';
import { type ExplainAnswer, explainPage } from './explain.page.js';
import { href, looking, type Looking } from './layout.js';
import { type CompoundsAnswer, type OverviewAnswer, overviewPage } from './overview.page.js';
import { errorPage, signInPage } from './sign-in.page.js';
import { Visitors } from './visitors.js';

const PARAMETERS = { lang: ['zh', 'en'], asOf: /^\d{4}-\d{2}-\d{2}$/ } as const;
const OVERVIEW_PARAMETERS = {
  ...PARAMETERS,
  divisionCode: /^\d{2}(\d{2}){0,2}$/,
  cursor: /^[A-Za-z0-9_-]{1,1000}$/,
} as const;
/** Nothing but our own stylesheet, and no script at all. */
const POLICY = "default-src 'self'; script-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const STYLE = readFileSync(new URL('./pages.css', import.meta.url), 'utf8');
const NOT_SIGNED_IN = 401;
const SEE_OTHER = 303;

/** A read of the API as this looker may make it. */
type Ask = <Answer>(path: string) => Promise<Answer>;
type SignIn = { readonly key?: unknown; readonly lang?: unknown };

/** The served pages: HTML made here, from what the API answers the one who looks. */
@ApiExcludeController()
@Controller()
export class PagesController {
  constructor(
    private readonly reads: ReadRoutes,
    private readonly visitors: Visitors,
  ) {}

  @Open('pages/style.css')
  async style(@Res() reply: FastifyReply): Promise<void> {
    await reply.header('Content-Type', 'text/css; charset=utf-8').header('Cache-Control', 'max-age=300').send(STYLE);
  }

  /** 总览 */
  @Page('/', OVERVIEW_PARAMETERS)
  overview(@Req() request: EdgeRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.show(request, reply, async (who, ask) => {
      const { divisionCode, cursor, asOf } = who.query;
      const paths = overviewPaths({ divisionCode, cursor, asOf });
      return overviewPage(who, {
        countyPath: paths.counties,
        counties: await ask<OverviewAnswer>(paths.counties),
        compoundPath: paths.compounds,
        figures: await ask<OverviewAnswer>(paths.compounds),
        list: await ask<CompoundsAnswer>(paths.list),
        divisionCode,
        divisionName: divisionNames(who),
      });
    });
  }

  /** 小区资金分摊 */
  @Page('compounds/:compoundId', PARAMETERS)
  compound(
    @Param('compoundId') compoundId: string,
    @Req() request: EdgeRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.show(request, reply, async (who, ask) => {
      const { asOf } = who.query;
      const at = `/v1/compounds/${encodeURIComponent(compoundId)}`;
      const splitPath = url(`${at}/cost-split`, { asOf });
      return compoundPage(who, {
        compound: await ask<CompoundAnswer>(url(at, { asOf })),
        splitPath,
        split: await ask<SplitAnswer>(splitPath),
        schemes: await ask<SchemesAnswer>(url('/v1/schemes', { compoundId, asOf })),
        divisionName: divisionNames(who),
      });
    });
  }

  /** 数字的来历 */
  @Page('explain', { ...PARAMETERS, figure: /^\/v1\/.{1,2000}$/u })
  explain(@Req() request: EdgeRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.show(request, reply, async (who, ask) =>
      explainPage(who, await ask<ExplainAnswer>(url('/v1/explain', { figure: who.query['figure'] }))),
    );
  }

  /** 登录 */
  @Page('sign-in', { lang: PARAMETERS.lang })
  async signInForm(@Req() request: EdgeRequest, @Res() reply: FastifyReply): Promise<void> {
    const who = await this.looker(request, request.query as Record<string, string>, '/sign-in');
    return send(reply, 200, signInPage(who, false));
  }

  @Form('sign-in')
  async signIn(@Body() body: SignIn, @Req() request: EdgeRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = typeof body?.key === 'string' ? this.visitors.signIn(body.key.trim()) : undefined;
    const query: Record<string, string> = body?.lang === 'en' ? { lang: 'en' } : {};
    const who = await this.looker(request, query, '/');
    if (session === undefined) return send(reply, NOT_SIGNED_IN, signInPage(who, true));
    await reply
      .header('Set-Cookie', sessionCookie(session, request.protocol === 'https'))
      .redirect(href(who, '/'), SEE_OTHER);
  }

  /** 退出 */
  @Page('sign-out', PARAMETERS)
  async signOut(@Req() request: EdgeRequest, @Res() reply: FastifyReply): Promise<void> {
    this.visitors.signOut(request);
    const who = await this.looker(request, request.query as Record<string, string>, '/');
    await reply
      .header('Set-Cookie', sessionCookie(undefined, request.protocol === 'https'))
      .redirect(href(who, '/'), SEE_OTHER);
  }

  /** The page for whoever looks; the form where nobody is known; in words what the API would have refused. */
  private async show(
    request: EdgeRequest,
    reply: FastifyReply,
    page: (who: Looking, ask: Ask) => Promise<string>,
  ): Promise<void> {
    const guest = request.caller ? undefined : await this.visitors.asGuest(request);
    const caller = request.caller ?? guest?.caller;
    const who = await this.looker(request, request.query as Record<string, string>, pathOf(request), caller);
    if (!caller) return send(reply, NOT_SIGNED_IN, signInPage(who, false));
    if (guest) reply.header('Set-Cookie', sessionCookie(guest.session, request.protocol === 'https'));
    const ask = ((path: string) =>
      this.reads.ask(path, { caller, language: who.language, requestId: request.id })) as Ask;
    try {
      return await send(reply, 200, await page(who, ask));
    } catch (error) {
      const told = documentOf(error, { language: who.language, instance: who.path, requestId: request.id });
      if (told.code === 'internal') throw error;
      return send(reply, told.status, errorPage(who, told.title, told.detail));
    }
  }

  private async looker(
    request: EdgeRequest,
    query: Record<string, string>,
    path: string,
    caller?: Caller,
  ): Promise<Looking> {
    const language = query['lang'] === 'en' ? 'en' : 'zh';
    request.language = language;
    const isGuest = this.visitors.isGuest(caller);
    const isDemo = await this.visitors.isDemo();
    return looking({ language, path, query, isDemo, isGuest, ...(caller ? { caller } : {}) });
  }
}

const pathOf = (request: EdgeRequest): string => request.url.split('?')[0]!;

async function send(reply: FastifyReply, status: number, page: string): Promise<void> {
  await reply
    .status(status)
    .header('Content-Type', 'text/html; charset=utf-8')
    .header('Content-Security-Policy', POLICY)
    .header('Cache-Control', 'no-store')
    .send(page);
}

type Query = Readonly<Record<string, string | undefined>>;
function url(path: string, query: Query): string {
  const given = Object.entries(query).filter((one): one is [string, string] => one[1] !== undefined);
  const search = new URLSearchParams(given).toString();
  return search === '' ? path : `${path}?${search}`;
}

/** The three questions of the overview, as paths anybody may ask. */
const overviewPaths = ({ divisionCode, cursor, asOf }: Query) => ({
  counties: url('/v1/overview', { divisionCode, asOf, groupBy: 'county' }),
  compounds: url('/v1/overview', { divisionCode, asOf, groupBy: 'compound' }),
  list: url('/v1/compounds', { divisionCode, cursor, asOf }),
});

const divisionNames =
  ({ language }: Looking) =>
  (code: string): string =>
    DIVISIONS[code]?.[language] ?? code;
