import { Injectable } from '@nestjs/common';
import { yuan } from '../../kernel/money.js';
import type { Asker } from '../../platform/http/read-routes.js';
import { type Answered, computed, Figures, shownPosting, streamsOf, type Weighed, wrong } from './figures.js';
import { at, type Part, type Recipe } from './recipe.js';
import { RecipeBook } from './recipe-book.js';

const MOST_POSTINGS = 1_000;
const MOST_EVENTS = 500;
/** Of a figure made of others, so many are opened at once; each of them opens by itself. */
const MOST_OPENED = 40;
/** Everything behind a figure: its own postings, or those of the figures it is made of. */
type Opened = { readonly weighed: Weighed[]; readonly positions: number[]; whole: boolean };

/** Opens a figure down to its events. */
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

  private weighed(recipe: Recipe & { kind: 'postings' }, { moment }: Answered): Weighed[] {
    return recipe.terms.map((term) => ({ term, postings: this.figures.postings(term, moment) }));
  }

  /** Down through the figures of the same answer to their postings. */
  private async open(path: string, recipe: Recipe, answered: Answered, asker: Asker): Promise<Opened> {
    const opened: Opened = { weighed: [], positions: [], whole: true };
    const waiting: Recipe[] = [recipe];
    const seen = new Set<string>();
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      if (one.kind === 'postings') opened.weighed.push(...this.weighed(one, answered));
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
