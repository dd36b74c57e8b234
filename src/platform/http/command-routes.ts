import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { Answer } from '../commands/command-desk.js';
import type { Invocation } from '../commands/invocation.js';
import { BodyPipe } from './edge.pipe.js';
import { Problem } from './problem.js';
import type { RouteCard } from './routes.js';

const PATH = 'path';
const CARD = '__fastify_route_config__';
const PARAMETER_TYPES = 'design:paramtypes';

type CommandMethod = (params: Record<string, string>, body: unknown, by: Invocation) => Promise<Answer>;
export type CommandRoute = {
  readonly template: string;
  readonly card: RouteCard;
  readonly dto: (new () => object) | undefined;
  readonly run: CommandMethod;
  match(path: string): Record<string, string> | undefined;
};

/**
 * The same commands, for callers that are not HTTP requests: rows of a batch, granted approvals, imports, amendments,
 * simulations and the demonstration city. One body goes through one validation and one controller, however it came.
 */
@Injectable()
export class CommandRoutes implements OnApplicationBootstrap {
  private routes: CommandRoute[] = [];

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly pipe: BodyPipe,
  ) {}

  onApplicationBootstrap(): void {
    this.routes = this.discovery
      .getControllers()
      .flatMap(({ instance }) => (instance ? routesOf(instance as object) : []));
  }

  /** The route of a path without its query. Throws `not-found`. */
  find(path: string): { route: CommandRoute; params: Record<string, string> } {
    for (const route of this.routes) {
      const params = route.match(path);
      if (params) return { route, params };
    }
    throw new Problem('not-found');
  }

  /** Validates and runs one command as its caller would by HTTP. The caller's role must have been checked. */
  async dispatch(path: string, body: unknown, by: Invocation): Promise<Answer> {
    const { route, params } = this.find(path.split('?')[0]!);
    const dto = await this.pipe.validate(body, route.dto);
    return route.run(params, dto, by);
  }
}

function routesOf(controller: object): CommandRoute[] {
  const prototype = Object.getPrototypeOf(controller) as object;
  const prefix = Reflect.getMetadata(PATH, controller.constructor) as string;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const method = (controller as Record<string, unknown>)[name];
    const card = (Reflect.getMetadata(CARD, method as object) as { card?: RouteCard } | undefined)?.card;
    if (typeof method !== 'function' || card?.kind !== 'command') return [];
    const template = `/${[prefix, Reflect.getMetadata(PATH, method) as string].filter((part) => part !== '/').join('/')}`;
    const types = Reflect.getMetadata(PARAMETER_TYPES, prototype, name) as (new () => object)[];
    return [{ template, card, dto: types[1], run: method.bind(controller) as CommandMethod, match: matcher(template) }];
  });
}

/** Parameters of a path that fits `template`, decoded; undefined where it does not. */
export function matcher(template: string): (path: string) => Record<string, string> | undefined {
  const parts = template.split('/');
  return (path) => {
    const given = path.split('/');
    if (given.length !== parts.length) return undefined;
    const params: Record<string, string> = {};
    for (const [index, part] of parts.entries()) {
      const text = given[index]!;
      if (!part.startsWith(':')) {
        if (part !== text) return undefined;
      } else {
        if (text === '') return undefined;
        params[part.slice(1)] = decoded(text);
      }
    }
    return params;
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Problem('not-found');
  }
}
