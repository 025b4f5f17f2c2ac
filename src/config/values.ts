import { z } from 'zod';

/** What several sections of the configuration are made of. */
export const positive = z.number().positive();

export const count = z.int().nonnegative();

/** Along x, y and z. */
export const triple = <T extends z.ZodType>(of: T) => z.tuple([of, of, of]).readonly();

export const pattern = z.string().refine(
  (source) => {
    try {
      new RegExp(source, 'i');
      return true;
    } catch {
      return false;
    }
  },
  { error: 'is no valid regular expression' },
);
