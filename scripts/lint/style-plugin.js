/**
 * The rules of our style that no published plugin has, as ESLint rules, so that an editor shows them while one types.
 * Each is a few lines over the syntax tree; `eslint.config.js` says where each applies and why.
 */
import { basename } from 'node:path';

const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|bench|interop|config|d))*\.(ts|js|mjs|cjs)$/;
const FORBIDDEN_NAMES = /(^|-)(utils?|helpers?|commons?|misc)(-|\.|$)/;

/** Attributes and metrics as they are spelled on the wire: `ml.model.name`, `ml_feature_drift_ratio`, `plumbline_limit_max`. */
const REGISTERED_NAME = /(?<![A-Za-z0-9_./-])(ml[._][a-z]|plumbline_[a-z])/;

/** @type {import('eslint').Rule.RuleModule} */
const fileName = {
  meta: {
    type: 'suggestion',
    docs: { description: 'A file is named, in kebab-case, for the noun inside; never utils, helpers or common.' },
    messages: {
      case: "'{{name}}' is not kebab-case; name the file for the noun inside, as in log-histogram.ts.",
      vague: "'{{name}}' says nothing of what is inside; name the file for the noun that it holds.",
    },
    schema: [],
  },
  create(context) {
    const name = basename(context.filename);
    return {
      Program(node) {
        if (!KEBAB_CASE.test(name)) context.report({ node, messageId: 'case', data: { name } });
        if (FORBIDDEN_NAMES.test(name)) context.report({ node, messageId: 'vague', data: { name } });
      },
    };
  },
};

/** @type {import('eslint').Rule.RuleModule} */
const headComment = {
  meta: {
    type: 'suggestion',
    docs: { description: 'A file starts with a comment that says what it is and why it exists.' },
    messages: {
      missing: 'The file has no head comment; say first what it is, why it exists, its source, cost and error bound.',
    },
    schema: [],
  },
  create(context) {
    return {
      Program(node) {
        const source = context.sourceCode;
        const first = source.getAllComments().find((comment) => !source.getText(comment).startsWith('#!'));
        const code = source.getFirstToken(node);
        const isHead =
          first?.type === 'Block' && (code === null || source.getRange(first)[1] <= source.getRange(code)[0]);
        if (!isHead) context.report({ loc: { line: 1, column: 0 }, messageId: 'missing' });
      },
    };
  },
};

/** @type {import('eslint').Rule.RuleModule} */
const namesFromRegistry = {
  meta: {
    type: 'problem',
    docs: { description: 'Names of attributes and metrics are spelled in src/registry only.' },
    messages: {
      spelled:
        "'{{name}}' is spelled here; take it from the registry (src/registry), which is the only place where a name stands.",
    },
    schema: [],
  },
  create(context) {
    /** @param {import('eslint').Rule.Node} node @param {unknown} text */
    const check = (node, text) => {
      if (typeof text !== 'string' || !REGISTERED_NAME.test(text)) return;
      const start = text.search(REGISTERED_NAME);
      const name = /^[A-Za-z0-9_.]+/.exec(text.slice(start))?.[0] ?? text;
      context.report({ node, messageId: 'spelled', data: { name } });
    };
    return {
      Literal: (node) => check(node, node.value),
      TemplateElement: (node) => check(node, node.value.cooked),
    };
  },
};

export const stylePlugin = {
  meta: { name: 'plumbline-style' },
  rules: { 'file-name': fileName, 'head-comment': headComment, 'names-from-registry': namesFromRegistry },
};
