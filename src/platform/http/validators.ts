import { plainToInstance, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  Max,
  Min,
  registerDecorator,
  ValidateIf,
  ValidateNested,
  validateSync,
  type ValidationArguments,
  type ValidationOptions,
} from 'class-validator';
import { applyDecorators } from '@nestjs/common';
import { isDate } from '../../kernel/dates.js';
import { DECIMAL_PATTERN } from '../../kernel/decimal.js';
import { DIVISION_CODE_PATTERN, ID_PATTERN } from '../../kernel/ids.js';
import { AMOUNT_PATTERN, SIGNED_AMOUNT_PATTERN } from '../../kernel/money.js';
import { Holding, LISTED } from './long-form.js';
import { looksPersonal } from './personal-data.js';

/** What a caller may write in a body. Names end in what is checked; each has its sentence in messages.ts. */
type Check = (value: unknown, args: ValidationArguments) => boolean;

function check(name: string, validate: Check, options?: ValidationOptions): PropertyDecorator {
  return (target, property) =>
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: String(property),
      options: options ?? {},
      validator: { validate: (value, args) => validate(value, args!), defaultMessage: () => name },
    });
}

const matches = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value);
const ZERO = /^-?0\.00$/;

/** May be left out; `null` is a value and is refused. */
export const Optional = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

/** May be left out where the rest of the object says so; otherwise it must be there. */
export const OptionalWhen = (test: (whole: never) => boolean): PropertyDecorator =>
  ValidateIf((whole: object, value) => value !== undefined || !test(whole as never));
/** Must be there, though the class it inherits from leaves it open. */
export const Required = (): PropertyDecorator => ValidateIf(() => true);
/** Has no place in this object unless the rest of it says so. */
export const OnlyWhen = (test: (whole: never) => boolean): PropertyDecorator => Holds('onlyWhen', test);

/** Yuan with two places, `0.00` included. */
export const IsAmount = () => check('isAmount', matches(AMOUNT_PATTERN));
/** Yuan with two places that moves or is promised: never `0.00`. */
export const IsPositiveAmount = () =>
  check('isPositiveAmount', (value) => matches(AMOUNT_PATTERN)(value) && !ZERO.test(value as string));
/** Yuan with two places and perhaps a minus, never zero. */
export const IsSignedAmount = () =>
  check('isSignedAmount', (value) => matches(SIGNED_AMOUNT_PATTERN)(value) && !ZERO.test(value as string));
/** Yuan with two places and perhaps a minus; zero too, but never `-0.00`. */
export const IsSignedAmountOrZero = () =>
  check('isSignedAmountOrZero', (value) => matches(SIGNED_AMOUNT_PATTERN)(value) && value !== '-0.00');
/** An area, weight or coefficient: a decimal string of at most six places. */
export const IsDecimalText = () => check('isDecimalText', matches(DECIMAL_PATTERN));
export const IsPositiveDecimalText = () =>
  check('isPositiveDecimalText', (value) => matches(DECIMAL_PATTERN)(value) && /[1-9]/.test(value as string));
/** A rate is a fraction below one. */
export const IsRate = () =>
  check('isRate', (value) => matches(DECIMAL_PATTERN)(value) && (value as string).startsWith('0'));
export const IsBusinessDate = () => check('isBusinessDate', (value) => typeof value === 'string' && isDate(value));
export const IsId = () => check('isId', matches(ID_PATTERN));
export const IsDivisionCode = () => check('isDivisionCode', matches(DIVISION_CODE_PATTERN));
export const IsCompoundDivisionCode = () => check('isCompoundDivisionCode', matches(/^\d{6}$/));
export const IsSha256 = () => check('isSha256', matches(/^[0-9a-f]{64}$/));

const CONTROL = /\p{Cc}/u;
const CONTROL_BUT_LINES = /[^\P{Cc}\n\t]/u;

function isText(value: unknown, longest: number, control: RegExp): value is string {
  return typeof value === 'string' && value.trim() !== '' && [...value].length <= longest && !control.test(value);
}
/** A name, a title, a number on paper: up to 200 characters, none of them control characters. */
export const isNamed = (value: unknown): boolean => isText(value, 200, CONTROL) && !looksPersonal(value);
export const IsText = () => check('isText', isNamed);
/** A number or mark whose digits mean nothing personal: room numbers, vouchers, contract numbers. */
export const IsMark = () => check('isMark', (value) => isText(value, 200, CONTROL));
/** A note or a reason: up to 2,000 characters. */
export const IsLongText = () =>
  check('isLongText', (value) => isText(value, 2_000, CONTROL_BUT_LINES) && !looksPersonal(value));

export const IsCount = (least: number, most: number) => applyDecorators(IsInt(), Min(least), Max(most));
export const IsFlag = () => IsBoolean();
export const IsOneOf = (values: readonly unknown[]) => IsIn(values);

/** One nested object of a class. */
export const IsPart = (part: () => new () => object) =>
  applyDecorators(IsObject(), ValidateNested(), Type(part) as PropertyDecorator, Holding(part));

/** A list of nested objects, at least one. */
export const IsParts = (part: () => new () => object, most: number, least = 1) =>
  applyDecorators(
    IsArray(),
    ArrayMinSize(least),
    ArrayMaxSize(most),
    ValidateNested({ each: true }),
    // The library looks into lists within lists, and finds nothing wrong in an empty one.
    check(LISTED, (value) => !Array.isArray(value) || !value.some(Array.isArray)),
    Type(part) as PropertyDecorator,
    Holding(part),
  );

/** A list of plain values, each of which passes `matchesOne`, none of them twice. */
export const IsListOf = (name: string, matchesOne: (value: unknown) => boolean, most = 5_000) =>
  check(
    name,
    (value) =>
      Array.isArray(value) &&
      value.length >= 1 &&
      value.length <= most &&
      new Set(value).size === value.length &&
      value.every(matchesOne),
  );
export const IsListOfIds = () => IsListOf('isListOfIds', matches(ID_PATTERN));
export const IsListOfOneOf = (values: readonly string[]) =>
  IsListOf('isListOfOneOf', (value) => typeof value === 'string' && values.includes(value));
export const IsListOfMarks = () => IsListOf('isListOfMarks', (value) => isText(value, 200, CONTROL));

/** An object whose keys the caller chooses and whose values each pass `matchesOne`. */
export const IsRecordOf = (name: string, matchesOne: (value: unknown) => boolean) =>
  check(
    name,
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value as object).every(matchesOne),
  );

/** No two entries share the value of these fields; entries without them are left to their own checks. */
export const HasDistinct = (...fields: readonly string[]) =>
  check('hasDistinct', (value) => {
    if (!Array.isArray(value)) return true;
    const keys = value
      .map((one: Record<string, unknown> | null) => fields.map((field) => one?.[field]))
      .filter((key) => key.some((part) => part !== undefined))
      .map((key) => JSON.stringify(key));
    return new Set(keys).size === keys.length;
  });

/** Holds when `test` does, of the whole object the field stands in; the error points at the field. */
export const Holds = (name: string, test: (whole: never) => boolean) =>
  check(name, (_, { object }) => {
    try {
      return test(object as never);
    } catch {
      return true; // Another check already refused what the test could not read.
    }
  });

/** Whether a value, where a field may hold several kinds, is an object of this class and has nothing else in it. */
export const isA = (part: new () => object, value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  validateSync(plainToInstance(part, value), { whitelist: true, forbidNonWhitelisted: true }).length === 0;
