import { Injectable } from '@nestjs/common';
import { yuan } from '../../kernel/money.js';
import type { Asker } from '../../platform/http/read-routes.js';
import { type Answered, computed, Figures, shownPosting, type Weighed, wrong } from './figures.js';
import { changesBetween, type Change } from './json-changes.js';
import { at, type Part, type Recipe } from './recipe.js';
import { RecipeBook } from './recipe-book.js';

const MOST_POSTINGS = 1_000;
const MOST_EVENTS = 500;
/** Of a figure made of others, so many are opened at once; each of them opens by itself. */
const MOST_OPENED = 40;
const POSITION = /^\d{1,16}$/;
const STREAMS: Readonly<Record<string, string>> = {
  schemes: 'scheme-',
  compounds: 'compound-',
  grants: 'grant-',
  bonds: 'bond-',
  'maintenance-funds': 'maintenanceFund-',
};
/** Everything behind a figure: its own postings, or those of the figures it is made of. */
type Opened = { readonly weighed: Weighed[]; readonly positions: number[]; whole: boolean };

/** Opens a figure down to its events, and says which events made it another. */
@Injectable()
export class Explanations {
  constructor(
    private readonly figures: Figures,
    private readonly recipes: RecipeBook,
  ) {}

  /** `figure` is the path of a read, `#`, and a JSON pointer (RFC 6901) into its answer. */
  async explain(figure: string, asker: Asker): Promise<object> {
    const hash = figure.indexOf('#');
    const path = figure.slice(0, hash);
    const pointer = unescaped(figure.slice(hash + 1));
    if (hash < 0 || !pointer.startsWith('/')) throw wrong('figure');
    const answered = await this.figures.ask(path, 'figure', asker);
    const { body, moment } = answered;
    const parts = partsOf(pointer);
    const value = at(body, parts);
    if (value === undefined || (value !== null && typeof value === 'object')) throw wrong('figure');
    const recipe = await this.recipes.recipeOf(path, parts, body, moment, asker.caller.division);
    const told = { figure: { path, pointer, value }, ...moment };
    if (!recipe) {
      const positions = this.figures.between(streamsOf(path), 0, moment.position);
      const events = await this.figures.events(positions.slice(0, MOST_EVENTS));
      const nothing = { arithmetic: null, computed: null, agrees: null, parts: [], terms: [], postings: [] };
      return { ...told, ...nothing, truncated: events.length < positions.length, events };
    }
    const own = recipe.kind === 'postings' ? this.weighed(recipe, answered) : [];
    const opened =
      recipe.kind === 'postings'
        ? { weighed: own, positions: [], whole: true }
        : await this.open(path, recipe, answered, asker);
    const made = computed(recipe, own);
    const postings = opened.weighed.flatMap((one) => one.postings);
    const shown = postings.slice(0, MOST_POSTINGS);
    const positions = [...new Set([...shown.map(({ position }) => Number(position)), ...opened.positions])].sort(
      (a, b) => a - b,
    );
    return {
      ...told,
      arithmetic: recipe.arithmetic,
      computed: made,
      agrees: made === value,
      parts: partsIn(recipe),
      terms: opened.weighed.map(({ term, postings: some }) => ({
        name: term.name,
        sign: term.sign,
        postings: some.length,
        amount: yuan(some.reduce((sum, { amount }) => sum + amount, 0n)),
      })),
      postings: shown.map(shownPosting),
      truncated: !opened.whole || shown.length < postings.length || positions.length > MOST_EVENTS,
      events: await this.figures.events(positions.slice(0, MOST_EVENTS)),
    };
  }

  /** What a path answers otherwise at `to` than at `from` (instants or positions), each change with its events. */
  async diff(path: string, from: string, to: string, asker: Asker): Promise<object> {
    const [before, after] = [
      await this.figures.ask(path, 'path', asker, [momentOf(from)]),
      await this.figures.ask(path, 'path', asker, [momentOf(to)]),
    ];
    const changes = [];
    const all = new Set<number>();
    for (const change of changesBetween(before.body, after.body)) {
      const positions = await this.causes(path, change, before, after, asker);
      for (const position of positions) all.add(position);
      changes.push({ pointer: change.pointer, from: change.from, to: change.to, positions });
    }
    const events = await this.figures.events([...all].sort((a, b) => a - b));
    return { path, from: { given: from, ...before.moment }, to: { given: to, ...after.moment }, changes, events };
  }

  private async causes(
    path: string,
    { pointer, isGone }: Change,
    before: Answered,
    after: Answered,
    asker: Asker,
  ): Promise<number[]> {
    const [from, to] = [before.moment.position, after.moment.position];
    const { body } = isGone ? before : after;
    const recipe = await this.recipes.recipeOf(path, partsOf(pointer), body, after.moment, asker.caller.division);
    if (!recipe) return this.figures.between(streamsOf(path), from, to);
    const { weighed, positions } = await this.open(path, recipe, { body, moment: after.moment }, asker, from);
    const found = [
      ...weighed.flatMap(({ postings }) => postings.map(({ position }) => Number(position))),
      ...positions,
    ];
    return [...new Set(found)].filter((position) => position > from).sort((a, b) => a - b);
  }

  private weighed(recipe: Recipe & { kind: 'postings' }, { moment }: Answered, after = 0): Weighed[] {
    return recipe.terms.map((term) => ({ term, postings: this.figures.postings(term, moment, after) }));
  }

  /** Down through the figures of the same answer to their postings. */
  private async open(path: string, recipe: Recipe, answered: Answered, asker: Asker, after = 0): Promise<Opened> {
    const opened: Opened = { weighed: [], positions: [], whole: true };
    const waiting: Recipe[] = [recipe];
    const seen = new Set<string>();
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      if (one.kind === 'postings') opened.weighed.push(...this.weighed(one, answered, after));
      if (one.kind === 'given') opened.positions.push(...one.positions);
      for (const { figure } of partsIn(one)) {
        if (figure === null || seen.has(figure)) continue;
        seen.add(figure);
        // What stands in another answer is opened by asking for it; the list of parts has its address.
        if (!figure.startsWith(`${path}#`) || seen.size > MOST_OPENED) {
          opened.whole = false;
          continue;
        }
        const pointer = partsOf(figure.slice(path.length + 1));
        const next = await this.recipes.recipeOf(path, pointer, answered.body, answered.moment, asker.caller.division);
        if (next) waiting.push(next);
      }
    }
    return opened;
  }
}

function partsIn(recipe: Recipe): readonly Part[] {
  if (recipe.kind === 'postings') return [];
  return recipe.kind === 'parts' && recipe.rule === 'ratio' ? [...recipe.parts, ...recipe.under] : (recipe.parts ?? []);
}

/** An instant or a position, as the parameter that asks for it. */
const momentOf = (given: string): string =>
  POSITION.test(given) ? `atPosition=${given}` : `recordedAt=${encodeURIComponent(given)}`;

/** A pointer may come encoded once more, as part of a URL. */
const unescaped = (pointer: string): string => {
  if (!/^%2f/i.test(pointer)) return pointer;
  try {
    return decodeURIComponent(pointer);
  } catch {
    throw wrong('figure');
  }
};

const partsOf = (pointer: string): string[] =>
  pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

/** The stream a path is about. */
function streamsOf(path: string): string[] {
  const [, subject = '', id] = /^\/v1\/([a-z-]+)\/([^/?]+)/.exec(path) ?? [];
  const prefix = STREAMS[subject];
  return prefix === undefined || id === undefined ? [] : [`${prefix}${decodeURIComponent(id)}`];
}
