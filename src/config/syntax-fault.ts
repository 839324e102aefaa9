/** Faults of the YAML itself, in words: what the parser's code means here, and what to do about it. */
import { type YAMLError } from 'yaml';

export interface Explanation {
  readonly wrong: string;
  readonly remedy: string;
}

export function explainSyntax(fault: YAMLError, text: string): Explanation {
  switch (fault.code) {
    case 'DUPLICATE_KEY':
      return {
        wrong: `the key '${wordAt(text, fault.pos[0])}' stands twice in the same mapping`,
        remedy: 'Keep one of them',
      };
    case 'TAB_AS_INDENT':
      return { wrong: 'a tab is used as indentation', remedy: 'Indent with spaces; YAML allows no tabs there' };
    case 'MULTIPLE_DOCS':
      return {
        wrong: 'the file holds more than one document',
        remedy: "Remove the line '---' and what follows, or merge the documents",
      };
    case 'BAD_INDENT':
      if (fault.message.startsWith('Flow'))
        return {
          wrong: 'a bracket or brace before this is not closed',
          remedy: 'Close it, or indent what belongs in it',
        };
      return { wrong: 'the indentation does not fit', remedy: 'Line it up with the keys of the same mapping' };
    case 'BAD_DQ_ESCAPE':
      return {
        wrong: firstSentence(fault.message),
        remedy: 'Put the text in single quotes, where a backslash is only a backslash',
      };
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return {
        wrong: 'a mapping begins where a plain value was expected',
        remedy: "Check the line before for a missing ':' or for text with ': ' in it, which needs quotes",
      };
    case 'MISSING_CHAR':
      return { wrong: firstSentence(fault.message), remedy: 'Add it' };
    case 'TAG_RESOLVE_FAILED':
      return {
        wrong: firstSentence(fault.message),
        remedy: "Remove the tag, or put text that starts with '!' in quotes",
      };
    default:
      return { wrong: firstSentence(fault.message), remedy: 'Correct the YAML there' };
  }
}

export function explainAlias(name: string): Explanation {
  return {
    wrong: `there is no anchor '&${name}' before the alias '*${name}'`,
    remedy: "Define the anchor earlier in the file; text that starts with '*' needs quotes",
  };
}

export const ALIASES_MAX = 20;

export const TOO_MANY_ALIASES: Explanation = {
  wrong: `there are more than ${ALIASES_MAX} aliases`,
  remedy: 'Write the values out; aliases of aliases unfold to more than any memory holds',
};

export const COLLECTION_AS_KEY: Explanation = {
  wrong: 'a mapping or a list stands where a key is wanted',
  remedy: "Put it in quotes; text that begins with '{' or '[' needs them",
};

function firstSentence(message: string): string {
  const line = message.split('\n')[0].replace(/[.:]$/, '');
  return line.charAt(0).toLowerCase() + line.slice(1);
}

function wordAt(text: string, offset: number): string {
  return /^['"]?([^\s:'"]+)/.exec(text.slice(offset))?.[1] ?? '';
}
