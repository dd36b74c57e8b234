import { Injectable } from '@nestjs/common';
import { yuan } from '../kernel/money.js';
import { at, recipeOf } from './figure-recipes.js';
import { type Answered, type Caller, Figures, shownPosting, wrong } from './figures.js';
import { changesBetween, type Change } from './json-changes.js';

const MOST_POSTINGS = 1_000;
const POSITION = /^\d{1,16}$/;
const STREAMS: Readonly<Record<string, string>> = {
  schemes: 'scheme-',
  compounds: 'compound-',
  grants: 'grant-',
  bonds: 'bond-',
  'maintenance-funds': 'maintenanceFund-',
};

/** Opens a figure down to its events, and says which events made it another. */
@Injectable()
export class Explanations {
  constructor(private readonly figures: Figures) {}

  /** `figure` is the path of a read, `#`, and a JSON pointer (RFC 6901) into its answer. */
  async explain(figure: string, caller: Caller): Promise<object> {
    const hash = figure.indexOf('#');
    const path = figure.slice(0, hash);
    const pointer = unescaped(figure.slice(hash + 1));
    if (hash < 0 || !pointer.startsWith('/')) throw wrong('figure');
    const { body, moment } = await this.figures.ask(path, 'figure', caller);
    const parts = partsOf(pointer);
    const value = at(body, parts);
    if (value === undefined || (value !== null && typeof value === 'object')) throw wrong('figure');
    const recipe = recipeOf(path, parts, body);
    const told = { figure: { path, pointer, value }, ...moment };
    if (!recipe) {
      const events = await this.figures.events(this.figures.between(streamsOf(path), 0, moment.position));
      return {
        ...told,
        arithmetic: null,
        computed: null,
        agrees: null,
        terms: [],
        postings: [],
        truncated: false,
        events,
      };
    }
    const terms = recipe.terms.map((term) => ({ term, postings: this.figures.postings(term, moment) }));
    const computed = yuan(this.figures.computed(recipe, terms));
    const postings = terms.flatMap((one) => one.postings);
    const shown = postings.slice(0, MOST_POSTINGS);
    const positions = [...new Set(shown.map(({ position }) => Number(position)))].sort((a, b) => a - b);
    return {
      ...told,
      arithmetic: recipe.arithmetic,
      computed,
      agrees: computed === value,
      terms: terms.map(({ term, postings: own }) => ({
        name: term.name,
        sign: term.sign,
        postings: own.length,
        amount: yuan(own.reduce((sum, { amount }) => sum + amount, 0n)),
      })),
      postings: shown.map(shownPosting),
      truncated: shown.length < postings.length,
      events: await this.figures.events(positions),
    };
  }

  /** What a path answers otherwise at `to` than at `from` (instants or positions), each change with its events. */
  async diff(path: string, from: string, to: string, caller: Caller): Promise<object> {
    const [before, after] = [
      await this.figures.ask(path, 'path', caller, [momentOf(from)]),
      await this.figures.ask(path, 'path', caller, [momentOf(to)]),
    ];
    const changes = [];
    const all = new Set<number>();
    for (const change of changesBetween(before.body, after.body)) {
      const positions = this.causes(path, change, before, after);
      for (const position of positions) all.add(position);
      changes.push({ pointer: change.pointer, from: change.from, to: change.to, positions });
    }
    const events = await this.figures.events([...all].sort((a, b) => a - b));
    return { path, from: { given: from, ...before.moment }, to: { given: to, ...after.moment }, changes, events };
  }

  private causes(path: string, { pointer, isGone }: Change, before: Answered, after: Answered): number[] {
    const [from, to] = [before.moment.position, after.moment.position];
    const recipe = recipeOf(path, partsOf(pointer), (isGone ? before : after).body);
    if (!recipe) return this.figures.between(streamsOf(path), from, to);
    const found = recipe.terms.flatMap((term) => this.figures.postings(term, after.moment, from));
    return [...new Set(found.map(({ position }) => Number(position)))].sort((a, b) => a - b);
  }
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
