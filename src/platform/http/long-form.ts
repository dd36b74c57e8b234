import { getMetadataStorage, type ValidationArguments, type ValidatorConstraintInterface } from 'class-validator';
import { nextTurn } from '../slices.js';
import type { FieldError } from './problem.js';

type Dto = abstract new (...values: never[]) => unknown;
type Whole = Readonly<Record<string, unknown>>;
type Check = { readonly code: string; readonly passes: (value: unknown, args: ValidationArguments) => boolean };
type Field = {
  readonly name: string;
  readonly applies: readonly ((whole: object, value: unknown) => boolean)[];
  readonly checks: readonly Check[];
  /** The class of what it holds, one or a list of them. */
  readonly part: Dto | undefined;
};
type Form = ReadonlyMap<string, Field>;

const UNKNOWN = 'whitelistValidation';
/** The check of `IsParts` for lists where objects belong; here each value is looked at anyway. */
export const LISTED = 'isListOfParts';
const parts = new WeakMap<object, Map<string, () => Dto>>();
const longForms = new WeakSet<object>();
const forms = new WeakMap<object, Form>();

/** Remembers what class a property holds; `IsPart` and `IsParts` say so. */
export const Holding =
  (part: () => Dto): PropertyDecorator =>
  (target, property) => {
    const known = parts.get(target) ?? new Map<string, () => Dto>();
    parts.set(target, known.set(String(property), part));
  };

/**
 * A body that may hold ten thousand rows. Its decorators are the same and mean the same, but they are run by
 * {@link checkLongForm}: the general pipe would build and examine an object a row and hold every other request for a
 * second.
 */
export const LongForm = (): ClassDecorator => (target) => void longForms.add(target);

export const isLongForm = (dto: object | undefined): dto is Dto => dto !== undefined && longForms.has(dto);

/** Values between two pauses: about a millisecond of checks. */
const VALUES_PER_TURN = 2_000;
/** Nobody reads more, and a list of a hundred thousand faults would be megabytes. */
const MOST_ERRORS = 100;

/** Every fault of a body in the order the general pipe tells them; other requests get their turn in between. */
export async function checkLongForm(body: object, dto: Dto): Promise<FieldError[]> {
  const errors: FieldError[] = [];
  let values = 0;
  for (const weight of faults(body, dto, '', errors)) {
    values += weight;
    if (values < VALUES_PER_TURN) continue;
    values = 0;
    await nextTurn();
  }
  return errors;
}

/** Yields how much it has just looked at. */
function* faults(whole: object, dto: Dto, at: string, errors: FieldError[]): Generator<number, void, void> {
  const form = formOf(dto);
  for (const name of Object.keys(whole))
    if (!form.has(name)) tell(errors, { pointer: `${at}/${escaped(name)}`, code: UNKNOWN });
  for (const field of form.values()) {
    const value = (whole as Whole)[field.name];
    yield sizeOf(value);
    if (!field.applies.every((applies) => applies(whole, value))) continue;
    const args = { object: whole, value, property: field.name, targetName: dto.name, constraints: [] };
    const failed = field.checks.find(({ code, passes }) => code !== LISTED && !passes(value, args));
    if (failed) tell(errors, { pointer: `${at}/${field.name}`, code: failed.code });
    if (!field.part || value === undefined || failed?.code === 'isArray' || failed?.code === 'isObject') continue;
    const list = Array.isArray(value) ? value : [value];
    for (const [index, one] of list.entries()) {
      const pointer = Array.isArray(value) ? `${at}/${field.name}/${index}` : `${at}/${field.name}`;
      if (isPlain(one)) yield* faults(one, field.part, pointer, errors);
      else if (Array.isArray(value) || !failed) tell(errors, { pointer, code: 'nestedValidation' });
    }
  }
}

/** An unknown field decides what the whole problem is called, so one of them always gets in. */
function tell(errors: FieldError[], error: FieldError): void {
  if (errors.length < MOST_ERRORS) errors.push(error);
  else if (error.code === UNKNOWN && !errors.some(({ code }) => code === UNKNOWN)) errors[MOST_ERRORS - 1] = error;
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** A list of plain ids is looked at in one go. */
const sizeOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? (Array.isArray(value) ? value.length : 300) : 1;
const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

function formOf(dto: Dto): Form {
  let form = forms.get(dto);
  if (!form) forms.set(dto, (form = read(dto)));
  return form;
}

/** The decorators of a class, read once. */
function read(dto: Dto): Form {
  const storage = getMetadataStorage();
  const byName = storage.groupByPropertyName(storage.getTargetValidationMetadatas(dto, '', false, false));
  return new Map(
    Object.entries(byName).map(([name, metadata]) => {
      const field: Field = {
        name,
        applies: metadata
          .filter(({ type }) => type === 'conditionalValidation')
          .map(({ constraints }) => constraints[0] as Field['applies'][number]),
        checks: metadata
          .filter(({ type }) => type === 'customValidation')
          .flatMap((one) => storage.getTargetValidatorConstraints(one.constraintCls).map((rule) => checkOf(rule, one))),
        part: partOf(dto, name),
      };
      return [name, field];
    }),
  );
}

type Rule = { readonly name: string; readonly instance: ValidatorConstraintInterface };
const checkOf = ({ name, instance }: Rule, { constraints }: { constraints: unknown[] | undefined }): Check => ({
  code: name,
  passes: (value, args) => instance.validate(value, { ...args, constraints: constraints ?? [] }) === true,
});

function partOf(dto: Dto, name: string): Dto | undefined {
  for (let at: object | null = dto.prototype as object; at; at = Object.getPrototypeOf(at) as object | null) {
    const part = parts.get(at)?.get(name);
    if (part) return part();
  }
  return undefined;
}
