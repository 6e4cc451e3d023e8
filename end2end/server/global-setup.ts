// Fills one demo platform before the tests. Each deployment copies it, which takes a fraction of the time of filling another.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountsFile, defaultBinaryPath, environment, TEMPLATE_VARIABLE } from './deployment';

export default function fillTemplate(): () => void {
  const template = mkdtempSync(join(tmpdir(), 'runlens-e2e-template.'));
  const removeTemplate = () => {
    rmSync(template, { recursive: true, force: true });
  };
  try {
    const accounts = execFileSync(defaultBinaryPath(), ['demo'], { env: environment(template), encoding: 'utf8' });
    writeFileSync(accountsFile(template), accounts, { mode: 0o600 });
  } catch (error) {
    removeTemplate();
    throw error;
  }
  // Workers inherit the environment.
  process.env[TEMPLATE_VARIABLE] = template;
  return removeTemplate;
}
