/**
 * What other languages make of a body that they parse and write again, by their own JSON libraries.
 * `recorded-spellings.json` holds what each wrote, and which version it was; where a runtime is
 * installed, the test asks it again. After a change here, on a machine that has them:
 *
 *     node test/receivers/writers.ts
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findRuntime } from '../support/runtimes.ts'

interface Writer {
  runtime: string
  /** Must end well for it to run here; what it prints says which version it is. */
  probe: string[]
  /** A program that reads a body from each line, and prints what it makes of it; or a file of one. */
  args: string[]
  file?: { name: string; text: string }
  /** A file that must be there, too. */
  library?: string
}

interface Recorded {
  bodies: string[]
  written: Record<string, { by: string; texts: string[] }>
}

const RECORDED_FILE = fileURLToPath(
  new URL('../../packages/cli/test/recorded-spellings.json', import.meta.url),
)
export const readRecorded = (): Recorded => JSON.parse(readFileSync(RECORDED_FILE, 'utf8'))

const python = (call: string): Writer => ({
  runtime: 'python3',
  probe: ['-c', 'import sys; print("Python", sys.version.split()[0])'],
  args: [
    '-X',
    'utf8',
    '-c',
    `import json, sys\nfor line in sys.stdin.buffer:\n    data = json.loads(line)\n    print(${call})`,
  ],
})

const php = (call: string): Writer => ({
  runtime: 'php',
  probe: ['-r', 'echo "PHP ", PHP_VERSION;'],
  args: [
    '-r',
    `while (($line = fgets(STDIN)) !== false) { $data = json_decode($line, true); echo ${call}, "\\n"; }`,
  ],
})

const go = (declaration: string): Writer => ({
  runtime: 'go',
  probe: ['version'],
  args: ['run', 'main.go'],
  file: {
    name: 'main.go',
    text: `package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

${declaration}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var data event
		json.Unmarshal(lines.Bytes(), &data)
		text, _ := json.Marshal(data)
		fmt.Println(string(text))
	}
}
`,
  },
})

const GO_STRUCTS = `type event struct {
	EventType string  \`json:"eventType"\`
	ChatbotID string  \`json:"chatbotId"\`
	Payload   payload \`json:"payload"\`
}

type payload struct {
	ConversationID string \`json:"conversationId"\`
	CustomerEmail  string \`json:"customerEmail"\`
	CustomerName   string \`json:"customerName"\`
	CustomerPhone  string \`json:"customerPhone"\`
}`

const GSON = process.env.GSON_JAR ?? '/usr/share/java/gson.jar'

/** By the call that a receiver would write. */
export const WRITERS: Record<string, Writer> = {
  'json.dumps(data)': python('json.dumps(data)'),
  'json.dumps(data, ensure_ascii=False)': python('json.dumps(data, ensure_ascii=False)'),
  "json.dumps(data, separators=(',', ':'))": python("json.dumps(data, separators=(',', ':'))"),
  'json.dumps(data, sort_keys=True)': python('json.dumps(data, sort_keys=True)'),
  'json.dumps(data, separators, ensure_ascii=False)': python(
    "json.dumps(data, separators=(',', ':'), ensure_ascii=False)",
  ),
  "json.dumps(data['payload'])": python("json.dumps(data['payload'])"),
  'json_encode($data)': php('json_encode($data)'),
  'json_encode($data, JSON_UNESCAPED_UNICODE)': php('json_encode($data, JSON_UNESCAPED_UNICODE)'),
  'json_encode($data, JSON_UNESCAPED_SLASHES)': php('json_encode($data, JSON_UNESCAPED_SLASHES)'),
  'json_encode($data, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES)': php(
    'json_encode($data, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES)',
  ),
  'json.Marshal(map)': go('type event = map[string]any'),
  'json.Marshal(struct)': go(GO_STRUCTS),
  'JSON.generate(data)': {
    runtime: 'ruby',
    probe: ['-e', 'print "Ruby ", RUBY_VERSION'],
    args: [
      '-EUTF-8:UTF-8',
      '-rjson',
      '-e',
      '$stdin.each_line { |line| puts JSON.generate(JSON.parse(line)) }',
    ],
  },
  'data.to_json in Rails': {
    runtime: 'ruby',
    probe: ['-e', 'require "active_support/all"; print "ActiveSupport ", ActiveSupport.version'],
    args: [
      '-EUTF-8:UTF-8',
      '-e',
      'require "active_support/all"; $stdin.each_line { |line| puts JSON.parse(line).to_json }',
    ],
  },
  'new Gson().toJson(data)': {
    runtime: 'java',
    probe: ['--version'],
    library: GSON,
    args: ['-Dfile.encoding=UTF-8', '-cp', GSON, 'Main.java'],
    file: {
      name: 'Main.java',
      text: `import com.google.gson.*;
import java.io.*;
import java.nio.charset.StandardCharsets;

public class Main {
    public static void main(String[] arguments) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line; (line = lines.readLine()) != null;) {
            out.print(new Gson().toJson(JsonParser.parseString(line)) + "\\n");
        }
    }
}
`,
    },
  },
}

const lead = (customerName: string) =>
  JSON.stringify({
    eventType: 'lead.submit',
    chatbotId: 'bot_1',
    payload: {
      conversationId: 'c1',
      customerEmail: 'a+b@c.co',
      customerName,
      customerPhone: '+254 700/000',
    },
  })
const BODIES = [
  lead('Ann'),
  lead(`Zoë "Zed" O'Neil <b>&amp;</b> = \\ A/B \` 李雷 عمر`),
  lead('😀 👩‍👩‍👧 \u2028\u2029 \u00a0\u00ad\u200d\ufeff\uffff'),
  lead('tab\tline\nreturn\r \u000b\u0001\u001f\u007f\u0080'),
]

/** Null: it does not run here. */
export function versionOf(writer: Writer): { command: string; by: string } | null {
  const { runtime, probe, library } = writer
  const command = findRuntime(runtime, probe)
  if (command === null || (library !== undefined && !existsSync(library))) return null
  const said = spawnSync(command, probe, { encoding: 'utf8' }).stdout.trim()
  const version = said.split('\n')[0] ?? runtime
  return { command, by: library ? `${basename(realpathSync(library))} on ${version}` : version }
}

export function writeWith(command: string, { args, file }: Writer, bodies: string[]): string[] {
  const dir = mkdtempSync(join(tmpdir(), 'chatzuri-writer-'))
  try {
    if (file) writeFileSync(join(dir, file.name), file.text)
    const input = `${bodies.join('\n')}\n`
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd: dir,
      input,
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`)
    return stdout.split('\n').slice(0, -1)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function record(): Recorded {
  const written: Recorded['written'] = {}
  for (const [name, writer] of Object.entries(WRITERS)) {
    const version = versionOf(writer)
    if (version === null) throw new Error(`${name} does not run here.`)
    written[name] = { by: version.by, texts: writeWith(version.command, writer, BODIES) }
  }
  return { bodies: BODIES, written }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(RECORDED_FILE, `${JSON.stringify(record(), null, 2)}\n`)
}
