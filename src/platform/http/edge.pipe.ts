import { type ArgumentMetadata, Injectable, type PipeTransform, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { checkLongForm, isLongForm, LISTED } from './long-form.js';
import { type FieldError, Problem } from './problem.js';

const LARGEST_ERROR_LIST = 100;

/** Everything that can be seen in the body alone is refused here, all faults at once, each with its pointer. */
@Injectable()
export class BodyPipe implements PipeTransform {
  private readonly validation = new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false, value: true },
    exceptionFactory: (errors) => invalid(flatten(errors, '')),
  });

  async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type !== 'body') return value;
    return this.validate(value, metadata.metatype);
  }

  /** The same check for a body that did not come by HTTP: a batch's row, an approval's command. */
  async validate(value: unknown, dto: (new (...values: never[]) => unknown) | undefined): Promise<unknown> {
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      throw invalid([{ pointer: '', code: 'isObject' }]);
    if (isLongForm(dto)) {
      const errors = await checkLongForm(value, dto);
      if (errors.length > 0) throw invalid(errors);
      return value;
    }
    const hidden = hiddenKey(value);
    if (hidden !== undefined) throw invalid([{ pointer: hidden, code: 'whitelistValidation' }]);
    return this.validation.transform(value, { type: 'body', metatype: dto as never });
  }
}

const invalid = (errors: readonly FieldError[]): Problem =>
  new Problem(errors.some(({ code }) => code === 'whitelistValidation') ? 'unknown-field' : 'invalid-field', {
    errors: errors.slice(0, LARGEST_ERROR_LIST),
  });

/** Names that mean something to JavaScript and nothing to us; the mapper would drop them without a word. */
function hiddenKey(value: object): string | undefined {
  for (const key of Object.keys(value)) {
    if (key in Object.prototype || key === 'prototype') return `/${key}`;
    const inner = (value as Record<string, unknown>)[key];
    const found = inner === null || typeof inner !== 'object' ? undefined : hiddenKey(inner);
    if (found !== undefined) return `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}${found}`;
  }
  return undefined;
}

function flatten(errors: readonly ValidationError[], parent: string): FieldError[] {
  return errors.flatMap(({ property, constraints, children, value }) => {
    const pointer = `${parent}/${property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const codes = Object.keys(constraints ?? {});
    const lists = codes.includes(LISTED) ? (value as readonly unknown[]) : [];
    const own = codes.filter((code) => code !== LISTED).slice(0, 1);
    return [
      ...own.map((code) => ({ pointer, code })),
      // A list in the place of an object: pointed at itself, and nothing inside it, as the library does with a number there.
      ...lists.flatMap((one, index) =>
        Array.isArray(one) ? [{ pointer: `${pointer}/${index}`, code: 'nestedValidation' }] : [],
      ),
      ...flatten(
        (children ?? []).filter(({ property: index }) => !Array.isArray(lists[Number(index)])),
        pointer,
      ),
    ];
  });
}
