import { type ExecutionContext, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { AccessLog } from '../access/access-log.js';
import type { Caller } from '../commands/invocation.js';
import { matcher } from './command-routes.js';
import { disclosureOf } from './disclosures.js';
import { Problem } from './problem.js';
import type { EdgeRequest, RouteCard } from './routes.js';
import { checkParameters } from './server.js';
import type { Language } from './messages.js';

const PATH = 'path';
const CARD = '__fastify_route_config__';
const ARGUMENTS = '__routeArguments__';

type Argument = {
  readonly index: number;
  readonly data?: string;
  readonly factory?: (data: unknown, context: ExecutionContext) => unknown;
};
type ReadRoute = {
  readonly template: string;
  readonly card: RouteCard;
  readonly match: (path: string) => Record<string, string> | undefined;
  readonly run: (...values: unknown[]) => Promise<object>;
  readonly given: readonly Argument[];
};

/** For whom, and in answer to which request. */
export type Asker = { readonly caller: Caller; readonly language: Language; readonly requestId: string };

/**
 * The same reads, for readers that are not HTTP requests: the served pages show what a path of the API answers, and
 * nothing else, so that no screen can show a figure the API does not.
 */
@Injectable()
export class ReadRoutes implements OnApplicationBootstrap {
  private routes: ReadRoute[] = [];

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly access: AccessLog,
  ) {}

  onApplicationBootstrap(): void {
    this.routes = this.discovery
      .getControllers()
      .flatMap(({ instance }) => (instance ? routesOf(instance as object) : []));
  }

  /**
   * What `url` answers `caller`, as an object. Throws what the edge would have told: not found, forbidden, parameters.
   * What nobody is shown, because it is only compared with what they are, is no disclosure.
   */
  async ask(url: string, { caller, language, requestId }: Asker, { isShown = true } = {}): Promise<object> {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    for (const { template, card, match, run, given } of this.routes) {
      const params = match(pathname);
      if (!params) continue;
      if (!card.roles.includes(caller.role)) throw new Problem('forbidden');
      const query = Object.fromEntries(searchParams);
      const request = { id: requestId, caller, language, query, params, url, headers: {} } as unknown as EdgeRequest;
      checkParameters(request, card);
      const context = { switchToHttp: () => ({ getRequest: () => request }) } as ExecutionContext;
      const values = given.map(({ data, factory }) => (factory ? factory(data, context) : params[data!]));
      const body = await run(...values);
      const disclosure = isShown ? disclosureOf(card, template, request, body) : undefined;
      if (disclosure) await this.access.note(disclosure);
      return body;
    }
    throw new Problem('not-found');
  }
}

function routesOf(controller: object): ReadRoute[] {
  const prototype = Object.getPrototypeOf(controller) as object;
  const prefix = Reflect.getMetadata(PATH, controller.constructor) as string;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const method = (controller as Record<string, unknown>)[name];
    if (typeof method !== 'function') return [];
    const card = (Reflect.getMetadata(CARD, method) as { card?: RouteCard } | undefined)?.card;
    if (card?.kind !== 'read') return [];
    const template = `/${[prefix, Reflect.getMetadata(PATH, method) as string].filter((part) => part !== '/').join('/')}`;
    const told = Reflect.getMetadata(ARGUMENTS, controller.constructor, name) as Record<string, Argument> | undefined;
    const given = Object.values(told ?? {}).sort((a, b) => a.index - b.index);
    return [{ template, card, match: matcher(template), given, run: method.bind(controller) as ReadRoute['run'] }];
  });
}
