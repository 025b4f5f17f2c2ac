import { stringify } from 'yaml';
import { type Config, configSchema } from './schema.ts';

/** Columns of a comment line. */
const WIDTH = 100;

function wrap(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = `${indent}#`;
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `${indent}#`;
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

/** A configuration as YAML, each key under its description: a reference, and a file to start one's own from. */
export function describeConfig(config: Config): string {
  const lines: string[] = [];
  for (const [section, schema] of Object.entries(configSchema.shape)) {
    lines.push(`${section}:`);
    const values: Record<string, unknown> = config[section as keyof Config];
    for (const [key, { description }] of Object.entries(schema.shape)) {
      const value = stringify(values[key], {
        collectionStyle: 'flow',
        flowCollectionPadding: false,
        lineWidth: 0,
      });
      lines.push(...wrap(description ?? '', '  '), `  ${key}: ${value.trim()}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
