/** Arguments that several verbs of `plumbline reference` have in common. */
import { InvalidArgumentError } from 'commander';

export const listed = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It is a whole number above 0.');
}

export function notNegative(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('It is a number, 0 or above.');
}

export function probability(text: string): number {
  const value = Number(text);
  if (value > 0 && value < 0.5) return value;
  throw new InvalidArgumentError('It is a number between 0 and 0.5.');
}

export function shareBelowOne(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value < 1) return value;
  throw new InvalidArgumentError('It is a number from 0 up to, and not, 1.');
}
